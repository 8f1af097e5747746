"""From what a run came to, to signed evidence in the ledger: controls and evidence in one commit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import Bundle, Check, Selection, Strength
from phaseproof.checks.kind import Outcome
from phaseproof.digests import Digest, sha256
from phaseproof.evidence.envelope import Signer, Subject, keyid, read_statement, seal, stated
from phaseproof.evidence.fact import fact_of
from phaseproof.evidence.model import (
    CONTROL,
    EVIDENCE,
    ControlRecord,
    Evidence,
    Fact,
    FindingRecord,
    InputsRecord,
    KindRecord,
)
from phaseproof.instants import Instant
from phaseproof.ledger.model import Entry
from phaseproof.repo.tree import Tree
from phaseproof.runner.job import Ran

MAX_NAME = 4096
"""Characters of a message in evidence; a longer one is cut."""


class Scribe(Struct, frozen=True):
    """What all evidence of one `run` shares.

    Attributes:
        tenant: genesis of the ledger.
        bundle: the bundle in force, and
        bundle_digest: its digest.
        tree: the commit that is judged.
        signer: the runner's key.
        runner: its name in the bundle.
        versions: kind -> version of its distribution.
        digests: check name -> its digest, worked out when first asked for.
    """

    tenant: Digest
    bundle: Bundle
    bundle_digest: Digest
    tree: Tree
    signer: Signer
    runner: str
    versions: Mapping[str, str]
    digests: dict[str, Digest] = {}

    def check_digest(self, check: Check) -> Digest:
        """Digest of everything that makes a check this check."""
        known = self.digests.get(check.name)
        if known is None:
            known = digest.of_check(check, self.versions[check.kind.name], self.bundle.environment)
            self.digests[check.name] = known
        return known

    def written(
        self, check: Check, ran: Ran, selections: Sequence[Selection], controls: Sequence[ControlRecord], at: Instant
    ) -> tuple[Entry, Fact]:
        """One signed piece of evidence, or one control's result, as an entry to append.

        Args:
            check: as agreed.
            ran: what it came to.
            selections: what was asked of the run, in the order in which it answers.
            controls: what was tried to make it fail.
            at: instant of recording.

        Raises:
            ValueError: what it came to has no canonical form.
        """
        objects = {sha256(data): data for data in ran.outputs.values()}
        kept = {_ascii(name): sha256(data) for name, data in ran.outputs.items()}
        if ran.log:
            kept["log"] = sha256(ran.log)
            objects[kept["log"]] = ran.log
        objects[sha256(ran.manifest)] = ran.manifest
        evidence = self._evidence(check, ran, selections, controls, kept)
        subject = [
            Subject({"gitCommit": self.tree.commit, "gitTree": self.tree.id}, "commit"),
            *(Subject({"sha256": value[7:]}, name) for name, value in sorted(kept.items())),
        ]
        payload = stated(subject, CONTROL if ran.control else EVIDENCE, evidence)
        envelope = seal(payload, [self.signer])
        name = sha256(envelope)
        fact = fact_of(read_statement(payload), name, keyid(self.signer.public))
        objects[name] = envelope
        entry = Entry(
            stream=f"check/{check.name}",
            expected=None,
            type="control" if ran.control else "evidence",
            at=at,
            actor=self.runner,
            payload=canonical.plain(fact),
            objects=objects,
            once=name,
        )
        return entry, fact

    def strength(self, ran: Ran) -> Strength:
        """How strong evidence of a run is: `independent` where the bundle grants it and the mechanism kept it apart."""
        granted = self.bundle.runners.get(self.runner)
        return "independent" if ran.separate and granted is not None and granted.independent else ran.strength

    def _evidence(
        self, check: Check, ran: Ran, selections: Sequence[Selection], controls: Sequence[ControlRecord],
        kept: dict[str, Digest],
    ) -> Evidence:  # fmt: skip
        result = ran.result
        version = self.versions[check.kind.name]
        return Evidence(
            tenant=self.tenant,
            bundle=self.bundle_digest,
            check=check.name,
            check_digest=self.check_digest(check),
            kind=KindRecord(check.kind.name, check.kind.distribution, version),
            subject=ran.inputs.subject,
            instrument=ran.inputs.instrument,
            environment=ran.environment,
            inputs=InputsRecord(ran.inputs.inputs, ran.inputs.files, sha256(ran.manifest)),
            started=ran.started,
            finished=ran.finished,
            platform=ran.platform,
            strength=self.strength(ran),
            mechanism=ran.mechanism,
            runner=self.runner,
            run=ran.run,
            outcome=result.outcome.value,
            command=tuple(_text(part) for part in result.command),
            exit_code=result.exit_code,
            reason=result.reason,
            summary=_text(result.summary),
            cases=result.cases,
            metrics={_ascii(name): format(value, "f") for name, value in result.metrics.items()},
            findings=tuple(
                FindingRecord(one.rule, _text(one.message), _text(one.path), one.line, one.level)
                for one in result.findings
            ),
            selections={digest.of_selection(one): _answer(ran, index) for index, one in enumerate(selections)},
            objects=kept,
            overtaken=ran.overtaken,
            controls=tuple(controls),
            control=ran.control,
            control_digest=ran.control_digest,
            sensitivity=ran.sensitivity,
        )


def control_record(fact: Fact) -> ControlRecord:
    """A control's result in short, as evidence names it."""
    return ControlRecord(fact.control, fact.envelope, fact.outcome, fact.selections, fact.reason)


def _answer(ran: Ran, index: int) -> Literal["positive", "negative", "inconclusive"]:
    """What a run says of a selection: of an inconclusive run nothing but that, of a suite that fails as a whole no.

    Under a control it is the selection itself that must fail.
    """
    if ran.result.outcome is Outcome.INCONCLUSIVE:
        return "inconclusive"
    if ran.result.whole_fails and not ran.control:
        return "negative"
    return ran.result.selections.get(index, Outcome.INCONCLUSIVE).value


def _text(text: str) -> str:
    """Text that has a canonical form: surrogates of undecodable bytes replaced, length bounded."""
    clean = text.encode("utf-8", "replace").decode("utf-8")
    return clean if len(clean) <= MAX_NAME else clean[:MAX_NAME] + " …"


def _ascii(name: str) -> str:
    """A name as a key of canonical JSON; what is not ASCII is escaped."""
    return name.encode("ascii", "backslashreplace").decode("ascii")
