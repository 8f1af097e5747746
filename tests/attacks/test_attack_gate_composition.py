"""Gates over nothing, over what nobody requires, before or after themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shop import CONFIGURATION, PLAN, Shop, open_shop

BINDINGS = CONFIGURATION[CONFIGURATION.index("bindings:") :]


def _shop(folder: Path, bindings: str, plan: str = PLAN, more: str = "") -> Shop:
    configuration = CONFIGURATION.replace(BINDINGS, "bindings:\n" + bindings) + more
    return open_shop(folder / "own", {"docs/PHASE3.md": plan}, configuration)


def test_everything_advisory(tmp_path: Path) -> None:
    lines = "".join(f"  L-{number}: {{check: runbook, advisory: true}}\n" for number in (1, 2, 3, 4))
    shop = _shop(tmp_path, lines, PLAN.replace("ReviewedBy: Shipping Lead\n", ""))
    said = shop.gates()
    assert said.code == 1
    assert "gate-empty" in shop.reasons(said.json)


def test_only_signatures_that_are_recommended(tmp_path: Path) -> None:
    lines = "".join(f"  L-{number}: {{check: runbook, advisory: true}}\n" for number in (1, 2, 3, 4))
    shop = _shop(tmp_path, lines + "  reviewedby/shipping-lead: {role: shipping-lead, recommended: true}\n")
    assert shop.gates().code == 1


def test_a_gate_without_items(tmp_path: Path) -> None:
    shop = _shop(tmp_path, BINDINGS.removeprefix("bindings:\n"), PLAN + "\n## Gate Z: Nothing at all\n\nWords.\n")
    said = shop.gates("gate-z")
    assert said.code in (1, 2)
    assert said.json["verdict"] == "HOLD"


def test_items_that_nothing_stands_for(tmp_path: Path) -> None:
    shop = _shop(tmp_path, "  L-4: {check: runbook}\n")
    said = shop.gates("gate-a")
    assert said.code == 1
    assert [shop.verdicts(said.json)[f"L-{number}"] for number in (1, 2, 3)] == ["missing"] * 3


def test_an_item_under_no_gate_is_under_one_all_the_same(tmp_path: Path) -> None:
    plan = "# Notes\n\n- [x] L-1 Labels carry the postal code.\n"
    configuration = CONFIGURATION.replace(BINDINGS, "").replace(
        "phases:\n  - {id: phase-3, plans: [docs/PHASE3.md]}", "plans: [docs/PHASE3.md]"
    )
    shop = open_shop(tmp_path / "own", {"docs/PHASE3.md": plan}, configuration)
    said = shop.gates()
    assert said.code == 1
    assert said.json["gates"]


@pytest.mark.parametrize("after", ["{gate-a: [gate-a]}", "{gate-a: [gate-b], gate-b: [gate-a]}",
                                   "{gate-a: [phase-3]}", "{phase-3: [gate-a]}"])  # fmt: skip
def test_gates_that_wait_for_themselves(tmp_path: Path, after: str) -> None:
    plan = PLAN.replace("## Sign-off", "## Gate B: Ready to bill\n\n- [ ] L-5 The runbook is there.\n\n## Sign-off")
    lines = BINDINGS.removeprefix("bindings:\n") + "  L-5: {check: runbook}\n"
    try:
        shop = _shop(tmp_path, lines, plan, f"after: {after}\n")
    except AssertionError as refused:
        assert "phaseproof.yaml" in str(refused)
        return
    shop.run("run")
    assert shop.run("sign", "reviewedby/shipping-lead", lead=True).code == 0
    assert shop.gates().code == 1


def test_a_later_gate_holds_while_an_earlier_one_does(tmp_path: Path) -> None:
    plan = PLAN.replace("## Sign-off", "## Gate B: Ready to bill\n\n- [ ] L-5 The runbook is there.\n\n## Sign-off")
    lines = BINDINGS.removeprefix("bindings:\n") + "  L-5: {check: runbook}\n"
    shop = _shop(tmp_path, lines, plan, "after: {gate-b: [gate-a]}\n")
    shop.replace("parcels/weight.py", "ceil", "floor")
    said = shop.gates("gate-b")
    assert said.code == 1
    assert shop.verdicts(said.json)["L-5"] == "proven"
    assert "after-holds" in shop.reasons(said.json)


def test_either_of_two_does_not_hide_the_one_that_is_refuted(tmp_path: Path) -> None:
    lines = BINDINGS.removeprefix("bindings:\n").replace("{check: discreet}", "{any: [discreet, runbook]}")
    shop = _shop(tmp_path, lines)
    shop.replace("parcels/label.py", "parcel['code']", "parcel['code'], parcel['content']")
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] == "refuted"


@pytest.mark.parametrize("binding", ["{all: []}", "{any: []}", "{children: true}", "{check: discreet, advisory: maybe}",
                                     "{check: discret}", "{}", "{check: discreet, role: owners}",
                                     "{check: discreet, tests: ['*']}", "{check: labels, tests: []}"])  # fmt: skip
def test_bindings_that_say_nothing_are_mistakes(shop: Shop, binding: str) -> None:
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", f"L-3: {binding}")
    assert shop.run("migrate", "propose").code == 2
    said = shop.gates()
    assert said.code == 1
    assert "bundle-unreadable" in shop.reasons(said.json)


def test_nested_items_that_are_all_optional(tmp_path: Path) -> None:
    plan = PLAN.replace(
        "what is in the parcel.\n",
        "what is in the parcel.\n  - [ ] L-3.1 Not in words.\n  - [ ] L-3.2 Not in pictures.\n",
    )
    lines = BINDINGS.removeprefix("bindings:\n").replace("{check: discreet}", "{children: true}")
    lines += "  L-3.1: {check: discreet, advisory: true}\n  L-3.2: {check: runbook, advisory: true}\n"
    shop = _shop(tmp_path, lines, plan)
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] == "missing"
