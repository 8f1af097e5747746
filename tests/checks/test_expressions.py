"""Agreed expressions asked of figures."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle.cel_rules import agreed
from phaseproof.checks.expressions import ask
from phaseproof.checks.kind import NoAnswer
from phaseproof.errors import Unable

FIGURES: dict[str, Any] = {
    "a": 1.0, "b": 2.5, "zero": 0.0, "word": "x", "nothing": None, "list": [1.0, 2.0], "empty": [],
    "mixed": [1.0, "a"], "holes": [1.0, None],
    "rows": [{"kind": "write", "p": 2.0}, {"kind": "read", "p": 9.0}], "group": {"x": 1.0}, "two words": 3.0,
}  # fmt: skip


def asked(source: str) -> bool:
    return ask(agreed(source, {"metrics": None}), {"metrics": FIGURES})


@pytest.mark.parametrize(
    ("source", "answer"),
    [
        ("metrics.a < 2", True),
        ("metrics.a < 1", False),
        ('metrics["two words"] == 3', True),
        ("metrics.group.x <= 1 && metrics.b * 2 == 5", True),
        ("size(metrics.list) > 0 && metrics.list.all(x, x <= 2)", True),
        ("size(metrics.empty) > 0 && metrics.empty.all(x, x <= 2)", False),
        ("metrics.rows.exists(r, r.kind == 'read' && r.p > 8)", True),
        ("size(metrics.rows) > 0 && metrics.rows.all(r, r.p < 9)", False),
        ("metrics.zero == 0 || metrics.a / metrics.zero > 2", True),
        ("metrics.zero > 0 ? metrics.a / metrics.zero > 2 : true", True),
        ("metrics.zero > 0 && metrics.a / metrics.zero > 2", False),
        ("metrics.list[1] - metrics.list[0] == 1", True),
    ],
)
def test_an_answer(source: str, answer: bool) -> None:
    assert asked(source) is answer


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("metrics.gone < 1", "metric-missing"),
        ("metrics.group.gone < 1", "metric-missing"),
        ("metrics.group < 1", "metric-missing"),
        ("metrics.word != 'y'", "metric-missing"),
        ("metrics.nothing != 1", "metric-missing"),
        ("metrics.holes.exists(x, x != 7)", "metric-not-finite"),
        ("metrics.list[7] < 1", "expression-unanswered"),
        ("metrics.mixed.exists(x, x > 1)", "expression-unanswered"),
        ("metrics.rows.exists(r, r.gone < 1)", "expression-unanswered"),
    ],
)
def test_no_answer(source: str, reason: str) -> None:
    with pytest.raises(NoAnswer) as caught:
        asked(source)
    assert caught.value.reason == reason


def test_without_the_extra_there_is_no_answer_and_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel", None)
    with pytest.raises(Unable, match="expressions") as caught:
        asked("metrics.a < 2")
    assert caught.value.rule == "extra-missing"
    assert "phaseproof[expressions]" in caught.value.way_out


numbers = st.floats(allow_nan=False, allow_infinity=False, width=32)


@settings(deadline=None)
@given(numbers, numbers)
def test_comparisons_are_those_of_python(left: float, right: float) -> None:
    for mark, answer in (("<", left < right), (">=", left >= right), ("==", left == right), ("!=", left != right)):
        expression = agreed(f"metrics.a {mark} metrics.b", {"metrics": None})
        assert ask(expression, {"metrics": {"a": left, "b": right}}) is answer
