"""A small programme used from the command line: an oven's firmware, its plan, two people, one runner.

Everything is typed as a person would type it: verbs in, exit code and output back.
"""

from __future__ import annotations

import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from msgspec import Struct

from phaseproof.cli import main
from phaseproof.evidence import keys
from support.repository import Repo, make_repository

PASSPHRASE = "warm bread at dawn"
PLAN = """# Phase 1: Oven firmware

## Gate A: Safe to heat

- [ ] P1.1 The oven never heats above its limit.
- [ ] P1.2 A note says how to switch the oven off: `docs/off.md`.

## Sign-off

ReviewedBy: Safety Owner
"""
CONFIG = """phaseproof: 1
programme: oven
phases:
  - {id: phase-1, plans: [docs/oven.md]}
people:
  ada: {key: ADA}
  ben: {key: BEN}
runners:
  local: {key: LOCAL}
roles:
  owner: {members: [ada]}
  safety-owner: {members: [ada, ben]}
policy:
  protected: main
  migrate: {roles: [owner]}
checks:
  limit:
    kind: command
    run: grep -q ^limit=250$ oven/limit.txt
    subject: [oven/limit.txt]
  off-note: {kind: artifact, path: docs/off.md, headings: [Switch]}
bindings:
  P1.1: {check: limit}
  P1.2: {check: off-note}
"""
FILES = {
    "docs/oven.md": PLAN,
    "docs/off.md": "# Off\n\n## Switch\n\nTurn the red switch to the left.\n",
    "oven/limit.txt": "limit=250\n",
    ".gitignore": ".phaseproof/\n",
}


class Answer(Struct, frozen=True):
    """What one command came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> Any:
        """Standard output as exactly one JSON document."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, str]:
        """The refusal in it."""
        found: dict[str, str] = self.said["error"]
        return found


class Kitchen:
    """A repository with keys and a ledger, and a person who types.

    Attributes:
        repo: the repository.
        home: `$PHASEPROOF_HOME`.
        words: the file with everybody's passphrase.
    """

    def __init__(self, folder: Path, *, new: bool = True) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.words = folder / "words"
        self.environment: dict[str, str | None] = {
            "PHASEPROOF_HOME": str(self.home),
            "PHASEPROOF_PASSPHRASE_FILE": str(self.words),
            "PHASEPROOF_LEDGER": None,
            "PHASEPROOF_RUNNER": None,
        }
        if new:
            self.repo = make_repository(folder / "repo")
            self.words.write_text(PASSPHRASE + "\n")
        else:
            self.repo = Repo(folder / "repo")
            self.repo.commits = self.repo.git("rev-list", "--reverse", "HEAD").split()

    @property
    def root(self) -> Path:
        """Top of the working tree."""
        return self.repo.root

    @property
    def ledger(self) -> Path:
        """The ledger's folder."""
        return self.root / ".phaseproof"

    def people(self) -> None:
        """Make keys for ada, ben and the runner."""
        for name in ("ada", "ben"):
            keys.create(self.home, name, PASSPHRASE)
        keys.create(self.home, "local", None)

    def config(self, text: str = CONFIG, **more: str) -> str:
        """A configuration with the public keys put in."""
        for info in keys.listing(self.home):
            text = text.replace(f"key: {info.name.upper()}}}", f"key: {info.uri}}}")
        for old, new in more.items():
            assert old in text
            text = text.replace(old, new)
        return text

    def run(self, *arguments: str, cwd: Path | None = None, **environment: str | None) -> Answer:
        """Type a command in the repository, within this process.

        Args:
            arguments: words; a single one is split as a shell would.
            cwd: another folder to stand in.
            environment: variables besides the kitchen's; None takes one away.
        """
        words = shlex.split(arguments[0]) if len(arguments) == 1 else list(arguments)
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        changed = {**self.environment, **environment}
        before = {name: os.environ.get(name) for name in changed}
        here = Path.cwd()
        _set(changed)
        os.chdir(cwd or self.root)
        try:
            with redirect_stdout(out), redirect_stderr(err):
                code = main.run(words)
        finally:
            os.chdir(here)
            _set(before)
        out.flush(), err.flush()
        return Answer(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))  # type: ignore[attr-defined]

    def start(self, *arguments: str, cwd: Path | None = None, **more: Any) -> subprocess.Popen[bytes]:
        """Start a command as a process of its own."""
        environment = {**os.environ, **{k: v for k, v in self.environment.items() if v is not None}}
        environment |= more.pop("env", {})
        command = [*more.pop("under", ()), sys.executable, "-m", "phaseproof", *arguments]
        return subprocess.Popen(
            command, cwd=cwd or self.root, env=environment,
            stdin=subprocess.DEVNULL, stdout=more.pop("stdout", subprocess.PIPE), stderr=subprocess.PIPE, **more,
        )  # fmt: skip

    def follow(self, way_out: str) -> Answer:
        """Run a way out that is a phaseproof command, with --format json where the verb has it."""
        words = shlex.split(way_out)
        assert words[0] == "phaseproof", way_out
        return self.run(*words[1:], "--format", "json")

    def board(self) -> Any:
        """The board as JSON."""
        return self.run("status --format json").said

    def item(self, short: str) -> Any:
        """One item of the board."""
        return next(i for gate in self.board()["gates"] for i in gate["items"] if i["id"] == short)


def _set(environment: Mapping[str, str | None]) -> None:
    for name, value in environment.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def make_bare(folder: Path) -> None:
    """An empty bare repository."""
    subprocess.run(["git", "init", "-q", "--bare", folder], check=True, capture_output=True)


def build(
    folder: Path, config: str = CONFIG, files: Mapping[str, str] | None = None, *, install: bool = True
) -> Kitchen:
    """A kitchen with its first commit, and with its bundle installed."""
    kitchen = Kitchen(folder)
    kitchen.people()
    kitchen.repo.commit({**FILES, **(files or {}), "phaseproof.yaml": kitchen.config(config)}, "first")
    if install:
        done = kitchen.run("install --as ada")
        assert done.code == 0, done.err
    return kitchen


def copy(template: Kitchen, folder: Path) -> Kitchen:
    """A kitchen like another one, in a folder of its own."""
    shutil.copytree(template.folder, folder, dirs_exist_ok=True, symlinks=True)
    return Kitchen(folder, new=False)
