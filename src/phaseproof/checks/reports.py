"""Finding the reports of a run: where the check says, nowhere else, and made by this run."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct

from phaseproof.checks.cases import Case
from phaseproof.checks.demands import OUT
from phaseproof.checks.junit import MAX_BYTES, MAX_CASES, Unreadable, parse
from phaseproof.checks.kind import Bench
from phaseproof.checks.reading import Unfit, matching, opened

MAX_REPORTS = 5_000
"""Files of one run (Gradle and surefire write one per class)."""
MAX_TOTAL = 4 * MAX_BYTES
"""Bytes of all reports of a run."""
CLOCK_GRAIN = 2.0
"""Seconds by which a file system's clock may lag behind the system's."""


class Reports(Struct, frozen=True):
    """All reports of a run: their cases, not merged, and what they claim of themselves."""

    cases: tuple[Case, ...]
    claimed: int
    claimed_failures: int


def standing(junit: str, bench: Bench) -> str:
    """A file that stands where reports are expected before the tests ran; empty where there is none.

    Raises:
        Unfit: the folder cannot be listed.
    """
    root, pattern = _place(junit, bench)
    found = matching(root, pattern)
    return found[0] if found else ""


def collect(junit: str, bench: Bench) -> Reports:
    """Read every report that this run wrote.

    Raises:
        Unfit: none, too many, too large, older than the run, a link, FIFO or device.
        Unreadable: one that is no report.
    """
    root, pattern = _place(junit, bench)
    found = matching(root, pattern)
    if not found:
        raise Unfit("missing", f"no report was written to {junit}")
    if len(found) > MAX_REPORTS:
        raise Unfit("too-large", f"more than {MAX_REPORTS} reports were written")
    cases: list[Case] = []
    claimed = failures = total = 0
    for path in found:
        try:
            data = _read(root, path, bench.now)
            total += len(data)
            if total > MAX_TOTAL:
                raise Unfit("too-large", f"and the reports before it exceed {MAX_TOTAL // 1_000_000} MB")
            report = parse(data)
        except Unfit as error:
            raise Unfit(error.rule, f"the report {path} {error.fact}") from error
        except Unreadable as error:
            raise Unreadable(f"{path}: {error}") from error
        cases += report.cases
        claimed += report.claimed
        failures += report.claimed_failures
        if len(cases) > MAX_CASES:
            raise Unreadable(f"the reports have more than {MAX_CASES} tests")
    return Reports(tuple(cases), claimed, failures)


def _place(junit: str, bench: Bench) -> tuple[Path, str]:
    return (bench.out, junit.removeprefix(OUT)) if junit.startswith(OUT) else (bench.root, junit)


def _read(root: Path, path: str, since: float) -> bytes:
    file = opened(root, path)
    with os.fdopen(file, "rb") as stream:
        if os.fstat(file).st_mtime < since - CLOCK_GRAIN:
            raise Unfit("stale", "is older than this run")
        try:
            data = stream.read(MAX_BYTES + 1)
        except OSError as error:
            raise Unfit("unreadable", f"cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise Unfit("too-large", f"is larger than {MAX_BYTES // 1_000_000} MB")
    return data
