"""The kind `tests`: a suite that writes JUnit XML, judged by the cases it executed and by its exit code together.

What it cannot stop is a suite that writes its own report. What stops that is the control: with its subject emptied,
a forged report is as green as before, and the check is hollow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from phaseproof.bundle.model import Selection
from phaseproof.checks.cases import Case, counts, merge
from phaseproof.checks.demands import ON_THE_WHOLE, TestsOptions, demanded, select
from phaseproof.checks.findings import fit
from phaseproof.checks.growth import Listing, listing, read_listing, total_seconds
from phaseproof.checks.invocation import arguments, undecided
from phaseproof.checks.junit import Unreadable
from phaseproof.checks.kind import Bench, Control, Execution, Finding, Outcome, Result, truncation
from phaseproof.checks.reading import Unfit, keep
from phaseproof.checks.reports import Reports, collect, standing

_RERUN = re.compile(r"\b([1-9][0-9]*) rerun\b.* in [0-9.]+s")


class Tests:
    """Runs a suite and counts."""

    __test__ = False  # pytest collects classes of this name

    name: ClassVar[str] = "tests"
    options: ClassVar[type[Struct]] = TestsOptions
    selections: ClassVar[tuple[str, ...]] = ("tests", "level")
    absent: ClassVar[bool] = False

    def run(self, options: TestsOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Run the suite. See `Kind.run`."""
        command = arguments(options.run, shell=options.shell)
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)

        def inconclusive(
            reason: str, summary: str, execution: Execution | None = None, findings: Sequence[Finding] = ()
        ) -> Result:
            started = execution is not None and execution.started
            return Result(
                Outcome.INCONCLUSIVE,
                reason=reason,
                summary=fit([Finding(reason, summary)], bench.root, bench.out)[0].message,
                findings=fit(findings, bench.root, bench.out),
                outputs={"log": keep(bench.out, "log.txt", execution.output)} if execution and started else {},
                selections=none,
                command=command,
                exit_code=execution.exit_code if execution else None,
            )

        try:
            if already := standing(options.junit, bench):
                return inconclusive(
                    "output-unreadable", f"{already} was there before the tests ran: it reports nothing"
                )
            before = _baseline(bench) if options.grow else None
        except (Unfit, ValueError) as error:
            return inconclusive("output-unreadable", f"before the tests ran: {error}")
        bench.progress("running tests")
        execution = bench.execute(command)
        if trouble := undecided(execution):
            return inconclusive(*trouble, execution)
        try:
            reports = collect(options.junit, bench)
        except (Unfit, Unreadable) as error:
            return inconclusive("output-unreadable", f"{error} (exit {execution.exit_code})", execution)
        cases = merge(reports.cases)
        if reason := _unjudged(cases):
            return inconclusive(*reason, execution, demanded(options, cases, None))
        return _result(options, bench, execution, command, selections, cases, reports, before)

    def controls(
        self, options: TestsOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Its subject emptied."""
        del options, read
        return (truncation(subject),) if subject else ()


def _baseline(bench: Bench) -> Listing | None:
    data = bench.accepted("tests.json")
    return None if data is None else read_listing(data)


def _unjudged(cases: Sequence[Case]) -> tuple[str, str] | None:
    """Why a run shows contact but no judgement (DESIGN 7): nothing was executed, or nothing but contact failed."""
    bad = [case for case in cases if case.status in ("failed", "error")]
    skipped = sum(case.status == "skipped" for case in cases)
    if not bad and not any(case.executed for case in cases):
        return "no-tests", f"no test was executed, {skipped} were skipped" if skipped else "no test was collected"
    if bad and all(case.contact for case in bad):
        collecting = any(case.contact == "collection" for case in bad)
        first = f"{bad[0].id}: {bad[0].message}".removesuffix(": ")
        count = f"{len(bad)} " + ("errors" if len(bad) > 1 else "error")
        words = "at collection" if collecting else "while tests were set up"
        reason = "collection-failed" if collecting else "test-setup-failed"
        return reason, f"{count} {words}, no failure of a test that ran; {first}"
    return None


def _result(
    options: TestsOptions,
    bench: Bench,
    execution: Execution,
    command: tuple[str, ...],
    selections: Sequence[Selection],
    cases: Sequence[Case],
    reports: Reports,
    before: Listing | None,
) -> Result:
    found = counts(cases)
    doubts = tuple(_doubts(execution, cases, reports))
    findings = (*doubts, *demanded(options, cases, before))
    distrusted = any(finding.level == "error" for finding in doubts)
    negative = any(finding.level == "error" for finding in findings)
    metrics = {
        "tests": Decimal(found["executed"]),
        "passed": Decimal(found["passed"]),
        "failed": Decimal(found["failed"]),
        "errors": Decimal(found["error"]),
        "skipped": Decimal(found["skipped"]),
        "flaky": Decimal(sum(case.flaky for case in cases)),
        "seconds": total_seconds(cases),
    }
    words = [f"{found['passed']} passed"]
    words += [f"{found[key]} {name}" for key, name in (("failed", "failed"), ("error", "errors")) if found[key]]
    words += [f"{found['skipped']} skipped"] if found["skipped"] else []
    fitted = fit(findings, bench.root, bench.out)
    if negative and not (found["failed"] or found["error"]):
        words.append(fitted[0].message)
    return Result(
        Outcome.NEGATIVE if negative else Outcome.POSITIVE,
        summary=", ".join(words),
        metrics=metrics,
        findings=fitted,
        outputs={
            "log": keep(bench.out, "log.txt", execution.output),
            "tests.json": keep(bench.out, "tests.json", listing(cases)),
        },
        selections={
            index: Outcome.NEGATIVE if distrusted else select(selection, options, cases)
            for index, selection in enumerate(selections)
        },
        cases=found["executed"],
        command=command,
        exit_code=execution.exit_code,
        whole_fails=any(finding.rule in ON_THE_WHOLE for finding in findings),
    )


def _doubts(execution: Execution, cases: Sequence[Case], reports: Reports) -> list[Finding]:
    """Why the report as a whole is not to be believed."""
    bad = sum(case.status in ("failed", "error") for case in cases)
    doubts = []
    if execution.exit_code == 0 and bad:
        doubts.append(
            Finding("exit-disagrees", f"the command says all is well (exit 0), its report has {bad} failures")
        )
    if execution.exit_code != 0 and not bad:
        doubts.append(Finding("exit-disagrees", f"exit {execution.exit_code}, yet its report has no failure"))
    if reports.claimed_failures and not bad:
        doubts.append(
            Finding("count-disagrees", f"the report counts {reports.claimed_failures} failures and shows none")
        )
    if reports.claimed and reports.claimed != len(reports.cases):
        said = f"the report says it holds {reports.claimed} tests; it holds {len(reports.cases)}"
        doubts.append(Finding("count-disagrees", said, level="note"))
    last = execution.output[-4000:].decode("utf-8", "replace").splitlines()[-5:]
    if again := next((match for line in last if (match := _RERUN.search(line))), None):
        said = f"the runner repeated {again[1]} failed attempts until they passed: a test that failed has failed"
        doubts.append(Finding("test-flaky", said))
    return doubts
