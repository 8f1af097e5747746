"""The stage after controls: how many changes a check notices, where its `min_sensitivity` asks.

What an earlier run saw is used again only from evidence that is opened and verified here, and that is as strong as the
new one. Of one content the order of the population never changes: its seed is that of the first evidence which drew
one, else the root of the ledger's last checkpoint, or its head where it has none yet. So nobody draws until they like
the sample.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from msgspec import Struct, structs

from phaseproof.authority.view import CheckView, Run
from phaseproof.bundle import digest
from phaseproof.bundle.model import Check
from phaseproof.checks.kind import Finding, Outcome
from phaseproof.decisions.proof import verify_run
from phaseproof.decisions.recording import Scribe
from phaseproof.decisions.state import State
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid, read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.evidence.keys import public_of
from phaseproof.evidence.model import ControlRecord, Evidence
from phaseproof.evidence.sensitivity import Sensitivity, share
from phaseproof.instants import seconds
from phaseproof.runner.job import Job, Ran
from phaseproof.runner.sensitivity import measuring
from phaseproof.runner.sensitivity.examined import OBJECT, Examined, Known, known
from phaseproof.runner.site import Site
from phaseproof.verdict.pieces import fits, strength_of

LOOKED_AT = 5
"""Earlier pieces of evidence whose results may be used again."""


class Sensing(Struct, frozen=True):
    """What measuring needs of everything around a run; see `running.Turn`."""

    state: State
    site: Site
    scribe: Scribe
    at_once: int

    def wanted(self, job: Job, ran: Ran, records: list[ControlRecord]) -> bool:
        """Whether a check is still to be measured: it demands it, is positive, and no control has found it hollow."""
        hollow = any(record.outcome == "positive" for record in records)
        asked = job.check.min_sensitivity is not None
        return asked and ran.result.outcome is Outcome.POSITIVE and ran.sensitivity is None and not hollow

    def sensed(self, job: Job, ran: Ran, say: Callable[[str], None]) -> Ran | None:
        """A positive run with its check's sensitivity; None where it was interrupted.

        Args:
            job: the check.
            ran: its positive run.
            say: told how far it is.

        Raises:
            Untrue: earlier evidence that the ledger holds does not verify.
            Unable: the runner's folders cannot be written.
        """
        earlier = list(self._earlier(job, ran))
        same = [(run, seen) for run, seen in earlier if run.fact.inputs == ran.inputs.inputs
                and run.fact.check_digest == self.scribe.check_digest(job.check)]  # fmt: skip
        for run, seen in same:
            stands = run.fact.sensitivity
            if stands is not None and run.fact.environment == ran.environment and _settled(stands, job):
                return self._again(ran, stands, seen)
        results: dict[Digest, Known] = {}
        for run, seen in reversed(earlier):
            if OBJECT in seen.objects:
                results.update(known(self.state.ledger.get(seen.objects[OBJECT]), run.fact.run))
        own = seconds(ran.finished) - seconds(ran.started)
        request = measuring.Request(
            seed=self._seed(job, ran), check=self._digest(job.check), known=results, seconds=measuring.budget(own),
            at_once=self.at_once, say=say,
        )  # fmt: skip
        done = measuring.measure(self.site, structs.replace(job, isolated=True), ran, request)
        return None if done is None else _with(ran, done)

    def _digest(self, check: Check) -> Digest:
        """Digest of a check whatever share it demands: another demand changes no result."""
        return self.scribe.check_digest(structs.replace(check, min_sensitivity=None))

    def _earlier(self, job: Job, ran: Ran) -> Iterator[tuple[Run, Evidence]]:
        """Evidence that drew a sample and counts as much as the new one, the newest first, opened and verified."""
        bundle = self.scribe.bundle
        publics = {name: public_of(runner.key) for name, runner in bundle.runners.items()} | self.state.guests
        keys = {name: keyid(public) for name, public in publics.items()}
        by_id = {keyid(public): public for public in publics.values()}
        found = 0
        for run in reversed(self.state.view.checks.get(job.check.name, CheckView()).runs):
            strong = fits(strength_of(run.fact, bundle, keys), self.scribe.strength(ran))
            if run.fact.sensitivity is None or not strong:
                continue
            verify_run(self.state.ledger, run, by_id)
            _, payload = unverified(self.state.ledger.get(run.fact.envelope))
            yield run, evidence_of(read_statement(payload))
            found += 1
            if found == LOOKED_AT:
                return

    def _seed(self, job: Job, ran: Ran) -> Digest:
        for run in self.state.view.checks.get(job.check.name, CheckView()).runs:
            drawn = run.fact.sensitivity
            if drawn is not None and drawn.seed and run.fact.inputs == ran.inputs.inputs:
                return drawn.seed
        last = self.state.ledger.checkpoints()[-1:]
        return last[0].root if last else self.state.view.head

    def _again(self, ran: Ran, stands: Sensitivity, seen: Evidence) -> Ran:
        listing = self.state.ledger.get(seen.objects[OBJECT]) if OBJECT in seen.objects else b""
        if not listing:
            raise Untrue("evidence-unreadable", f"evidence of run {seen.run} lacks {OBJECT}", "phaseproof verify")
        survivors = tuple(Finding(one.rule, one.message, one.path, one.line, one.level)
                          for one in seen.findings if one.rule == "survivor")  # fmt: skip
        return _with(ran, Examined(stands, listing, survivors))


def _settled(one: Sensitivity, job: Job) -> bool:
    """Whether more time would change nothing: the whole population was judged, or enough of it for the demand."""
    asked = {digest.of_selection(selection) for selection in job.selections}
    if one.reason or one.inconclusive or not asked <= set(one.noticed):
        return False
    least = Decimal(job.check.min_sensitivity or 1)
    return one.sampled == one.population or share(one.killed, one.sampled, one.population) >= least


def _with(ran: Ran, done: Examined) -> Ran:
    result = structs.replace(
        ran.result, metrics={**ran.result.metrics, **done.metrics}, findings=(*ran.result.findings, *done.findings)
    )
    outputs = {**ran.outputs, OBJECT: done.listing} if done.listing else ran.outputs
    return structs.replace(ran, result=result, outputs=outputs, sensitivity=done.sensitivity)
