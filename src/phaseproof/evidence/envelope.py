"""DSSE envelopes around in-toto statements (DSSE v1.0.2 protocol; in-toto attestation framework v1)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.digests import Digest, sha256
from phaseproof.errors import Untrue
from phaseproof.evidence.model import PAYLOAD, STATEMENT

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_ENVELOPE = 32 * 1024 * 1024
"""Bytes; a larger envelope is refused unread."""


class Signer(Protocol):
    """A key that can sign: a file, an agent, a remote service.

    Attributes:
        name: what people call it: a person or a runner.
        public: 32 bytes of Ed25519 public key.
    """

    name: str
    public: bytes

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature over data."""
        ...


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """One signature of an envelope."""

    keyid: str
    sig: str


class Envelope(Struct, frozen=True, forbid_unknown_fields=True):
    """A DSSE envelope, JSON form."""

    payload: str
    payloadType: str  # noqa: N815  (DSSE names it so)
    signatures: tuple[Signature, ...]


class Subject(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A subject of an in-toto statement."""

    digest: dict[str, str]
    name: str = ""


class Statement(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"type": "_type", "predicate_type": "predicateType"}
):
    """An in-toto Statement v1 with its predicate as plain JSON."""

    type: str
    subject: tuple[Subject, ...]
    predicate_type: str
    predicate: dict[str, Any]


class Opened(Struct, frozen=True):
    """An envelope whose signatures were checked.

    Attributes:
        digest: of the envelope's bytes.
        statement: what was signed.
        keys: key ids whose signatures hold.
    """

    digest: Digest
    statement: Statement
    keys: tuple[str, ...]


_NEXT = "phaseproof verify"
_decoder = msgspec.json.Decoder(Envelope)
_statements = msgspec.json.Decoder(Statement)


def keyid(public: bytes) -> str:
    """Id of a public key: SHA-256 over its 32 bytes, hexadecimal."""
    return sha256(public)[7:]


def pae(payload_type: str, payload: bytes) -> bytes:
    """DSSE pre-authentication encoding: what is really signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def statement(subject: Sequence[Subject], predicate_type: str, predicate: Any) -> bytes:
    """Canonical bytes of an in-toto Statement v1.

    Raises:
        ValueError: the predicate has no canonical form.
    """
    return canonical.encode(
        {
            "_type": STATEMENT,
            "subject": [msgspec.to_builtins(one) for one in subject],
            "predicateType": predicate_type,
            "predicate": msgspec.to_builtins(predicate),
        }
    )


def stated(subject: Sequence[Subject], predicate_type: str, predicate: msgspec.Struct) -> bytes:
    """As `statement`, for a predicate of our own frozen structs, whose every field has a canonical form: no walk.

    Raises:
        ValueError: a text in it cannot be written as UTF-8.
    """
    return canonical.encode_trusted(
        {
            "_type": STATEMENT,
            "subject": [msgspec.to_builtins(one) for one in subject],
            "predicateType": predicate_type,
            "predicate": predicate,
        }
    )


def seal(payload: bytes, signers: Iterable[Signer]) -> bytes:
    """Canonical bytes of an envelope over a statement, signed by each signer."""
    message = pae(PAYLOAD, payload)
    signatures = [
        {"keyid": keyid(signer.public), "sig": base64.b64encode(signer.sign(message)).decode()} for signer in signers
    ]
    return canonical.encode_trusted(
        {"payload": base64.b64encode(payload).decode(), "payloadType": PAYLOAD, "signatures": signatures}
    )


def unverified(data: bytes) -> tuple[Envelope, bytes]:
    """The envelope and its payload, nothing checked but the form.

    The form is the canonical one and no other: a second byte form of one signed thing would have a second digest,
    and be accepted a second time.

    Raises:
        Untrue: not a DSSE envelope of ours (`envelope-unreadable`).
    """
    if len(data) > MAX_ENVELOPE:
        raise _unreadable(f"{len(data)} bytes are over the limit of {MAX_ENVELOPE}")
    try:
        envelope = _decoder.decode(data)
        payload = _bytes_of(envelope.payload)
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise _unreadable(f"not a DSSE envelope: {error}") from error
    if envelope.payloadType != PAYLOAD:
        raise _unreadable(f"its payload type {envelope.payloadType!r} is not {PAYLOAD}")
    if canonical.encode_trusted(envelope) != data:
        raise _unreadable("it is not in canonical form")
    if len({signature.keyid for signature in envelope.signatures}) != len(envelope.signatures):
        raise _unreadable("one key signs it twice")
    return envelope, payload


def open_envelope(data: bytes, keys: Mapping[str, bytes]) -> Opened:
    """Check an envelope's signatures and read its statement.

    Every signature must hold. One that cannot be judged is not passed over: whoever adds a signature of no known key
    makes other bytes, with another digest, of the same statement.

    Args:
        data: envelope bytes.
        keys: key id -> public key (32 bytes) of everyone whose signature may count.

    Raises:
        Untrue: unreadable, signed by nobody or by a key that is not known (`signature-unknown`), or a signature does
            not hold (`signature-invalid`).
    """
    from cryptography.exceptions import InvalidSignature

    envelope, payload = unverified(data)
    message = pae(envelope.payloadType, payload)
    strangers = [signature.keyid[:16] for signature in envelope.signatures if signature.keyid not in keys]
    if strangers or not envelope.signatures:
        named = ", ".join(strangers) or "nobody"
        raise Untrue("signature-unknown", f"signed by {named}: no key that counts here", _NEXT)
    for signature in envelope.signatures:
        try:
            _public(keys[signature.keyid]).verify(_bytes_of(signature.sig), message)
        except (InvalidSignature, ValueError) as error:
            raise Untrue(
                "signature-invalid", f"the signature of key {signature.keyid[:16]} does not hold", _NEXT
            ) from error
    signers = tuple(signature.keyid for signature in envelope.signatures)
    return Opened(digest=sha256(data), statement=read_statement(payload), keys=signers)


def read_statement(payload: bytes) -> Statement:
    """A statement from its payload bytes.

    Raises:
        Untrue: not an in-toto Statement v1 about something, in canonical form and with no field that is not known
            here (`statement-unreadable`).
    """
    try:
        read = _statements.decode(payload)
        same = canonical.encode_trusted(read) == payload
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise Untrue("statement-unreadable", f"not an in-toto statement: {error}", _NEXT) from error
    if read.type != STATEMENT:
        raise Untrue("statement-unreadable", f"statement type {read.type!r} is not {STATEMENT}", _NEXT)
    if not same:
        # A key that stands twice is read one way here and another way elsewhere.
        raise Untrue("statement-unreadable", "the statement is not in canonical form", _NEXT)
    if not read.subject:
        raise Untrue("statement-unreadable", "the statement is about nothing", _NEXT)
    return read


@lru_cache(maxsize=256)
def _public(raw: bytes) -> Ed25519PublicKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    return Ed25519PublicKey.from_public_bytes(raw)


def _unreadable(why: str) -> Untrue:
    return Untrue("envelope-unreadable", f"an envelope cannot be read: {why}", _NEXT)


def _bytes_of(text: str) -> bytes:
    """Bytes behind standard base64, of which only one spelling is taken: a last digit has bits that nobody reads."""
    data = binascii.a2b_base64(text)
    if binascii.b2a_base64(data, newline=False) != text.encode():
        raise ValueError("base64 that is not in canonical form")
    return data
