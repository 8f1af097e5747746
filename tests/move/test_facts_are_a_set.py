"""Importing and pulling evidence: commutative, associative, idempotent; and no order that somebody chose is trusted."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from phaseproof.authority.fold import fold
from phaseproof.decisions.belongings import belongings
from phaseproof.decisions.exporting import export_facts, fact_line
from phaseproof.decisions.importing import import_facts
from phaseproof.decisions.joining import common
from phaseproof.decisions.state import State
from phaseproof.errors import Untrue
from phaseproof.ledger import carried
from phaseproof.ledger.archive import ArchiveSource, pack
from phaseproof.ledger.model import Event
from phaseproof.ledger.moving import Arriving, adopt
from phaseproof.ledger.opening import receive
from phaseproof.verdict.judge import judge
from support.programme import Programme

CHECKS = ("parse", "price", "ship")


def programme() -> Programme:
    made = Programme().gate("gate-a")
    for name in CHECKS:
        made.check(name).item(f"I-{name}", check=name)
    return made.installed()


def facts(made: Programme, begin: int) -> list[tuple[Event, bytes]]:
    return [
        row
        for row in made.ledger.rows[begin:]
        if row[0].type in ("evidence", "control", "run-started", "run-abandoned")
    ]


def scenario(script: Sequence[tuple[str, str]]) -> tuple[Programme, int, list[Event]]:
    """A programme, how many events it had before anything ran, and the facts of a script of runs."""
    made = programme()
    begin = len(made.ledger.rows)
    for check, outcome in script:
        made.waits(60)
        if outcome == "abandoned":
            made.gives_up(check, made.announces(check))
        else:
            made.runs(check, outcome)
    return made, begin, [event for event, _ in facts(made, begin)]


@contextmanager
def state(made: Programme, begin: int, folder: Path) -> Iterator[State]:
    """A real ledger that begins as the programme's does, with nothing run."""
    rows = made.ledger.rows[:begin]
    with receive(folder, rows[0][1]) as ledger:
        objects = dict(made.ledger.objects)
        held = [
            Arriving(body, event.payload.get("envelope"), tuple(d for d in event.payload.values() if d in objects))
            for event, body in rows[1:]
        ]
        adopt(ledger, held, objects_for(held, objects), ledger.tenant)
        view = fold(ledger.events())
        yield State(ledger, view, made.bundle, SimpleNamespace())  # type: ignore[arg-type]


def objects_for(rows: Sequence[Arriving], objects: dict[str, bytes]) -> dict[str, bytes]:
    return {digest: objects[digest] for row in rows for digest in row.objects}


def again(one: State) -> State:
    return structs.replace(one, view=fold(one.ledger.events()))


def parcel(made: Programme, some: Sequence[Event], path: Path) -> Path:
    """An export of some facts, as `export --evidence` writes it."""
    names = dict.fromkeys(d for event in some for d in belongings(event, made.ledger.get))
    held = sorted((carried.object_name(d), made.ledger.get(d)) for d in names)
    lines = b"".join(line + b"\n" for line in sorted({fact_line(event) for event in some}))
    with path.open("wb") as out:
        pack([("facts", lines), ("format", carried.FORMAT), *held], out)
    return path


def take(one: State, path: Path) -> State:
    with ArchiveSource(path) as source:
        import_facts(None, one, carried.unpack(source))  # type: ignore[arg-type]
    return again(one)


def exported(one: State, path: Path) -> bytes:
    export_facts(one, str(path))
    return path.read_bytes()


def verdicts(made: Programme, one: State) -> dict[str, tuple[str, ...]]:
    board = judge(made.bundle, one.view, made.inputs, made.tick())
    return {item.short: (item.judgement.verdict, *(r.code for r in item.judgement.reasons)) for item in board.items}


RUNS = st.lists(st.tuples(st.sampled_from(CHECKS), st.sampled_from(["positive", "negative", "abandoned"])), max_size=7)


@settings(max_examples=6, deadline=None)
@given(script=RUNS, data=st.data())
def test_the_order_of_imports_and_their_number_make_no_difference_to_what_is_held(script, data) -> None:
    made, begin, all_facts = scenario(script)
    owner = [data.draw(st.sets(st.sampled_from("abc"), min_size=1)) for _ in all_facts]
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        parts = {
            name: parcel(made, [f for f, who in zip(all_facts, owner, strict=True) if name in who], folder / name)
            for name in "abc"
        }
        results = []
        for number, order in enumerate([*itertools.permutations("abc"), "aabbcc", "abcabc"]):
            one = stack.enter_context(state(made, begin, folder / f"ledger{number}"))
            for name in order:
                one = take(one, parts[name])
            results.append(exported(one, folder / f"out{number}"))
        assert len(set(results)) == 1
        # (a + b) + c, where a + b travelled as one export
        pair = stack.enter_context(state(made, begin, folder / "pair"))
        for name in "ab":
            pair = take(pair, parts[name])
        exported(pair, folder / "pair.zip")
        one = stack.enter_context(state(made, begin, folder / "joined"))
        one = take(take(one, parts["c"]), folder / "pair.zip")
        assert exported(one, folder / "joined.zip") == results[0]


