"""A check's sensitivity measured: functions made to do nothing, one at a time, within a time (DESIGN 7).

One session of the suite shows which tests reach which functions. Those that no test reaches survive without a run.
The others are tried in warm sessions (warm.py), only the tests that reach a function, stopping at the first failure;
where that is not possible or not enough (another test runner, threads before the first test, functions called at
import) by whole runs of the check in a checkout with the function rewritten (whole.py). Results of the same key stand.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import msgspec
from msgspec import Struct

from phaseproof.digests import Digest
from phaseproof.errors import Unable
from phaseproof.runner.job import Job, Ran
from phaseproof.runner.pool import Task, run_all
from phaseproof.runner.sensitivity.examined import Examined, Judged, Known, examined, unmeasured
from phaseproof.runner.sensitivity.languages import language_of
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import Probe, Reached, quiet, read_reached, session
from phaseproof.runner.sensitivity.reuse import Around, Key, Keys, lasting_names
from phaseproof.runner.sensitivity.sampling import in_order
from phaseproof.runner.sensitivity.selecting import noticed
from phaseproof.runner.sensitivity.warm import Warm, reaching, target_of
from phaseproof.runner.sensitivity.whole import Whole
from phaseproof.runner.site import Site

FLOOR = 600.0
"""Seconds that a measurement may take at least."""
TIMES = 15.0
"""Times the check's own duration that it may take, where that is more."""
CEILING = 4 * 3600.0
"""Seconds that it may take at most."""
BATCH = 48
"""Functions taken at a time where time may not be enough for all: more than a sample needs."""


class Request(Struct, frozen=True):
    """What a measurement is made of.

    Attributes:
        seed: what the order of the population comes from.
        check: digest of the check, whatever share it demands.
        known: earlier results that may stand, by key.
        seconds: the budget.
        at_once: processes at a time.
        say: told how far it is.
    """

    seed: Digest
    check: Digest
    known: Mapping[Digest, Known]
    seconds: float
    at_once: int
    say: Callable[[str], None]


def budget(own: float) -> float:
    """Seconds that a measurement of a check may take: `TIMES` its own duration, within `FLOOR` and `CEILING`."""
    return min(CEILING, max(FLOOR, TIMES * own))


def measure(site: Site, job: Job, ran: Ran, request: Request) -> Examined | None:
    """Measure a check that was found positive.

    Args:
        site: where.
        job: the check, as it runs in a clean checkout.
        ran: the positive run.
        request: see `Request`.

    Returns:
        What came of it; None where it was interrupted.
    """
    try:
        population = _population(site, job)
    except Unable as error:
        return unmeasured(error.rule, error.fact)
    if not population:
        return unmeasured("sensitivity-empty", "its subject has no function that does anything")
    return _Measurement(site, job, ran, request, in_order(request.seed, population)).run()


def _population(site: Site, job: Job) -> list[Function]:
    found: list[Function] = []
    for path in job.files.subject:
        language = language_of(path)
        if language is not None and site.tree.blobs[path].is_file:
            found += language.functions(path, site.blobs.read(site.tree.blobs[path].oid))
    return found


