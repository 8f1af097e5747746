"""The Merkle tree against a naive reading of RFC 9162, and against the published vectors."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.errors import Untrue
from phaseproof.ledger import merkle


def mth(data: list[bytes]) -> bytes:
    """MTH(D[n]) of RFC 9162, section 2.1.1, as written there."""
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = 1
    while k * 2 < len(data):
        k *= 2
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: list[bytes]) -> list[bytes]:
    """PATH(m, D[n]), section 2.1.3.1."""
    if len(data) == 1:
        return []
    k = 1
    while k * 2 < len(data):
        k *= 2
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m: int, data: list[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b), section 2.1.4.1."""
    if m == len(data):
        return [] if whole else [mth(data)]
    k = 1
    while k * 2 < len(data):
        k *= 2
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


def made(size: int) -> tuple[list[bytes], list[bytes]]:
    data = [b"entry %d" % number for number in range(size)]
    return data, [merkle.leaf(item) for item in data]


# Roots of the eight-leaf reference tree published with Certificate Transparency's test vectors.
VECTOR = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def test_the_published_vectors_hold() -> None:
    edge = merkle.Frontier()
    for text, root in zip(VECTOR, ROOTS, strict=True):
        edge.add(merkle.leaf(bytes.fromhex(text)))
        assert edge.root().hex() == root


@pytest.mark.parametrize("size", range(34))
def test_roots_and_proofs_equal_the_naive_ones(size: int) -> None:
    data, leaves = made(size)
    assert merkle.root(leaves) == mth(data)
    for index in range(size):
        proof = merkle.inclusion(leaves, index)
        assert list(proof) == path(index, data)
        merkle.verify_inclusion(leaves[index], index, size, proof, mth(data))
    for old in range(1, size + 1):
        proof = merkle.consistency(leaves, old)
        assert list(proof) == subproof(old, data, True)
        merkle.verify_consistency(old, size, proof, mth(data[:old]), mth(data))


@settings(max_examples=200, deadline=None)
@given(size=st.integers(2, 200), random=st.randoms(use_true_random=False))
def test_no_other_leaf_place_size_root_or_proof_is_accepted(size: int, random) -> None:
    _, leaves = made(size)
    root, index = merkle.root(leaves), random.randrange(size)
    proof = list(merkle.inclusion(leaves, index))
    changed = list(proof)
    at = random.randrange(len(proof))
    changed[at] = bytes(32)
    other = random.choice([n for n in range(size) if n != index])
    wrong = [
        (leaves[other], index, size, proof, root),
        (leaves[index], other, size, proof, root),
        (leaves[index], index, size, changed, root),
        (leaves[index], index, size, proof[:-1], root),
        (leaves[index], index, size, [*proof, bytes(32)], root),
        (leaves[index], index, size, proof, bytes(32)),
        (leaves[index], size, size, proof, root),
        (leaves[index], -1, size, proof, root),
    ]
    for case in wrong:
        with pytest.raises(Untrue, match=r"."):
            merkle.verify_inclusion(*case)


@settings(max_examples=200, deadline=None)
@given(new=st.integers(2, 200), random=st.randoms(use_true_random=False))
def test_no_other_history_is_accepted_as_a_prefix(new: int, random) -> None:
    _, leaves = made(new)
    old = random.randrange(1, new)
    proof = list(merkle.consistency(leaves, old))
    roots = merkle.root(leaves[:old]), merkle.root(leaves)
    forged = [*leaves[: old - 1], merkle.leaf(b"another")]
    changed = list(proof)
    changed[random.randrange(len(proof))] = bytes(32)
    wrong = [
        (old, new, proof, merkle.root(forged), roots[1]),
        (old, new, proof, roots[0], bytes(32)),
        (old, new, changed, *roots),
        (old, new, proof[1:], *roots),
        (old, new, [*proof, bytes(32)], *roots),
        (old, new, [], *roots),
        (0, new, proof, *roots),
        (old, new * 4, proof, *roots),
        (new + 1, new, proof, *roots),
        (new, new, proof, *roots),
        (new, new, [], *roots),
    ]
    for case in wrong:
        with pytest.raises(Untrue):
            merkle.verify_consistency(*case)


def test_there_is_no_proof_for_what_is_not_there() -> None:
    _, leaves = made(4)
    for index in (-1, 4):
        with pytest.raises(ValueError, match="no leaf"):
            merkle.inclusion(leaves, index)
    for size in (0, 5):
        with pytest.raises(ValueError, match="no tree"):
            merkle.consistency(leaves, size)
