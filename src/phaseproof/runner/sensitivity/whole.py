"""Mutants tried by whole runs of the check, each in a checkout whose file was rewritten: a control like any other.

Killed is what makes the check come to a no. What makes it inconclusive shows contact and no judgement (DESIGN 7).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from phaseproof.bundle import canonical
from phaseproof.checks.kind import Control, Outcome, Plant
from phaseproof.digests import sha256
from phaseproof.errors import Unable
from phaseproof.runner.job import Case, Job, Ran
from phaseproof.runner.pool import Task, run_all
from phaseproof.runner.run import INTERRUPTED
from phaseproof.runner.sensitivity.examined import Judged
from phaseproof.runner.sensitivity.languages import language_of
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import quiet
from phaseproof.runner.site import Site

STEP = 4
"""Whole runs for each process between two looks at the time."""
OPTIONS = "PYTEST_ADDOPTS"
"""Makes pytest stop at the first failure; nobody else listens to it."""


class Whole:
    """Tries mutants of one job.

    Args:
        site: where.
        job: as it runs in a clean checkout.
        left: seconds that are left.
    """

    def __init__(self, site: Site, job: Job, left: Callable[[], float]) -> None:
        self._site, self._job, self._left = site, job, left

    def examine(self, functions: Sequence[Function], at_once: int) -> list[tuple[Function, Judged]]:
        """What came of functions, in their order; those that time did not suffice for are missing."""
        found: dict[str, Judged] = {}
        step = STEP * at_once
        for at in range(0, len(functions), step):
            if self._left() <= 0 or self._site.stop.is_set():
                break
            tasks: list[Task] = []
            for function in functions[at : at + step]:
                try:
                    tasks.append(Task(self._job, self._case(function)))
                except Unable as error:
                    found[function.id] = Judged(function.id, "inconclusive", why=error.fact[:500])
            if tasks:
                report = run_all(self._site, tasks, jobs=at_once, on_start=quiet, on_finish=quiet)
                for ran in report.finished:
                    if ran.result.reason != INTERRUPTED:
                        found[ran.control] = _judged(ran)
        return [(function, found[function.id]) for function in functions if function.id in found]

    def _case(self, function: Function) -> Case:
        language = language_of(function.path)
        if language is None:
            raise Unable("sensitivity-failed", f"{function.path} is of no known language", "")
        source = self._site.blobs.read(self._site.tree.blobs[function.path].oid)
        data = language.rewritten(source, function)
        digest = canonical.digest({"mutant": sha256(data), "of": sha256(source)})
        passed = os.environ.get(OPTIONS, "") if OPTIONS in self._site.environment.passes else ""
        added = {OPTIONS: f"{passed} -x".strip()}
        return Case(function.id, digest, Control(function.id, (Plant(function.path, data),)), added=added)


def _judged(ran: Ran) -> Judged:
    match ran.result.outcome:
        case Outcome.NEGATIVE:
            return Judged(ran.control, "killed", ran.result.summary[:500])
        case Outcome.POSITIVE:
            return Judged(ran.control, "survived")
    return Judged(ran.control, "inconclusive", why=f"{ran.result.reason}: {ran.result.summary}"[:500])
