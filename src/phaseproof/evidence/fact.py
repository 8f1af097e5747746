"""From a statement to the fact that the ledger's index keeps of it; the one place where that is derived."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import msgspec

from phaseproof.digests import Digest, is_digest
from phaseproof.errors import Untrue
from phaseproof.evidence import sensitivity
from phaseproof.evidence.envelope import Statement
from phaseproof.evidence.model import CONTROL, EVIDENCE, Evidence, Fact
from phaseproof.instants import seconds


def evidence_of(statement: Statement) -> Evidence:
    """The evidence predicate of a statement.

    Raises:
        Untrue: another predicate, or one that cannot be read or makes no sense (`evidence-unreadable`).
    """
    if statement.predicate_type not in (EVIDENCE, CONTROL):
        raise _unreadable(f"predicate {statement.predicate_type!r} is no evidence")
    try:
        evidence = msgspec.convert(statement.predicate, Evidence)
    except msgspec.ValidationError as error:
        raise _unreadable(f"evidence predicate: {error}") from error
    if bool(evidence.control) != (statement.predicate_type == CONTROL):
        raise _unreadable("a control's result must be of the control predicate, and nothing else may")
    for wrong in _nonsense(evidence):
        raise _unreadable(wrong)
    return evidence


def _nonsense(evidence: Evidence) -> Iterator[str]:
    try:
        if seconds(evidence.finished) < seconds(evidence.started):
            yield "it was finished before it was started"
    except ValueError as error:
        yield str(error)
    if one_sided := sensitivity.nonsense(evidence.sensitivity) if evidence.sensitivity is not None else "":
        yield one_sided
    named = [("inputs", evidence.inputs.digest), ("inputs.manifest", evidence.inputs.manifest)]
    named += [(f"objects.{name}", digest) for name, digest in evidence.objects.items()]
    named += [(f"controls.{one.name}", one.envelope) for one in evidence.controls]
    for name, digest in named:
        if not is_digest(digest):
            yield f"{name}: {digest!r} is no digest"
    for name, figure in evidence.metrics.items():
        if not _finite(figure):
            yield f"metric {name}: {figure!r} is no finite number"


def _finite(figure: str) -> bool:
    try:
        return Decimal(figure).is_finite()
    except InvalidOperation:
        return False


def commit_of(statement: Statement) -> str:
    """The commit a statement speaks of.

    Raises:
        Untrue: it names none, or several (`evidence-unreadable`).
    """
    commits = [one.digest["gitCommit"] for one in statement.subject if "gitCommit" in one.digest]
    if len(commits) != 1:
        raise _unreadable(f"evidence names one commit, this names {len(commits)}")
    return commits[0]


def fact_of(statement: Statement, envelope: Digest, key: str) -> Fact:
    """What the ledger keeps of a statement.

    Args:
        statement: evidence, or a control's result.
        envelope: digest of the envelope it stands in.
        key: id of the key that signed it.

    Raises:
        Untrue: it is no evidence.
    """
    return fact_from(evidence_of(statement), commit_of(statement), envelope, key)


def fact_from(one: Evidence, commit: str, envelope: Digest, key: str) -> Fact:
    """What the ledger keeps of evidence that has been read; arguments as `fact_of`."""
    return Fact(
        envelope=envelope,
        check=one.check,
        check_digest=one.check_digest,
        inputs=one.inputs.digest,
        subject=one.subject,
        instrument=one.instrument,
        environment=one.environment,
        bundle=one.bundle,
        commit=commit,
        run=one.run,
        outcome=one.outcome,
        strength=one.strength,
        mechanism=one.mechanism,
        runner=one.runner,
        key=key,
        started=one.started,
        finished=one.finished,
        reason=one.reason,
        summary=one.summary,
        selections=one.selections,
        overtaken=one.overtaken,
        controls=one.controls,
        control=one.control,
        control_digest=one.control_digest,
        sensitivity=one.sensitivity,
    )


def _unreadable(why: str) -> Untrue:
    return Untrue("evidence-unreadable", why, "phaseproof verify")
