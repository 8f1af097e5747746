"""Canonical JSON: the one byte form in which values are hashed and signed (FORMATS, section 3).

Strings, booleans, null, arrays, objects with ASCII keys sorted, integers below 2^53, no spaces; decimals travel
as strings. On these values the form equals RFC 8785 (property-tested against a reference implementation).
"""

from __future__ import annotations

from typing import Any

import msgspec

from phaseproof.digests import Digest, sha256

LIMIT = 2**53
"""Integers must lie strictly between -2^53 and 2^53: what every JSON reader keeps exactly."""

_encoder = msgspec.json.Encoder(order="sorted")


def encode(value: Any) -> bytes:
    """Canonical bytes of a value of plain JSON types or of frozen structs made of them.

    Raises:
        ValueError: it holds a float, a key that is not ASCII, an integer of 2^53 or more, a lone surrogate, or a
            type that has no JSON form.
    """
    try:
        plain = msgspec.to_builtins(value, order="sorted")
    except (TypeError, RecursionError) as error:
        raise ValueError(f"no canonical form: {error}") from error
    _check(plain)
    return _emit(plain)


def encode_trusted(value: Any) -> bytes:
    """Canonical bytes, for values whose shape the caller already knows to be within the canonical subset.

    Faster than `encode`: no walk. Callers are hot paths that build every value themselves.
    """
    return _emit(value)


def _emit(value: Any) -> bytes:
    try:
        return _encoder.encode(value)
    except (UnicodeEncodeError, TypeError, OverflowError) as error:
        raise ValueError(f"no canonical form: {error}") from error


def digest(value: Any) -> Digest:
    """Digest of a value's canonical bytes. Raises what `encode` raises."""
    return sha256(encode(value))


def decode(data: bytes) -> Any:
    """The value behind canonical bytes, refusing bytes that are not canonical.

    Raises:
        ValueError: not JSON, or not in canonical form: two byte forms of one value must not both verify.
    """
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"not JSON: {error}") from error
    if encode(value) != data:
        raise ValueError("JSON is not in canonical form")
    return value


def _check(value: Any, depth: int = 0) -> None:
    if depth > 64:
        raise ValueError("nested deeper than 64")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise ValueError(f"object keys are ASCII strings, got {key!r}")
            _check(inner, depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner, depth + 1)
    elif isinstance(value, bool) or value is None or isinstance(value, str):
        return
    elif isinstance(value, int):
        if not -LIMIT < value < LIMIT:
            raise ValueError("integers stay below 2^53; larger ones travel as strings")
    else:
        raise ValueError(f"no canonical form for {type(value).__name__}; decimals travel as strings")


def plain(value: Any) -> Any:
    """Plain JSON types behind frozen structs, tuples as arrays: what canonical bytes are made of."""
    return msgspec.to_builtins(value, order="sorted")
