"""What may become an event: the shape of an entry, and its payload in canonical bytes.

Everything is validated here, before the store is touched and outside its lock.
"""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from msgspec import Raw, Struct

from phaseproof.bundle.canonical import LIMIT, encode
from phaseproof.digests import is_digest, sha256
from phaseproof.errors import Unable
from phaseproof.ledger.model import Entry

MAX_EVENT = 1 << 20
"""Largest event, bytes. What is larger is an object."""

MAX_NAME = 512
"""Longest stream name, type or actor, characters."""

_STREAM = re.compile(r"[!-~]{1,512}\Z")
_TYPE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z", re.ASCII)

_Scalar = str | bool | Annotated[int, msgspec.Meta(gt=-LIMIT, lt=LIMIT)]
_Nested: Any = _Scalar
for _ in range(6):
    _Nested = _Scalar | list[_Nested] | dict[str, _Nested]

_UNENCODABLE = (ValueError, TypeError, OverflowError, RecursionError)

_encode = msgspec.json.Encoder(order="sorted").encode
"""`canonical.encode_trusted` without its frames, which cost as much as the encoding."""

_plain = msgspec.json.Decoder(dict[str, _Nested]).decode
"""Decodes what needs no further look: no null (it may have been a NaN), no float, no deep nesting, no large integer."""


class Prepared(Struct, frozen=True, gc=False):
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
    encoded: Raw
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
        encoded = _encode(entry.payload)
        payload = _plain(encoded) if encoded.isascii() else None
    except msgspec.ValidationError:
        payload = None  # not refused yet: the full walk decides, and says why
    except _UNENCODABLE as error:
        raise _malformed(str(error)) from error
    try:
        if payload is None:
            payload = _walked(entry.payload, encoded)
        if _encode(payload) != encoded:
            raise _malformed("payload has two byte forms")
    except _UNENCODABLE as error:
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
    return Prepared(entry, payload, Raw(encoded), named, once)


def is_stream(name: str) -> bool:
    """Whether a stream may have this name: 1 to 512 printable ASCII characters, no space."""
    return _STREAM.match(name) is not None


def is_type(name: str) -> bool:
    """Whether an event may have this type: kebab case, at most 512 characters."""
    return len(name) <= MAX_NAME and _TYPE.match(name) is not None


def names(data: bytes, digest: bytes) -> bool:
    """Whether canonical bytes hold a raw digest as a string of its own."""
    return b'"sha256:%s"' % digest.hex().encode() in data


@lru_cache(maxsize=256)
def is_instant(text: str) -> bool:
    """Whether text is a real UTC instant in the one form events hold."""
    if not _INSTANT.match(text):
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1024)
def _check_names(stream: str, kind: str, actor: str) -> None:
    if not is_stream(stream):
        raise _malformed(f"stream name {stream[:80]!r} is not 1 to {MAX_NAME} printable ASCII characters")
    if not is_type(kind):
        raise _malformed(f"event type {kind[:80]!r} is not in kebab case")
    if len(actor) > MAX_NAME or not _encodes(actor):
        raise _malformed(f"actor is longer than {MAX_NAME} characters, or no text")


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _walked(payload: Any, encoded: bytes) -> dict[str, Any]:
    """A plain copy of a payload, after the full walk over it. Raises ValueError."""
    if encode(payload) != encoded:
        raise ValueError("it has two byte forms")
    copy = msgspec.json.decode(encoded)
    if not isinstance(copy, dict):
        raise TypeError("a payload is a JSON object")
    return copy


def _malformed(why: str) -> Unable:
    return Unable("event-malformed", f"the event cannot be appended: {why}", "correct the value and try again")
