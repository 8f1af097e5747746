"""The hash chain: an entry becomes an event's canonical bytes, and bytes become an event again (FORMATS, section 4).

`hash = SHA-256(bytes)`, and each event holds the hash of the one before it, so the bytes are the authority.

Where strictness lives: `prepared.prepare` validates the whole payload before it is encoded, and `decode_strict`
(audit, and the first event on opening) accepts canonical bytes only. Replay (`follow`) decodes with the typed
decoder, which refuses unknown fields and wrong types, and checks hash, `prev`, position, tenant and `seq`; it does
not encode each event again, because bytes that hash to what the chain says are the bytes that were validated when
they were appended.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256 as _sha256
from typing import Any

import msgspec
from msgspec import Raw, Struct

from phaseproof.bundle.canonical import decode as decode_canonical
from phaseproof.digests import ZERO, Digest, is_digest
from phaseproof.errors import Untrue
from phaseproof.ledger import prepared as shape
from phaseproof.ledger.model import Entry, Event
from phaseproof.ledger.prepared import Prepared, prepare

GENESIS_STREAM = "tenant"
GENESIS_TYPE = "genesis"


class _Wire(Struct, gc=False):
    """An event with its keys in canonical (sorted) order."""

    actor: str
    at: str
    payload: Raw
    position: int
    prev: str
    seq: int
    stream: str
    tenant: str
    type: str


_emit = msgspec.json.Encoder().encode
_typed = msgspec.json.Decoder(Event).decode


def link(prepared: Prepared, tenant: Digest, position: int, seq: int, prev: Digest) -> tuple[Event, bytes, bytes]:
    """The event at a place in the chain, its canonical bytes and their hash (32 bytes)."""
    entry = prepared.entry
    event = Event(tenant, position, entry.stream, seq, entry.type, entry.at, entry.actor, prepared.payload, prev)
    wire = _Wire(entry.actor, entry.at, prepared.encoded, position, prev, seq, entry.stream, tenant, entry.type)
    data = _emit(wire)
    return event, data, _sha256(data).digest()


def genesis(at: str, actor: str, payload: dict[str, Any]) -> tuple[Event, bytes, Digest]:
    """A tenant's first event; its digest is the tenant's id.

    Args:
        at: UTC instant, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        actor: who makes the tenant.
        payload: the programme's name and a random nonce, by the caller.

    Raises:
        Unable: as `prepare`.
    """
    event, data, hashed = link(prepare(Entry(GENESIS_STREAM, 0, GENESIS_TYPE, at, actor, payload)), ZERO, 0, 0, ZERO)
    return event, data, "sha256:" + hashed.hex()


def decode(data: bytes, position: int) -> Event:
    """The event behind bytes whose hash is known to be right.

    Args:
        data: the bytes.
        position: where they were found, for the message.

    Raises:
        Untrue: `event-altered`: not an event: not JSON, an unknown or missing field, a wrong type.
    """
    try:
        return _typed(data)
    except (msgspec.DecodeError, RecursionError, TypeError, UnicodeDecodeError) as error:
        raise altered(position, f"is not an event: {error}") from error


def decode_strict(data: bytes, position: int) -> Event:
    """The event behind bytes, refusing every byte form but the canonical one and every field out of shape.

    Raises:
        Untrue: `event-altered`.
    """
    try:
        decode_canonical(data)
    except (ValueError, TypeError) as error:
        raise altered(position, f"is not canonical: {error}") from error
    event = decode(data, position)
    good = (
        shape.is_stream(event.stream)
        and shape.is_type(event.type)
        and len(event.actor) <= shape.MAX_NAME
        and shape.is_instant(event.at)
        and is_digest(event.tenant)
        and is_digest(event.prev)
        and event.position >= 0
        and event.seq >= 0
        and len(data) <= shape.MAX_EVENT
    )
    if not good:
        raise altered(position, "has a field out of shape")
    return event


def follow(
    rows: Iterable[tuple[bytes, bytes]], tenant: Digest, position: int, prev: Digest, seqs: dict[str, int]
) -> Iterator[tuple[Event, Digest]]:
    """Events of stored rows with their digests, the chain checked as they are read.

    Args:
        rows: stored hash (32 bytes) and canonical bytes, in order of position.
        tenant: whose ledger this is.
        position: position of the first row.
        prev: digest of the event before the first row; `ZERO` at position 0.
        seqs: next `seq` by stream, updated; a stream not in it is taken at its word unless position is 0.

    Raises:
        Untrue: `event-altered`, `event-missing`, `chain-broken`, naming the position.
    """
    whole = position == 0
    owner = ZERO if whole else tenant
    known = seqs.get
    hashed_of, typed = _sha256, _typed
    for digest, data in rows:
        try:
            hashed = hashed_of(data)
            event = typed(data)
        except (msgspec.DecodeError, RecursionError, TypeError, UnicodeDecodeError) as error:
            raise altered(position, f"is not an event: {error}") from error
        stream, seq = event.stream, event.seq
        if (
            hashed.digest() != digest
            or event.prev != prev
            or event.position != position
            or event.tenant != owner
            or seq != known(stream, 0 if whole else seq)
        ):
            raise _blame(event, hashed.digest() == digest, owner, position, prev)
        seqs[stream] = seq + 1
        owner = tenant
        prev = "sha256:" + hashed.hexdigest()
        position += 1
        yield event, prev


def _blame(event: Event, intact: bool, owner: Digest, position: int, prev: Digest) -> Untrue:
    """What is wrong with an event that does not stand where it should."""
    if not intact:
        return altered(position, "does not hash to what was stored for it")
    if event.position > position and event.tenant == owner:
        return missing(position, f"the next one stored is {event.position}")
    if event.position != position or event.tenant != owner:
        return altered(position, "says another position or tenant")
    if event.prev != prev:
        return broken(position, event.prev, prev)
    return altered(position, f"has seq {event.seq} in stream {event.stream}, not the next one")


def altered(position: int, how: str) -> Untrue:
    """The refusal of an event that is not what was appended."""
    return Untrue("event-altered", f"event {position} {how}", _RESTORE)


def missing(position: int, how: str) -> Untrue:
    """The refusal of a gap."""
    return Untrue("event-missing", f"event {position} is missing: {how}", _RESTORE)


def broken(position: int, says: Digest, found: Digest) -> Untrue:
    """The refusal of an event that does not follow the one before it."""
    return Untrue("chain-broken", f"event {position} follows {says}, but event {position - 1} is {found}", _RESTORE)


_RESTORE = "restore the ledger from a backup or another clone, then `phaseproof verify`"
