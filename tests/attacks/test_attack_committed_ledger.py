"""A ledger that travels in the commits it judges: whoever commits could have made it."""

from __future__ import annotations

import shutil

from support.shop import Shop


def test_a_ledger_among_the_tracked_files(shop: Shop) -> None:
    """A fresh clone, in a home that knows nothing, finds a ledger in place."""
    (shop.repo.root / ".gitignore").unlink()
    (shop.ledger / ".gitignore").unlink(missing_ok=True)
    shop.repo.git("add", "-A", "-f")
    shop.repo.git("commit", "-q", "-m", "with its ledger")
    (shop.home / "known-tenants").unlink()
    said = shop.gates()
    assert said.code == 1, said.text
    assert "bundle-unreadable" in shop.reasons(said.json)
    assert ".phaseproof" in said.text
    assert shop.run("install", "--as", "mara", "--ledger", str(shop.folder / "other"), lead=True).code == 2


def test_a_careless_add_does_not_track_it(shop: Shop) -> None:
    twin = shop.copy(shop.folder.parent / "twin")
    shutil.rmtree(twin.ledger)
    (twin.home / "known-tenants").unlink()
    (twin.repo.root / ".gitignore").unlink()
    assert twin.run("install", "--as", "mara", lead=True).code == 0
    twin.repo.git("add", "-A")
    assert ".phaseproof" not in twin.repo.git("ls-files")
