"""Git objects read through one `cat-file --batch`, each one checked against its name.

git itself does not compare what it reads with the object's id; whoever can write to the object folder could put
another content under a commit's blobs. Here nothing is returned whose digest is not its name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO

from phaseproof.errors import Unable, Untrue
from phaseproof.repo import process

LIMIT = 64 * 1024 * 1024
"""Bytes of one object above which reading it into memory is refused."""

_AHEAD = 256
"""Requests in flight: 256 names of 65 bytes fit a pipe, so that writing them never waits for our reading."""
_CHUNK = 1 << 18


class Objects:
    """A reader of a repository's objects; a context manager, for one thread.

    Args:
        git_dir: the repository's git folder.
        object_format: `sha1` or `sha256`.
    """

    def __init__(self, git_dir: Path, object_format: str = "sha1") -> None:
        self._format = object_format
        self._git = process.start([f"--git-dir={git_dir}", "cat-file", "--batch"], cwd=git_dir)
        assert self._git.stdin is not None
        assert self._git.stdout is not None
        self._in: IO[bytes] = self._git.stdin
        self._out: IO[bytes] = self._git.stdout

    def __enter__(self) -> Objects:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process. Safe to call twice."""
        if self._git.poll() is None:
            self._git.kill()
        for stream in (self._in, self._out, self._git.stderr):
            if stream is not None and not stream.closed:
                try:
                    stream.close()
                except BrokenPipeError:
                    continue  # a request was still buffered when the process ended
        self._git.wait()

    def read(self, oid: str, limit: int = LIMIT) -> tuple[str, bytes]:
        """Type and bytes of one object. Raises what `read_many` raises."""
        for _, kind, data in self.read_many((oid,), limit):
            return kind, data
        raise AssertionError("one request, one answer")

    def read_many(self, oids: Iterable[str], limit: int = LIMIT) -> Iterator[tuple[str, str, bytes]]:
        """Id, type and bytes of objects, in the order asked for, read ahead.

        The iterator must be used up, or the reader closed, before the next call.

        Args:
            oids: full object ids.
            limit: bytes; a larger object is refused.

        Raises:
            Unable: `object-missing`, `object-too-large`, `git-failed`.
            Untrue: `object-altered`: the bytes are not those of that name.
        """
        for oid, kind, size in self._answers(oids):
            if size > limit:
                self.close()
                raise Unable("object-too-large", f"object {oid} has {size} bytes, the limit is {limit}")
            data = self._take(size)
            digest = hashlib.new(self._format, b"%s %d\0" % (kind.encode(), size), usedforsecurity=False)
            digest.update(data)
            self._end(oid, digest.hexdigest())
            yield oid, kind, data

    def copy(self, oid: str, write: Callable[[bytes], object], limit: int) -> int:
        """Stream one object of any size, piece by piece. What was written stands only if this returns.

        Args:
            oid: full object id.
            write: called with each piece.
            limit: bytes.

        Returns:
            The object's size in bytes.

        Raises:
            Unable, Untrue: as `read_many`.
        """
        size = 0
        for name, kind, length in self._answers((oid,)):
            if length > limit:
                self.close()
                raise Unable("object-too-large", f"object {name} has {length} bytes, the limit is {limit}")
            digest = hashlib.new(self._format, b"%s %d\0" % (kind.encode(), length), usedforsecurity=False)
            left = size = length
            while left:
                piece = self._take(min(left, _CHUNK))
                left -= len(piece)
                digest.update(piece)
                write(piece)
            self._end(name, digest.hexdigest())
        return size

    def _answers(self, oids: Iterable[str]) -> Iterator[tuple[str, str, int]]:
        waiting: list[str] = []
        source = iter(oids)
        while True:
            batch = []
            for oid in source:
                batch.append(oid)
                if len(batch) >= _AHEAD:
                    break
            if not batch:
                return
            waiting = batch
            try:
                self._in.write("".join(f"{oid}\n" for oid in waiting).encode("ascii", "replace"))
                self._in.flush()
            except (BrokenPipeError, ValueError) as error:
                raise self._ended(waiting[0]) from error
            for oid in waiting:
                head = self._out.readline(512)
                fields = head.split()
                if len(fields) == 3 and fields[0].decode() == oid:
                    yield oid, fields[1].decode(), int(fields[2])
                elif head.endswith(b" missing\n"):
                    raise _missing(oid)
                else:
                    raise self._ended(oid) if not head else Unable("git-failed", f"git cat-file answered {head!r}")

    def _take(self, size: int) -> bytes:
        data = self._out.read(size)
        if len(data) != size:
            raise self._ended("")
        return data

    def _end(self, oid: str, digest: str) -> None:
        if self._out.read(1) != b"\n":
            raise self._ended(oid)
        if digest != oid:
            raise Untrue("object-altered", f"git object {oid} holds other bytes than its name says", "git fsck --full")

    def _ended(self, oid: str) -> Unable:
        said = ""
        if self._git.stderr is not None and not self._git.stderr.closed:
            self._git.kill()
            said = self._git.stderr.read(65536).decode("utf-8", "replace").strip()
        if "promisor" in said or "could not fetch" in said or "not allowed" in said:
            return _missing(oid)  # a partial clone: git wanted to fetch it, which it may not
        return process.failed("cat-file", self._git.wait(), said)


def _missing(oid: str) -> Unable:
    return Unable("object-missing", f"git object {oid} is not in this clone", "git fetch --refetch --no-filter origin")
