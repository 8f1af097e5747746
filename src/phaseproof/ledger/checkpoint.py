"""Checkpoints: a tree head as text that any transparency-log client reads.

The text is C2SP `tlog-checkpoint` (origin, size, root), the envelope C2SP `signed-note`, the signature Ed25519 of type
0x01 over the text with its final newline. Parsing is strict: one byte form for one checkpoint, no extension lines.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct

from phaseproof.digests import Digest, raw
from phaseproof.errors import Untrue
from phaseproof.ledger.model import Checkpoint, NoteSigner

ORIGIN = "phaseproof.dev/ledger/"
"""First line of a checkpoint's text, before the tenant's 64 hexadecimal digits."""

MAX_NOTE = 64 * 1024
"""Largest note read, bytes."""

MAX_SIGNATURES = 64
"""Most signature lines read (signed-note asks for at least 16)."""

_ED25519 = b"\x01"
_TEXT = re.compile(re.escape(ORIGIN) + r"([0-9a-f]{64})\n([1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n\Z")
_LINE = re.compile(r"— (\S+) ([A-Za-z0-9+/]+={0,2})\Z")


class NoteSignature(Struct, frozen=True):
    """One signature line.

    Attributes:
        name: key name.
        key_id: four bytes that say which key of that name.
        signature: what follows the key id; 64 bytes for Ed25519.
    """

    name: str
    key_id: bytes
    signature: bytes


def text(tenant: Digest, size: int, root: Digest) -> str:
    """The text that is signed.

    Args:
        tenant: whose tree.
        size: number of events, at least 1.
        root: its Merkle root.
    """
    return f"{ORIGIN}{tenant[7:]}\n{size}\n{base64.b64encode(raw(root)).decode()}\n"


def key_id(name: str, public: bytes) -> bytes:
    """First four bytes of SHA-256(name || 0x0A || 0x01 || public key) (signed-note, "Ed25519 signatures")."""
    return sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]


def sign(tenant: Digest, size: int, root: Digest, signer: NoteSigner) -> Checkpoint:
    """A signed checkpoint.

    Raises:
        ValueError: the signer's name holds a space, a plus sign or a control character, or is empty; its key or
            signature has the wrong length.
    """
    if not is_key_name(signer.name):
        raise ValueError(f"not a key name for a signed note: {signer.name!r}")
    body = text(tenant, size, root)
    signature = signer.sign(body.encode())
    if len(signature) != 64 or len(signer.public) != 32:
        raise ValueError("an Ed25519 key has 32 bytes and its signature 64")
    blob = base64.b64encode(key_id(signer.name, signer.public) + signature).decode()
    return Checkpoint(tenant, size, root, f"{body}\n— {signer.name} {blob}\n")


def is_key_name(name: str) -> bool:
    """Whether signed-note allows a key name: not empty, no Unicode space, plus or control character."""
    return bool(name) and len(name) <= 255 and name.isprintable() and "+" not in name and len(name.split()) == 1


def parse(note: str) -> tuple[Checkpoint, tuple[NoteSignature, ...]]:
    """The checkpoint a note states, and its signatures, none of them verified.

    Raises:
        Untrue: `checkpoint-malformed`.
    """
    if len(note) > MAX_NOTE:
        raise _malformed("it is too long")
    body, gap, lines = note.rpartition("\n\n")
    if not gap or not lines.endswith("\n"):
        raise _malformed("it has no signature lines")
    match = _TEXT.match(body + "\n")
    if match is None:
        raise _malformed("its text is not origin, size and root")
    try:
        root = "sha256:" + _unbase64(match[3]).hex()
        signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    except (binascii.Error, ValueError) as error:
        raise _malformed(str(error)) from error
    if len(signatures) > MAX_SIGNATURES:
        raise _malformed("it has too many signatures")
    return Checkpoint("sha256:" + match[1], int(match[2]), root, note), signatures


def verify(note: str, keys: Mapping[str, bytes]) -> tuple[Checkpoint, tuple[str, ...]]:
    """The checkpoint a note states and the names of the known keys that signed it.

    Signatures of unknown keys are passed over; one of a known key that does not verify refuses the whole note, and so
    does a note that no known key signed (signed-note, "Signatures").

    Args:
        note: the signed note.
        keys: key name -> 32 bytes of Ed25519 public key.

    Raises:
        Untrue: `checkpoint-malformed`, `checkpoint-forged`, `checkpoint-unsigned`.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    found, signatures = parse(note)
    body = text(found.tenant, found.size, found.root).encode()
    names = []
    for line in signatures:
        public = keys.get(line.name)
        if public is None or key_id(line.name, public) != line.key_id:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(line.signature, body)
        except (InvalidSignature, ValueError) as error:
            raise Untrue(
                "checkpoint-forged",
                f"the signature of {line.name} on the checkpoint of {found.size} events does not verify",
            ) from error
        names.append(line.name)
    if not names:
        raise Untrue("checkpoint-unsigned", f"no known key signed the checkpoint of {found.size} events")
    return found, tuple(dict.fromkeys(names))


def _signature(line: str) -> NoteSignature:
    match = _LINE.match(line)
    if match is None or not is_key_name(match[1]):
        raise ValueError("a signature line is not an em dash, a name and base64")
    blob = _unbase64(match[2])
    if len(blob) < 5:
        raise ValueError("a signature is shorter than a key id and one byte")
    return NoteSignature(match[1], blob[:4], blob[4:])


def _unbase64(encoded: str) -> bytes:
    data = base64.b64decode(encoded, validate=True)
    if base64.b64encode(data).decode() != encoded:
        raise ValueError("base64 is not in its one canonical form")
    return data


def _malformed(why: str) -> Untrue:
    return Untrue("checkpoint-malformed", f"the checkpoint cannot be read: {why}")
