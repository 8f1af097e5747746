"""Plain files of the working tree: read without following a link, and replaced whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from msgspec import Struct

from phaseproof.errors import Refused, Unable

_PLAIN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY | os.O_CLOEXEC


class Plain(Struct, frozen=True):
    """A file as it was read.

    Attributes:
        path: from the top of the working tree, with forward slashes.
        data: its bytes.
        seen: device, inode, size, time of the last change of its bytes (ns), mode, owner, group.
    """

    path: str
    data: bytes
    seen: tuple[int, ...]


def read_plain(root: Path, path: str, limit: int) -> Plain | None:
    """A file of the working tree; None where nothing is there.

    Args:
        root: top of the working tree.
        path: from there, with forward slashes.
        limit: most bytes it may have.

    Raises:
        Unable: it, or a folder above it, is a link; it is no plain file, larger than `limit`, or cannot be read
            (`file-unreadable`).
    """
    try:
        with _folder(root, path) as (folder, name):
            handle = os.open(name, _PLAIN, dir_fd=folder)
            with os.fdopen(handle, "rb") as file:
                facts = os.fstat(file.fileno())
                if not stat.S_ISREG(facts.st_mode):
                    raise Unable("file-unreadable", f"{path} is no plain file", "name a plain file")
                data = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(path, error) from error
    if len(data) > limit:
        raise Unable("file-unreadable", f"{path} is larger than {limit // 1024} KiB", "name a smaller file")
    return Plain(path, data, _seen(facts))


def replace_plain(root: Path, plain: Plain, data: bytes) -> None:
    """Put other bytes in a file's place: a new file of the same mode takes its name, so nobody sees half of it.

    The disk is not waited for: a working tree can be made again, and git does not wait for it either.

    Args:
        root: top of the working tree.
        plain: the file as it was read.
        data: what shall stand there.

    Raises:
        Refused: it was changed, moved or replaced since it was read (`changed-meanwhile`); nothing is written.
        Unable: it cannot be written (`file-unwritable`).
    """
    temporary = f".phaseproof-{secrets.token_hex(8)}"
    try:
        with _folder(root, plain.path) as (folder, name):
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600,
                             dir_fd=folder)  # fmt: skip
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    _like(file.fileno(), plain)
                if not _same(plain, folder, name):
                    raise Refused("changed-meanwhile", f"{plain.path} was changed by somebody else meanwhile",
                                  "look at it, then run the command again")  # fmt: skip
                os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
    except OSError as error:
        fact = f"{plain.path}: {error.strerror}"
        raise Unable("file-unwritable", fact, "look at the owner and mode of its folder") from error


@contextmanager
def _folder(root: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder of a path, opened step by step so that no link leads out of the tree, and the name in it."""
    *above, name = path.split("/")
    if not name or any(part in ("", ".", "..") for part in above) or name in (".", ".."):
        raise OSError(errno.EINVAL, "it is no path of a file")
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for part in above:
            deeper = os.open(part, _FOLDER, dir_fd=at)
            os.close(at)
            at = deeper
        yield at, name
    finally:
        os.close(at)


def _same(plain: Plain, folder: int, name: str) -> bool:
    """Whether a file is still what was read: by the system's facts of it and byte by byte."""
    try:
        handle = os.open(name, _PLAIN, dir_fd=folder)
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        facts = os.fstat(file.fileno())
        return _seen(facts) == plain.seen and file.read(len(plain.data) + 1) == plain.data


def _like(handle: int, plain: Plain) -> None:
    """Give a new file the owner, as far as we may, and the mode of the old one."""
    *_, mode, owner, group = plain.seen
    facts = os.fstat(handle)
    if (facts.st_uid, facts.st_gid) != (owner, group):
        with suppress(PermissionError):
            os.fchown(handle, owner, group)
    os.fchmod(handle, stat.S_IMODE(mode))


def _seen(facts: os.stat_result) -> tuple[int, ...]:
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_mode, facts.st_uid, facts.st_gid)


def _unreadable(path: str, error: OSError) -> Unable:
    linked = error.errno in (errno.ELOOP, errno.ENOTDIR)
    fact = "it, or a folder above it, is a symbolic link" if linked else error.strerror
    return Unable("file-unreadable", f"{path}: {fact}", "name a plain file")
