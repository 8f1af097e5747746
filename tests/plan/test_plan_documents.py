"""Documents of every dialect, labelled by hand before the reader saw them."""

from __future__ import annotations

import pytest
from plan_scoring import labels, plan_of, score


@pytest.mark.parametrize("name", labels())
def test_the_reader_finds_what_a_careful_reader_labelled(name: str) -> None:
    result = score(*plan_of(name))
    said = f"missed {result.missed}, extra {[(i.span.line, i.text) for i in result.extra]}"
    assert result.f1 >= 0.95, said
    assert result.kinds >= 0.95, said
    assert result.ids == 1.0, said
    assert result.states >= 0.95, said


def test_there_are_enough_documents_and_some_that_plan_nothing() -> None:
    sizes = {name: len(plan_of(name)[1]["items"]) for name in labels()}
    assert len(sizes) >= 40
    assert sum(size == 0 for size in sizes.values()) >= 6


def test_the_score_can_fail() -> None:
    plan, truth = plan_of("phase_billing")
    truth["items"] = truth["items"][:5]
    assert score(plan, truth).f1 < 0.95
