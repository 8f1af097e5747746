"""What a repository shows to whoever proposes its configuration: its files, its plans, who works here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from msgspec import Struct

from phaseproof.plan.model import Plan

APART = frozenset({
    "tests", "test", "spec", "specs", "__tests__", "testing", "docs", "doc", "documentation", "examples", "example",
    "bench", "benchmarks", "tools", "scripts", "bin", "ci", "node_modules", "vendor", "third_party", "dist", "build",
    "target", "fixtures", "plans", "phases", "design", "templates", "assets", "data",
})  # fmt: skip
"""Folders at the top of a repository that hold no code that is judged."""


class Surroundings(Struct, frozen=True):
    """A repository, looked at from its top.

    Attributes:
        files: tracked files and those that git neither tracks nor ignores, sorted; all of them plain files.
        read: text of a file; empty where it is too large or no text.
        plans: documents in which the reader finds items.
        programme: a name for it.
        person: who works here, as a name of a key.
        runner: name of the key that signs evidence here.
    """

    files: tuple[str, ...]
    read: Callable[[str], str]
    plans: tuple[Plan, ...]
    programme: str
    person: str
    runner: str = "local"

    def has(self, path: str) -> bool:
        """Whether there is a file of that path."""
        return path in self.files

    def at_top(self, *names: str) -> tuple[str, ...]:
        """Those of the named files that stand at the top."""
        return tuple(name for name in names if name in self.files)

    def folders(self) -> tuple[str, ...]:
        """Folders at the top, hidden ones left out."""
        return tuple(sorted({path.split("/")[0] for path in self.files if "/" in path and path[0] != "."}))

    def below(self, folder: str, *suffixes: str) -> tuple[str, ...]:
        """Files in a folder, at any depth, with one of the suffixes; all where none is given."""
        found = (path for path in self.files if path.startswith(f"{folder}/"))
        return tuple(path for path in found if not suffixes or path.endswith(suffixes))

    def code_folders(self, *suffixes: str) -> tuple[str, ...]:
        """Folders at the top that hold source files and are not apart: what a suite most likely judges."""
        return tuple(name for name in self.folders() if name.lower() not in APART and self.below(name, *suffixes))


def is_test(path: str) -> bool:
    """Whether a file is part of a test suite, by its name and place."""
    parts = PurePosixPath(path)
    name = parts.name
    return bool({"tests", "test", "__tests__", "spec"} & set(parts.parts[:-1])) or (
        name.startswith("test_") or parts.stem.endswith(("_test", ".test", ".spec")) or name == "conftest.py"
    )
