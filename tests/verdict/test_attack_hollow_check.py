"""A check that cannot fail, and controls that only say that it can."""

from __future__ import annotations

import pytest

from phaseproof.bundle.model import Selection
from phaseproof.errors import Untrue
from phaseproof.evidence.model import ControlRecord
from support.programme import Programme, proven

FAST = Selection(tests=("test_fast_*",))
TRUNCATED = "subject truncated"


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", check="unit")


def test_a_check_that_passes_without_its_subject_is_hollow(programme: Programme) -> None:
    programme.proves("E-03", controls={TRUNCATED: "positive"})
    assert programme.verdict("E-03") == ("hollow", "control-passed")


def test_one_control_that_passes_is_enough(programme: Programme) -> None:
    programme.proves("E-03", controls={TRUNCATED: "negative", "slow handler": "positive"})
    assert programme.verdict("E-03") == ("hollow", "control-passed")


def test_a_control_that_could_not_be_judged_shows_nothing(programme: Programme) -> None:
    programme.proves("E-03", controls={TRUNCATED: "inconclusive"})
    assert programme.verdict("E-03") == ("hollow", "control-inconclusive")
    programme.proves("E-03", controls={TRUNCATED: "inconclusive", "slow handler": "negative"})
    assert programme.verdict("E-03") == proven


def test_a_control_whose_result_is_not_in_the_ledger_shows_nothing(programme: Programme) -> None:
    programme.proves("E-03", forget_controls=True)
    assert programme.verdict("E-03") == ("hollow", "control-missing")


def test_a_control_of_other_content_shows_nothing(programme: Programme) -> None:
    programme.proves("E-03")
    records = programme.view.checks["unit"].runs[-1].fact.controls
    run = programme.edits("unit").announces("unit")
    made, _ = programme.evidence("unit", "positive", "local", None, run, {}, controls=records)
    programme.ledger.take(made)
    assert programme.verdict("E-03") == ("hollow", "control-missing")


def test_a_control_recorded_otherwise_than_it_came_out_shows_nothing() -> None:
    programme = Programme().item("E-03", check="unit").installed()
    made, fact = programme.evidence("unit", "positive", "local", None, "r1", {}, control=TRUNCATED)
    programme.ledger.take(made)
    lie = ControlRecord(TRUNCATED, fact.envelope, "negative")
    run = programme.announces("unit")
    programme.ledger.take(programme.evidence("unit", "positive", "local", None, run, {}, controls=(lie,))[0])
    assert programme.verdict("E-03") == ("hollow", "control-missing")


def test_the_result_of_a_control_is_no_evidence() -> None:
    programme = Programme().item("E-03", check="unit").installed()
    made, _ = programme.evidence("unit", "positive", "local", None, "r1", {}, control="patch")
    programme.ledger.objects.update(made.objects)
    programme.ledger.write(made.stream, "evidence", "local", made.payload, made.at)
    with pytest.raises(Untrue, match="as evidence"):
        programme.verdict("E-03")


def test_evidence_is_no_result_of_a_control() -> None:
    programme = Programme().item("E-03", check="unit").installed()
    made, _ = programme.evidence("unit", "negative", "local", None, "r1", {})
    programme.ledger.write(made.stream, "control", "local", made.payload, made.at)
    with pytest.raises(Untrue, match="of no control"):
        programme.verdict("E-03")


@pytest.mark.parametrize(
    ("under_control", "expected"),
    [
        ("negative", proven),
        ("positive", ("hollow", "control-passed")),
        ("inconclusive", ("hollow", "control-inconclusive")),
    ],
)
def test_a_selection_needs_a_control_that_it_notices(under_control: str, expected: tuple[str, ...]) -> None:
    programme = Programme().item("E-03", check="unit", selection=FAST)
    programme.proves("E-03", selections={FAST: "positive"}, control_selections={FAST: under_control})
    assert programme.verdict("E-03") == expected


def test_a_selection_stands_although_the_rest_of_its_check_fails() -> None:
    programme = Programme().item("E-03", check="unit", selection=FAST)
    programme.refutes("E-03", selections={FAST: "positive"}, controls={TRUNCATED: "negative"},
                      control_selections={FAST: "negative"})  # fmt: skip
    assert programme.verdict("E-03") == proven
    assert programme.decides() == "PASS"
