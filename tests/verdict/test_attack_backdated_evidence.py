"""Clocks: set back, set ahead, and evidence that is older or younger than it says."""

from __future__ import annotations

import pytest

from support.programme import DAY, PASS, Programme, holds, proven


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", check="unit", max_age=DAY)


def test_evidence_is_void_from_the_instant_its_age_is_reached(programme: Programme) -> None:
    programme.proves("E-03")
    finished = programme.now
    assert programme.waits(DAY - 1).verdict("E-03") == proven
    programme.now = finished + DAY
    assert programme.verdict("E-03") == ("stale", "too-old")


def test_the_shorter_age_of_check_and_binding_counts() -> None:
    programme = Programme().check("unit", max_age=DAY).item("E-03", check="unit", max_age=7 * DAY).proves("E-03")
    assert programme.waits(2 * DAY).verdict("E-03") == ("stale", "too-old")


def test_setting_the_clock_back_holds_every_gate(programme: Programme) -> None:
    programme.proves("E-03").waits(2 * DAY)
    programme.refutes("E-03").waits(-2 * DAY)
    assert programme.gate_verdict()[:2] == holds("clock")


def test_an_event_written_with_the_old_clock_does_not_hide_it(programme: Programme) -> None:
    programme.proves("E-03").waits(2 * DAY).refutes("E-03").waits(-2 * DAY)
    programme.announces("unit")
    assert programme.gate_verdict()[:2] == holds("clock")


def test_a_ledger_whose_last_instant_is_none_holds(programme: Programme) -> None:
    programme.proves("E-03")
    programme.ledger.write("check/unit", "run-started", "", programme.ledger.rows[-3][0].payload, "zzz")
    assert programme.gate_verdict()[:2] == holds("clock")


def test_a_few_minutes_between_clocks_are_no_harm(programme: Programme) -> None:
    assert programme.proves("E-03").waits(-250).verdict("E-03") == proven
    assert programme.gate_verdict() == PASS


def test_evidence_from_the_future_is_an_error(programme: Programme) -> None:
    programme.proves("E-03", finished_after=DAY)
    assert programme.verdict("E-03") == ("error", "clock")


def test_and_does_not_become_fresh_when_that_day_comes(programme: Programme) -> None:
    programme.proves("E-03", finished_after=30 * DAY)
    assert programme.waits(30 * DAY).verdict("E-03") == ("error", "clock")


def test_an_error_is_shown_before_a_refutation() -> None:
    programme = Programme().item("E-03", check="unit").refutes("E-03", finished_after=DAY)
    assert programme.verdict("E-03") == ("error", "clock")


def test_an_index_with_an_unreadable_instant_is_an_error(programme: Programme) -> None:
    programme.forges("unit", finished="yesterday")
    assert programme.verdict("E-03") == ("error", "clock")
