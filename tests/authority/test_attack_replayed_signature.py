"""Signatures and evidence used a second time, elsewhere, or for something that has changed since."""

from __future__ import annotations

import pytest
from msgspec import structs

from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from phaseproof.ledger.model import Event
from support.programme import PASS, Programme, proven


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-1", check="unit").item("S-1", kind="signoff", role="maintainer").proves("E-1")


def replay(programme: Programme, event: Event, stream: str | None = None) -> None:
    programme.ledger.write(stream or event.stream, event.type, event.actor, event.payload, programme.tick())


def last(programme: Programme, kind: str) -> Event:
    return next(event for event, _ in reversed(programme.ledger.rows) if event.type == kind)


def test_a_sign_off_is_void_when_what_it_covers_changes_and_stands_again_when_that_is_undone(
    programme: Programme,
) -> None:
    programme.signed_by("alice", "bob", item="S-1")
    assert programme.gate_verdict() == PASS
    programme.edits("unit").proves("E-1")
    assert programme.verdict("S-1") == ("stale", "content-changed")
    programme.restores("unit")
    assert programme.verdict("S-1") == proven


def test_fresh_evidence_of_equal_content_leaves_it_valid(programme: Programme) -> None:
    programme.signed_by("alice", "bob", item="S-1").proves("E-1")
    assert programme.gate_verdict() == PASS
    assert programme.decides() == "PASS"


def test_it_covers_verdicts(programme: Programme) -> None:
    programme.refutes("E-1").signed_by("alice", "bob", item="S-1")
    assert programme.verdict("S-1") == proven
    for _ in range(3):
        programme.proves("E-1")
    assert programme.verdict("E-1") == proven
    assert programme.verdict("S-1") == ("stale", "content-changed")


def test_it_covers_what_holds_on_another_ref() -> None:
    programme = Programme().item("E-1", check="unit", at="release/1.0").item("S-1", kind="signoff", role="maintainer")
    programme.refs["release/1.0"] = {"unit": programme.held_at("unit", "one")}
    programme.signed_by("alice", "bob", item="S-1")
    assert programme.verdict("S-1") == proven
    assert programme.edits("unit").verdict("S-1") == proven
    programme.refs["release/1.0"] = {"unit": programme.held_at("unit", "two")}
    assert programme.verdict("S-1") == ("stale", "content-changed")


def test_two_sign_offs_on_one_gate_do_not_void_each_other(programme: Programme) -> None:
    programme = Programme().item("E-1", check="unit").item("S-1", kind="signoff", role="maintainer")
    programme.item("S-2", kind="signoff", role="maintainer").proves("E-1")
    programme.signed_by("alice", "bob", item="S-1").signed_by("alice", "bob", item="S-2")
    assert (programme.verdict("S-1"), programme.verdict("S-2")) == (proven, proven)


@pytest.mark.parametrize("kind", ["evidence", "control", "signed", "bundle-installed"])
def test_one_envelope_for_two_events_is_refused(programme: Programme, kind: str) -> None:
    programme.signed_by("alice", "bob", item="S-1")
    replay(programme, last(programme, kind))
    with pytest.raises(Untrue, match=r"an event before it names|a second result") as refusal:
        programme.board()
    assert refusal.value.rule == "event-replayed"
    assert refusal.value.exit_code == 3


def test_an_old_pass_replayed_after_a_failure_is_refused(programme: Programme) -> None:
    old = last(programme, "evidence")
    programme.refutes("E-1")
    replay(programme, old)
    with pytest.raises(Untrue):
        programme.board()


def test_two_results_of_one_run_are_refused(programme: Programme) -> None:
    programme.runs("unit", run=last(programme, "evidence").payload["run"])
    with pytest.raises(Untrue, match="a second result"):
        programme.board()


def test_a_signature_moved_to_another_stream_is_misplaced(programme: Programme) -> None:
    programme.signed_by("alice", "bob", item="S-1")
    event, _ = programme.ledger.rows.pop()
    replay(programme, event, "sign/item/elsewhere/bob")
    assert programme.gate_verdict() == PASS
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.rule == "decision-misplaced"


def test_evidence_of_another_ledger_is_misplaced() -> None:
    elsewhere = Programme().item("E-1", check="unit").proves("E-1")
    here = Programme().item("E-1", check="unit")
    here.ledger.rows[0] = (structs.replace(here.ledger.rows[0][0], actor="mallory"), b'{"another":"genesis"}')
    here.installed()
    for event, _ in elsewhere.ledger.rows:
        if event.type in ("run-started", "control", "evidence"):
            replay(here, event)
    here.ledger.objects.update(elsewhere.ledger.objects)
    assert here.verdict("E-1") == proven
    with pytest.raises(Untrue) as refusal:
        here.decides()
    assert refusal.value.rule == "evidence-misplaced"


def test_an_index_that_says_more_than_its_evidence_is_refused(programme: Programme) -> None:
    programme.refutes("E-1")
    event, _ = programme.ledger.rows.pop()
    programme.ledger.write(event.stream, event.type, event.actor, {**event.payload, "outcome": "positive"}, event.at)
    for _ in range(3):
        programme.proves("E-1")
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.rule == "index-altered"


def test_an_envelope_whose_bytes_changed_is_refused(programme: Programme) -> None:
    programme.proves("E-1")
    envelope = last(programme, "evidence").payload["envelope"]
    altered = programme.ledger.objects[envelope].replace(b"payload", b"payloae", 1)
    programme.ledger.objects[envelope] = altered
    assert sha256(altered) != envelope
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.rule == "envelope-unreadable"


def test_evidence_whose_manifest_is_gone_is_refused(programme: Programme) -> None:
    del programme.ledger.objects[sha256(f"unit {programme.inputs.checks['unit'].inputs}".encode())]
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.rule == "object-missing"
