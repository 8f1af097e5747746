"""`ledger.head`: a lower bound of what was acknowledged, beside the database, and the lock writers queue on.

SQLite drops the tail of a damaged or deleted write-ahead log without a word, since it cannot tell it from a commit
that never finished. The head can: it is written after each commit, so a ledger shorter than its head has lost
something that was acknowledged. It needs no flush of its own: after a crash of the machine it may be older than the
ledger, never newer.

It guards against accidents. Whoever can write the ledger can write the head; against them stand signed checkpoints.
"""

from __future__ import annotations

import errno
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zlib import crc32

from msgspec import Struct

from phaseproof.digests import Digest
from phaseproof.errors import Unable, Untrue
from phaseproof.ledger.database import locked

if sys.platform != "win32":  # where a ledger is read and verified, never written
    import fcntl

FILE = "ledger.head"
_SHAPE = struct.Struct(">24s32s32sQQQ")
_MAGIC = b"phaseproof ledger head 1"
_CHECK = struct.Struct(">I")
_LENGTH = _SHAPE.size + _CHECK.size


class Head(Struct, frozen=True):
    """What was acknowledged.

    Attributes:
        tenant: whose ledger.
        events: how many events.
        tail: digest of the last of them.
        objects: how many objects are in the database.
        checkpoints: how many checkpoints are stored.
    """

    tenant: Digest
    events: int
    tail: Digest
    objects: int
    checkpoints: int


def pack(head: Head) -> bytes:
    """The file's content: magic, tenant, tail, three counts, and the CRC-32 over them."""
    body = _SHAPE.pack(
        _MAGIC,
        bytes.fromhex(head.tenant[7:]),
        bytes.fromhex(head.tail[7:]),
        head.events,
        head.objects,
        head.checkpoints,
    )
    return body + _CHECK.pack(crc32(body))


def unpack(data: bytes) -> Head:
    """The head in a file's content.

    Raises:
        Untrue: `head-altered`.
    """
    body = data[: _SHAPE.size]
    if len(data) != _LENGTH or data[_SHAPE.size :] != _CHECK.pack(crc32(body)) or not body.startswith(_MAGIC):
        raise Untrue(
            "head-altered",
            f"{FILE} cannot be read: what was acknowledged is not known",
            "restore it together with ledger.db from a backup, then `phaseproof verify`",
        )
    _, tenant, tail, events, objects, checkpoints = _SHAPE.unpack(body)
    return Head("sha256:" + tenant.hex(), events, "sha256:" + tail.hex(), objects, checkpoints)


class HeadFile:
    """The open file. One per ledger handle; not to be used across a fork."""

    def __init__(self, path: Path, handle: int, writable: bool) -> None:
        self.path = path
        self.writable = writable
        self._handle = handle
        self._raw = b""
        self._head: Head | None = None

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> HeadFile:
        """Open the file; with `create`, make it (empty, mode 0600) if there is none.

        Raises:
            Untrue: `head-missing`.
            Unable: `ledger-path`: it cannot be opened.
        """
        flags = os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        try:
            try:
                return cls(path, os.open(path, os.O_RDWR | flags | (os.O_CREAT if create else 0), 0o600), True)
            except OSError as error:
                if create or error.errno not in (errno.EACCES, errno.EPERM, errno.EROFS):
                    raise
                return cls(path, os.open(path, os.O_RDONLY | flags), False)
        except FileNotFoundError as error:
            raise Untrue(
                "head-missing",
                f"{FILE} is gone: what was acknowledged is not known",
                "restore it together with ledger.db from a backup, then `phaseproof verify`",
            ) from error
        except OSError as error:
            raise Unable("ledger-path", f"{path} cannot be opened: {error.strerror}", "check its rights") from error

    def empty(self) -> bool:
        """Whether nothing was ever written: a creation that did not end."""
        return os.fstat(self._handle).st_size == 0

    def read(self) -> Head:
        """What was acknowledged so far.

        Raises:
            Untrue: `head-altered`.
        """
        data = os.pread(self._handle, _LENGTH + 1, 0)
        if data == self._raw and self._head is not None:
            return self._head
        try:
            head = unpack(data)
        except Untrue:
            # A writer may have been in the middle of it; it is less than a page and takes no time.
            time.sleep(0.005)
            data = os.pread(self._handle, _LENGTH + 1, 0)
            head = unpack(data)
        self._raw, self._head = data, head
        return head

    def write(self, head: Head) -> None:
        """Replace the content. Only while `lock` is held.

        Raises:
            Unable: `head-unwritable`. What was committed before stays committed.
        """
        data = pack(head)
        try:
            written = os.pwrite(self._handle, data, 0)
        except OSError as error:
            raise Unable("head-unwritable", f"{FILE} cannot be written: {error.strerror}", "check the disk") from error
        if written != len(data):
            raise Unable("head-unwritable", f"{FILE} was written in part", "check the disk")
        self._raw, self._head = data, head

    def sync(self) -> None:
        """Flush it to disk: once, when it is made."""
        os.fsync(self._handle)

    @contextmanager
    def lock(self, wait: float) -> Iterator[None]:
        """Hold the tenant's write lock. Arguments and refusals as `acquire`."""
        self.acquire(wait)
        try:
            yield
        finally:
            self.release()

    def acquire(self, wait: float) -> None:
        """Take the tenant's write lock.

        Args:
            wait: how long to queue for it, seconds.

        Raises:
            Unable: `ledger-locked`.
        """
        deadline = 0.0
        pause = 0.0002
        while True:
            try:
                return fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                now = time.monotonic()
                deadline = deadline or now + wait
                if now >= deadline:
                    raise locked() from error
                time.sleep(min(pause, max(0.0, deadline - now)))
                pause = min(pause * 1.5, 0.001)

    def release(self) -> None:
        """Let the write lock go."""
        fcntl.flock(self._handle, fcntl.LOCK_UN)

    def close(self) -> None:
        """Release the file."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1
