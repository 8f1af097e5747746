"""The kind `score`."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks.figures import Source
from phaseproof.checks.kind import NoAnswer, Outcome, Result
from phaseproof.checks.score import Score, tally
from phaseproof.checks.score_options import Component, ScoreOptions
from support.bench import FolderBench, rules

D = Decimal
COMPONENTS = {
    "safety": Component("safety.score", D("0.5"), D("0.9")),
    "security": Component("security.score", D("0.3"), D("0.8")),
    "speed": Component("speed.score", D("0.2")),
}
GRADES = {"A": D("0.95"), "B": D("0.85"), "C": D("0.7")}
FULL: dict[str, Any] = {
    "read": (Source("r.json"),), "components": COMPONENTS, "threshold": D("0.85"), "grades": GRADES, "grade": "B",
}  # fmt: skip


def report(safety: Any = 0.95, security: Any = 0.9, speed: Any = 0.8) -> dict[str, Any]:
    return {"safety": {"score": safety}, "security": {"score": security}, "speed": {"score": speed}}


def judged(folder: Path, figures: Any, **changes: Any) -> Result:
    bench = FolderBench(folder, {"r.json": json.dumps(figures)})
    return Score().run(ScoreOptions(**{**FULL, **changes}), bench, ())


def test_a_good_score(tmp_path: Path) -> None:
    result = judged(tmp_path, report())
    assert (result.outcome, result.summary, result.cases) == (Outcome.POSITIVE, "0.905, grade B", 3)
    assert result.metrics["composite"] == D("0.905")
    sheet = json.loads(result.outputs["score.json"].read_text())
    assert sheet["components"]["speed"] == {"value": "0.8", "weight": "0.2"}


def test_a_floor_refutes_however_good_the_composite(tmp_path: Path) -> None:
    result = judged(tmp_path, report(safety=0.89, security=1, speed=1))
    assert result.outcome is Outcome.NEGATIVE
    assert result.metrics["composite"] == D("0.945")
    assert rules(result) == ["below-floor"]


@pytest.mark.parametrize(
    ("figures", "found"),
    [
        (report(safety=0.9, security=0.8, speed=0.7), ["below-threshold", "below-grade"]),
        (report(safety=0.8, security=0.7, speed=1), ["below-floor", "below-floor", "below-threshold", "below-grade"]),
    ],
)
def test_a_bad_score(tmp_path: Path, figures: Any, found: list[str]) -> None:
    result = judged(tmp_path, figures)
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, found)


def test_the_threshold_itself_is_enough(tmp_path: Path) -> None:
    assert judged(tmp_path, report(0.9, 0.8, 0.8)).metrics["composite"] == D("0.85")
    assert judged(tmp_path / "again", report(0.9, 0.8, 0.8)).outcome is Outcome.POSITIVE


@pytest.mark.parametrize(
    ("figures", "reason"),
    [
        (report(speed=1.2), "score-out-of-scale"),
        (report(speed=-0.1), "score-out-of-scale"),
        (report(speed="0.8"), "metric-missing"),
        (report(speed=None), "metric-missing"),
        (report(speed=True), "metric-missing"),
        ({"safety": {"score": 1}}, "metric-missing"),
        ({**report(), "speed.score": 1}, "metric-missing"),
        ({}, "no-cases"),
    ],
)
def test_what_cannot_be_weighed_is_inconclusive(tmp_path: Path, figures: Any, reason: str) -> None:
    result = judged(tmp_path, figures)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason), result


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"components": {}}, "1 to 100 components"),
        ({"components": {"a": Component("a", D("0.9"))}}, "sum to 0.9"),
        ({"components": {"a": Component("a", D("0.5")), "b": Component("b", D("0.500000000001"))}}, "not to 1"),
        ({"components": {"a": Component("a", D(2)), "b": Component("b", D(-1))}}, "more than 0"),
        ({"components": {"a": Component("", D(1))}}, "has a name"),
        ({"components": {"a": Component("a", D(1), D("1.1"))}}, "at most at 1"),
        ({"components": {"a": Component("a", D(1), D(0))}}, "nothing would be refused"),
        ({"threshold": D(0)}, "nothing would be refused"),
        ({"threshold": D("85")}, "at most at 1"),
        ({"threshold": D("0.1234567890123")}, "12 digits"),
        ({"worst": D(1)}, "worst lies below best"),
        ({"grade": "Z"}, "none of the grades"),
        ({"grades": {"A": D("0.9"), "B": D("0.9")}, "grade": "A"}, "begin at one"),
        ({"grades": {"A": D("0.9"), "F": D(0)}, "grade": "F"}, "every composite earns"),
        ({"threshold": None, "grade": None, "components": {"a": Component("a", D(1))}}, "demands nothing"),
    ],
)
def test_a_score_that_makes_no_sense_is_a_mistake(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionMistake) as caught:
        ScoreOptions(**{**FULL, **changes})
    assert words in str(caught.value)


def test_the_controls_are_noticed(tmp_path: Path) -> None:
    options = ScoreOptions(**FULL)
    bench = FolderBench(tmp_path, {"r.json": json.dumps(report())})
    changed, _ = Score().controls(options, ["r.json"], lambda path: json.dumps(report()).encode())
    bench.apply(changed)
    assert Score().run(options, bench, ()).outcome is Outcome.NEGATIVE


WEIGHTS = ("0.500000000001", "0.299999999998", "0.200000000001")


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=3, max_size=3))
def test_the_composite_is_exact(values: list[float]) -> None:
    components = {str(i): Component(f"c{i}", D(weight)) for i, weight in enumerate(WEIGHTS)}
    options = ScoreOptions(read=(Source("r.json"),), components=components, threshold=D("0.5"))
    found = tally(options, {f"c{i}": value for i, value in enumerate(values)})
    exact = sum(Fraction(weight) * Fraction(repr(value)) for weight, value in zip(WEIGHTS, values, strict=True))
    assert Fraction(found.composite) == exact


def test_a_point_in_a_name_is_found_where_it_is_the_only_way() -> None:
    options = ScoreOptions(read=(Source("r.json"),), components={"a": Component("x.y.z", D(1))}, threshold=D("0.5"))
    assert tally(options, {"x.y": {"z": 0.7}}).composite == D("0.7")
    with pytest.raises(NoAnswer, match="several"):
        tally(options, {"x.y": {"z": 0.7}, "x": {"y.z": 0.9}})
