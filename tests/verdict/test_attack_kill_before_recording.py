"""A run that is about to fail is killed before it can say so."""

from __future__ import annotations

import pytest

from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from support.programme import Programme, proven


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", check="unit")


def test_a_start_without_a_result_is_a_failure_of_the_check(programme: Programme) -> None:
    programme.proves("E-03")
    programme.announces("unit", limit=60)
    assert programme.verdict("E-03") == ("missing", "in-progress")
    assert programme.waits(61).verdict("E-03") == ("error", "abandoned")


def test_a_run_given_up_is_abandoned_at_once(programme: Programme) -> None:
    programme.gives_up("unit", programme.announces("unit"))
    assert programme.verdict("E-03") == ("error", "abandoned")


def test_the_next_pass_does_not_wipe_it_out(programme: Programme) -> None:
    programme.gives_up("unit", programme.announces("unit"))
    assert programme.proves("E-03").verdict("E-03") == ("flaky", "flaky")
    assert programme.proves("E-03").proves("E-03").verdict("E-03") == proven


def test_a_result_of_a_stranger_does_not_end_a_run(programme: Programme) -> None:
    run = programme.announces("unit", limit=60)
    programme.runs("unit", by="stranger", run=run).waits(61)
    assert programme.verdict("E-03") == ("error", "abandoned")
    assert programme.proves("E-03").verdict("E-03") == ("flaky", "flaky")


def test_a_result_of_a_runner_that_has_left_since_the_bundle_changed_did_end_its_run() -> None:
    programme = Programme().item("E-03", check="unit").installed()
    programme.runs("unit", by="stranger")
    later = {**programme.ledger.rows[1][0].payload, "envelope": sha256(b"the next bundle")}
    programme.ledger.write("bundle", "bundle-activated", "alice", later, programme.tick())
    programme.proves("E-03")
    assert programme.verdict("E-03") == proven


def test_a_forged_result_that_ends_a_run_is_opened_and_refused(programme: Programme) -> None:
    run = programme.announces("unit", limit=60)
    programme.forges("unit", "inconclusive", run=run, reason="setup-failed").waits(61).proves("E-03")
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.exit_code == 3


def test_a_result_of_other_content_does_not_end_a_run(programme: Programme) -> None:
    run = programme.announces("unit", limit=60)
    held = programme.held_at("unit", "elsewhere")
    programme.runs("unit", run=run, held=held).waits(61)
    assert programme.verdict("E-03") == ("error", "abandoned")


def test_announcing_the_same_run_again_for_other_content_is_refused(programme: Programme) -> None:
    run = programme.announces("unit", limit=60)
    programme.edits("unit")
    programme.announces("unit", run=run)
    with pytest.raises(Untrue, match="a second time") as refusal:
        programme.verdict("E-03")
    assert refusal.value.rule == "event-replayed"


def test_announcing_the_same_run_twice_alike_says_nothing_new(programme: Programme) -> None:
    run = programme.announces("unit")
    programme.announces("unit", run=run)
    programme.runs("unit", run=run)
    programme.announces("unit", run=run)
    assert programme.verdict("E-03") == proven


def test_an_announcement_that_cannot_end_holds(programme: Programme) -> None:
    programme.proves("E-03")
    programme.announces("unit", limit=2**31)
    assert programme.waits(10**8).verdict("E-03") == ("missing", "in-progress")


def test_an_announcement_without_an_instant_is_over(programme: Programme) -> None:
    programme.proves("E-03")
    run = programme.announces("unit")
    event, _ = programme.ledger.rows.pop()
    programme.ledger.write(event.stream, event.type, event.actor, event.payload, "soon")
    assert run
    assert programme.verdict("E-03") == ("error", "abandoned")
