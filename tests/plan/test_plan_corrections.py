"""Corrections: where the configuration says that the reader is wrong."""

from __future__ import annotations

from phaseproof.plan.model import Correction
from phaseproof.plan.read import read

TEXT = (
    b"# Phase 2\n\n## Gate A: Safety\n\n- the fence stands\n  - on all sides\n- note well\n\n"
    b"## Remarks\n\n- [ ] a box\n- plain words\n"
)


def corrected(*corrections: Correction) -> list[tuple[str, str, str]]:
    return [(i.id, i.kind, i.text) for i in read(TEXT, "p.md", corrections).items]


def test_a_line_is_taken_away() -> None:
    assert [t for _, _, t in corrected(Correction("note well", item=False))] == [
        "the fence stands",
        "on all sides",
        "a box",
    ]


def test_a_child_of_a_line_taken_away_moves_up() -> None:
    plan = read(TEXT, "p.md", [Correction("the fence stands", item=False)])
    assert next(i for i in plan.items if i.text == "on all sides").parent is None


def test_a_line_is_made_an_item() -> None:
    assert corrected(Correction("plain words", item=True, kind="test"))[-1] == (
        "remarks/plain-words",
        "test",
        "plain words",
    )


def test_kind_id_and_parent() -> None:
    plan = read(TEXT, "p.md", [Correction("note well", kind="invariant", id="N-1"), Correction("a box", parent="N-1")])
    found = {i.text: i for i in plan.items}
    assert (found["note well"].id, found["note well"].kind, found["note well"].explicit) == ("N-1", "invariant", True)
    assert found["a box"].parent == "N-1"


def test_a_section_is_made_another() -> None:
    plan = read(TEXT, "p.md", [Correction("Gate A: Safety", section="other")])
    assert [(s.title, s.kind) for s in plan.sections][1] == ("Gate A: Safety", "other")


def test_a_correction_that_fits_nothing_is_a_problem() -> None:
    plan = read(TEXT, "p.md", [Correction("no such line", item=False)])
    assert [(p.rule, p.severity) for p in plan.problems] == [("correction-unmatched", "error")]
