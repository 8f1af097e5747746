"""Reading files that a check may have tampered with: bounded, without following links, regular files only."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path

from phaseproof.repo.globs import compile_glob

MAX_FILES = 20_000
"""Entries looked at when a folder is walked."""
MAX_DEPTH = 64
"""Folders within folders."""


class Unfit(ValueError):
    """A file that is not there or cannot be read safely.

    Attributes:
        rule: `missing`, `not-regular`, `too-large`, `unreadable`.
        fact: one sentence that follows the file's name: `is a symbolic link`.
    """

    def __init__(self, rule: str, fact: str) -> None:
        super().__init__(fact)
        self.rule = rule
        self.fact = fact


def opened(root: Path, path: str) -> int:
    """A descriptor of a regular file below a folder; the caller closes it.

    Each component is opened without following links, so that no name on the way may lead out (`O_NOFOLLOW`), and
    without waiting for the other end of a FIFO (`O_NONBLOCK`).

    Args:
        root: the folder; trusted.
        path: relative to it, with forward slashes.

    Raises:
        Unfit: missing, a link, a folder, FIFO, socket or device, or it climbs out.
    """
    parts = path.split("/")
    if path.startswith("/") or any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise Unfit("not-regular", "does not name a file below the checkout")
    folder = -1
    try:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=folder)
            os.close(folder)
            folder = inner
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
        shape = os.stat(parts[-1], dir_fd=folder, follow_symlinks=False)
        _regular(shape.st_mode)
        file = os.open(parts[-1], flags, dir_fd=folder)
    except FileNotFoundError:
        raise Unfit("missing", "is not there") from None
    except OSError as error:
        raise Unfit("not-regular", f"cannot be opened without following links: {error.strerror}") from error
    finally:
        if folder >= 0:
            os.close(folder)
    try:
        _regular(os.fstat(file).st_mode)
    except Unfit:
        os.close(file)
        raise
    return file


def read(root: Path, path: str, limit: int) -> bytes:
    """Bytes of a regular file below a folder.

    Args:
        root: the folder.
        path: relative to it.
        limit: most bytes that are read.

    Raises:
        Unfit: what `opened` raises, `too-large`, or `unreadable`.
    """
    file = opened(root, path)
    with os.fdopen(file, "rb") as stream:
        try:
            data = stream.read(limit + 1)
        except OSError as error:
            raise Unfit("unreadable", f"cannot be read: {error.strerror}") from error
    if len(data) > limit:
        raise Unfit("too-large", f"is larger than {limit // 1_000_000} MB")
    return data


def walk(root: Path, below: str = "") -> Iterator[str]:
    """Every entry below a folder that is not a folder, as paths relative to `root`, sorted, links not followed.

    Raises:
        Unfit: `too-large`: more than `MAX_FILES` entries or `MAX_DEPTH` levels; `unreadable`.
    """
    count = 0
    waiting = [(below, 0)]
    while waiting:
        folder, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise Unfit("too-large", f"has folders nested deeper than {MAX_DEPTH}")
        try:
            with os.scandir(root / folder) as entries:
                found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except FileNotFoundError:
            continue
        except OSError as error:
            raise Unfit("unreadable", f"cannot be listed: {error.strerror}") from error
        for name, is_folder in found:
            count += 1
            if count > MAX_FILES:
                raise Unfit("too-large", f"has more than {MAX_FILES} entries")
            path = f"{folder}/{name}" if folder else name
            if is_folder:
                waiting.append((path, depth + 1))
            else:
                yield path


def matching(root: Path, pattern: str) -> list[str]:
    """What stands below a folder under a path or glob: files, and links and FIFOs in the place of files; sorted.

    Raises:
        Unfit: what `walk` raises.
        Usage: the pattern is no glob.
    """
    if not is_glob(pattern):
        return [pattern] if os.path.lexists(root / pattern) else []
    glob = compile_glob(pattern)
    fixed = list(takewhile(lambda part: not is_glob(part), pattern.split("/")[:-1]))
    return sorted(path for path in walk(root, "/".join(fixed)) if glob.matches(path))


def is_glob(pattern: str) -> bool:
    """Whether a path has wildcards."""
    return any(char in pattern for char in "*?[")


def keep(out: Path, name: str, data: bytes) -> Path:
    """Write an output beside whatever the check left in its out folder.

    The name gets a random part and is created exclusively: the check may have put a link where we would write.

    Raises:
        OSError: the folder cannot be written to.
    """
    stem, dot, suffix = name.rpartition(".")
    file, path = tempfile.mkstemp(prefix=f"{stem if dot else name}-", suffix=f".{suffix}" if dot else "", dir=out)
    with os.fdopen(file, "wb") as stream:
        stream.write(data)
    return Path(path)


def _regular(mode: int) -> None:
    for is_kind, words in (
        (stat.S_ISLNK, "a symbolic link"),
        (stat.S_ISDIR, "a folder"),
        (stat.S_ISFIFO, "a FIFO"),
        (stat.S_ISSOCK, "a socket"),
        (stat.S_ISCHR, "a device"),
        (stat.S_ISBLK, "a device"),
    ):
        if is_kind(mode):
            raise Unfit("not-regular", f"is {words}, not a regular file")
    if not stat.S_ISREG(mode):
        raise Unfit("not-regular", "is not a regular file")
