"""`run`: checks announced, run, tried under their controls, signed and recorded, in parallel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from phaseproof.authority.fold import RunAbandoned, RunStarted
from phaseproof.bundle import canonical, digest
from phaseproof.checks.kind import Outcome
from phaseproof.decisions import leftovers
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.noting import Notes
from phaseproof.decisions.recording import Scribe, control_record
from phaseproof.decisions.sensing import Sensing
from phaseproof.decisions.state import State
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import public_of
from phaseproof.evidence.model import ControlRecord, Fact
from phaseproof.instants import seconds
from phaseproof.ledger.model import Entry
from phaseproof.runner import controls
from phaseproof.runner.job import Case, Job, Ran
from phaseproof.runner.pool import Task, run_all
from phaseproof.runner.run import INTERRUPTED
from phaseproof.runner.sensitivity.measuring import budget
from phaseproof.runner.setup import TIMEOUT
from phaseproof.runner.site import Site
from phaseproof.verdict.check import SKEW
from phaseproof.verdict.pieces import fits, strength_of


class Watcher(Protocol):
    """Who is told how a run goes: a terminal, or nobody."""

    def started(self, check: str, control: str) -> None:
        """A check, or one of its controls, has started."""
        ...

    def said(self, check: str, text: str) -> None:
        """What a check is doing."""
        ...

    def finished(self, check: str, control: str, ran: Ran) -> None:
        """A check, or one of its controls, has ended."""
        ...

    def recorded(self, check: str, fact: Fact, seconds: float) -> None:
        """Evidence of a check stands in the ledger."""
        ...


class Outcomes(Struct, frozen=True):
    """How a `run` ended.

    Attributes:
        facts: evidence recorded, in the order of recording.
        interrupted: it was ended from outside; what was recorded stays.
        left: checks that were not run.
    """

    facts: tuple[Fact, ...]
    interrupted: bool = False
    left: tuple[str, ...] = ()


class Turn:
    """One turn of a set of jobs: the checks, the controls of those that passed, their sensitivity, their evidence.

    Args:
        desk: where.
        state: the ledger.
        site: where checks run.
        scribe: who writes evidence.
        watcher: who is told.
    """

    def __init__(self, desk: Desk, state: State, site: Site, scribe: Scribe, watcher: Watcher) -> None:
        self._desk, self._state, self._site, self._scribe, self._watcher = desk, state, site, scribe, watcher
        self._waiting: dict[str, tuple[Job, Ran, dict[str, ControlRecord | None]]] = {}
        self._fresh: dict[str, list[Entry]] = {}
        self._cases: dict[str, tuple[Case, ...]] = {}
        self._notes = Notes(desk, state)
        self._held: list[Entry] = []
        self._told: list[tuple[Ran, Fact]] = []
        self._to_come = 0
        self._sensing = Sensing(state, site, scribe, 1)
        self._marks = leftovers.Marks(desk)
        self.facts: list[Fact] = []
        self.interrupted = False

    def take(self, jobs: Sequence[Job], at_once: int) -> tuple[str, ...]:
        """Run jobs; the names of those that were never started come back.

        Args:
            jobs: what to run.
            at_once: how many at a time.

        Raises:
            Unable: the ledger or the runner's folders cannot be written.
        """
        if not jobs:
            return ()
        self._cases = {job.check.name: controls.cases(job, self._site) for job in jobs}
        leftovers.announce(self._desk, self._state, [job.check.name for job in jobs])
        with leftovers.Marks(self._desk) as self._marks:
            return self._both(jobs, at_once)

    def _both(self, jobs: Sequence[Job], at_once: int) -> tuple[str, ...]:
        """The checks, then their controls, then how much they notice."""
        self._sensing = msgspec.structs.replace(self._sensing, at_once=at_once)
        self._to_come = len(jobs)
        first = run_all(self._site, [Task(job) for job in jobs], jobs=at_once, on_start=self._start,
                        on_finish=self._main, on_text=self._text, on_ready=self._ready)  # fmt: skip
        self._to_come = 0
        self._flush()
        self.interrupted |= first.interrupted
        left = tuple(task.job.check.name for task in first.waiting)
        tasks = [
            Task(job if job.isolated else _isolated(job), case)
            for job, _, known in self._waiting.values()
            for case in self._cases[job.check.name]
            if known[case.name] is None
        ]
        if tasks and not self.interrupted:
            second = run_all(self._site, tasks, jobs=at_once, on_start=self._control_start,
                             on_finish=self._control, on_text=self._text)  # fmt: skip
            self.interrupted |= second.interrupted
        for name in list(self._waiting):
            self._sense(name)
        for name in list(self._waiting):
            self._give_up(name)
        self._notes.now()
        return left

    def _start(self, task: Task, run: str) -> None:
        job = task.job
        started = RunStarted(
            run=run,
            check=job.check.name,
            check_digest=self._scribe.check_digest(job.check),
            inputs=job.inputs.inputs,
            commit=self._scribe.tree.commit,
            limit=_limit(
                job, len(self._cases[job.check.name]), setup=self._scribe.bundle.environment.setup is not None
            ),
        )
        self._marks.add(run)
        self._to_come -= 1
        self._held.append(_event(self._desk, job.check.name, "run-started", self._scribe.runner, started))
        self._watcher.started(job.check.name, "")

    def _ready(self) -> None:
        """Commit announcements, and the evidence that waited for them."""
        self._flush()
        self._notes.now_and_then()

    def _main(self, task: Task, ran: Ran) -> None:
        name = task.job.check.name
        self._watcher.finished(name, "", ran)
        if ran.result.reason == INTERRUPTED:
            self._abandon(name, ran.run)
        elif ran.result.outcome is Outcome.POSITIVE or any(
            answer is Outcome.POSITIVE for answer in ran.result.selections.values()
        ):
            known = {case.name: self._known(task.job, ran, case) for case in self._cases[name]}
            self._waiting[name] = (task.job, ran, known)
            self._settle(name)
        else:
            self._record(task.job, ran, ())

    def _known(self, job: Job, ran: Ran, case: Case) -> ControlRecord | None:
        """An earlier result of a control on the same content: controls cost once per change (DESIGN 7)."""
        view = self._state.view.checks.get(job.check.name)
        wanted = {digest.of_selection(one) for one in job.selections}
        now = self._scribe.check_digest(job.check)
        for run in reversed(view.controls if view else ()):
            fact = run.fact
            same = (fact.check_digest, fact.inputs, fact.control_digest) == (now, ran.inputs.inputs, case.digest)
            if (
                same
                and self._as_strong(fact, ran)
                and wanted <= set(fact.selections)
                and fact.outcome != "inconclusive"
            ):
                placed = fact.environment == ran.environment or ran.strength == "observed"
                if placed and fact.control == case.name:
                    return control_record(fact)
        return None

    def _as_strong(self, fact: Fact, ran: Ran) -> bool:
        """Whether an earlier control counts beside this evidence: no less than the verdict will ask of it."""
        bundle = self._scribe.bundle
        keys = {name: keyid(public_of(runner.key)) for name, runner in bundle.runners.items()}
        return fits(strength_of(fact, bundle, keys), self._scribe.strength(ran))

    def _control_start(self, task: Task, run: str) -> None:
        del run
        self._watcher.started(task.job.check.name, task.case.name if task.case else "")

    def _control(self, task: Task, ran: Ran) -> None:
        name = task.job.check.name
        self._watcher.finished(name, ran.control, ran)
        if ran.result.reason == INTERRUPTED or name not in self._waiting:
            return
        entry, fact = self._scribe.written(task.job.check, ran, task.job.selections, (), self._desk.now())
        self._fresh.setdefault(name, []).append(entry)
        self._waiting[name][2][ran.control] = control_record(fact)
        self._settle(name)

    def _settle(self, name: str) -> None:
        """Record evidence once every control has a result, and its sensitivity is known where it is asked for."""
        job, ran, known = self._waiting[name]
        records = [record for record in known.values() if record is not None]
        if len(records) == len(known) and not self._sensing.wanted(job, ran, records):
            del self._waiting[name]
            self._record(job, ran, records)

    def _sense(self, name: str) -> None:
        """Measure how much a check notices whose controls have ended."""
        job, ran, known = self._waiting[name]
        if self.interrupted or None in known.values():
            return
        sensed = self._sensing.sensed(job, ran, lambda text: self._watcher.said(name, text))
        self.interrupted |= sensed is None
        if sensed is not None:
            self._waiting[name] = (job, sensed, known)
            self._settle(name)

    def _record(self, job: Job, ran: Ran, records: Sequence[ControlRecord]) -> None:
        """Put evidence into the next commit: the announcement that follows it at once, or one of its own."""
        name = job.check.name
        entry, fact = self._scribe.written(job.check, ran, job.selections, records, self._desk.now())
        self._held += [*self._fresh.pop(name, []), entry]
        self._told.append((ran, fact))
        if not self._to_come:
            self._flush()

    def _flush(self) -> None:
        """Commit what is held, and only then say that it stands in the ledger."""
        held, told = self._held, self._told
        self._held, self._told = [], []
        if held:
            self._state.ledger.append(held)
        for ran, fact in told:
            self.facts.append(fact)
            self._watcher.recorded(fact.check, fact, seconds(ran.finished) - seconds(ran.started))

    def _give_up(self, name: str) -> None:
        """A positive run whose controls never ended proves nothing, and counts as given up."""
        _, ran, _ = self._waiting.pop(name)
        self._fresh.pop(name, None)
        self._abandon(name, ran.run)

    def _abandon(self, name: str, run: str) -> None:
        gone = RunAbandoned(run, name, INTERRUPTED)
        self._append(_event(self._desk, name, "run-abandoned", self._scribe.runner, gone))

    def _text(self, task: Task, text: str) -> None:
        self._watcher.said(task.job.check.name, text)

    def _append(self, entry: Entry) -> None:
        self._held.append(entry)
        self._flush()


def _event(desk: Desk, check: str, kind: str, runner: str, body: Struct) -> Entry:
    return Entry(f"check/{check}", None, kind, desk.now(), runner, canonical.plain(body))


def _isolated(job: Job) -> Job:
    """A job as its controls run it: they change files, and so never in the working tree."""
    return msgspec.structs.replace(job, isolated=True)


def _limit(job: Job, cases: int, *, setup: bool) -> int:
    """Seconds after which a run announced now cannot be running any more."""
    sensing = budget(job.check.timeout) + job.check.timeout if job.check.min_sensitivity is not None else 0
    return int(job.check.timeout * (1 + cases) + sensing + (TIMEOUT if setup else 0)) + SKEW
