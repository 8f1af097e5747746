"""Runs that were announced here and whose process is gone: said to be abandoned, so that nobody waits for them.

While a run lasts, a file named after it holds the process that runs it. A file whose process is gone means that the
runner was killed. Without the file (another machine) a run counts as running until its announced limit is over.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from phaseproof.authority.fold import RunAbandoned
from phaseproof.authority.view import CheckView
from phaseproof.bundle import canonical
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State
from phaseproof.ledger.model import Entry

KILLED = "killed"


def mark(desk: Desk, run: str) -> None:
    """Say that this process runs a run."""
    folder = _folder(desk)
    with suppress(OSError):  # without the mark others wait for the limit: later, never wrong
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / run).write_text(f"{os.getpid()} {_born(os.getpid())}", encoding="ascii")


def unmark(desk: Desk, run: str) -> None:
    """Say that a run has ended."""
    with suppress(OSError):
        (_folder(desk) / run).unlink(missing_ok=True)


def announce(desk: Desk, state: State, checks: Iterable[str]) -> int:
    """Record as abandoned every run of some checks whose process is gone; how many there were.

    Args:
        desk: where.
        state: the ledger.
        checks: names.
    """
    views = {name: state.view.checks.get(name, CheckView()) for name in checks}
    gone = [
        (name, start.run)
        for name, view in views.items()
        for start in view.unfinished
        if start.ended is None and _dead(_folder(desk) / start.run)
    ]
    if gone:
        state.ledger.append([
            Entry(f"check/{name}", None, "run-abandoned", desk.now(), desk.runner,
                  canonical.plain(RunAbandoned(run, name, KILLED)))
            for name, run in gone
        ])  # fmt: skip
    for _, run in gone:
        unmark(desk, run)
    return len(gone)


def _folder(desk: Desk) -> Path:
    return desk.folder / "cache" / "running"


def _dead(path: Path) -> bool:
    """Whether the process that a mark names is gone; False where there is no mark to tell."""
    try:
        pid, _, born = path.read_text(encoding="ascii").partition(" ")
        number = int(pid)
    except (OSError, ValueError):
        return False
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _born(number) != born


def _born(pid: int) -> str:
    """When a process started, in the kernel's ticks, so that a number used again is told apart; empty where unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except (OSError, IndexError, UnicodeDecodeError):
        return ""
