"""Folding: order in, state out; whatever is not understood is refused, naming the event."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.authority.fold import Folder, fold
from phaseproof.digests import ZERO, sha256
from phaseproof.errors import Untrue
from phaseproof.ledger.model import Event
from support.programme import Programme

STARTED = {"run": "r1", "check": "unit", "check_digest": sha256(b"c"), "inputs": sha256(b"i"), "commit": "c" * 40,
           "limit": 60}  # fmt: skip


def ledger(*events: tuple[str, dict[str, Any]]) -> list[tuple[Event, str]]:
    listed = [("genesis", {"programme": "orders"}), *events]
    return [
        (Event(ZERO, place, "s", place, kind, f"2026-03-01T09:00:{place:02}.000000Z", "", payload, ZERO), f"e{place}")
        for place, (kind, payload) in enumerate(listed)
    ]


def refusal(events: list[tuple[Event, str]]) -> Untrue:
    with pytest.raises(Untrue) as caught:
        fold(events)
    return caught.value


def test_an_unknown_type_is_refused_and_named() -> None:
    assert "event 1 (waived-forever)" in refusal(ledger(("waived-forever", {}))).fact


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {**STARTED, "limit": -1},
        {**STARTED, "limit": 10**30},
        {**STARTED, "limit": 1.5},
        {**STARTED, "limit": True},
        {**STARTED, "quietly": True},
        {**STARTED, "check": None},
    ],
)
def test_a_payload_that_is_not_of_its_type_is_refused(payload: dict[str, Any]) -> None:
    assert refusal(ledger(("run-started", payload))).rule == "event-unreadable"


@pytest.mark.parametrize("change", [{"outcome": "splendid"}, {"strength": "absolute"}, {"praise": "much"}])
def test_evidence_with_an_unknown_word_or_field_is_refused(change: dict[str, Any]) -> None:
    programme = Programme().item("E-1", check="unit").proves("E-1")
    event, _ = programme.ledger.rows.pop()
    programme.ledger.write(event.stream, event.type, event.actor, {**event.payload, **change}, event.at)
    assert refusal(list(programme.ledger.events())).rule == "event-unreadable"


def test_the_first_event_is_the_genesis_and_no_other_is() -> None:
    assert refusal(ledger(("genesis", {}))).rule == "event-unreadable"
    assert refusal(ledger(("run-started", STARTED))[1:]).rule == "event-unreadable"


def test_a_gap_is_refused() -> None:
    events = ledger(("run-started", STARTED), ("run-started", STARTED))
    assert refusal([events[0], events[2]]).rule == "event-unreadable"


def test_the_latest_instant_is_kept_whatever_comes_after() -> None:
    events = ledger(("run-started", STARTED))
    early = Event(ZERO, 2, "s", 2, "run-started", "2001-01-01T00:00:00.000000Z", "", {**STARTED, "run": "r2"}, ZERO)
    assert fold([*events, (early, "e2")]).last_at == events[1][0].at


def test_a_run_is_unfinished_until_its_result_comes() -> None:
    programme = Programme().item("E-1", check="unit")
    run = programme.announces("unit")
    assert [start.run for start in programme.view.checks["unit"].unfinished] == [run]
    programme.runs("unit", run=run)
    view = programme.view.checks["unit"]
    assert view.unfinished == ()
    assert view.runs[0].start is not None
    assert view.runs[0].start.run == run


def test_a_view_may_be_asked_at_any_position() -> None:
    programme = Programme().item("E-1", check="unit").proves("E-1").refutes("E-1")
    folder = Folder()
    for event, digest in programme.ledger.events():
        folder.take(event, digest)
        view = folder.view()
        assert (view.size, view.head) == (event.position + 1, digest)
        assert view == fold(programme.ledger.events(0, event.position + 1))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(["prove", "refute", "announce", "edit", "sign"]), max_size=8), st.integers(0, 30))
def test_folding_is_a_function_and_earlier_state_never_changes(deeds: list[str], cut: int) -> None:
    programme = Programme().item("E-1", check="unit").item("S-1", kind="signoff", role="maintainer").installed()
    for deed in deeds:
        match deed:
            case "prove":
                programme.proves("E-1")
            case "refute":
                programme.refutes("E-1")
            case "announce":
                programme.announces("unit")
            case "edit":
                programme.edits("unit")
            case _:
                programme.signed_by("alice", item="S-1")
    whole, again = fold(programme.ledger.events()), fold(programme.ledger.events())
    assert whole == again
    size = min(cut, programme.ledger.size())
    before = fold(programme.ledger.events(0, size))
    assert whole.signed[: len(before.signed)] == before.signed
    assert whole.bundles[: len(before.bundles)] == before.bundles
    if "unit" in before.checks:
        runs = before.checks["unit"].runs
        assert whole.checks["unit"].runs[: len(runs)] == runs
