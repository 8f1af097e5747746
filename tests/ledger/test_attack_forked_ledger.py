"""Two ledgers of one tenant that went apart, and decisions carried from one to the other."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ledger_support import Signer, fact, new

from phaseproof.digests import raw
from phaseproof.errors import Untrue
from phaseproof.ledger import merkle, tree
from phaseproof.ledger.opening import open_ledger


@pytest.fixture
def forks(tmp_path: Path) -> tuple[Path, Path]:
    with new(tmp_path / "a") as ledger:
        ledger.append([fact(n=1), fact(n=2)])
    shutil.copytree(tmp_path / "a", tmp_path / "b")
    for name in "ab":
        with open_ledger(tmp_path / name) as ledger:
            ledger.append([fact(side=name), fact(n=4)])
    return tmp_path / "a", tmp_path / "b"


def test_a_decision_whose_checkpoint_is_not_a_prefix_is_refused(forks: tuple[Path, Path]) -> None:
    with open_ledger(forks[0]) as here, open_ledger(forks[1]) as there:
        seen = there.checkpoint()
        tree.check_prefix(there, seen.size, seen.root)
        with pytest.raises(Untrue) as refusal:
            tree.check_prefix(here, seen.size, seen.root)
        assert (refusal.value.rule, refusal.value.exit_code) == ("not-a-prefix", 3)


def test_a_checkpoint_of_the_common_past_is_a_prefix_of_both(forks: tuple[Path, Path]) -> None:
    with open_ledger(forks[0]) as here, open_ledger(forks[1]) as there:
        common = tree.roots(here, {0, 1, 2, 3, 4, 5})
        other = tree.roots(there, {1, 2, 3, 4, 5})
        assert [common[size] == other[size] for size in (1, 2, 3, 4, 5)] == [True, True, True, False, False]
        for size in (1, 2, 3):
            tree.check_prefix(there, size, common[size])


def test_a_checkpoint_of_nothing_or_of_the_future_is_refused(forks: tuple[Path, Path]) -> None:
    with open_ledger(forks[0]) as here:
        root = here.checkpoint().root
        for size, rule in ((0, "not-a-prefix"), (-1, "not-a-prefix"), (6, "ledger-truncated")):
            with pytest.raises(Untrue) as refusal:
                tree.check_prefix(here, size, root)
            assert refusal.value.rule == rule


def test_no_consistency_proof_joins_the_forks(forks: tuple[Path, Path]) -> None:
    with open_ledger(forks[0]) as here, open_ledger(forks[1]) as there:
        old, new_root = tree.roots(here, {4})[4], tree.roots(there, {5})[5]
        proof = tree.prove_consistency(there, 4, 5)
        with pytest.raises(Untrue):
            merkle.verify_consistency(4, 5, proof, raw(old), raw(new_root))


def test_a_ledger_does_not_sign_what_contradicts_a_checkpoint_it_holds(forks: tuple[Path, Path]) -> None:
    from ledger_support import tampering

    with open_ledger(forks[0]) as here:
        here.checkpoint(Signer())
    with tampering(forks[0]) as source, tampering(forks[1]) as target:
        for row in source.execute("SELECT * FROM checkpoints").fetchall():
            target.execute("INSERT INTO checkpoints VALUES (?, ?, ?)", row)
    with open_ledger(forks[1]) as there, pytest.raises(Untrue) as refusal:
        there.checkpoint(Signer())
    assert refusal.value.rule == "not-a-prefix"


def test_another_tenants_ledger_is_refused(tmp_path: Path) -> None:
    with new(tmp_path / "a") as ledger, new(tmp_path / "b", nonce="b"):
        expected = ledger.tenant
    with pytest.raises(Untrue) as refusal:
        open_ledger(tmp_path / "b", expected)
    assert (refusal.value.rule, refusal.value.exit_code) == ("ledger-other-tenant", 3)


def test_another_tenants_checkpoint_is_refused(tmp_path: Path) -> None:
    from ledger_support import faults, tampering

    with new(tmp_path / "a") as a, new(tmp_path / "b", nonce="b") as b:
        a.checkpoint(Signer())
        b.checkpoint(Signer())
    with tampering(tmp_path / "a") as source, tampering(tmp_path / "b") as target:
        (row,) = source.execute("SELECT digest, note FROM checkpoints").fetchall()
        target.execute("UPDATE checkpoints SET digest = ?, note = ?", row)
    assert "another tenant" in faults(tmp_path / "b")[0]