@settings(max_examples=20, deadline=None)
@given(script=RUNS, split=st.lists(st.booleans(), min_size=7, max_size=7))
def test_no_order_of_imports_proves_what_the_whole_history_does_not(script, split) -> None:
    made, begin, all_facts = scenario(script)
    honest = {item.short: item.judgement.verdict for item in made.board().items}
    runs = {run: split[number % 7] for number, run in enumerate(dict.fromkeys(_run(f) for f in all_facts))}
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        parts = [
            parcel(made, [f for f in all_facts if runs[_run(f)] == side], folder / str(side)) for side in (True, False)
        ]
        for number, order in enumerate((parts, parts[::-1])):
            one = stack.enter_context(state(made, begin, folder / f"ledger{number}"))
            for path in order:
                one = take(one, path)
            now = verdicts(made, one)
            for item, verdict in now.items():
                assert verdict[0] != "proven" or honest[item] == "proven", (item, verdict, honest[item])
        if not _overlap(all_facts, runs):
            assert all(verdicts(made, take(one, path))[item][0] == honest[item] for item in honest for path in parts)


def _run(event: Event) -> str:
    return str(event.payload["check"]) + "/" + str(event.payload["run"])


def _overlap(all_facts: Sequence[Event], runs: dict[str, bool]) -> bool:
    """Whether one check was attempted on both sides."""
    sides: dict[str, set[bool]] = {}
    for event in all_facts:
        sides.setdefault(str(event.payload["check"]), set()).add(runs[_run(event)])
    return any(len(found) > 1 for found in sides.values())


def test_an_old_pass_brought_behind_a_newer_failure_does_not_hide_it(tmp_path: Path) -> None:
    made, begin, all_facts = scenario([("price", "positive")] * 3 + [("price", "negative")])
    old = [event for event in all_facts if event.position < begin + 9]
    new = [event for event in all_facts if event not in old]
    before, after = parcel(made, old, tmp_path / "old"), parcel(made, new, tmp_path / "new")
    with state(made, begin, tmp_path / "one") as one:
        one = take(take(one, after), before)
        last = one.view.checks["price"].runs[-1]
        assert last.fact.outcome == "positive", "it was laid behind"
        assert verdicts(made, one)["I-price"][0] == "refuted"


def test_a_failure_that_was_then_mended_is_flaky_until_it_passed_often_enough_after_it(tmp_path: Path) -> None:
    made, begin, all_facts = scenario(
        [("price", "positive")] * 3 + [("price", "negative")] + [("price", "positive")] * 3
    )
    half = len([f for f in all_facts if f.position < begin + 9])
    with state(made, begin, tmp_path / "one") as one:
        one = take(one, parcel(made, all_facts[half:], tmp_path / "new"))
        assert verdicts(made, one)["I-price"] == ("proven",)
        one = take(one, parcel(made, all_facts[:half], tmp_path / "old"))
        assert verdicts(made, one)["I-price"] == ("proven",)


def test_a_result_that_came_before_its_announcement_has_ended_it(tmp_path: Path) -> None:
    made, begin, all_facts = scenario([("price", "positive")])
    result = [event for event in all_facts if event.type != "run-started"]
    with state(made, begin, tmp_path / "one") as one:
        one = take(one, parcel(made, result, tmp_path / "result"))
        one = take(one, parcel(made, all_facts, tmp_path / "all"))
        assert one.view.checks["price"].unfinished == ()
        assert verdicts(made, one)["I-price"] == ("proven",)


def test_facts_that_are_none(tmp_path: Path) -> None:
    made, begin, all_facts = scenario([("price", "positive")])
    made.forges("ship")
    forged = [event for event, _ in facts(made, begin)][len(all_facts) :]
    made.runs("parse", run="f" * 32)
    twice = made.evidence("parse", "negative", "local", None, "f" * 32, {})[0]
    made.ledger.take(twice)
    both = [event for event, _ in facts(made, begin) if event.payload.get("run") == "f" * 32]
    evidence = next(event for event in all_facts if event.type == "evidence")
    lied = structs.replace(evidence, payload={**evidence.payload, "outcome": "negative"})
    decided = structs.replace(evidence, type="signed")
    with state(made, begin, tmp_path / "one") as one:
        for number, (some, rule) in enumerate(
            [
                (forged, "signature-unknown"),
                (both, "event-replayed"),
                ([lied], "index-altered"),
                ([decided], "fact-unreadable"),
                ([structs.replace(evidence, at="yesterday")], "fact-unreadable"),
                ([structs.replace(evidence, payload={**evidence.payload, "check": "a b"})], "fact-unreadable"),
            ]
        ):
            with pytest.raises(Untrue) as refusal:
                take(one, parcel(made, some, tmp_path / f"part{number}"))
            assert refusal.value.rule == rule, refusal.value.fact
        assert again(one).view.size == begin


def test_evidence_made_for_another_ledger(tmp_path: Path) -> None:
    made, begin, _ = scenario([])
    other, there, _ = scenario([])
    other.ledger.rows.clear()
    other.ledger.write("tenant", "genesis", "", {"programme": "orders", "nonce": "another"}, made.tick())
    other.frozen = False
    other.installed().runs("price")
    with state(made, begin, tmp_path / "one") as one, pytest.raises(Untrue) as refusal:
        take(one, parcel(other, [event for event, _ in facts(other, there)], tmp_path / "part"))
    assert refusal.value.rule == "evidence-misplaced"


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_the_common_beginning_of_two_chains(left: list[int], right: list[int]) -> None:
    def chain(said: list[int]) -> list[str]:
        return [repr(said[: length + 1]) for length in range(len(said))]

    expected = len(list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False))))
    assert common(chain(left), chain(right)) == expected
