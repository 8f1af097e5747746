"""`grow`: no test that the accepted suite executed may be gone or silenced. Pure; and the list of tests it reads.

The seam: a run of the kind `tests` keeps its tests as the output `tests.json`. When a later run of a check with
`grow: true` starts, `Bench.accepted("tests.json")` hands it that output of the nearest ancestor on the protected ref
whose evidence was accepted. Nothing is looked for in the tree, where whoever does the work could write it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.checks.cases import Case, Status, selected

FORMAT = 1
"""Version of `tests.json`."""


class Record(Struct, frozen=True, forbid_unknown_fields=True):
    """One test in `tests.json`.

    Attributes:
        id: as `identify` made it.
        status: its worst status.
        executed: it ran to a judgement.
        seconds: of all attempts, a decimal string.
        attempts: how often it stood in the reports.
        flaky: its attempts disagreed.
    """

    id: str
    status: Status
    executed: bool
    seconds: str
    attempts: int
    flaky: bool


class Listing(Struct, frozen=True, forbid_unknown_fields=True):
    """The content of `tests.json`, sorted by id."""

    format: int
    tests: tuple[Record, ...]


class Growth(Struct, frozen=True):
    """What became of the tests that were executed before.

    Attributes:
        gone: ids that no report names any more.
        silenced: ids that are still named, but no longer executed.
    """

    gone: tuple[str, ...]
    silenced: tuple[str, ...]


def listing(cases: Sequence[Case]) -> bytes:
    """`tests.json`: canonical bytes of the tests of a run."""
    records = tuple(
        Record(case.id, case.status, case.executed, f"{case.seconds:.3f}", case.attempts, case.flaky)
        for case in sorted(cases, key=lambda case: case.id)
    )
    return canonical.encode(Listing(FORMAT, records))


def read_listing(data: bytes) -> Listing:
    """The tests of an earlier run.

    Raises:
        ValueError: not `tests.json` of a format known here, or not as this program writes it.
    """
    try:
        found = msgspec.convert(canonical.decode(data), type=Listing, strict=True)
    except msgspec.ValidationError as error:
        raise ValueError(f"not a list of tests: {error}") from error
    if found.format != FORMAT:
        raise ValueError(f"a list of tests in format {found.format}; this version reads {FORMAT}")
    ids = [record.id for record in found.tests]
    if ids != sorted(set(ids)):
        raise ValueError("a list of tests that is not sorted, or names one twice")
    return found


def compare(before: Listing, now: Sequence[Case], retired: Sequence[str]) -> Growth:
    """Which tests are gone or silenced.

    Args:
        before: tests of the accepted run.
        now: tests of this run, merged.
        retired: ids or patterns of tests that may be gone.
    """
    known = {case.id: case for case in now}
    candidates = [Case(record.id, record.status) for record in before.tests if record.executed]
    excused = {case.id for pattern in retired for case in selected(pattern, candidates)}
    wanted = [case.id for case in candidates if case.id not in excused]
    return Growth(
        gone=tuple(test for test in wanted if test not in known),
        silenced=tuple(test for test in wanted if test in known and not known[test].executed),
    )


def total_seconds(cases: Sequence[Case]) -> Decimal:
    """Seconds of all tests together."""
    return sum((case.seconds for case in cases), Decimal(0))
