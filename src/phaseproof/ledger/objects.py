"""Objects as files: `objects/ab/cdef…`, named for the SHA-256 of what they hold.

Objects of up to 64 KiB live in the database; these are the larger ones. A file appears under its name only when all of
it is on disk, so an event that names it never commits before it.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from phaseproof.digests import Digest, sha256
from phaseproof.errors import Unable, Untrue
from phaseproof.ledger.database import sync

FOLDER = "objects"
INLINE = 64 * 1024
"""Largest object kept in the database, bytes."""

MAX_OBJECT = 256 << 20
"""Largest object, bytes."""

_INCOMING = "incoming"
_STALE = 3600.0
_NAME = re.compile(r"[0-9a-f]{62}\Z")
_SHARD = re.compile(r"[0-9a-f]{2}\Z")
_RESTORE = "restore the object from a backup or another clone, or run the check again"


class ObjectFiles:
    """The folder of large objects."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, digest: Digest) -> Path:
        """Where an object's file stands."""
        return self.folder / digest[7:9] / digest[9:]

    def write(self, digest: Digest, data: bytes) -> None:
        """Store an object; durable on return, and nothing under its name before.

        Raises:
            Unable: `object-too-large`, `object-unwritable`.
            Untrue: `object-altered`: other bytes stand under its name.
        """
        check_size(data)
        if self.read(digest) is not None:
            # Whoever wrote it may have died before the name was flushed.
            sync(self.path(digest).parent)
            return
        target = self.path(digest)
        incoming = self.folder / _INCOMING
        temporary = incoming / f"{digest[7:]}.{secrets.token_hex(8)}"
        try:
            for folder in (self.folder, incoming, target.parent):
                _make_folder(folder)
            _sweep(incoming)
            handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, 0o600)
            try:
                view = memoryview(data)
                while view:
                    view = view[os.write(handle, view) :]
                os.fsync(handle)
            finally:
                os.close(handle)
            temporary.rename(target)
            sync(target.parent)
        except OSError as error:
            temporary.unlink(missing_ok=True)
            rule = "ledger-full" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "object-unwritable"
            raise Unable(
                rule, f"object {digest} cannot be written: {error.strerror}", "check the disk and its rights"
            ) from error

    def read(self, digest: Digest) -> bytes | None:
        """An object's bytes, digest checked; None where there is no file.

        Raises:
            Untrue: `object-altered`: the bytes under its name are others, or not a regular file's.
        """
        return self._load(self.path(digest), digest)

    def _load(self, path: Path, digest: Digest) -> bytes | None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise Untrue("object-altered", f"object {digest} cannot be read: {error.strerror}", _RESTORE) from error
        try:
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode) or state.st_size > MAX_OBJECT:
                raise Untrue("object-altered", f"object {digest} is not a file of an object's size", _RESTORE)
            with os.fdopen(handle, "rb", closefd=False) as stream:
                data = stream.read(MAX_OBJECT + 1)
        except OSError as error:
            raise Untrue("object-altered", f"object {digest} cannot be read: {error.strerror}", _RESTORE) from error
        finally:
            os.close(handle)
        if sha256(data) != digest:
            raise altered(digest)
        return data

    def walk(self) -> Iterator[Digest]:
        """Digests by which files are named, sorted; half-written files are passed over.

        Raises:
            Untrue: `object-stray`: something else stands in the folder, or it cannot be listed.
        """
        if not self.folder.exists():
            return
        for shard in _listed(self.folder):
            if shard.name == _INCOMING:
                continue
            if not _SHARD.match(shard.name) or shard.is_symlink() or not shard.is_dir():
                raise _stray(shard)
            for file in _listed(shard):
                if not _NAME.match(file.name):
                    raise _stray(file)
                yield f"sha256:{shard.name}{file.name}"


def check_size(data: bytes) -> None:
    """Refuse an object above the limit.

    Raises:
        Unable: `object-too-large`.
    """
    if len(data) > MAX_OBJECT:
        raise Unable("object-too-large", f"an object of {len(data)} bytes is above the limit of {MAX_OBJECT}")


def altered(digest: Digest) -> Untrue:
    """The refusal of an object whose bytes are not those its name says."""
    return Untrue("object-altered", f"object {digest} does not hold the bytes its name says", _RESTORE)


def missing(digest: Digest) -> Untrue:
    """The refusal of an object that is not there."""
    return Untrue("object-missing", f"object {digest} is not in the ledger", _RESTORE)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise Unable("ledger-path", f"{folder} is not a folder of its own", "move it away") from None
        return
    sync(folder.parent)


def _sweep(incoming: Path) -> None:
    """Remove what writers killed long ago left behind."""
    for entry in os.scandir(incoming):
        try:
            if time.time() - entry.stat(follow_symlinks=False).st_mtime > _STALE:
                Path(entry).unlink()
        except FileNotFoundError:
            continue  # another writer finished or swept it


def _listed(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError as error:
        raise Untrue("object-stray", f"{folder} cannot be listed: {error.strerror}", _RESTORE) from error


def _stray(path: Path) -> Untrue:
    return Untrue("object-stray", f"{path} is not an object's file", "look at it, then move it away")
