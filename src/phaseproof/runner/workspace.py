"""Private folders for runs, locked while their runner lives; what a killed runner left is removed by the next one."""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import shutil
import stat
import tempfile
import threading
import time
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType

from msgspec import Struct

from phaseproof.errors import Unable

_LOCK = "lock"


class Folders(Struct, frozen=True):
    """The folders of one run, as the runner sees them.

    Attributes:
        root: holds the others; closed to everybody else.
        work: the checkout.
        out: reports, `$PHASEPROOF_OUT`.
        home: HOME.
        tmp: TMPDIR.
    """

    root: Path
    work: Path
    out: Path
    home: Path
    tmp: Path


class Workspace:
    """One runner's folders; a context manager.

    Args:
        base: folder that all runners of this user share; the system's temporary folder's `phaseproof-<uid>` if None.

    Raises:
        Unable: `workspace`: there is no place to write.
    """

    def __init__(self, base: Path | None = None) -> None:
        self._count = 0
        self._guard = threading.Lock()
        self._sweeper: threading.Thread | None = None
        self._discarded: SimpleQueue[Path | None] = SimpleQueue()
        try:
            self.base = _own_folder(base)
            _remove_leftovers(self.base)
            self.root, self._lock = _locked(self.base)
        except OSError as error:
            raise Unable("workspace", f"no folder for runs can be made: {error}", "set TMPDIR") from error

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Remove everything.

        Raises:
            Unable: `workspace`: something cannot be removed.
        """
        if self._sweeper is not None:
            self._discarded.put(None)
            self._sweeper.join()
        remove(self.root)
        os.close(self._lock)

    def new(self, owner: int | None = None, work: Path | None = None) -> Folders:
        """Fresh empty folders for one run.

        Args:
            owner: user and group id that the check runs under, None for our own.
            work: the checkout's folder where there is one already.

        Raises:
            Unable: `workspace`.
        """
        with self._guard:
            self._count += 1
            number = self._count
        root = self.root / str(number)
        folders = Folders(root, work or root / "work", *(root / name for name in ("out", "home", "tmp")))
        try:
            root.mkdir(0o700)
            for folder in (*(() if work else (folders.work,)), folders.out, folders.home, folders.tmp):
                folder.mkdir()
                folder.chmod(0o755)  # `root` keeps others out; a sandbox enters them under another user
                if owner is not None:
                    os.chown(folder, owner, owner)
        except OSError as error:
            raise Unable("workspace", f"no folder for a run can be made: {error}", "set TMPDIR") from error
        return folders

    def again(self, folders: Folders) -> None:
        """Empty a run's folders for the next one, where that is cheaper than making new ones."""
        for folder in (folders.out, folders.home, folders.tmp):
            with os.scandir(folder) as entries:
                found = list(entries)
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    remove(Path(entry.path))
                else:
                    Path(entry.path).unlink(missing_ok=True)

    def place(self, owner: int | None = None) -> Path:
        """A fresh empty folder for a checkout that may outlast its run. Raises what `new` raises."""
        return self.new(owner).work

    def discard(self, folder: Path) -> None:
        """Remove a folder of ours, while the next run is under way; `close` waits for it."""
        with self._guard:
            if self._sweeper is None:
                self._sweeper = threading.Thread(target=self._sweep, name="sweeper", daemon=True)
                self._sweeper.start()
        self._discarded.put(folder)

    def _sweep(self) -> None:
        while (root := self._discarded.get()) is not None:
            with contextlib.suppress(Unable):  # `close` removes it again, and says so where it cannot
                remove(root)


def remove(folder: Path) -> None:
    """Remove a folder and all below it, also what a check made unreadable; links are not followed.

    Raises:
        Unable: `workspace`: something cannot be removed.
    """

    def unlock(_: object, path: str, raised: tuple[type[BaseException], BaseException, object]) -> None:
        error = raised[1]
        if isinstance(error, FileNotFoundError):
            return
        for place in (Path(path).parent, Path(path)):
            with contextlib.suppress(OSError):
                if stat.S_ISDIR(place.lstat().st_mode):
                    place.chmod(0o700)
        blocked.append(path)

    for attempt in range(6):
        blocked: list[str] = []
        shutil.rmtree(folder, onerror=unlock)
        if not os.path.lexists(folder):
            return
        time.sleep(0.01 * attempt)  # a process being killed may still have written something
    raise Unable("workspace", f"{folder} cannot be removed: {blocked[:1]}", f"remove {folder}")


def _own_folder(base: Path | None) -> Path:
    path = base or Path(tempfile.gettempdir()) / f"phaseproof-{os.getuid()}"
    path.mkdir(0o700, parents=base is not None, exist_ok=True)
    status = path.lstat()
    if stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid():
        path.chmod(0o700)
        return path.resolve()
    if base is not None:
        raise Unable("workspace", f"{base} belongs to somebody else", "name another folder")
    return Path(tempfile.mkdtemp(prefix="phaseproof-")).resolve()  # somebody sits on the name we wanted


def _locked(base: Path) -> tuple[Path, int]:
    token = secrets.token_hex(8)
    making = base / f"new-{token}"
    making.mkdir(0o700)
    lock = os.open(making / _LOCK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    root = base / f"run-{token}"
    making.rename(root)  # a `run-` folder is locked from its first instant
    return root, lock


def _remove_leftovers(base: Path) -> None:
    for folder in base.glob("run-*"):
        try:
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except FileNotFoundError:
            remove(folder)  # half removed already
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            continue
        else:
            remove(folder)
        finally:
            os.close(lock)
