"""Signatures opened and compared with what the ledger's index says of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from phaseproof.authority.view import Signed, Signing
from phaseproof.bundle.model import Bundle
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.decision import Decision, Seen, decision_of
from phaseproof.evidence.envelope import Opened, keyid, open_envelope
from phaseproof.evidence.keys import public_of
from phaseproof.ledger.model import Event, Ledger
from phaseproof.ledger.tree import insist_prefix, roots


def signing_of(decision: Decision, envelope: Digest, key: str) -> Signing:
    """What the index keeps of a signed `sign` decision.

    Raises:
        Untrue: it is another decision, or its content cannot be read (`decision-unreadable`).
    """
    if decision.decision != "sign":
        raise Untrue("decision-unreadable", f"a {decision.decision!r} decision is no signature")
    kept: Mapping[str, Any] = {**decision.content, "envelope": envelope, "person": decision.actor, "key": key}
    try:
        return msgspec.convert({name: kept[name] for name in Signing.__struct_fields__ if name in kept}, Signing)
    except msgspec.ValidationError as error:
        raise Untrue("decision-unreadable", f"signature: {error}") from error


class Heads:
    """Tree heads that must all be prefixes of one ledger; gathered first, then checked in one pass over it."""

    def __init__(self) -> None:
        self._said: list[Seen] = []

    def add(self, size: int, root: Digest) -> None:
        """Take one down.

        Raises:
            Untrue: it is of no events (`not-a-prefix`).
        """
        if size < 1:
            raise Untrue("not-a-prefix", "a checkpoint of no events says nothing", "phaseproof verify")
        self._said.append(Seen(size, root))

    def insist(self, ledger: Ledger) -> None:
        """Check all, and forget them.

        Raises:
            Untrue: one is no prefix (`not-a-prefix`, `ledger-truncated`), or the chain does not hold.
        """
        said, self._said = self._said, []
        found = roots(ledger, {seen.size for seen in said})
        for seen in said:
            insist_prefix(seen.size, seen.root, found[seen.size])


def verify_signing(ledger: Ledger, signed: Signed, bundles: Iterable[Bundle], heads: Heads) -> None:
    """Open a signature's envelope, check it, and compare it with its event.

    Args:
        ledger: where it stands.
        signed: what the fold made of its event.
        bundles: whose people's keys count.
        heads: takes what its signer saw, for the caller to insist on.

    Raises:
        Untrue: it does not verify, or says something else than its event (`signature-invalid`, `index-altered`,
            `decision-misplaced`).
    """
    keys = {keyid(public): public for bundle in bundles for public in map(public_of, bundle.people.values())}
    opened = open_envelope(ledger.get(signed.signing.envelope), keys)
    decision = in_place(opened, event_at(ledger, signed.position), heads)
    if signing_of(decision, opened.digest, opened.keys[0]) != signed.signing:
        raise Untrue("index-altered", f"event {signed.position} says something else than the statement it names",
                     "phaseproof verify")  # fmt: skip


def in_place(opened: Opened, event: Event, heads: Heads) -> Decision:
    """The decision of an opened envelope, if it belongs where it stands (DESIGN 10).

    Raises:
        Untrue: of another tenant, stream or `seq`, or it rests on later events (`decision-misplaced`).
    """
    decision = decision_of(opened.statement)
    if (decision.tenant, decision.stream, decision.seq) != (event.tenant, event.stream, event.seq):
        raise Untrue(
            "decision-misplaced",
            f"event {event.position} holds a decision made for {decision.stream}:{decision.seq} "
            f"of tenant {decision.tenant[7:15]}",
            "phaseproof verify",
        )
    if decision.checkpoint.size > event.position:
        raise Untrue("decision-misplaced", f"event {event.position} rests on a checkpoint of later events")
    heads.add(decision.checkpoint.size, decision.checkpoint.root)
    return decision


def event_at(ledger: Ledger, position: int) -> Event:
    """One event. Raises `Untrue` as `Ledger.events`."""
    for event, _ in ledger.events(position, position + 1):
        return event
    raise Untrue("event-missing", f"there is no event {position}", "phaseproof verify")
