"""Runs that were announced here and whose process is gone: said to be abandoned, so that nobody waits for them.

While a process runs checks, a file named after it (number and birth) lists its runs. A file whose process is gone
means that the runner was killed. Without one (another machine) a run counts as running until its announced limit is
over: later, never wrong.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from phaseproof.authority.fold import RunAbandoned
from phaseproof.authority.view import CheckView
from phaseproof.bundle import canonical
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State
from phaseproof.ledger.model import Entry

KILLED = "killed"


class Marks:
    """The list of runs that this process has announced; a context manager, one at a time.

    Args:
        desk: where.
    """

    def __init__(self, desk: Desk) -> None:
        self._path = _folder(desk) / f"{os.getpid()}-{_born(os.getpid())}"
        self._file: int | None = None

    def __enter__(self) -> Marks:
        with suppress(OSError):  # without the list others wait for the limit
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            os.close(self._file)
            if error is None:  # else what was announced may have no result, and the list must say whose it was
                with suppress(OSError):
                    self._path.unlink()

    def add(self, run: str) -> None:
        """List a run, before it is announced."""
        if self._file is not None:
            with suppress(OSError):
                os.write(self._file, f"{run}\n".encode("ascii"))


def announce(desk: Desk, state: State, checks: Iterable[str]) -> int:
    """Record as abandoned every run of some checks whose process is gone; how many there were.

    Args:
        desk: where.
        state: the ledger.
        checks: names.
    """
    lists = _dead_lists(desk)
    if not lists:
        return 0
    dead = {run for runs in lists.values() for run in runs}
    views = {name: state.view.checks.get(name, CheckView()) for name in checks}
    gone = [
        (name, start.run)
        for name, view in views.items()
        for start in view.unfinished
        if start.ended is None and start.run in dead
    ]
    if gone:
        state.ledger.append([
            Entry(f"check/{name}", None, "run-abandoned", desk.now(), desk.runner,
                  canonical.plain(RunAbandoned(run, name, KILLED)))
            for name, run in gone
        ])  # fmt: skip
    told = {run for _, run in gone}
    open_runs = {one.run for view in state.view.checks.values() for one in view.unfinished if one.ended is None} - told
    for path, runs in lists.items():
        if not open_runs & runs:
            with suppress(OSError):
                path.unlink()
    return len(gone)


def _dead_lists(desk: Desk) -> dict[Path, set[str]]:
    """Lists whose process is gone -> their runs."""
    found: dict[Path, set[str]] = {}
    with suppress(OSError):
        for path in _folder(desk).iterdir():
            if _dead(path.name):
                with suppress(OSError, UnicodeDecodeError):
                    found[path] = set(path.read_text(encoding="ascii").split())
    return found


def _folder(desk: Desk) -> Path:
    return desk.folder / "cache" / "running"


def _dead(name: str) -> bool:
    """Whether the process that a list is named after is gone; False where the name does not tell."""
    pid, _, born = name.partition("-")
    if not pid.isascii() or not pid.isdigit() or int(pid) < 1:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return _born(int(pid)) != born


def _born(pid: int) -> str:
    """When a process started, in the kernel's ticks, so that a number used again is told apart; empty where unknown."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19]
    except (OSError, IndexError, UnicodeDecodeError):
        return ""
