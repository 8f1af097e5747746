"""Several clones of one shop, each with a home and a ledger of its own, and a bare repository between them."""

from __future__ import annotations

import shutil
from pathlib import Path

from phaseproof.evidence import keys
from support.repository import Repo
from support.shop import CONFIGURATION, PASSPHRASE, Said, Shop, open_shop

TWO_RUNNERS = CONFIGURATION.replace("  local: {key: LOCAL}\n", "  local: {key: LOCAL}\n  desk: {key: DESK}\n")


class Clones:
    """A bare repository and what was cloned from it.

    Attributes:
        folder: where everything stands.
        origin: the bare repository.
        first: the clone in which the programme was installed; its runner is `local`.
    """

    def __init__(self, folder: Path, first: Shop) -> None:
        self.folder = folder
        self.first = first
        self.origin = Repo(folder / "origin.git")

    def clone(self, name: str, *people: str) -> Shop:
        """A clone without a ledger, with the keys of some people in a home of its own.

        Args:
            name: of its folder.
            people: key names of the first clone's home.
        """
        shop = Shop(self.folder / name)
        shop.folder.mkdir()
        shop.home.mkdir(mode=0o700)
        (shop.home / "keys").mkdir(mode=0o700)
        for person in people:
            for ending in ("pem", "pub"):
                shutil.copy2(self.first.home / "keys" / f"{person}.{ending}", shop.home / "keys")
        Repo(self.folder).git("clone", "-q", str(self.origin.root), str(shop.repo.root))
        shop.repo.commits = shop.repo.git("rev-list", "--reverse", "HEAD").split()
        return shop

    def ref(self) -> str:
        """The commit that the bare repository holds the ledger in."""
        return self.origin.git("rev-parse", "refs/phaseproof/ledger")


def open_clones(folder: Path) -> Clones:
    """A first clone with the bundle installed and pushed, ledger and all."""
    folder.mkdir(parents=True, exist_ok=True)
    home = folder / "first" / "home"
    desk = keys.create(home, "desk", None)
    first = open_shop(folder / "first", configuration=TWO_RUNNERS.replace("DESK", keys.uri(desk.public)))
    clones = Clones(folder, first)
    clones.origin.root.mkdir()
    clones.origin.git("init", "-q", "--bare", "-b", "main", ".")
    first.repo.git("remote", "add", "origin", str(clones.origin.root))
    first.repo.git("push", "-q", "-u", "origin", "main")
    ok(first.run("ledger", "push"))
    return clones


def copy(clones: Clones, folder: Path) -> Clones:
    """The same clones somewhere else."""
    shutil.copytree(clones.folder, folder, symlinks=True)
    first = Shop(folder / "first")
    first.repo.commits = list(clones.first.repo.commits)
    for git in folder.glob("*/shop/.git"):
        text = (git / "config").read_text(encoding="utf-8")
        (git / "config").write_text(text.replace(str(clones.folder), str(folder)), encoding="utf-8")
    return Clones(folder, first)


def ok(said: Said) -> Said:
    """What a command said, which must have gone well."""
    assert said.code == 0, said.text
    return said


def refused(said: Said, code: int, rule: str) -> Said:
    """What a command said, which must have been refused for one reason; not as JSON."""
    assert said.code == code, said.text
    assert f"[{rule}]" in said.text, said.text
    return said


__all__ = ["PASSPHRASE", "Clones", "copy", "ok", "open_clones", "refused"]
