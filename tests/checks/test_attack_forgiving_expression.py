"""CEL says yes where something is broken: a figure gone, a division by nothing, an entry that cannot be compared."""

from __future__ import annotations

import cel
import pytest

from phaseproof.bundle.cel_rules import agreed
from phaseproof.checks.expressions import ask
from phaseproof.checks.kind import NoAnswer

FIGURES = {"a": 1.0, "zero": 0.0, "list": [1.0, 2.0], "mixed": [5.0, "a"], "big": 1e308}


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("metrics.gone < 1 || metrics.a == 1", "metric-missing"),
        ("metrics.a == 1 || metrics.gone < 1", "metric-missing"),
        ("metrics.a / metrics.zero > 2", "metric-not-finite"),
        ("metrics.a / metrics.zero > 2 || metrics.zero == 0", "metric-not-finite"),
        ("metrics.zero / metrics.zero != 1", "metric-not-finite"),
        ("metrics.big * 10 > 1", "metric-not-finite"),
        ("metrics.list.exists(x, x / metrics.zero > 1)", "metric-not-finite"),
        ("size(metrics.list) > 0 && metrics.list.all(x, metrics.list.exists(y, x / (y - 1) > 0))", "metric-not-finite"),
        ("metrics.mixed.exists(x, x > 1)", "expression-unanswered"),
        ("metrics.list.exists(x, metrics.mixed.exists(y, y > x))", "expression-unanswered"),
        ("metrics.list[9] > 1 || metrics.a == 1", "expression-unanswered"),
        ("!(metrics.list[9] > 1 && metrics.a == 2)", "expression-unanswered"),
    ],
)
def test_what_cel_forgives_is_no_yes_here(source: str, reason: str) -> None:
    expression = agreed(source, {"metrics": None})
    assert cel.evaluate(expression.text, {"metrics": FIGURES}) is True, "CEL itself does not forgive this"
    with pytest.raises(NoAnswer) as caught:
        ask(expression, {"metrics": FIGURES})
    assert caught.value.reason == reason
