"""The hash chain: an entry becomes an event's canonical bytes, and bytes become an event again (FORMATS, section 4).

`hash = SHA-256(bytes)`, and each event holds the hash of the one before it, so the bytes are the authority.

Where strictness lives: `prepare` validates the whole payload before it is encoded, and `decode_strict` (audit, and
the first event on opening) accepts canonical bytes only. Replay (`follow`) decodes with the typed decoder, which
refuses unknown fields and wrong types, and checks hash, `prev`, position, tenant and `seq`; it does not encode each
event again, because bytes that hash to what the chain says are the bytes that were validated when appended.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from hashlib import sha256 as _sha256
from typing import Annotated, Any

import msgspec
from msgspec import Raw, Struct

from phaseproof.bundle.canonical import LIMIT, encode, encode_trusted
from phaseproof.bundle.canonical import decode as decode_canonical
from phaseproof.digests import ZERO, Digest, is_digest, sha256
from phaseproof.errors import Unable, Untrue
from phaseproof.ledger.model import Entry, Event

MAX_EVENT = 1 << 20
"""Largest event, bytes. What is larger is an object."""

MAX_NAME = 512
"""Longest stream name, type or actor, characters."""

GENESIS_STREAM = "tenant"
GENESIS_TYPE = "genesis"

_STREAM = re.compile(r"[!-~]{1,512}\Z")
_TYPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)


class _Wire(Struct):
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


_Scalar = str | bool | Annotated[int, msgspec.Meta(gt=-LIMIT, lt=LIMIT)]
_Nested: Any = _Scalar
for _ in range(6):
    _Nested = _Scalar | list[_Nested] | dict[str, _Nested]

_emit = msgspec.json.Encoder().encode
_plain = msgspec.json.Decoder(dict[str, _Nested]).decode
"""Decodes what needs no further look: no null (it may have been a NaN), no float, no deep nesting, no large integer."""
_typed = msgspec.json.Decoder(Event).decode


class Prepared(Struct, frozen=True):
    """An entry whose shape has been checked and whose payload has been encoded.

    Attributes:
        entry: as given.
        payload: a plain copy of its payload, apart from the caller's.
        encoded: the payload's canonical bytes.
        objects: the raw digests of its objects, one after the other, in sorted order.
        once: raw digest, or None.
    """

    entry: Entry
    payload: dict[str, Any]
    encoded: bytes
    objects: bytes
    once: bytes | None


def prepare(entry: Entry) -> Prepared:
    """Check an entry and encode its payload.

    Raises:
        Unable: `event-malformed`: a name, instant, payload, object or `once` that no ledger takes;
            `event-too-large`.
    """
    _check_names(entry.stream, entry.type, entry.actor)
    if entry.expected is not None and entry.expected < 0:
        raise _malformed(f"expected seq {entry.expected} is below 0")
    if not is_instant(entry.at):
        raise _malformed(f"{entry.at[:40]!r} is not a UTC instant YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        encoded = encode_trusted(entry.payload)
        payload = _copied(entry.payload, encoded)
        if not isinstance(payload, dict) or encode_trusted(payload) != encoded:
            raise _malformed("payload is not a canonical JSON object")
    except (ValueError, RecursionError) as error:
        raise _malformed(str(error)) from error
    if len(encoded) > MAX_EVENT - 4096:
        raise Unable(
            "event-too-large",
            f"a payload of {len(encoded)} bytes is above the limit of {MAX_EVENT - 4096}",
            "keep it as an object and name its digest in the payload",
        )
    named = b""
    if entry.objects:
        for digest, data in entry.objects.items():
            if sha256(data) != digest:
                raise _malformed(f"object {digest} does not hash to its name")
        named = b"".join(sorted(bytes.fromhex(digest[7:]) for digest in entry.objects))
    once = None
    if entry.once is not None:
        # The bytes are the authority: what may be accepted only once has to be named in them.
        once = bytes.fromhex(entry.once[7:]) if is_digest(entry.once) else b""
        if not once or not names(encoded, once):
            raise _malformed(f"the payload does not name {entry.once!r}, which it is to be accepted once for")
    return Prepared(entry, payload, encoded, named, once)


def link(prepared: Prepared, tenant: Digest, position: int, seq: int, prev: Digest) -> tuple[Event, bytes, Digest]:
    """The event at a place in the chain, its canonical bytes and their digest."""
    entry = prepared.entry
    event = Event(tenant, position, entry.stream, seq, entry.type, entry.at, entry.actor, prepared.payload, prev)
    wire = _Wire(entry.actor, entry.at, Raw(prepared.encoded), position, prev, seq, entry.stream, tenant, entry.type)
    data = _emit(wire)
    return event, data, "sha256:" + _sha256(data).hexdigest()


def genesis(at: str, actor: str, payload: dict[str, Any]) -> tuple[Event, bytes, Digest]:
    """A tenant's first event; its digest is the tenant's id.

    Args:
        at: UTC instant, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        actor: who makes the tenant.
        payload: the programme's name and a random nonce, by the caller.

    Raises:
        Unable: as `prepare`.
    """
    return link(prepare(Entry(GENESIS_STREAM, 0, GENESIS_TYPE, at, actor, payload)), ZERO, 0, 0, ZERO)


def names(data: bytes, digest: bytes) -> bool:
    """Whether canonical bytes hold a raw digest as a string of its own."""
    return b'"sha256:%s"' % digest.hex().encode() in data


def is_instant(text: str) -> bool:
    """Whether text is a real UTC instant in the one form events hold."""
    if not _INSTANT.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


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
    shape = (
        _STREAM.match(event.stream)
        and _TYPE.match(event.type)
        and len(event.type) <= MAX_NAME
        and len(event.actor) <= MAX_NAME
        and is_instant(event.at)
        and is_digest(event.tenant)
        and is_digest(event.prev)
        and event.position >= 0
        and event.seq >= 0
        and len(data) <= MAX_EVENT
    )
    if not shape:
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


@lru_cache(maxsize=1024)
def _check_names(stream: str, kind: str, actor: str) -> None:
    if not _STREAM.match(stream):
        raise _malformed(f"stream name {stream[:80]!r} is not 1 to {MAX_NAME} printable ASCII characters")
    if len(kind) > MAX_NAME or not _TYPE.match(kind):
        raise _malformed(f"event type {kind[:80]!r} is not in kebab case")
    if len(actor) > MAX_NAME or not _encodes(actor):
        raise _malformed(f"actor is longer than {MAX_NAME} characters, or no text")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _copied(payload: Any, encoded: bytes) -> Any:
    """A plain copy of a payload, all of it within the canonical subset. Raises ValueError."""
    if encoded.isascii():
        try:
            return _plain(encoded)
        except msgspec.ValidationError:
            pass  # not refused yet: the full walk below decides, and says why
    if encode(payload) != encoded:
        raise ValueError("it has two byte forms")
    return msgspec.json.decode(encoded)


def _malformed(why: str) -> Unable:
    return Unable("event-malformed", f"the event cannot be appended: {why}", "correct the value and try again")
