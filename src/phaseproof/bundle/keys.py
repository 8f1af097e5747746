"""Public keys as they stand in a configuration: `ed25519:` and the base64url form of 32 bytes, without padding.

A key that decodes is not yet a key. One that is no point of the curve can never verify anything, and one of small
order verifies signatures that nobody made; both are told when the configuration is read, not when a gate is to open.
"""

from __future__ import annotations

import base64
import binascii

_PREFIX = "ed25519:"
_P = 2**255 - 19
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SMALL_ORDER = frozenset({
    0,
    1,
    _P - 1,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
})  # fmt: skip
"""y of the eight points whose order divides 8 (RFC 7748, section 7; the test computes them)."""


def public_bytes(uri: str) -> bytes:
    """The 32 bytes of a public key.

    Args:
        uri: `ed25519:<base64url of 32 bytes>`, in its one canonical spelling.

    Raises:
        ValueError: another form, no point of the curve (RFC 8032, section 5.1.3), or one of small order; the message
            says which, without a full stop.
    """
    if not uri.startswith(_PREFIX):
        raise ValueError("expected a public key, ed25519: and 43 characters of base64url")
    body = uri[len(_PREFIX) :]
    try:
        data = base64.b64decode(body + "=" * (-len(body) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("expected a public key, ed25519: and 43 characters of base64url") from error
    if len(data) != 32:
        raise ValueError(f"an ed25519 key has 32 bytes, this one {len(data)}")
    # A second spelling of the same bytes would let one key count as two.
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != body:
        raise ValueError("the key is not in its canonical spelling: base64url without padding")
    y = int.from_bytes(data, "little") & (2**255 - 1)
    if y >= _P or not _on_curve(y):
        raise ValueError("no ed25519 key: these bytes are no point of the curve; was it copied whole?")
    if y in _SMALL_ORDER:
        raise ValueError("a key of small order verifies what nobody signed; make one with “phaseproof key new”")
    return data


def _on_curve(y: int) -> bool:
    numerator, denominator = (y * y - 1) % _P, (_D * y * y + 1) % _P
    square = numerator * pow(denominator, _P - 2, _P) % _P
    return square == 0 or pow(square, (_P - 1) // 2, _P) == 1
