"""A person's signature under a bundle."""

from __future__ import annotations

from phaseproof.bundle.model import Bundle
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import Digest
from phaseproof.evidence.envelope import Signer, Subject, keyid
from phaseproof.instants import Instant
from phaseproof.ledger.model import Checkpoint, Entry, Ledger


def stream_of(digest: Digest, person: str) -> str:
    """The stream of a person's signature under a bundle: one each, so that people sign independently."""
    return f"sign/bundle/{digest[7:23]}/{person}"


def approval(
    ledger: Ledger, bundle: Bundle, digest: Digest, person: str, signer: Signer, at: Instant,
    seen: Checkpoint | None = None,
) -> Entry:  # fmt: skip
    """A signature under a bundle, ready to append.

    Args:
        ledger: where.
        bundle: what is signed.
        digest: its digest.
        person: who signs.
        signer: with what.
        at: when.
        seen: the tree head, if known already.
    """
    stream = stream_of(digest, person)
    content = {"purpose": "bundle", "target": digest, "content": digest, "programme": bundle.programme}
    draft = Draft(
        "sign", stream, ledger.next_seq(stream), person, content,
        (Subject({"sha256": digest[7:]}, f"bundle {bundle.programme} {bundle.version}"),),
    )  # fmt: skip
    payload = {"purpose": "bundle", "target": digest, "content": digest, "person": person, "key": keyid(signer.public)}
    return entry(ledger, draft, signer, at, "signed", payload, seen=seen)
