"""The Merkle tree over a ledger's events (RFC 9162), computed from the stored bytes when it is asked for."""

from __future__ import annotations

from collections.abc import Collection

from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.ledger import merkle
from phaseproof.ledger.model import Ledger


def roots(ledger: Ledger, sizes: Collection[int]) -> dict[int, Digest]:
    """Roots over the first `n` events for each size `n`, in one pass, the chain checked.

    Raises:
        Untrue: as `Ledger.events`; `ledger-truncated` where a size is above the ledger's.
    """
    wanted = set(sizes)
    found: dict[int, Digest] = {}
    if not wanted:
        return found
    edge = merkle.Frontier()
    if 0 in wanted:
        found[0] = _digest(edge.root())
    for hashed in ledger.leaves(max(wanted)):
        edge.add(hashed)
        if edge.size in wanted:
            found[edge.size] = _digest(edge.root())
    return found


def check_prefix(ledger: Ledger, size: int, root: Digest) -> None:
    """Check that a checkpoint is a prefix of this ledger: that its signer saw this history and no other.

    Args:
        ledger: the ledger.
        size: events in the checkpoint.
        root: its Merkle root.

    Raises:
        Untrue: `not-a-prefix`; `ledger-truncated`: the ledger is shorter; else as `Ledger.events`.
    """
    if size < 1:
        raise Untrue("not-a-prefix", "a checkpoint of no events says nothing")
    insist_prefix(size, root, roots(ledger, {size})[size])


def insist_prefix(size: int, says: Digest, found: Digest) -> None:
    """Refuse where a checkpoint's root is not the one found. Raises `Untrue`: `not-a-prefix`."""
    if says != found:
        raise Untrue(
            "not-a-prefix",
            f"the checkpoint of {size} events has root {says}; this ledger's first {size} events have {found}",
            "this ledger is a fork or was rewritten: compare it with the clone that the checkpoint came from",
        )


def prove_inclusion(ledger: Ledger, position: int, size: int) -> tuple[bytes, ...]:
    """Proof that the event at a position is in the tree of this size.

    Raises:
        ValueError: position is not below size.
        Untrue: as `Ledger.events`.
    """
    return merkle.inclusion(list(ledger.leaves(size)), position)


def prove_consistency(ledger: Ledger, old: int, new: int) -> tuple[bytes, ...]:
    """Proof that the tree of size `old` is a prefix of that of size `new`.

    Raises:
        ValueError: `old` is not between 1 and `new`.
        Untrue: as `Ledger.events`.
    """
    return merkle.consistency(list(ledger.leaves(new)), old)


def _digest(root: bytes) -> Digest:
    return "sha256:" + root.hex()
