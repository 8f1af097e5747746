"""Which objects belong to an event: what has to travel with it, and has to be there when it arrives."""

from __future__ import annotations

from collections.abc import Callable

from phaseproof.digests import Digest, is_digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.ledger.model import Event

Get = Callable[[Digest], bytes]
"""An object's bytes. Raises `Untrue` where it is missing."""

FACTS = frozenset({"evidence", "control", "run-started", "run-abandoned"})
"""Types of events whose meaning does not rest on where they stand: what was seen, and what was begun."""

_NAMED: dict[str, tuple[str, ...]] = {
    "genesis": (),
    "run-started": (),
    "run-abandoned": (),
    "evidence": ("envelope",),
    "control": ("envelope",),
    "signed": ("envelope",),
    "bundle-proposed": ("bundle", "reading", "migration"),
    "bundle-installed": ("envelope", "bundle", "reading"),
    "bundle-activated": ("envelope", "bundle", "reading"),
    "decided": ("envelope", "inputs"),
}
"""Event type -> fields of its payload that name objects."""


def belongings(event: Event, get: Get) -> tuple[Digest, ...]:
    """Objects that an event names, and those that its envelope names in turn.

    Args:
        event: any event.
        get: reads envelopes.

    Raises:
        Untrue: a type that is not known here (`event-unreadable`), a name that is no digest, an envelope that is
            missing or cannot be read.
    """
    fields = _NAMED.get(event.type)
    if fields is None:
        raise Untrue("event-unreadable", f"event {event.position} is of the unknown type {event.type!r}",
                     "install the version of phaseproof that wrote it")  # fmt: skip
    found = []
    for field in fields:
        digest = event.payload.get(field)
        if not is_digest(digest):
            raise Untrue("event-unreadable", f"event {event.position} ({event.type}) names no {field}")
        found.append(str(digest))
    if event.type in ("evidence", "control"):
        _, payload = unverified(get(found[0]))
        evidence = evidence_of(read_statement(payload))
        found += [evidence.inputs.manifest, *evidence.objects.values()]
    return tuple(dict.fromkeys(found))


def once_of(event: Event) -> Digest | None:
    """The digest for which an event is accepted once: that of its envelope, where it has one."""
    envelope = event.payload.get("envelope")
    return str(envelope) if is_digest(envelope) else None
