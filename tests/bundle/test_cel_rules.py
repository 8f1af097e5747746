"""Expressions held to rules when they are compiled."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from phaseproof.bundle.cel_rules import agreed
from phaseproof.bundle.cel_syntax import Misspelt, parse
from phaseproof.bundle.cel_tree import text

METRICS = {"metrics": None}


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("metrics.p95 < 250", '(metrics["p95"] < 250)'),
        ('metrics["a b"] < 1 && metrics.c > 2', '((metrics["a b"] < 1) && (metrics["c"] > 2))'),
        ("metrics.a * 2 < 3", '((metrics["a"] * 2.0) < 3)'),
        ("metrics.a / size(metrics.l) < 2", '((metrics["a"] / double(size(metrics["l"]))) < 2)'),
        ("metrics.a - 1 - 2 + 3 * 4 > 0", '((metrics["a"] - 1.0 - 2.0 + double((3 * 4))) > 0)'),
        ("metrics.a - (1.5 - 2.5) > 0", '((metrics["a"] - (1.5 - 2.5)) > 0)'),
        ("!(metrics.a == 1) || metrics.a in [1, 2]", '(!((metrics["a"] == 1)) || (metrics["a"] in [1, 2]))'),
        ("metrics.k == 'say \"no\"'", '(metrics["k"] == \'say "no"\')'),
        ("metrics.l[0] <= 1", '(metrics["l"][0] <= 1)'),
        ("metrics.a > 0 ? metrics.b > 1 : false", '((metrics["a"] > 0) ? (metrics["b"] > 1) : false)'),
    ],
)
def test_one_spelling_is_evaluated(source: str, written: str) -> None:
    assert agreed(source, METRICS).text == written


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("", "is empty"),
        ("metrics.a <", "ends too early"),
        ("metrics.a < 1 metrics.b", "'metrics' is not expected, at its character 15"),
        ("metrics.a < 1 \\", "cannot be read"),
        ('metrics.k == "a\\"b"', "no escapes"),
        ("metrics.a < 1 < 2", "not strung together"),
        ("metric.a < 1", "unknown variable “metric”; did you mean metrics?"),
        ("metrics.a < 1 && runs > 2", "unknown variable “runs”"),
        ("metrics", "as a whole says nothing"),
        ("metrics.a", "not yes or no"),
        ("metrics.a + 1", "not yes or no"),
        ("metrics.a && metrics.b < 1 && 3", "“&&” between yes or no and a whole number"),
        ("true", "would say the same of anything"),
        ("1 < 2", "would say the same of anything"),
        ("has(metrics.a)", "unknown function “has”"),
        ("max(metrics.a, 1) > 2", "unknown function “max”"),
        ("metrics.a < 'x' && 1 == 'x'", "“==” between a whole number and text"),
        ("metrics.a > 1 == 2", "not strung together"),
        ("(metrics.a > 1) == 2", "“==” between yes or no and a whole number"),
        ("size(metrics.l) / 2 > 1", "drops the rest"),
        ("metrics.a % 2 == 1", "“%” takes whole numbers"),
        ("-(metrics.a > 1)", "“-” takes a number"),
        ("!(1 + size(metrics.l))", "expected yes or no"),
        ("size(metrics.l) > 0 && metrics.l.all(metrics, metrics > 1)", "stands for something already"),
        ("size(metrics.l) > 0 && metrics.l.all(x, size(metrics.l))", "asks yes or no of each entry"),
        ("metrics.l.all(x)", "',' is expected"),
        ("metrics.all(x, x > 1)", "as a whole says nothing"),
        ("metrics.in < 1", 'write ["in"]'),
        ("metrics.a < 99999999999999999999", "too large"),
        ("metrics.a < 1.0e999", "too large"),
        ("(" * 30 + "metrics.a < 1" + ")" * 30, "nested deeper"),
        ("metrics.a > 0" + " && metrics.a > 0" * 150, "expression has more than"),
        ("metrics.a" + "+1" * 150 + " > 0", "more than 100 operands"),
        ("metrics.a < {1: 2}[1]", "cannot be read"),
    ],
)
def test_what_is_wrong_is_told_when_it_is_compiled(source: str, words: str) -> None:
    with pytest.raises(Misspelt) as caught:
        agreed(source, METRICS)
    assert words in str(caught.value)


def test_names_known_beforehand_are_held_to() -> None:
    assert agreed("metrics.speed.p95 < 1", {"metrics": {"speed"}}).paths == (("metrics", "speed", "p95"),)
    with pytest.raises(Misspelt, match="has no “sped”; did you mean speed"):
        agreed("metrics.sped.p95 < 1", {"metrics": {"speed"}})


GUARDED = [
    "size(metrics.l) > 0 && metrics.l.all(x, x < 2)",
    "metrics.l.all(x, x < 2) && metrics.l.size() >= 1",
    "0 < size(metrics.l) && metrics.l.all(x, x < 2)",
    "size(metrics.l) == 3 && metrics.l.all(x, x < 2)",
    "metrics.ok == 1 && size(metrics.l) != 0 && (metrics.l.all(x, x < 2) || metrics.l.all(x, x > 7))",
    "metrics.l.exists(x, x > 1) && metrics.l.all(x, x < 2)",
    "metrics.l.exists(x, x > 2)",
    "[1, 2].all(x, x < metrics.a)",
    "size(metrics.l) > 0 ? metrics.l.all(x, x > 1) : false",
    "size(metrics.l) > 0 && !metrics.l.exists(x, x > 2)",
    "size(metrics.l) > 0 && size(metrics.l.filter(x, x > 1)) == 0",
    "size(metrics.l.filter(x, x > 1)) > 0 && metrics.l.filter(x, x > 1).all(y, y < 3)",
    "size(metrics.l) > 0 && metrics.l.all(r, size(r.v) > 0 && r.v.all(v, v < 1))",
]
OPEN = [
    "metrics.l.all(x, x < 2)",
    "!metrics.l.exists(x, x > 2)",
    "metrics.l.exists(x, x > 2) == false",
    "size(metrics.l.filter(x, x > 1)) == 0",
    "metrics.l.map(x, x > 1) == [true]",
    "size(metrics.l) > 0 || metrics.l.all(x, x > 1)",
    "!(size(metrics.l) > 0 && metrics.l.all(x, x > 1))",
    "size(metrics.m) > 0 && metrics.l.all(x, x > 1)",
    "size(metrics.l) >= 0 && metrics.l.all(x, x > 1)",
    "size(metrics.l) < 3 && metrics.l.all(x, x > 1)",
    "size(metrics.l) > 0 ? true : metrics.l.all(x, x > 1)",
    "size(metrics.l) > 0 && metrics.l.all(r, r.v.all(v, v < 1))",
    "[].all(x, x < metrics.a)",
    "metrics.l.filter(x, x > 1).exists(y, y < 3)",
]


@pytest.mark.parametrize("source", GUARDED)
def test_a_list_that_cannot_be_empty_may_be_looked_through(source: str) -> None:
    assert agreed(source, METRICS)


@pytest.mark.parametrize("source", OPEN)
def test_a_list_that_may_be_empty_needs_a_guard(source: str) -> None:
    with pytest.raises(Misspelt, match="over an empty list it would say yes of nothing"):
        agreed(source, METRICS)


@settings(deadline=None)
@given(st.text(alphabet="metrics.alx<>=!&|?:+-*/%()[],\"' 019e\\", max_size=60))
@example("metrics.l.all(x, x<1)")
@example("'")
@example("((((")
def test_no_text_does_anything_but_parse_or_be_refused(source: str) -> None:
    try:
        tree = parse(source)
    except Misspelt:
        return
    assert text(parse(text(tree))) == text(tree)
