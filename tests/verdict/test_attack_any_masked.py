"""`any` holds while a branch is refuted: attempts to make the refutation invisible without mending anything."""

from __future__ import annotations

import pytest

from phaseproof.errors import Untrue
from support.programme import Programme, holds, proven


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", any=("fuzz", "proof")).runs("fuzz", "negative").runs("proof")


def test_one_proven_branch_is_enough() -> None:
    programme = Programme().item("E-03", any=("fuzz", "proof")).runs("proof")
    assert programme.verdict("E-03") == proven
    assert programme.decides() == "PASS"


def test_but_not_while_another_is_refuted(programme: Programme) -> None:
    assert programme.verdict("E-03") == ("refuted", "check-failed")


def test_announcing_it_again_does_not_unsay_it(programme: Programme) -> None:
    programme.announces("fuzz")
    assert programme.verdict("E-03") == ("refuted", "check-failed", "in-progress")


def test_killing_its_next_run_does_not_unsay_it(programme: Programme) -> None:
    programme.gives_up("fuzz", programme.announces("fuzz"))
    assert programme.verdict("E-03") == ("error", "abandoned")
    assert programme.gate_verdict() == holds("nothing-proven", "item-holds")


def test_letting_it_time_out_does_not_unsay_it(programme: Programme) -> None:
    programme.runs("fuzz", "inconclusive", reason="timeout")
    assert programme.verdict("E-03") == ("error", "timeout")


def test_a_forged_pass_is_opened_although_the_other_branch_is_the_better_one(programme: Programme) -> None:
    programme.forges("fuzz")
    assert programme.verdict("E-03") == proven
    with pytest.raises(Untrue):
        programme.decides()


def test_weaker_passes_do_not_unsay_it(programme: Programme) -> None:
    programme.runs("fuzz", strength="observed")
    assert programme.verdict("E-03") == ("refuted", "check-failed")
