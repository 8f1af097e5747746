"""Checkouts that a check left as they were, used again by the next one with the same inputs.

Writing and removing files is most of what a clean checkout costs. One that no process has touched is as clean as a
new one, and that can be known: every write, rename, link, chmod or attribute moves a change time, which no process
can set. The kernel takes change times from the coarse clock; so a checkout is only trusted if that clock had moved
on between the last file's writing and the start of the first check in it.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from collections import deque
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

WORTH = 40
"""Files from which keeping a checkout costs less than writing it again."""
IDLE = 8
"""Checkouts kept at once."""
_TICK = 0.012
"""Seconds within which the coarse clock moves on (100 Hz, the slowest kernel, and some)."""
_COARSE = 5 if sys.platform == "linux" else None  # CLOCK_REALTIME_COARSE, linux/time.h; Python has no name for it

_Status = tuple[int, ...]


class Snapshot(Struct, frozen=True):
    """What the file system says of every entry of a checkout, folders included.

    Attributes:
        entries: path -> status.
        names: entries of the checkout's own folder.
    """

    entries: dict[bytes, _Status]
    names: tuple[str, ...]


class Checkouts:
    """Untouched checkouts by what they hold; shared between threads, and not many."""

    def __init__(self) -> None:
        self._idle: deque[tuple[object, Path, Snapshot]] = deque()
        self._lock = threading.Lock()

    def take(self, key: object) -> tuple[Path, Snapshot] | None:
        """An untouched checkout that nobody uses, or None."""
        with self._lock:
            for entry in self._idle:
                if entry[0] == key:
                    self._idle.remove(entry)
                    return entry[1:]
        return None

    def give(self, key: object, work: Path, snapshot: Snapshot | None) -> Path | None:
        """Offer a checkout after a run.

        Args:
            key: what it holds, and whose the files are.
            work: its folder.
            snapshot: taken before the run.

        Returns:
            The folder to remove: this one if it was touched, the one longest unused if there are too many.
        """
        if snapshot is None or not untouched(work, snapshot):
            return work
        with self._lock:
            self._idle.append((key, work, snapshot))
            return self._idle.popleft()[1] if len(self._idle) > IDLE else None


def snapshot(work: Path, paths: Iterable[str]) -> Snapshot | None:
    """Look at a checkout just written; None where the system cannot tell a later write from the writing itself.

    Args:
        work: its folder.
        paths: what was written.
    """
    if _COARSE is None:
        return None
    base = os.fsencode(work)
    entries: dict[bytes, _Status] = {base: _status(base)}
    for path in paths:
        place = base + b"/" + path.encode("utf-8", "surrogateescape")
        while place not in entries:
            entries[place] = _status(place)
            place = place.rpartition(b"/")[0]
    newest = max(status[-1] for status in entries.values())
    deadline = time.monotonic() + _TICK
    while time.clock_gettime_ns(_COARSE) <= newest:
        if time.monotonic() > deadline:
            return None  # a clock that stands still, or was set back
        time.sleep(0.0005)
    return Snapshot(entries, tuple(sorted(os.listdir(work))))  # noqa: PTH208 - names


def untouched(work: Path, before: Snapshot) -> bool:
    """Whether nothing of a checkout has changed since, its folders' contents included."""
    try:
        return all(_status(place) == status for place, status in before.entries.items()) and before.names == tuple(
            sorted(os.listdir(work))  # noqa: PTH208 - names
        )
    except OSError:
        return False


def _status(place: bytes) -> _Status:
    seen = os.lstat(place)
    return (seen.st_mode, seen.st_ino, seen.st_nlink, seen.st_uid, 0 if stat.S_ISDIR(seen.st_mode) else seen.st_size,
            seen.st_mtime_ns, seen.st_ctime_ns)  # fmt: skip
