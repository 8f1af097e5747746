"""How anybody checks a signature without this program: the envelope as a file, and three commands.

An envelope is DSSE (https://github.com/secure-systems-lab/dsse, protocol v1): what is signed is
`DSSEv1 <length of type> <type> <length of payload> <payload>`, with Ed25519 (RFC 8032). Our envelopes have one
spelling (canonical JSON), so that `sed` can take them apart. Needs a POSIX shell, base64, and OpenSSL 3.
"""

from __future__ import annotations

import base64

from phaseproof.bundle.keys import public_bytes
from phaseproof.evidence.model import PAYLOAD

_DER = bytes.fromhex("302a300506032b6570032100")
"""What comes before the 32 bytes of an Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410, section 4)."""


def pem(uri: str) -> str:
    """A public key as the one line of base64 that stands in its PEM file.

    Args:
        uri: `ed25519:<base64url>`.

    Raises:
        ValueError: it is no key.
    """
    return base64.b64encode(_DER + public_bytes(uri)).decode()


def commands(name: str, uri: str) -> tuple[str, str, str]:
    """Digest, unpacking, signature: three commands for a shell.

    Args:
        name: the envelope's file; letters, digits, dots and dashes only.
        uri: public key of whoever should have signed it.
    """
    unpack = (
        rf"""sed 's/.*"payload":"\([^"]*\)".*/\1/' {name} | base64 -d > payload; """
        rf"""sed 's/.*"sig":"\([^"]*\)".*/\1/' {name} | base64 -d > signature; """
        rf"""{{ printf 'DSSEv1 {len(PAYLOAD)} {PAYLOAD} %d ' "$(wc -c < payload)"; cat payload; }} > signed"""
    )
    verify = (
        rf"""printf -- '-----BEGIN PUBLIC KEY-----\n{pem(uri)}\n-----END PUBLIC KEY-----\n' > key.pem && """
        "openssl pkeyutl -verify -rawin -in signed -sigfile signature -pubin -inkey key.pem"
    )
    return f"sha256sum {name}", unpack, verify
