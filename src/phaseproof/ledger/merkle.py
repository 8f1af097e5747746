"""Merkle trees over an ordered list of byte strings, as RFC 9162, section 2.1, with SHA-256.

A leaf hashes as SHA-256(0x00 || bytes), a node as SHA-256(0x01 || left || right). Proofs name hashes from the leaves
upwards. All hashes here are 32 raw bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from phaseproof.errors import Untrue

EMPTY = sha256(b"").digest()
"""Root of the tree with no leaves (RFC 9162, section 2.1.1)."""


def leaf(data: bytes) -> bytes:
    """Hash of a leaf."""
    return sha256(b"\x00" + data).digest()


def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: what is needed to add leaves and to say the root.

    Holds one hash for each complete subtree, largest first: at most log2 of the size plus one.
    """

    def __init__(self) -> None:
        self.size = 0
        self._peaks: list[bytes] = []

    def add(self, hashed: bytes) -> None:
        """Add a leaf by its leaf hash."""
        peaks = self._peaks
        full = self.size
        while full & 1:
            hashed = sha256(b"\x01" + peaks.pop() + hashed).digest()
            full >>= 1
        peaks.append(hashed)
        self.size += 1

    def root(self) -> bytes:
        """Root over all leaves added so far."""
        if not self._peaks:
            return EMPTY
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node(peak, root)
        return root

    def copy(self) -> Frontier:
        """The same edge, apart from this one."""
        other = Frontier()
        other.size = self.size
        other._peaks = list(self._peaks)
        return other


def root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes."""
    edge = Frontier()
    for hashed in leaves:
        edge.add(hashed)
    return edge.root()


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Proof that the leaf at an index is in the tree over leaf hashes (RFC 9162, section 2.1.3.1).

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise ValueError(f"no leaf {index} in a tree of {len(leaves)}")
    low, high, proof = 0, len(leaves), []
    while high - low > 1:
        split = low + _split(high - low)
        if index < split:
            proof.append(root(leaves[split:high]))
            high = split
        else:
            proof.append(root(leaves[low:split]))
            low = split
    return tuple(reversed(proof))


def consistency(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """Proof that the tree over the first `size` leaf hashes is a prefix of the whole (RFC 9162, section 2.1.4.1).

    Raises:
        ValueError: `size` is not between 1 and the number of leaves.
    """
    if not 1 <= size <= len(leaves):
        raise ValueError(f"no tree of {size} within one of {len(leaves)}")
    low, high, proof, whole = 0, len(leaves), [], True
    while size != high:
        split = low + _split(high - low)
        if size <= split:
            proof.append(root(leaves[split:high]))
            high = split
        else:
            proof.append(root(leaves[low:split]))
            low, whole = split, False
    if not whole:
        proof.append(root(leaves[low:high]))
    return tuple(reversed(proof))


def verify_inclusion(hashed: bytes, index: int, size: int, proof: Sequence[bytes], expected: bytes) -> None:
    """Check that a leaf hash is at an index of the tree with this size and root (RFC 9162, section 2.1.3.2).

    Raises:
        Untrue: `inclusion-unproven`.
    """
    refusal = Untrue("inclusion-unproven", f"the proof does not show leaf {index} in the tree of {size}")
    if not 0 <= index < size:
        raise refusal
    first, second, found = index, size - 1, hashed
    for step in proof:
        if second == 0:
            raise refusal
        if first & 1 or first == second:
            found = node(step, found)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            found = node(found, step)
        first, second = first >> 1, second >> 1
    if second != 0 or found != expected:
        raise refusal


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of size `old` is a prefix of the tree of size `new` (RFC 9162, section 2.1.4.2).

    Raises:
        Untrue: `consistency-unproven`.
    """
    refusal = Untrue("consistency-unproven", f"the proof does not show the tree of {old} as a prefix of that of {new}")
    if not 1 <= old <= new:
        raise refusal
    if old == new:
        if proof or old_root != new_root:
            raise refusal
        return
    path = list(proof)
    if not path:
        raise refusal
    if old & (old - 1) == 0:
        path.insert(0, old_root)
    first, second = old - 1, new - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    found_old = found_new = path[0]
    for step in path[1:]:
        if second == 0:
            raise refusal
        if first & 1 or first == second:
            found_old, found_new = node(step, found_old), node(step, found_new)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            found_new = node(found_new, step)
        first, second = first >> 1, second >> 1
    if second != 0 or found_old != old_root or found_new != new_root:
        raise refusal


def _split(size: int) -> int:
    """Largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1
