"""A check that fails is run again until it happens to pass."""

from __future__ import annotations

import pytest

from phaseproof.bundle.model import Flake, Selection
from phaseproof.errors import Untrue
from support.programme import PASS, Programme, holds, proven

FLAKY = ("flaky", "flaky")


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", check="unit")


def test_one_pass_after_a_failure_is_not_enough(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03")
    assert programme.verdict("E-03") == FLAKY
    assert programme.gate_verdict() == holds("nothing-proven", "item-holds")


def test_as_many_passes_in_a_row_as_policy_says_clear_it(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03").proves("E-03")
    assert programme.verdict("E-03") == FLAKY
    assert programme.proves("E-03").verdict("E-03") == proven


def test_a_failure_in_between_starts_the_row_again(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03").proves("E-03").refutes("E-03").proves("E-03").proves("E-03")
    assert programme.verdict("E-03") == FLAKY


def test_it_stays_flaky_when_the_inputs_change(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03").edits("unit").proves("E-03")
    assert programme.verdict("E-03") == FLAKY


def test_failing_and_mending_is_not_flaky(programme: Programme) -> None:
    assert programme.refutes("E-03").edits("unit").proves("E-03").verdict("E-03") == proven


def test_a_hang_counts_as_a_failure(programme: Programme) -> None:
    programme.runs("unit", "inconclusive", reason="timeout").proves("E-03")
    assert programme.verdict("E-03") == FLAKY


def test_a_set_up_that_failed_says_nothing_either_way(programme: Programme) -> None:
    programme.runs("unit", "inconclusive", reason="setup-failed").proves("E-03")
    assert programme.verdict("E-03") == proven


def test_a_selection_that_came_and_went_is_flaky_although_the_check_always_fails() -> None:
    fast = Selection(tests=("test_fast_*",))
    programme = Programme().item("E-03", check="unit", selection=fast)
    shown = {"subject truncated": "negative"}
    programme.refutes("E-03", selections={fast: "negative"})
    programme.refutes("E-03", selections={fast: "positive"}, controls=shown, control_selections={fast: "negative"})
    assert programme.verdict("E-03") == FLAKY


def test_passes_of_weaker_evidence_do_not_clear_it() -> None:
    programme = Programme().policy(strength="independent").item("E-03", check="unit")
    programme.refutes("E-03", by="ci", strength="independent").proves("E-03", by="ci", strength="independent")
    for _ in range(5):
        programme.proves("E-03")
    assert programme.verdict("E-03") == FLAKY


def test_a_failure_of_weaker_evidence_on_the_same_content_counts() -> None:
    programme = Programme().policy(strength="independent").item("E-03", check="unit")
    programme.refutes("E-03").proves("E-03", by="ci", strength="independent")
    assert programme.verdict("E-03") == FLAKY


def test_announced_runs_that_never_end_do_not_push_a_failure_out_of_sight() -> None:
    programme = Programme().policy(flake=Flake(window=4)).item("E-03", check="unit").refutes("E-03")
    programme.edits("unit")
    for _ in range(10):
        programme.announces("unit", limit=0)
    programme.waits(10).edits("unit")
    programme.restores("unit")
    programme.waits(10).proves("E-03")
    assert programme.verdict("E-03") == FLAKY


def test_forged_passes_that_would_clear_it_are_opened_and_refused(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03").forges("unit").forges("unit").proves("E-03")
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.exit_code == 3


def test_forged_runs_of_other_content_that_would_fill_the_window_are_opened_and_refused() -> None:
    programme = Programme().policy(flake=Flake(window=3)).item("E-03", check="unit").refutes("E-03")
    for number in range(4):
        programme.forges("unit", inputs="sha256:" + str(number) * 64)
    programme.proves("E-03")
    with pytest.raises(Untrue):
        programme.decides()


def test_an_honest_history_is_opened_and_passes(programme: Programme) -> None:
    programme.refutes("E-03").proves("E-03").proves("E-03").proves("E-03")
    assert len(programme.judgement("E-03").rests) == 4 + 1  # four runs and the control of the last
    assert programme.decides() == "PASS"
    assert programme.gate_verdict() == PASS