class _Measurement:
    def __init__(self, site: Site, job: Job, ran: Ran, request: Request, order: Sequence[Function]) -> None:
        self._site, self._job, self._ran, self._request = site, job, ran, request
        self._order = tuple(order)
        self._number = {function.id: number for number, function in enumerate(self._order)}
        self._ends = time.monotonic() + request.seconds
        self._judged: dict[str, Judged] = {}
        self._keys: dict[str, Key] = {}
        self._environment = ran.environment
        self._fresh = 0

    def run(self) -> Examined | None:
        reached = self._reached()
        if self._site.stop.is_set():
            return None
        if self._left() <= 0:
            return unmeasured("sensitivity-budget", "the time was up before it was known which tests reach what")
        tests = reaching(reached, self._order) if reached else {}
        outside = {self._order[i].id for i in reached.outside if i < len(self._order)} if reached else set(self._number)
        self._known(reached, tests, outside)
        warm = None
        if reached is not None and reached.warm:
            warm = Warm(self._site, self._job, self._ran.result.command, reached, self._order, self._left)
        whole = Whole(self._site, self._job, self._left)
        for batch in self._batches(reached, tests):
            pending = batch
            if warm is not None:
                found = warm.examine([one for one in pending if tests[one.id]], tests, self._request.at_once)
                for function in pending:
                    one = found.get(function.id)
                    if one is not None and (one.outcome == "killed" or function.id not in outside):
                        self._note(function, one)
                pending = [one for one in pending if one.id in outside and one.id not in self._judged]
            for function, one in whole.examine(pending, self._request.at_once):
                self._note(function, one)
            if self._site.stop.is_set():
                return None
            self._request.say(f"sensitivity: {len(self._judged)} of {len(self._order)} functions")
            if self._left() <= 0:
                break
        own: tuple[Digest, ...] = ()
        if reached is not None and warm is not None and self._left() > 0:
            own = noticed(self._job, reached, self._order, self._judged, tests, warm, self._request.at_once)
        return examined(self._request.seed, self._order, self._judged, self._fresh, own)

    def _left(self) -> float:
        return self._ends - time.monotonic()

    def _note(self, function: Function, one: Judged) -> None:
        self._fresh += 1
        key = self._keys[function.id]
        ran = one.ran if key.fine else None
        lasts = not key.fine or ran is not None
        self._judged[function.id] = msgspec.structs.replace(one, key=key.digest if lasts else "", ran=ran)

    def _reached(self) -> Reached | None:
        """One session of the suite; None where the check runs no pytest that our probe gets into."""
        if not self._ran.result.command:
            return None
        self._request.say("sensitivity: which tests reach what")
        targets = [target_of(number, one) for number, one in enumerate(self._order)
                   if getattr(language_of(one.path), "probed", False)]  # fmt: skip
        probe = Probe(self._ran.result.command, "reach", targets, self._left)
        job = session(self._job, probe, min(self._left(), float(self._job.check.timeout) * 3))
        report = run_all(self._site, [Task(job)], jobs=1, on_start=quiet, on_finish=quiet)
        if report.finished:  # where mutants run, also if the check itself ran in the working tree
            self._environment = report.finished[0].environment
        answer = report.finished[0].outputs.get("answer") if report.finished else None
        found = read_reached(answer) if answer is not None else None
        return found if found is not None and any(test.passed for test in found.tests) else None

    def _known(self, reached: Reached | None, tests: Mapping[str, Sequence[str]], outside: set[str]) -> None:
        """What needs no run: functions that no test reaches, and results that still stand."""
        cold = reached is None or not reached.warm
        ids = frozenset(self._number) if cold else frozenset(outside)
        around = Around(self._request.check, self._environment, reached, ids)
        keys = Keys(self._site, self._job, self._order, around)
        names = lasting_names(self._order)
        places = {names[one.id]: (number, one.source) for number, one in enumerate(self._order)}
        for function in self._order:
            reaching = tests.get(function.id, ())
            if not reaching and function.id not in outside:
                self._judged[function.id] = Judged(function.id, "unreached")
                continue
            key = self._keys[function.id] = keys.of(function, reaching)
            before = self._request.known.get(key.digest)
            if before is not None and all(places.get(name, (0, ""))[1] == was for name, was in before.rests or ()):
                ran = None if before.rests is None else tuple(places[name][0] for name, _ in before.rests)
                self._judged[function.id] = msgspec.structs.replace(before.judged, function=function.id, ran=ran)

    def _batches(self, reached: Reached | None, tests: Mapping[str, Sequence[str]]) -> list[list[Function]]:
        """All that is left at once where time is surely enough for it; else in the order of the sample, in parts."""
        left = [function for function in self._order if function.id not in self._judged]
        own = max(1.0, sum(test.seconds for test in reached.tests) if reached else 0.0)
        seconds = {test.name: test.seconds for test in reached.tests} if reached else {}
        cost = sum(sum(seconds[name] for name in tests.get(one.id, ())) or own for one in left)
        size = len(left) if reached and cost / self._request.at_once < self._left() / 2 else BATCH
        return [left[at : at + size] for at in range(0, len(left), max(1, size))]
