"""A check that judges the history: the same files on another history are not the same."""

from __future__ import annotations

from pathlib import Path

from support.shop import CONFIGURATION, open_shop

CLEAN = CONFIGURATION.replace(
    "  discreet:\n",
    """  signed-off:
    kind: command
    run: git -c safe.directory=* log -1 --format=%s
    must_not_print: [wip]
    history: true
    subject: [parcels/**]
    timeout: 30s
  discreet:
""",
).replace("  L-4: {check: runbook}", "  L-4: {check: signed-off}")


def test_evidence_of_a_clean_history_does_not_stand_for_another(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "own", configuration=CLEAN)
    shop.commit({}, "all in order")
    shop.run("run", "L-4")
    before = shop.verdicts(shop.board())["L-4"]
    shop.commit({}, "wip")
    assert before != "stale"
    assert shop.verdicts(shop.board())["L-4"] == "stale"
