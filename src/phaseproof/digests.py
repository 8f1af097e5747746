"""Digests: `sha256:` and 64 lower-case hexadecimal digits."""

from __future__ import annotations

import hashlib
import re

Digest = str
"""`sha256:<64 hex>`."""

ZERO: Digest = "sha256:" + "0" * 64
"""`prev` and `tenant` of a tenant's first event (FORMATS, "Ledger")."""

_SHAPE = re.compile(r"sha256:[0-9a-f]{64}\Z")


def sha256(data: bytes) -> Digest:
    """Digest of bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def is_digest(value: object) -> bool:
    """Whether a value has a digest's shape."""
    return isinstance(value, str) and _SHAPE.match(value) is not None


def raw(digest: Digest) -> bytes:
    """The 32 bytes behind a digest.

    Raises:
        ValueError: it has not the shape of one.
    """
    if not is_digest(digest):
        raise ValueError(f"not a sha256 digest: {digest!r}")
    return bytes.fromhex(digest[7:])


def short(digest: Digest) -> str:
    """First eight digits and an ellipsis, for people."""
    return digest.removeprefix("sha256:")[:8] + "…"
