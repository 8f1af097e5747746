"""`drift`: every way in which a document and the ledger can part has a name and a line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from support.shop import Shop

DOCUMENT = "docs/PHASE3.md"


def findings(shop: Shop, code: int = 1) -> list[tuple[str, int, str, str]]:
    """What drift finds: path, line, rule, item without its plan."""
    said = shop.run("drift", "--format", "json")
    assert said.code == code, said.text
    assert said.json["drift"] is (code != 0)
    return [
        (one["path"], one["line"], one["rule"], one["item"].removeprefix(f"{DOCUMENT}:"))
        for one in said.json["findings"]
    ]


def line(shop: Shop, words: str, path: str = DOCUMENT) -> int:
    """The line on which words stand."""
    lines = (shop.repo.root / path).read_text("utf-8").split("\n")
    return next(number for number, one in enumerate(lines, 1) if words in one)


def test_nothing_is_found_where_documents_say_what_is_proven(synced: Shop) -> None:
    assert findings(synced, 0) == []
    said = synced.run("drift")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("no drift: 1 document against parcel-labels @ ")


def test_what_is_proven_and_not_said(shop: Shop) -> None:
    at = {name: line(shop, name) for name in ("L-1", "L-2", "L-3", "L-4", "E-01")}
    assert findings(shop) == [
        *((DOCUMENT, at[name], "unticked-proven", name) for name in ("L-1", "L-2", "L-3", "L-4")),
        (DOCUMENT, at["E-01"], "status-behind", "E-01"),
    ]


@pytest.mark.parametrize(
    ("old", "new", "rule", "item"),
    [
        ("`docs/guide.md`   | DRAFT ", "`docs/guide.md`   | ✅ Done", "status-ahead", "E-02"),
        ("`docs/guide.md`   | DRAFT ", "`docs/guide.md`   | SEALED", "status-ahead", "E-02"),
        ("**Status:** IN PROGRESS 🚧", "**Status:** COMPLETE", "status-ahead", "Phase 3"),
        ("# Phase 3: Parcel labels", "# Phase 3: Parcel labels ✅", "ticked-unproven", "Phase 3"),
        ("- [x] L-1", "- [ ] L-1", "unticked-proven", "L-1"),
        ("| AUTHORED", "| DRAFT   ", "status-behind", "E-01"),
        ("## Gate A: Ready to ship", "## Gate A: Ready to ship — NOT STARTED", "status-behind", "Gate A"),
    ],
)
def test_marks_that_say_otherwise(synced: Shop, edit: Any, old: str, new: str, rule: str, item: str) -> None:
    edit(old, new)
    at = line(synced, new)
    assert [one[1:] for one in findings(synced) if one[2] in (rule,)] == [(at, rule, item)]


def test_a_tick_of_something_bound_to_nothing(synced: Shop) -> None:
    synced.replace("phaseproof.yaml", "  L-3: {check: discreet}\n", "")
    synced.run("migrate", "propose", "--reason", f"{DOCUMENT}:L-3=dropped", lead=True)
    synced.run("migrate", "approve", "--as", "mara", lead=True)
    done = synced.run("migrate", "activate", "--as", "mara", lead=True)
    assert done.code == 0, done.text
    assert (DOCUMENT, line(synced, "L-3"), "ticked-unproven", "L-3") in findings(synced)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "- [x] L-3 A label never names what is in the parcel.\n",
            "",
            {("item-deleted", "L-3")},
        ),
        ("up to whole grams", "to grams", {("item-reworded", "L-2"), ("ticked-unproven", "L-2")}),
        ("- [x] L-2 W", "- [x] L-7 W", {("item-reworded", "L-2"), ("ticked-unproven", "L-7")}),
        (
            "- [x] L-4 The runbook says",
            "## Later\n\n- [x] L-4 The runbook says",
            {("item-moved", "L-4")},
        ),
        (
            "## Sign-off",
            "- [ ] L-8 Labels survive rain.\n\n## Sign-off",
            {("item-added", "L-8")},
        ),
    ],
)
def test_items_that_are_not_what_was_agreed(
    synced: Shop, edit: Any, old: str, new: str, expected: set[tuple[str, str]]
) -> None:
    edit(old, new)
    code = 0 if expected == {("item-added", "L-8")} else 1
    if expected & {("item-deleted", "L-3"), ("ticked-unproven", "L-7")}:  # the configuration still binds what is gone
        code, expected = 2, {*expected, ("rules-unreadable", "")}
    found = findings(synced, code)
    assert expected <= {one[2:] for one in found}
    assert all(one[1] > 1 for one in found if one[2] != "item-deleted")


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("min_words: 12", "min_words: 2", "rules-weakened"),
        ("  L-3: {check: discreet}\n", "  L-3: {check: discreet, advisory: true}\n", "rules-weakened"),
        ("owners: {members: [mara, nils]}", "owners: {members: [mara]}", "rules-weakened"),
        ("min_words: 12", "min_words: 20", "rules-changed"),
    ],
)
def test_rules_that_ask_for_something_else(synced: Shop, old: str, new: str, rule: str) -> None:
    path = synced.repo.root / "phaseproof.yaml"
    path.write_text(path.read_text().replace(old, new))
    found = findings(synced, 0 if rule == "rules-changed" else 1)
    assert {(one[0], one[2]) for one in found} == {("phaseproof.yaml", rule)}
    key = old.strip().partition(":")[0] if ":" in old and "min_words" not in old else "runbook:"
    assert found[0][1] in (line(synced, key, "phaseproof.yaml"), line(synced, new.strip(), "phaseproof.yaml"))


def test_a_plan_that_is_gone_is_told_with_every_item_of_it(synced: Shop) -> None:
    (synced.repo.root / DOCUMENT).unlink()
    found = findings(synced, 2)
    assert {one[2] for one in found} == {"plan-missing", "item-deleted", "rules-unreadable"}
    assert {"L-1", "L-2", "L-3", "L-4", "E-01", "E-02"} <= {one[3] for one in found if one[2] == "item-deleted"}


def test_mistakes_in_the_configuration_do_not_hide_the_ticks(synced: Shop, edit: Any) -> None:
    path = synced.repo.root / "phaseproof.yaml"
    path.write_text(path.read_text().replace("kind: artifact", "kind: artefact"))
    edit("- [x] L-1", "- [ ] L-1")
    assert {one[2] for one in findings(synced, 2)} == {"rules-unreadable", "unticked-proven"}


def test_what_lies_in_the_working_tree_counts_not_what_is_committed(synced: Shop, edit: Any) -> None:
    edit("`docs/guide.md`   | DRAFT ", "`docs/guide.md`   | SEALED")
    synced.commit({}, "sealed, they say")
    edit("| SEALED", "| DRAFT ")
    assert findings(synced, 0) == []


def test_without_a_ledger_nothing_is_said(synced: Shop) -> None:
    said = synced.run("drift", "--ledger", str(synced.folder / "nowhere"), "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (2, "no-ledger")


def test_a_ledger_that_does_not_hold_is_exit_3(synced: Shop) -> None:
    import sqlite3

    with sqlite3.connect(synced.ledger / "ledger.db") as database:
        for position, body in database.execute("SELECT position, body FROM events").fetchall():
            if b'"outcome":"positive"' in body:
                changed = body.replace(b'"outcome":"positive"', b'"outcome":"negative"')
                database.execute("UPDATE events SET body = ? WHERE position = ?", (changed, position))
    for verb in ("drift", "sync"):
        assert synced.run(verb).code == 3
    assert "[x] L-1" in (synced.repo.root / DOCUMENT).read_text("utf-8")


def test_sarif_has_the_shape_that_viewers_ask_for(shop: Shop) -> None:
    said = shop.run("drift", "--format", "sarif")
    assert said.code == 1
    (run,) = said.json["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert said.json["version"] == "2.1.0"
    assert len(run["results"]) == 5
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == DOCUMENT
        assert place["region"]["startLine"] > 1
        assert place["region"]["startColumn"] > 1
    schema = next(Path(__file__).parents[1].rglob("sarif*2.1.0*.json"), None)
    if schema is not None:
        Draft7Validator(json.loads(schema.read_text())).validate(said.json)
