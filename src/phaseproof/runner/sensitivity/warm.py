"""Mutants tried in warm sessions: pytest is started and collects once for many of them, each forked from there.

Work is cut into parts that are worth a start, which the pool takes as it gets free; each part has a checkout and a
sandbox of its own. A session ends where its checkout was changed: what it left is tried in others, one mutant each.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from phaseproof.runner.job import Job, Ran
from phaseproof.runner.pool import Task, run_all
from phaseproof.runner.sensitivity.examined import Judged
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import Probe, Reached, Target, Tried, quiet, read_tried, session
from phaseproof.runner.site import Site

GRACE = 5.0
"""Seconds that the tests of a mutant may take besides `SLOWER` times their own."""
SLOWER = 4.0
PART = 15.0
"""Seconds of tests that a session should at least be started for."""
STARTS = 8.0
"""Times its own start that a session should at least have work for."""

Tests = Mapping[str, Sequence[str]]
"""Function -> tests that reach it."""


def reaching(reached: Reached, order: Sequence[Function]) -> dict[str, tuple[str, ...]]:
    """Function -> passing tests that reach it, the quickest first."""
    found: dict[str, list[tuple[float, str]]] = {function.id: [] for function in order}
    for test in reached.tests:
        for number in test.reached:
            if test.passed and 0 <= number < len(order):
                found[order[number].id].append((test.seconds, test.name))
    return {name: tuple(test for _, test in sorted(tests)) for name, tests in found.items()}


def target_of(number: int, one: Function, tests: tuple[str, ...] = (), seconds: float = 0.0) -> Target:
    """A function as plans have it."""
    return Target(number, one.path, one.first, one.line, one.plain, one.body, tests, seconds)


class Warm:
    """Tries mutants of one job.

    Args:
        site: where.
        job: as it runs in a clean checkout.
        command: the check's, as it ran.
        reached: what the tests reach.
        order: the population; a function's id in plans is its place there.
        left: seconds that are left.
    """

    def __init__(
        self, site: Site, job: Job, command: Sequence[str], reached: Reached, order: Sequence[Function],
        left: Callable[[], float],
    ) -> None:  # fmt: skip
        self._site, self._job, self._command, self._left = site, job, tuple(command), left
        self._numbers = {one.id: number for number, one in enumerate(order)}
        self._everything = [target_of(number, one) for number, one in enumerate(order)]
        self._ready = reached.ready
        self._seconds = {test.name: test.seconds for test in reached.tests}
        self._soiling = False

    def examine(self, functions: Sequence[Function], tests: Tests, at_once: int) -> dict[str, Judged]:
        """What came of functions; those that time did not suffice for are missing."""
        found: dict[str, Judged] = {}
        todo = list(functions)
        while todo and self._left() > 0 and not self._site.stop.is_set():
            parts = self._parts([self._target(one, tests[one.id]) for one in todo], at_once)
            probes = [Probe(self._command, "mutate", part, self._left, self._everything) for part in parts]
            by_number = {self._numbers[one.id]: one for one in todo}
            for probe, answers in self._sessions(probes, at_once):
                self._take(probe, answers, by_number, found)
            todo = [one for one in todo if one.id not in found]
        return found

    def _sessions(self, probes: Sequence[Probe], at_once: int) -> list[tuple[Probe, tuple[Tried, ...]]]:
        by_kind = {id(probe): probe for probe in probes}
        taken: list[tuple[Probe, tuple[Tried, ...]]] = []

        def take(task: Task, ran: Ran) -> None:
            taken.append((by_kind[id(task.job.kind)], read_tried(ran.outputs.get("answer", b""))))

        tasks = [Task(session(self._job, probe, self._left())) for probe in probes]
        run_all(self._site, tasks, jobs=at_once, on_start=quiet, on_finish=take)
        return taken

    def _take(
        self, probe: Probe, answers: Sequence[Tried], functions: Mapping[int, Function], found: dict[str, Judged]
    ) -> None:
        self._soiling |= any(answer.soiled for answer in answers)
        asked = set(probe.ids)
        for answer in answers:
            if answer.id in asked:
                name = functions[answer.id].id
                came = Judged(name, answer.outcome, answer.test[:500], answer.why[:500], ran=answer.ran)
                found.setdefault(name, came)
        unanswered = [number for number in probe.ids if functions[number].id not in found]
        stopped = bool(answers) and answers[-1].soiled
        if unanswered and not stopped and self._left() > 0 and not self._site.stop.is_set():
            name = functions[unanswered[0]].id  # the one it was at; else it would never end
            found[name] = Judged(name, "inconclusive", why="the session that tried it died")

    def _target(self, one: Function, tests: Sequence[str]) -> Target:
        seconds = GRACE + SLOWER * sum(self._seconds[name] for name in tests)
        return target_of(self._numbers[one.id], one, tuple(tests), seconds)

    def _parts(self, targets: Sequence[Target], at_once: int) -> list[list[Target]]:
        """Parts of about equal cost, at least one for each process, in the order given."""
        if self._soiling:
            return [[target] for target in targets]
        costs = [0.1 + (target.seconds - GRACE) / SLOWER for target in targets]
        worth = max(PART, STARTS * self._ready)
        size = min(worth, sum(costs) / at_once)
        parts: list[list[Target]] = [[]]
        filled = 0.0
        for target, cost in zip(targets, costs, strict=True):
            if parts[-1] and filled + cost / 2 > size:
                parts.append([])
                filled = 0.0
            parts[-1].append(target)
            filled += cost
        return parts
