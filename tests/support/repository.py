"""Real git repositories for tests: deterministic authors and dates, no configuration of the machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from phaseproof.repo.git import Repository

START = 1_700_000_000
"""Time of the first commit; each later one is a minute younger."""


class Repo:
    """A repository under a test's hand.

    Attributes:
        root: top of its working tree.
        commits: ids, oldest first.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.commits: list[str] = []

    def git(self, *arguments: str, data: bytes | None = None, env: Mapping[str, str] | None = None) -> str:
        """Call git in the repository and return what it says; fails the test where git does."""
        clock = f"{START + 60 * len(self.commits)} +0000"
        who = {"NAME": "Ann Author", "EMAIL": "ann@example.org", "DATE": clock}
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "LC_ALL": "C",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            **{f"GIT_{part}_{name}": value for part in ("AUTHOR", "COMMITTER") for name, value in who.items()},
            **(env or {}),
        }
        done = subprocess.run(
            ["git", "-c", "commit.gpgSign=false", *arguments],
            cwd=self.root, env=environment, input=data or b"", capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, (arguments, done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        """Write files into the working tree; None removes one."""
        for name, content in files.items():
            path = self.root / name
            if content is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)

    def commit(self, files: Mapping[str, str | bytes | None] | None = None, message: str = "a change") -> str:
        """Write files, add everything, commit; returns the commit's id. Nothing to change is a commit all the same."""
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        self.commits.append(self.git("rev-parse", "HEAD"))
        return self.commits[-1]

    def commit_tree(self, entries: list[tuple[str, bytes, str]], message: str = "a tree made by hand") -> str:
        """Commit a tree of raw entries (mode, name, object id), however odd; HEAD stays where it is."""
        raw = b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
        tree = self.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=raw)
        return self.git("commit-tree", tree, "-m", message)

    def blob(self, data: bytes) -> str:
        """Store a blob and return its id."""
        return self.git("hash-object", "-w", "--stdin", data=data)

    @property
    def head(self) -> str:
        """The last commit."""
        return self.commits[-1]

    def open(self) -> Repository:
        """As the product sees it."""
        return Repository.find(self.root)


def make_repository(path: Path, files: Mapping[str, str | bytes] | None = None) -> Repo:
    """A new repository on branch `main`, with one commit where files are given.

    Args:
        path: folder to make it in; created if it does not exist.
        files: path -> content of the first commit.
    """
    path.mkdir(parents=True, exist_ok=True)
    repo = Repo(path)
    repo.git("init", "-q", "-b", "main", ".")
    if files is not None:
        repo.commit(files, "first")
    return repo
