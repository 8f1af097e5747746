"""`--ephemeral` asks nobody: it must not stand in for a ledger that is lost, nor for one that is trusted."""

from __future__ import annotations

import shutil

from support.shop import Shop

EASY = ("python3 tools/discreet.py", "python3 -c 'import parcels.label as l; l.label'")


def _leaks(shop: Shop) -> None:
    shop.replace("parcels/label.py", "parcel['code']", "parcel['code'], parcel['content']")


def test_rules_of_ones_own_are_not_the_trusted_ones(shop: Shop) -> None:
    trusted = shop.genesis
    shutil.rmtree(shop.ledger)
    shop.replace("phaseproof.yaml", "  L-3: {check: discreet}\n", "  L-3: {check: runbook}\n")
    said = shop.gates("--ephemeral", "--trust", trusted)
    assert said.code == 2, said.text
    assert said.json["verdict"] == "HOLD"
    assert said.json["error"]["rule"] == "no-ledger"


def test_a_lost_ledger_loses_the_pass(shop: Shop) -> None:
    shutil.rmtree(shop.ledger)
    said = shop.gates("--ephemeral")
    assert said.code == 1, said.text
    assert said.json["error"]["rule"] == "known-elsewhere"


def test_an_ephemeral_run_is_judged_by_the_installed_rules_and_leaves_no_trace(shop: Shop) -> None:
    before = (shop.ledger / "ledger.db").read_bytes()
    _leaks(shop)
    said = shop.gates("--ephemeral")
    assert said.code == 1, said.text
    assert shop.verdicts(said.json)["L-3"] == "refuted"
    assert said.json["ephemeral"] is True
    assert said.json["recorded"] is None
    assert (shop.ledger / "ledger.db").read_bytes() == before


def test_what_an_ephemeral_run_proved_counts_nowhere_else(shop: Shop) -> None:
    shop.replace("parcels/weight.py", "1000)", "1000.0)")
    assert shop.gates("--ephemeral").json["gates"][1]["verdict"] == "PASS"
    assert shop.verdicts(shop.board())["L-2"] == "stale"
