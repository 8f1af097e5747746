"""The plan edited until it asks for less: what was agreed is judged, and whatever differs from it holds."""

from __future__ import annotations

import pytest

from support.shop import PLAN, Shop

PATH = "docs/PHASE3.md"
LINE = "- [ ] L-3 A label never names what is in the parcel.\n"
EDITS = {
    "removed": PLAN.replace(LINE, ""),
    "cut off": PLAN[: PLAN.index(LINE)],
    "emptied": "# Phase 3: Parcel labels\n",
    "in other words": PLAN.replace("never names", "rarely names"),
    "in capitals": PLAN.replace("never names", "NEVER names"),
    "one letter of another alphabet": PLAN.replace("never names", "n\u0435ver names"),
    "a letter nobody sees": PLAN.replace("never names", "never\u200b names"),
    "written backwards": PLAN.replace("never names", "\u202enever names"),
    "its id in another alphabet": PLAN.replace("L-3", "\u216c-3"),
    "with a remark nobody sees": PLAN.replace("in the parcel.", "in the parcel <!-- unless asked -->."),
    "with a second line": PLAN.replace(LINE, LINE + "  Tea does not count.\n"),
    "commented out": PLAN.replace(LINE, f"<!-- {LINE.strip()} -->\n"),
    "struck out": PLAN.replace("L-3 A label never names what is in the parcel.",
                               "~~L-3 A label never names what is in the parcel.~~"),
    "without its box": PLAN.replace("- [ ] L-3", "- L-3"),
    "as prose": PLAN.replace("- [ ] L-3", "L-3"),
    "not applicable": PLAN.replace("- [ ] L-3", "- [n/a] L-3"),
    "said twice": PLAN.replace(LINE, LINE + LINE),
    "under another id": PLAN.replace("in the parcel.", "in the parcel. {#L-9}"),
    "quoted": PLAN.replace("- [ ] L-3", "> - [ ] L-3"),
    "nested under another": PLAN.replace("- [ ] L-3", "  - [ ] L-3"),
    "under a heading of its own": PLAN.replace("- [ ] L-3", "## Remarks\n\n- [ ] L-3"),
    "out of scope": PLAN.replace("- [ ] L-3", "### Out of scope\n\n- [ ] L-3"),
    "future work": PLAN.replace("- [ ] L-3", "## Future work\n\n- [ ] L-3"),
    "its gate no gate any more": PLAN.replace("## Gate A: Ready to ship", "## Background"),
    "nobody reviews": PLAN.replace("ReviewedBy: Shipping Lead\n", ""),
    "somebody else reviews": PLAN.replace("Shipping Lead", "Owners"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_it_holds(shop: Shop, name: str) -> None:
    assert EDITS[name] != PLAN
    shop.commit({PATH: EDITS[name]})
    said = shop.gates()
    assert said.code == 1, said.text
    assert said.json["verdict"] == "HOLD"
    assert {"bundle-differs", "bundle-unreadable"} & shop.reasons(said.json)


def test_the_plan_removed(shop: Shop) -> None:
    shop.commit({PATH: None})
    said = shop.gates()
    assert said.code == 1
    assert "bundle-unreadable" in shop.reasons(said.json)


def test_a_link_in_place_of_the_plan(shop: Shop) -> None:
    shop.repo.write({"docs/easy.md": PLAN, PATH: None})
    (shop.repo.root / PATH).symlink_to("easy.md")
    shop.commit({})
    said = shop.gates()
    assert said.code == 1
    assert "bundle-unreadable" in shop.reasons(said.json)


def test_a_tick_proves_nothing(shop: Shop) -> None:
    shop.commit({PATH: PLAN.replace("[ ]", "[x]"),
                 "parcels/label.py": "def label(parcel):\n    return str(parcel)\n"})  # fmt: skip
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] == "refuted"


@pytest.mark.parametrize("mark", ["[-]", "[~]", "[x]", "[X]"])
def test_no_mark_takes_an_item_out(shop: Shop, mark: str) -> None:
    shop.commit({PATH: PLAN.replace("- [ ] L-3", f"- {mark} L-3"),
                 "parcels/label.py": "def label(parcel):\n    return str(parcel)\n"})  # fmt: skip
    assert shop.gates().code == 1


def test_what_stands_beneath_a_criterion_changes_nothing_of_what_was_agreed(shop: Shop) -> None:
    """A note that takes it back is prose: the rule in force is the installed one, and it still refutes."""
    shop.commit({PATH: PLAN.replace(LINE, LINE + "  - tea does not count\n"),
                 "parcels/label.py": "def label(parcel):\n    return str(parcel)\n"})  # fmt: skip
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] in ("refuted", "missing")


def test_a_title_that_draws_a_verdict(shop: Shop) -> None:
    shop.commit({PATH: PLAN.replace("Gate A: Ready to ship", "Gate A: Ready\x1b[2J\x1b[32mPASS\x1b[0m")})
    said = shop.run("gates")
    assert said.code == 1
    assert "\x1b[2J" not in said.text
