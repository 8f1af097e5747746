"""Appending: what an append promises, and FORMATS' table of outcomes as far as it concerns the store."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_support import AT, evidence, fact, indexed_every, new

from phaseproof.digests import ZERO, sha256
from phaseproof.errors import Conflict, Unable, Untrue
from phaseproof.ledger import audit, chain, objects, prepared, turns
from phaseproof.ledger.model import Entry, Event
from phaseproof.ledger.opening import open_ledger


def test_the_tenant_is_the_digest_of_its_genesis(tmp_path: Path) -> None:
    with new(tmp_path / "a") as ledger, new(tmp_path / "b", nonce="other") as other:
        ((event, digest),) = ledger.events()
        assert digest == ledger.tenant != other.tenant
        assert (event.tenant, event.prev, event.position, event.seq) == (ZERO, ZERO, 0, 0)
        assert (event.stream, event.type, event.payload["programme"]) == ("tenant", "genesis", "orders")


def test_positions_are_dense_and_seqs_are_dense_per_stream(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.append([fact("a"), fact("b"), fact("a")])
        ledger.append([fact("b", 1)])
        found = [(event.position, event.stream, event.seq) for event, _ in ledger.events()]
        assert found == [(0, "tenant", 0), (1, "a", 0), (2, "b", 0), (3, "a", 1), (4, "b", 1)]
        assert ledger.size() == 5
        assert (ledger.next_seq("a"), ledger.next_seq("b"), ledger.next_seq("c")) == (2, 2, 0)


def test_each_event_holds_the_digest_of_the_one_before(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        appended = ledger.append([fact(n=1), fact(n=2)])
        events = list(ledger.events())
    assert [event.prev for event, _ in events] == [ZERO, *(digest for _, digest in events[:-1])]
    assert [(item.event, item.hash) for item in appended] == events[1:]


def test_what_is_appended_reads_back_in_another_handle(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.append([evidence(1), evidence(2, size=200_000)])
        written = list(ledger.events())
    with open_ledger(tmp_path, ledger.tenant) as again:
        assert list(again.events()) == written
        assert list(again.events(1, 2)) == written[1:2]
        assert list(again.events(3)) == []
        for event, _ in written[1:]:
            assert sha256(again.get(event.payload["envelope"])) == event.payload["envelope"]
        assert audit.verify(again).events == 3


# FORMATS, section 4, the table of outcomes.


def test_same_stream_same_expected_seq_one_commits_the_other_conflicts(tmp_path: Path) -> None:
    with new(tmp_path) as first, open_ledger(tmp_path) as second:
        first.append([fact("s", 0, by="first")])
        with pytest.raises(Conflict) as refusal:
            second.append([fact("other", 0), fact("s", 0, by="second")])
        assert (refusal.value.expected, refusal.value.actual, refusal.value.exit_code) == (0, 1, 1)
        assert [event.payload.get("by") for event, _ in second.events(1)] == ["first"]
        assert second.next_seq("other") == 0


def test_a_conflict_leaves_the_handle_usable_and_the_retry_goes_through(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        with pytest.raises(Conflict):
            ledger.append([fact("s", 3)])
        ledger.append([fact("s", ledger.next_seq("s"))])
        assert ledger.next_seq("s") == 1


def test_evidence_for_different_checks_both_commit(tmp_path: Path) -> None:
    with new(tmp_path) as first, open_ledger(tmp_path) as second:
        first.append([evidence(1, check="unit")])
        second.append([evidence(2, check="p95")])
        assert [event.stream for event, _ in first.events(1)] == ["check/unit", "check/p95"]


def test_the_same_evidence_twice_is_one_event_and_the_second_is_told_so(tmp_path: Path) -> None:
    with new(tmp_path) as first, open_ledger(tmp_path) as second:
        (there,) = first.append([evidence(1)])
        again, inner = second.append([evidence(1), evidence(1)])
        assert (there.duplicate, again.duplicate, inner.duplicate) == (False, True, True)
        assert again.event == there.event
        assert again.hash == there.hash
        assert second.size() == 2


def test_the_same_evidence_twice_within_one_append_is_one_event(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        first, second = ledger.append([evidence(1), evidence(1)])
        assert (first.duplicate, second.duplicate, ledger.size()) == (False, True, 2)
        assert first.event == second.event


def test_disjoint_evidence_merges_in_any_order_and_any_number_of_times(tmp_path: Path) -> None:
    left, right = [evidence(n) for n in range(3)], [evidence(n, check="p95") for n in range(3, 6)]
    accepted = []
    for name, order in (("a", [left, right]), ("b", [right, left, right]), ("c", [[*left, *right], left])):
        with new(tmp_path / name) as ledger:
            for batch in order:
                ledger.append(batch)
            accepted.append({event.payload["envelope"] for event, _ in ledger.events(1)})
            assert ledger.size() == 7
    assert accepted[0] == accepted[1] == accepted[2]


# What is refused before anything is written.

MALFORMED: list[Any] = [
    1.5,
    float("nan"),
    {"deep": [float("inf")]},
    2**53,
    [-(2**53)],
    {"ключ": 1},
    "\ud800",
    {1: "a", "1": "b"},
    msgspec.Raw(b'{"b":1,"a":2}'),
    msgspec.Raw(b'{"a":1,"a":2}'),
    object(),
]


@pytest.mark.parametrize("value", MALFORMED, ids=[repr(value)[:20] for value in MALFORMED[:-1]] + ["object"])
def test_a_payload_out_of_the_canonical_subset_is_refused(tmp_path: Path, value: Any) -> None:
    with new(tmp_path) as ledger:
        with pytest.raises(Unable) as refusal:
            ledger.append([fact(good=1), fact(bad=value)])
        assert refusal.value.rule == "event-malformed"
        assert ledger.size() == 1


def test_a_payload_nested_too_deep_is_refused(tmp_path: Path) -> None:
    value: Any = []
    for _ in range(70):
        value = [value]
    with new(tmp_path) as ledger, pytest.raises(Unable, match="deeper"):
        ledger.append([fact(bad=value)])


@pytest.mark.parametrize(
    "entry",
    [
        Entry("", None, "noted", AT, "", {}),
        Entry("a b", None, "noted", AT, "", {}),
        Entry("é", None, "noted", AT, "", {}),
        Entry("s" * 513, None, "noted", AT, "", {}),
        Entry("s", None, "Noted", AT, "", {}),
        Entry("s", None, "noted", "2026-02-30T00:00:00.000000Z", "", {}),
        Entry("s", None, "noted", "2026-02-20T00:00:00Z", "", {}),
        Entry("s", None, "noted", "2026-W09-1T00:00:00.000000Z", "", {}),
        Entry("s", None, "noted", AT, "x" * 513, {}),
        Entry("s", None, "noted", AT, "\udc80", {}),
        Entry("s", -1, "noted", AT, "", {}),
        Entry("s", None, "noted", AT, "", {}, {ZERO: b"not that"}),
        Entry("s", None, "noted", AT, "", {}, {}, sha256(b"not named in the payload")),
        Entry("s", None, "noted", AT, "", {"e": "sha256:12"}, {}, "sha256:12"),
    ],
)
def test_an_entry_out_of_shape_is_refused(tmp_path: Path, entry: Entry) -> None:
    with new(tmp_path) as ledger:
        with pytest.raises(Unable) as refusal:
            ledger.append([entry])
        assert refusal.value.rule == "event-malformed"
        assert ledger.size() == 1


def test_too_large_an_event_and_too_large_an_object_are_refused(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(objects, "MAX_OBJECT", 1000)
    with new(tmp_path) as ledger:
        with pytest.raises(Unable) as event:
            ledger.append([fact(text="x" * prepared.MAX_EVENT)])
        with pytest.raises(Unable) as stored:
            ledger.put(b"x" * 1001)
        assert (event.value.rule, stored.value.rule) == ("event-too-large", "object-too-large")
        assert ledger.size() == 1


def test_the_event_does_not_change_with_the_callers_payload(tmp_path: Path) -> None:
    payload = {"list": [1]}
    with new(tmp_path) as ledger:
        (appended,) = ledger.append([Entry("s", None, "noted", AT, "", payload)])
        payload["list"].append(2)
        assert appended.event.payload == {"list": [1]} == next(ledger.events(1))[0].payload


plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="ascii")), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(payload=st.dictionaries(st.text(st.characters(codec="ascii")), plain, max_size=5))
def test_an_events_bytes_are_those_of_an_independent_canonical_encoder(payload: dict[str, Any]) -> None:
    ready = prepared.prepare(Entry("s", None, "noted", AT, "ä", payload))
    event, body, hashed = chain.link(ready, ZERO, 7, 3, ZERO)
    fields = {name: getattr(event, name) for name in Event.__struct_fields__}
    assert body == rfc8785.dumps(fields)
    assert "sha256:" + hashed.hex() == sha256(body)
    assert chain.decode_strict(body, 7) == chain.decode(body, 7) == event
    assert event.payload == payload


@settings(max_examples=100, deadline=None)
@given(value=st.recursive(plain | st.floats() | st.just(2**60) | st.just(Decimal("1.5")), st.lists, max_leaves=5))
def test_a_float_is_never_taken_wherever_it_stands(value: Any) -> None:
    def floats(value: Any) -> bool:
        inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
        return isinstance(value, float) or value == 2**60 or any(floats(item) for item in inner)

    entry = Entry("s", None, "noted", AT, "", {"value": value})
    if floats(value):
        with pytest.raises(Unable):
            prepared.prepare(entry)
    else:
        assert prepared.prepare(entry).payload.keys() == {"value"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body.replace(b'"seq":3', b'"seq": 3'),
        lambda body: body.replace(b'"seq":3', b'"seq":3.0'),
        lambda body: body.replace(b'"seq":3', b'"seq":"3"'),
        lambda body: body.replace(b'"seq":3', b'"seq":-3'),
        lambda body: body.replace(b'"seq":3', b'"seq":3,"seq":3'),
        lambda body: body.replace(b'"seq":3', b'"seq":3,"sequel":3'),
        lambda body: body.replace(b'"seq":3,', b""),
        lambda body: body.replace(b"noted", b"Noted"),
        lambda body: body.replace(b"T09", b"T29"),
        lambda body: body.replace(b'"alice"', b'"\\u0061lice"'),
        lambda body: body + b"\n",
        lambda body: body[:-1],
        lambda body: b"[" * 100_000,
        lambda body: b"",
        lambda body: b"\xff",
        lambda body: b"null",
    ],
)
def test_strict_decoding_takes_one_byte_form_only(damage: Any) -> None:
    _, body, _ = chain.link(prepared.prepare(fact("s", x=1)), ZERO, 7, 3, ZERO)
    assert chain.decode_strict(body, 7).seq == 3
    assert damage(body) != body
    with pytest.raises(Untrue) as refusal:
        chain.decode_strict(damage(body), 7)
    assert refusal.value.fact.startswith("event 7 ")


def test_an_instant_is_one_that_datetime_writes() -> None:
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    assert prepared.is_instant(now)


# Many at once.


def test_threads_that_append_at_once_share_commits_and_lose_nothing(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        outcomes: list[Any] = []

        def work(worker: int) -> None:
            for number in range(20):
                outcomes.extend(ledger.append([fact(f"w{worker}", number), fact("shared", n=number)]))

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(item.event.position for item in outcomes) == list(range(1, 321))
        assert {item.hash for item in outcomes} == {digest for _, digest in ledger.events(1)}
        assert audit.verify(ledger).events == 321


def test_of_threads_that_race_for_one_seq_exactly_one_wins_each(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        won: list[int] = []
        lost: list[int] = []

        def work(worker: int) -> None:
            for number in range(15):
                try:
                    ledger.append([fact("contested", number, by=worker), fact("beside")])
                    won.append(number)
                except Conflict:
                    lost.append(number)

        threads = [threading.Thread(target=work, args=(worker,)) for worker in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(won) == sorted(set(won))
        assert len(won) + len(lost) == 90
        assert ledger.next_seq("contested") == len(won) == ledger.next_seq("beside")
        audit.verify(ledger)


def test_queued_appends_go_into_one_commit(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        commits: list[str] = []
        ledger._connection.set_trace_callback(lambda text: commits.append(text) if text == "COMMIT" else None)
        with ledger._lock:
            threads = [threading.Thread(target=ledger.append, args=([fact(n=n)],)) for n in range(6)]
            for thread in threads:
                thread.start()
            while len(ledger._turns._queue) < 6:
                pass
        for thread in threads:
            thread.join()
        assert ledger.size() == 7
        assert len(commits) == 1


def test_streams_end_where_they_end_with_and_without_their_index(tmp_path: Path) -> None:
    """Handles that come and go, and write behind each other's back, agree on every stream's next seq."""
    source = random.Random(5)
    model: dict[str, int] = {}
    with indexed_every(7), new(tmp_path) as first:
        second = open_ledger(tmp_path)
        for turn in range(120):
            if turn % 10 == 0:
                second.close()
                second = open_ledger(tmp_path)
            names = [f"s{source.randrange(12)}" for _ in range(source.randrange(1, 4))]
            for name in names:
                assert source.choice((first, second)).next_seq(name) == model.get(name, 0)
            appended = source.choice((first, second)).append([fact(name) for name in names])
            for name, item in zip(names, appended, strict=True):
                assert item.event.seq == model.get(name, 0)
                model[name] = model.get(name, 0) + 1
        second.close()
        audit.verify(first)


def test_a_reader_that_looks_while_the_index_moves_is_not_misled(tmp_path: Path, monkeypatch: Any) -> None:
    """Found by killing writers: the size was read before the end of the index, and another process wrote between."""
    with indexed_every(3), new(tmp_path) as writer, open_ledger(tmp_path) as reader:
        index_end = reader._index_end

        def late() -> Any:
            writer.append([fact("s") for _ in range(8)])
            return index_end()

        monkeypatch.setattr(reader, "_index_end", late)
        assert reader.next_seq("s") == 8


@pytest.mark.parametrize("together", [1, 5000])
def test_a_thread_interrupted_while_it_waits_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: Any, together: int
) -> None:
    """Also where it had just been told to commit: with one append to a commit, each thread is told in turn."""
    events: list[threading.Event] = []

    class Interrupted(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            super().wait(timeout)
            if events.index(self) == 2:
                raise KeyboardInterrupt
            return True

        def __init__(self) -> None:
            super().__init__()
            events.append(self)

    done: list[int] = []

    def work(number: int) -> None:
        try:
            ledger.append([fact(n=number)])
            done.append(number)
        except KeyboardInterrupt:
            done.append(-1)

    with new(tmp_path) as ledger:
        monkeypatch.setattr(turns, "MAX_BATCH", together)
        monkeypatch.setattr(turns, "Event", Interrupted)
        threads = [threading.Thread(target=work, args=(number,), daemon=True) for number in range(6)]
        with ledger._lock:
            for number, thread in enumerate(threads):
                thread.start()
                while len(ledger._turns._queue) <= number:
                    pass
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert sorted(done)[0] == -1
        assert len(done) == 6
        ledger.append([fact(n=9)])
        audit.verify(ledger)
