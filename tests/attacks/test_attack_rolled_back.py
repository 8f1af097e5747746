"""A ledger put back to how it stood before something that went against whoever did the work."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phaseproof.ledger.opening import open_ledger
from support.shop import Shop


@pytest.fixture
def snapshot(shop: Shop, tmp_path: Path) -> Path:
    """The ledger as it stood when all was well."""
    return Path(shutil.copytree(shop.ledger, tmp_path / "snapshot"))


def _put_back(shop: Shop, snapshot: Path) -> None:
    shutil.rmtree(shop.ledger)
    shutil.copytree(snapshot, shop.ledger)


def _weights_wrong(shop: Shop) -> None:
    shop.replace("parcels/weight.py", "ceil", "floor")


def test_a_hold_that_was_decided_is_remembered(shop: Shop, snapshot: Path) -> None:
    _weights_wrong(shop)
    assert shop.gates().code == 1
    _put_back(shop, snapshot)
    said = shop.gates()
    assert said.code == 3, said.text
    assert said.json["error"]["rule"] == "ledger-truncated"


def test_a_refuted_run_is_remembered(shop: Shop, snapshot: Path) -> None:
    _weights_wrong(shop)
    assert shop.run("run", "L-2").code == 1
    _put_back(shop, snapshot)
    said = shop.run("run", "L-2")
    assert said.code == 3, said.text


def test_a_checkpoint_kept_elsewhere_remembers_what_the_home_forgot(shop: Shop, snapshot: Path, tmp_path: Path) -> None:
    _weights_wrong(shop)
    assert shop.gates().code == 1
    note = tmp_path / "checkpoint"
    with open_ledger(shop.ledger) as ledger:
        note.write_text(ledger.checkpoints()[-1].note or "", encoding="utf-8")
    trusted = shop.genesis
    _put_back(shop, snapshot)
    (shop.home / "known-tenants").unlink()
    assert shop.gates("--trust", f"{trusted}@{note}").code == 3


def _orphan(shop: Shop) -> None:
    shop.repo.git("checkout", "-q", "--orphan", "fresh")
    shop.repo.git("commit", "-q", "-m", "another beginning")


def _joined(shop: Shop) -> None:
    tree = shop.repo.git("rev-parse", "HEAD^{tree}")
    other = shop.repo.git("commit-tree", tree, "-m", "another beginning")
    shop.repo.git("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "joined", other)


def _shallow(shop: Shop) -> None:
    (shop.repo.root / ".git" / "shallow").write_text(shop.repo.git("rev-parse", "HEAD") + "\n", encoding="ascii")


@pytest.mark.parametrize("disguise", [_orphan, _joined, _shallow])
def test_a_repository_with_another_beginning_is_remembered(shop: Shop, snapshot: Path, disguise: object) -> None:
    _weights_wrong(shop)
    assert shop.gates().code == 1
    _put_back(shop, snapshot)
    shop.replace("parcels/weight.py", "floor", "ceil")
    assert callable(disguise)
    disguise(shop)
    said = shop.gates()
    assert said.code == 3, said.text
