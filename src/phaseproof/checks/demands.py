"""What a check of tests demands of the cases it saw. Pure: cases and options in, findings and outcomes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import field

from phaseproof.bundle.kinds import Options
from phaseproof.bundle.model import Selection
from phaseproof.checks.cases import Case, at_level, counts, selected
from phaseproof.checks.growth import Listing, compare
from phaseproof.checks.invocation import arguments
from phaseproof.checks.kind import Finding, Outcome
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob

OUT = "$PHASEPROOF_OUT/"
ON_THE_WHOLE = frozenset({"too-few-tests", "level-empty", "test-missing", "test-gone", "test-silenced"})
"""Findings that speak of the suite and of no test in it: no selection of such a suite stands for anything."""


class TestsOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: tests`: run a test suite that writes JUnit XML, and count what it really executed.

    Attributes:
        run: the test command: one line, split without a shell, or a list. `$PHASEPROOF_OUT` stands for the folder
            for its outputs; nothing else is expanded.
        shell: give the line to `bash -euo pipefail -c`.
        junit: where it writes its report: a path or glob below `$PHASEPROOF_OUT`, or in the tree. Nothing may stand
            there before it starts.
        levels: name of a level -> path pattern, which may begin at any folder (`unit/**` means `tests/unit/**`).
            Each level needs an executed test, and all of its tests must pass.
        min_tests: least number of tests executed.
        max_skips: most tests that may be skipped, besides those of `skips`.
        skips: ids or patterns of tests that may be skipped.
        must_include: ids or patterns; each must match an executed test.
        grow: no test that the accepted suite executed may be gone or skipped, unless `retired` names it.
        retired: ids or patterns of tests that may be gone.
    """

    __test__ = False  # pytest collects classes of this name

    run: str | tuple[str, ...]
    shell: bool = False
    junit: str = f"{OUT}junit.xml"
    levels: dict[str, str] = field(default_factory=dict)
    min_tests: int = 1
    max_skips: int = 0
    skips: tuple[str, ...] = ()
    must_include: tuple[str, ...] = ()
    grow: bool = False
    retired: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        arguments(self.run, shell=self.shell)
        try:
            compile_glob(self.junit.removeprefix(OUT))
            for pattern in self.levels.values():
                compile_glob(pattern)
        except Usage as error:
            raise ValueError(error.fact) from error
        if self.min_tests < 1:
            raise ValueError("min_tests is at least 1: a suite of no tests proves nothing")
        if self.max_skips < 0:
            raise ValueError("max_skips is at least 0")
        if "" in (*self.levels, *self.skips, *self.must_include, *self.retired):
            raise ValueError("a pattern or name is empty")
        if self.retired and not self.grow:
            raise ValueError("retired means nothing without grow: true")


def demanded(options: TestsOptions, cases: Sequence[Case], before: Listing | None) -> tuple[Finding, ...]:
    """What the cases lack, failures of the tests themselves included.

    Args:
        options: what is demanded.
        cases: merged cases of this run.
        before: tests of the accepted suite, None where there is none yet.
    """
    return (*_failures(cases), *_missing(options, cases), *_skipped(options, cases), *_growth(options, cases, before))


def select(selection: Selection, options: TestsOptions, cases: Sequence[Case]) -> Outcome:
    """What a selection came to: positive where each of its patterns matches an executed test and all matched pass.

    A pattern or level that matches nothing, or an empty selection, is negative: what is asked for was not shown. A
    skipped test that a pattern matches is negative too; at a level, tests that the check's `skips` allows are left out.
    """
    groups = [selected(pattern, cases) for pattern in selection.tests]
    if selection.level is not None:
        known = selection.level in options.levels
        allowed = _allowed(options, cases)
        level = at_level(options.levels[selection.level], cases) if known else ()
        groups.append(tuple(case for case in level if case.executed or case.id not in allowed))
    good = bool(groups) and all(group and all(case.status == "passed" for case in group) for group in groups)
    return Outcome.POSITIVE if good else Outcome.NEGATIVE


def _allowed(options: TestsOptions, cases: Sequence[Case]) -> set[str]:
    skipped = [case for case in cases if case.status == "skipped"]
    return {case.id for pattern in options.skips for case in selected(pattern, skipped)}


def _failures(cases: Sequence[Case]) -> Iterable[Finding]:
    for case in cases:
        if case.status in ("failed", "error"):
            rule = "test-flaky" if case.flaky else "test-failed" if case.status == "failed" else "test-error"
            words = {"failed": "failed", "error": "could not be run" if case.contact else "ended in an error"}
            again = " in one attempt and passed in another" if case.flaky else ""
            message = f"{case.id} {words[case.status]}{again}" + (f": {case.message}" if case.message else "")
            yield Finding(rule, message, path=case.file, line=case.line)


def _missing(options: TestsOptions, cases: Sequence[Case]) -> Iterable[Finding]:
    executed = counts(cases)["executed"]
    if executed < options.min_tests:
        yield Finding("too-few-tests", f"{executed} tests were executed, at least {options.min_tests} are demanded")
    for level, pattern in options.levels.items():
        if not any(case.executed for case in at_level(pattern, cases)):
            yield Finding("level-empty", f"level {level} ({pattern}): no test was executed")
    for pattern in options.must_include:
        if not any(case.executed for case in selected(pattern, cases)):
            yield Finding("test-missing", f"no executed test matches {pattern!r}")


def _skipped(options: TestsOptions, cases: Sequence[Case]) -> Iterable[Finding]:
    skipped = [case for case in cases if case.status == "skipped"]
    excused = _allowed(options, skipped)
    counted = [case for case in skipped if case.id not in excused]
    too_many = len(counted) > options.max_skips
    if too_many:
        yield Finding(
            "too-many-skipped",
            f"{len(counted)} tests were skipped, {options.max_skips} may be: a skipped test proves nothing; "
            "mend it, or name it in `skips`",
        )
    for case in skipped:
        level = "error" if too_many and case.id not in excused else "note"
        reason = f": {case.message}" if case.message else ""
        yield Finding("test-skipped", f"{case.id} was skipped{reason}", path=case.file, line=case.line, level=level)


def _growth(options: TestsOptions, cases: Sequence[Case], before: Listing | None) -> Iterable[Finding]:
    if not options.grow:
        return
    if before is None:
        yield Finding(
            "no-baseline", "grow: no accepted suite to compare with yet; this run can become it", level="note"
        )
        return
    growth = compare(before, cases, options.retired)
    for test in growth.gone:
        yield Finding("test-gone", f"{test} was executed by the accepted suite and is gone; name it in `retired`")
    for test in growth.silenced:
        yield Finding("test-silenced", f"{test} was executed by the accepted suite and is no longer")
