"""`known-tenants`: what this user last saw of each ledger. Losing the ledger loses the PASS, never grants it.

One JSON file in the home folder: repository and programme -> genesis, size and root of the last checkpoint seen. A
repository is known by its first commits, so that a second clone of it is the same one.
"""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from phaseproof.decisions.desk import Desk
from phaseproof.digests import Digest
from phaseproof.errors import Conflict, Unable, Untrue

if sys.platform != "win32":
    import fcntl

NAME = "known-tenants"
WAIT = 10.0
"""How long other writers are waited for, seconds."""


class Known(Struct, frozen=True):
    """What was last seen of one ledger."""

    tenant: Digest
    size: int
    root: Digest


def recall(desk: Desk, programme: str) -> tuple[Known, ...]:
    """What is remembered of a repository's programme.

    A repository is the same one while it shares a first commit with what is remembered: another beginning joined to
    its history does not make it a stranger. One whose history is cut off could be any that has the programme.

    Raises:
        Untrue: the file cannot be read (`known-tenants-unreadable`): what it held cannot be checked any more.
    """
    everything = _load(desk.home / NAME)
    if not any(name.rpartition("/")[2] == programme for name in everything):
        return ()
    here = _roots(desk)
    found = []
    for name, known in everything.items():
        place, _, called = name.rpartition("/")
        if called == programme and (not here or here & set(place.split("+")) or place == str(_folder(desk))):
            found.append(known)
    return tuple(found)


def of_tenant(desk: Desk, tenant: Digest) -> tuple[Known, ...]:
    """What is remembered of a ledger, whatever repository it was seen in. Raises as `recall`."""
    return tuple(known for known in _load(desk.home / NAME).values() if known.tenant == tenant)


def remember(desk: Desk, programme: str, known: Known) -> None:
    """Remember what was seen. Nothing is ever unlearnt: less of the same ledger than is remembered changes nothing.

    Raises:
        Untrue: the file there cannot be read.
        Unable: it cannot be written (`home-unwritable`), or others hold it for too long (`home-locked`).
    """
    name = f"{'+'.join(sorted(_roots(desk))) or _folder(desk)}/{programme}"

    def learnt(everything: dict[str, Known]) -> dict[str, Known]:
        before = everything.get(name)
        more = before is None or before.tenant != known.tenant or before.size < known.size
        return {**everything, name: known} if more else everything

    _change(desk.home / NAME, learnt)


def step_back(desk: Desk, seen: Collection[Known], to: Known) -> None:
    """Remember a beginning of a ledger instead of what was seen of it, before events behind that beginning are moved.

    Only what the caller has held against the whole ledger gives way. Whoever was faster and remembers more is right.

    Args:
        desk: whose home.
        seen: what was remembered and is known to be of the ledger as it stands.
        to: the beginning that stays.

    Raises:
        Conflict: something else is remembered of the ledger by now.
        Untrue, Unable: as `remember`.
    """

    def shorter(everything: dict[str, Known]) -> dict[str, Known]:
        changed = dict(everything)
        for name, one in everything.items():
            if one.tenant != to.tenant or one.size <= to.size:
                continue
            if one not in seen:
                raise Conflict(NAME, to.size, one.size)
            changed[name] = to
        return changed

    _change(desk.home / NAME, shorter)


def _change(path: Path, change: Callable[[dict[str, Known]], dict[str, Known]]) -> None:
    """Change the file under a lock: a temporary file, mode 0600, renamed over the old one."""
    everything = _load(path)
    if change(everything) == everything:
        return
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(path):
            everything = _load(path)
            changed = change(everything)
            if changed != everything:
                _write(path, changed)
    except OSError as error:
        raise Unable(
            "home-unwritable", f"{path}: {error.strerror}", "set PHASEPROOF_HOME to a folder of yours"
        ) from error


def _write(path: Path, everything: dict[str, Known]) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{NAME}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(everything, order="sorted"), indent=1))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Hold the lock beside the file: writers of several repositories share one home."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path.with_name(f".{NAME}.lock"), flags, 0o600)
    try:
        if sys.platform != "win32":
            deadline = time.monotonic() + WAIT
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() >= deadline:
                        raise Unable(
                            "home-locked", f"another process holds {path}", "try again when it is done"
                        ) from error
                    time.sleep(0.002)
        yield
    finally:
        os.close(handle)


def _roots(desk: Desk) -> set[str]:
    return {root[:16] for root in desk.repository.root_commits()}


def _folder(desk: Desk) -> Path:
    return desk.repository.common_dir


def _load(path: Path) -> dict[str, Known]:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Untrue("known-tenants-unreadable", f"{path} is no file", f"look at {path}")
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Untrue("known-tenants-unreadable", f"{path}: {error.strerror}", f"look at {path}") from error
    try:
        return msgspec.json.decode(data, type=dict[str, Known])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Untrue("known-tenants-unreadable", f"{path}: {error}", f"look at {path}") from error
