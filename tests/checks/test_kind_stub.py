"""The kind `stub`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks.kind import Outcome, Result
from phaseproof.checks.stub import Stub, StubOptions
from support.bench import FolderBench

STUB = """\
# Phase R6 (stub)

## Requirements

- R6.1 Labels are printed in three sizes.
- R6.2 A jam is reported within a minute.
- Reprints are counted
"""
PLAN = """\
# Phase R6

## Tasks

- [ ] R6.1 Print in three sizes.
- [ ] T1 Report a jam (R6.2).

## Acceptance criteria

- [ ] Reprints are counted, by printer.
"""
OPTIONS = StubOptions("r6.md", "r6-stub.md")


def compared(folder: Path, plan: str = PLAN, stub: str = STUB, options: StubOptions = OPTIONS) -> Result:
    return Stub().run(options, FolderBench(folder, {"r6.md": plan, "r6-stub.md": stub}), ())


def test_every_requirement_is_named(tmp_path: Path) -> None:
    result = compared(tmp_path)
    assert (result.outcome, result.cases) == (Outcome.POSITIVE, 3), result


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("- [ ] T1 Report a jam (R6.2).\n", "", 6),
        ("(R6.2)", "(R6.21)", 6),
        ("(R6.2)", "(R6.2.1)", 6),
        ("- [ ] R6.1 Print in three sizes.", "R6.1 is done already.", 5),
        ("Reprints are counted, by printer", "Prints are counted", 7),
    ],
)
def test_one_that_was_dropped_is_told(tmp_path: Path, old: str, new: str, line: int) -> None:
    assert old in PLAN
    result = compared(tmp_path, PLAN.replace(old, new))
    assert result.outcome is Outcome.NEGATIVE
    assert [(one.rule, one.path, one.line) for one in result.findings] == [("stub-item-dropped", "r6-stub.md", line)]


@pytest.mark.parametrize("stub", ["", "# Phase R6 (stub)\n\nNothing yet.\n"])
def test_a_stub_that_asks_for_nothing_proves_nothing(tmp_path: Path, stub: str) -> None:
    result = compared(tmp_path, stub=stub)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "no-cases")


def test_a_missing_plan_is_inconclusive(tmp_path: Path) -> None:
    result = Stub().run(OPTIONS, FolderBench(tmp_path, {"r6.md": PLAN}), ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "inputs-unreadable")


def test_the_controls_are_noticed(tmp_path: Path) -> None:
    texts = {"r6.md": PLAN, "r6-stub.md": STUB}
    controls = Stub().controls(OPTIONS, ["r6.md"], lambda path: texts[path].encode())
    assert [control.name for control in controls] == ["subject truncated", "item dropped"]
    for control in controls:
        bench = FolderBench(tmp_path / control.name, texts)
        bench.apply(control)
        result = Stub().run(OPTIONS, bench, ())
        assert result.outcome is Outcome.NEGATIVE
        if control.name == "item dropped":
            assert [one.line for one in result.findings] == [5]


def test_the_stub_comes_from_the_configuration() -> None:
    assert StubOptions("r6.md").resolved({"r6.md": "s.md"}).default_instrument() == ("s.md",)
    assert OPTIONS.resolved({}) == OPTIONS
    for options, expands, words in (
        (StubOptions("r6.md"), {}, "no stub"),
        (OPTIONS, {"r6.md": "other.md"}, "expands other.md"),
    ):
        with pytest.raises(OptionMistake, match=words):
            options.resolved(expands)


@pytest.mark.parametrize("made", [{"expansion": "*.md"}, {"expansion": "a.md", "stub": "a.md"}, {"expansion": "/a"}])
def test_mistakes(made: dict[str, Any]) -> None:
    with pytest.raises(OptionMistake):
        StubOptions(**made)
