"""Who git says works here."""

from __future__ import annotations

import os
from pathlib import Path

from phaseproof.repo import process


def author(root: Path) -> str:
    """`user.name` of the repository's, the user's or the machine's configuration; empty where none says it.

    Args:
        root: top of the working tree.

    Raises:
        Unable: git cannot be called.
    """
    names = ("PATH", "HOME", "XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    code, out, _ = process.run(["config", "--get", "user.name"], cwd=root, allowed=(0, 1), own=kept)
    return "" if code else out.decode("utf-8", "replace").strip()
