"""A ledger of one's own, in which one's own rules were installed with one's own key."""

from __future__ import annotations

import shutil

import pytest

from phaseproof.evidence import keys
from phaseproof.ledger.opening import create
from support.shop import PASSPHRASE, Shop


def _own_rules(shop: Shop, programme: str = "parcel-labels") -> None:
    made = keys.create(shop.home, "mallory", PASSPHRASE)
    text = (shop.repo.root / "phaseproof.yaml").read_text(encoding="utf-8")
    text = text.replace("people:\n", f"people:\n  mallory: {{key: {keys.uri(made.public)}}}\n")
    text = text.replace("[mara]", "[mallory]").replace("[mara, nils]", "[mallory]")
    text = text.replace("programme: parcel-labels", f"programme: {programme}")
    shop.commit({"phaseproof.yaml": text})


def test_install_beside_the_known_one(shop: Shop) -> None:
    _own_rules(shop)
    said = shop.run("install", "--as", "mallory", "--ledger", str(shop.folder / "other"), lead=True)
    assert said.code == 1
    assert "known-elsewhere" in said.text


def test_install_over_the_known_one(shop: Shop) -> None:
    _own_rules(shop)
    said = shop.run("install", "--as", "mallory", lead=True)
    assert said.code == 1
    assert "already-installed" in said.text


@pytest.mark.parametrize("where", [".phaseproof", "other"])
def test_install_into_an_empty_ledger_made_by_hand(shop: Shop, where: str) -> None:
    _own_rules(shop)
    folder = shop.repo.root / where
    shutil.rmtree(folder, ignore_errors=True)
    create(folder, at=shop.desk().now(), actor="", payload={"programme": "parcel-labels", "nonce": "00"}).close()
    said = shop.run("install", "--as", "mallory", "--ledger", str(folder), lead=True)
    assert said.code != 0, said.text
    assert shop.gates("--ledger", str(folder)).code != 0


def test_install_after_another_beginning_was_joined(shop: Shop) -> None:
    """The first commits are others, and some of them are not."""
    _own_rules(shop)
    tree = shop.repo.git("rev-parse", "HEAD^{tree}")
    other = shop.repo.git("commit-tree", tree, "-m", "another beginning")
    shop.repo.git("merge", "-q", "--allow-unrelated-histories", "-s", "ours", "-m", "joined", other)
    said = shop.run("install", "--as", "mallory", "--ledger", str(shop.folder / "other"), lead=True)
    assert said.code == 1, said.text
    assert "known-elsewhere" in said.text


def test_under_another_programme_it_says_so_and_is_not_the_trusted_one(shop: Shop) -> None:
    trusted = shop.genesis
    _own_rules(shop, "mallorys-labels")
    other = str(shop.folder / "other")
    assert shop.run("install", "--as", "mallory", "--ledger", other, lead=True).code == 0
    shown = shop.run("status", "--verify", "--format", "json", "--ledger", other).json
    assert (shown["programme"], shown["tenant"] == trusted) == ("mallorys-labels", False)
    said = shop.gates("--ledger", other, "--trust", trusted)
    assert said.code == 3
    assert said.json["error"]["rule"] == "genesis-changed"


def test_in_a_fresh_home_it_is_not_the_trusted_one(shop: Shop) -> None:
    trusted = shop.genesis
    _own_rules(shop)
    shutil.rmtree(shop.ledger)
    (shop.home / "known-tenants").unlink()
    assert shop.run("install", "--as", "mallory", lead=True).code == 0
    assert shop.gates("--trust", trusted).code == 3


def test_a_ledger_named_by_the_environment_is_not_the_known_one(shop: Shop) -> None:
    twin = shop.copy(shop.folder.parent / "twin")
    shutil.rmtree(twin.ledger)
    (twin.home / "known-tenants").unlink()
    assert twin.run("install", "--as", "mara", lead=True).code == 0
    said = shop.gates(env={"PHASEPROOF_LEDGER": str(twin.ledger)})
    assert said.code == 3, said.text
    assert said.json["error"]["rule"] == "genesis-changed"


@pytest.mark.parametrize("part", ["", "ledger.db", "ledger.head"])
def test_links_in_place_of_the_ledger(shop: Shop, part: str) -> None:
    """A checkout could place one."""
    place = shop.ledger / part if part else shop.ledger
    elsewhere = shop.folder / "elsewhere"
    place.rename(elsewhere)
    place.symlink_to(elsewhere)
    said = shop.gates()
    assert said.code in (2, 3), said.text
    assert said.json["verdict"] == "HOLD"


def test_a_remembered_place_that_cannot_be_read(shop: Shop) -> None:
    (shop.home / "known-tenants").write_text("{", encoding="ascii")
    said = shop.gates()
    assert said.code == 3
    assert said.json["error"]["rule"] == "known-tenants-unreadable"
