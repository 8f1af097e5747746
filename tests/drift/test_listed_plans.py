"""A plan that an index lists: sync of the plan voids nothing, unless something asks what the plan says."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shop import CONFIGURATION, FILES, PLAN, Shop, open_shop

DOCUMENT = "docs/PHASE3.md"
LISTED = PLAN + "\n## Artifacts\n\n| ID | Artifact | Status |\n|---|---|---|\n| E-01 | `docs/PHASE3.md` | DRAFT |\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = open_shop(tmp_path / "shop", {**FILES, DOCUMENT: LISTED})
    shop.gates()
    assert shop.run("sign", "reviewedby/shipping-lead", lead=True).code == 0
    return shop


def test_ticks_and_statuses_void_neither_evidence_nor_signature(shop: Shop) -> None:
    assert shop.gates().code == 0
    shop.run("sync")
    shop.commit({})
    assert shop.board()["verdict"] == "PASS"  # nothing was run for it
    shop.replace(DOCUMENT, "- [x] L-1", "- [ ] L-1")
    assert shop.board()["verdict"] == "PASS"


def test_every_other_change_of_the_plan_does(shop: Shop) -> None:
    shop.replace(DOCUMENT, "Labels are written by hand today.", "Labels are printed today.")
    assert shop.verdicts(shop.board())["E-01"] == "stale"


def test_a_plan_that_is_gone_is_not_there(shop: Shop) -> None:
    shop.commit({DOCUMENT: None})
    assert shop.verdicts(shop.board())["E-01"] != "proven"
    assert shop.gates().code != 0


def test_a_check_that_asks_what_the_plan_says_sees_it_as_it_stands(tmp_path: Path) -> None:
    honest = f"  honest: {{kind: artifact, path: {DOCUMENT}, forbidden: [NOT AUTHORED]}}\n"
    asks = CONFIGURATION.replace("bindings:\n", f"{honest}bindings:\n")
    asks = asks.replace("L-4: {check: runbook}", "L-4: {check: honest}")
    shop = open_shop(tmp_path / "shop", {**FILES, DOCUMENT: LISTED}, asks)
    shop.gates()
    assert shop.verdicts(shop.board())["L-4"] == "proven"
    shop.replace(DOCUMENT, "| DRAFT |", "| NOT AUTHORED |")
    assert shop.verdicts(shop.board())["L-4"] == "stale"
    assert shop.verdicts(shop.gates().json)["L-4"] == "refuted"
