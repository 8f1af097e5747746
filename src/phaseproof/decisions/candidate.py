"""What a commit compiles to: configuration and plans read from git objects, never from the working tree."""

from __future__ import annotations

from phaseproof.bundle.compile import Compiled, compile
from phaseproof.bundle.config import Config, load
from phaseproof.bundle.inputs import OWN_FOLDER
from phaseproof.bundle.model import Bundle, Reading
from phaseproof.checks import registry
from phaseproof.decisions.desk import Desk
from phaseproof.errors import Unable
from phaseproof.plan.model import Plan
from phaseproof.plan.read import read_once
from phaseproof.repo.tree import Tree

MAX_PLAN = 10 * 1024 * 1024
"""Bytes of one plan; a larger one is refused."""


def configuration(desk: Desk, tree: Tree) -> Config:
    """The configuration at a commit.

    Raises:
        Unable: the commit has none (`no-configuration`), or it is no plain file.
        Mistakes: everything that is wrong with it.
    """
    blob = tree.blobs.get(desk.configuration)
    if blob is None:
        first = "" if (desk.repository.root / desk.configuration).exists() else "phaseproof init, then "
        raise Unable(
            "no-configuration",
            f"commit {tree.commit[:7]} has no {desk.configuration}",
            f"{first}git add {desk.configuration}, git commit",
        )
    if not blob.is_file:
        raise Unable("no-configuration", f"{desk.configuration} is no plain file in commit {tree.commit[:7]}",
                     "commit it as a plain file")  # fmt: skip
    return load(desk.repository.read(blob.oid), desk.configuration)


def plans(desk: Desk, tree: Tree, config: Config) -> tuple[Plan, ...]:
    """The plans that a configuration names, read at a commit.

    A path that is missing is left to `compile`, which places the mistake.

    Raises:
        Unable: a plan is a link, a submodule, too large or not in this clone (`plan-unreadable`).
    """
    paths = config.select(tree.blobs)
    for path in paths:
        if not tree.blobs[path].is_file:
            what = "submodule" if tree.blobs[path].is_submodule else "symbolic link"
            raise Unable("plan-unreadable", f"{path} is a {what}", "name a plain file")
    found = []
    texts = desk.repository.read_many((tree.blobs[path].oid for path in paths), MAX_PLAN)
    for path in paths:
        try:
            _, data = next(texts)
        except Unable as error:
            raise Unable("plan-unreadable", f"{path}: {error.fact}", error.way_out or "name a smaller file") from error
        found.append(read_once(data, path, config.corrections(path)))
    return tuple(found)


def compile_at(desk: Desk, tree: Tree, reading: Reading | None = None, installed: Bundle | None = None) -> Compiled:
    """What a commit compiles to.

    Args:
        desk: where.
        tree: the commit's tree.
        reading, installed: of the bundle in force: an unchanged text keeps its installed items.

    Raises:
        Unable, Mistakes: it does not compile; the commit holds a ledger (`ledger-tracked`): whoever commits could have
            made it.
    """
    tracked = next((path for path in tree.blobs if path.startswith(OWN_FOLDER)), None)
    if tracked is not None:
        raise Unable(
            "ledger-tracked",
            f"commit {tree.commit[:7]} holds {tracked}: a ledger never travels in the commits that it judges",
            f"git rm -r --cached {OWN_FOLDER}, then git commit",
        )
    config = configuration(desk, tree)
    return compile(plans(desk, tree, config), config, registry.schemas(), reading, installed)
