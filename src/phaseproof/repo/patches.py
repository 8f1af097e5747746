"""Unified diffs applied to a folder as `git apply` does it: all of it or nothing, never outside, no fuzz."""

from __future__ import annotations

import re
from pathlib import Path

from phaseproof.errors import Unable
from phaseproof.repo import process

LIMIT = 4 * 1024 * 1024
"""Bytes of a patch."""

_MOVES = re.compile(rb"^(?:rename|copy) (?:from|to|old|new) ", re.M)


def touched(patch: bytes, folder: Path) -> tuple[str, ...]:
    """Paths that a patch changes, makes or removes, sorted.

    Raises:
        Unable: `patch-invalid`: not a patch, too large, or it renames or copies.
    """
    if len(patch) > LIMIT:
        raise Unable("patch-invalid", f"the patch has more than {LIMIT} bytes", "make it smaller")
    if _MOVES.search(patch):
        raise Unable("patch-invalid", "the patch renames or copies", "git diff --no-renames")
    _, out, _ = _apply(["--numstat", "-z"], patch, folder)
    paths = {line.split(b"\t", 2)[2].decode("utf-8", "surrogateescape") for line in out.split(b"\0") if line}
    if not paths:
        raise Unable("patch-invalid", "the patch changes nothing", "git diff --no-renames")
    return tuple(sorted(paths))


def apply(patch: bytes, folder: Path) -> None:
    """Apply a patch to the files of a folder that is no repository.

    Raises:
        Unable: `patch-invalid`: it does not apply.
    """
    _apply([], patch, folder)


def _apply(options: list[str], patch: bytes, folder: Path) -> tuple[int, bytes, str]:
    ceiling = {**process.environment(), "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    code, out, said = process.run(
        ["apply", "--whitespace=nowarn", *options, "-"], cwd=folder, data=patch, allowed=(0, 1, 128), own=ceiling
    )
    if code:
        last = said.splitlines()[-1] if said else "no message"
        raise Unable("patch-invalid", f"the patch does not apply: {last}", "git diff --no-renames > the patch again")
    return code, out, said
