"""Taking a decision down: stated, signed, appended, its object and its event in one commit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from phaseproof.digests import Digest, sha256
from phaseproof.evidence.decision import Decision, Seen
from phaseproof.evidence.envelope import Signer, Subject, seal, statement
from phaseproof.evidence.model import DECISION
from phaseproof.instants import Instant
from phaseproof.ledger.model import Checkpoint, Entry, Ledger


class Draft(Struct, frozen=True):
    """A decision before it is signed.

    Attributes:
        decision: its kind.
        stream: where it will stand.
        seq: the sequence number it will take.
        actor: person or runner.
        content: what is decided.
        subject: what it is about, as in-toto subjects.
    """

    decision: str
    stream: str
    seq: int
    actor: str
    content: dict[str, Any]
    subject: tuple[Subject, ...] = ()


def state(draft: Draft, tenant: Digest, seen: Checkpoint, at: Instant) -> bytes:
    """Payload bytes of a decision's statement.

    Args:
        draft: what is decided.
        tenant: genesis.
        seen: the tree head its signer saw.
        at: when.
    """
    predicate = Decision(
        decision=draft.decision,
        tenant=tenant,
        stream=draft.stream,
        seq=draft.seq,
        checkpoint=Seen(seen.size, seen.root),
        at=at,
        actor=draft.actor,
        content=draft.content,
    )
    subject = draft.subject or (Subject({"sha256": tenant[7:]}, "tenant"),)
    return statement(subject, DECISION, predicate)


def entry(
    ledger: Ledger, draft: Draft, signer: Signer, at: Instant, type_: str, payload: Mapping[str, Any],
    objects: Mapping[Digest, bytes] | None = None, seen: Checkpoint | None = None,
) -> Entry:  # fmt: skip
    """A signed decision as an entry to append; the envelope's digest goes into the payload as `envelope`.

    Args:
        ledger: where it will stand.
        draft: what is decided.
        signer: who signs.
        at: when.
        type_: event type.
        payload: what the fold keeps of it.
        objects: further objects to store with it.
        seen: the tree head, if known already.

    Raises:
        Untrue: the ledger does not hold.
    """
    payload_bytes = state(draft, ledger.tenant, seen or ledger.checkpoint(), at)
    envelope = seal(payload_bytes, [signer])
    digest = sha256(envelope)
    return Entry(
        stream=draft.stream,
        expected=draft.seq,
        type=type_,
        at=at,
        actor=draft.actor,
        payload={**payload, "envelope": digest},
        objects={**(objects or {}), digest: envelope},
        once=digest,
    )
