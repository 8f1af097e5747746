"""Whatever stands in a report: cases or `Unreadable`, nothing else, and never a pass that was not there."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.cases import Case, merge
from phaseproof.checks.growth import compare, listing, read_listing
from phaseproof.checks.junit import Unreadable, parse
from support.bench import COLLECTION, FAILED, SKIPPED, case, report

SAMPLE = report(
    case("a"), case("b", FAILED), case("c", SKIPPED), case("d", COLLECTION), case("e", status="run"),
    '<testsuite name="n" tests="40"><testcase name="f" time="1"/></testsuite>',
).encode()  # fmt: skip


def ends_well(data: bytes) -> tuple[Case, ...]:
    try:
        return parse(data).cases
    except Unreadable as error:
        assert str(error)
        return ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    ends_well(data)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.text(max_size=60))
def test_random_text_within_a_report(attribute: str, text: str) -> None:
    ends_well(f'<testsuite name="{attribute}"><testcase name="{text}">{attribute}</testcase></testsuite>'.encode(
        "utf-8", "surrogatepass"
    ))  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_mutated_reports(data: st.DataObject) -> None:
    mutant = bytearray(SAMPLE)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(mutant) - 1))
        what = data.draw(st.sampled_from(["set", "cut", "copy", "insert"]))
        end = min(len(mutant), at + data.draw(st.integers(1, 40)))
        if what == "set":
            mutant[at] = data.draw(st.integers(0, 255))
        elif what == "cut" and end - at < len(mutant):
            del mutant[at:end]
        elif what == "copy":
            mutant[at:at] = mutant[at:end]
        else:
            mutant[at:at] = data.draw(st.sampled_from([b"<", b"&#0;", b"<!--", b"]]>", b"<testcase>", b"\0", b"\xff"]))
    ends_well(bytes(mutant))


STATUSES = {"passed": "", "failed": FAILED, "skipped": SKIPPED, "error": "<error message='x'/>"}
RUNS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(sorted(STATUSES))), max_size=12)


@settings(max_examples=100, deadline=None)
@given(RUNS)
def test_no_repetition_turns_a_failure_into_a_pass(runs: list[tuple[str, str]]) -> None:
    cases = merge(parse(report(*(case(name, STATUSES[status]) for name, status in runs)).encode()).cases)
    assert sum(one.attempts for one in cases) == len(runs)
    for one in cases:
        statuses = {status for name, status in runs if one.id.endswith(f"::{name}")}
        assert (one.status == "passed") == (statuses == {"passed"})
        if "failed" in statuses:
            assert one.status == "failed"
        assert one.flaky == ("passed" in statuses and bool(statuses & {"failed", "error"}))


@settings(max_examples=100, deadline=None)
@given(RUNS, RUNS)
def test_growth_is_what_was_executed_and_is_not(before: list[tuple[str, str]], now: list[tuple[str, str]]) -> None:
    then = merge(parse(report(*(case(name, STATUSES[status]) for name, status in before)).encode()).cases)
    cases = merge(parse(report(*(case(name, STATUSES[status]) for name, status in now)).encode()).cases)
    growth = compare(read_listing(listing(then)), cases, ())
    known = {one.id: one for one in cases}
    wanted = {one.id for one in then if one.executed}
    assert set(growth.gone) == {one for one in wanted if one not in known}
    assert set(growth.silenced) == {one for one in wanted if one in known and not known[one].executed}
    assert compare(read_listing(listing(then)), cases, ("*",)).gone == ()
