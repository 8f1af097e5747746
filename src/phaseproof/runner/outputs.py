"""What a check left in its out folder, read without following links, devices or pipes, and bounded."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from phaseproof.errors import Unable

EACH = 64 * 1024 * 1024
"""Bytes of one output."""
TOTAL = 256 * 1024 * 1024
"""Bytes of all outputs of a run."""


def read(out: Path, path: Path, limit: int = EACH) -> bytes:
    """Bytes of a regular file below the out folder.

    Args:
        out: the out folder.
        path: a file below it, absolute or relative to it.
        limit: bytes.

    Raises:
        Unable: `output-unreadable`: not there, not below, a link or a special file on the way, or too large.
    """
    try:
        relative = path.relative_to(out) if path.is_absolute() else path
    except ValueError as error:
        raise _unreadable(path, "it lies outside the out folder") from error
    if not relative.parts or ".." in relative.parts:
        raise _unreadable(path, "it lies outside the out folder")
    folder = os.open(out, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        for part in relative.parts[:-1]:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        fd = os.open(relative.parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(fd).st_mode):
                raise _unreadable(path, "it is no regular file")
            data = file.read(limit + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror or "it cannot be read") from error
    finally:
        os.close(folder)
    if len(data) > limit:
        raise _unreadable(path, f"it has more than {limit} bytes")
    return data


def _unreadable(path: Path, why: str) -> Unable:
    return Unable(
        "output-unreadable", f"output {path.name}: {why}", "let the check write a plain file to $PHASEPROOF_OUT"
    )
