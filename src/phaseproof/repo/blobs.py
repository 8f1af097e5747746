"""Blobs of one repository for many checkouts: read once, kept in memory up to a bound, shared between threads."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping

from phaseproof.errors import PhaseproofError
from phaseproof.repo.git import Repository
from phaseproof.repo.objects import Objects

LIMIT = 512 * 1024 * 1024
"""Bytes of one file above which it is refused."""
KEPT = 96 * 1024 * 1024
"""Bytes kept in memory."""
_KEEP_EACH = 4 * 1024 * 1024


class Blobs:
    """A reader with a memory; close it.

    Args:
        repository: where the objects are.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._kept: dict[str, bytes] = {}
        self._size = 0
        self._lock = threading.Lock()
        self._reader: Objects | None = None

    def read(self, oid: str) -> bytes:
        """One blob. Raises what `read_many` raises."""
        for _, data in self.read_many((oid,)):
            return data
        raise AssertionError("one request, one answer")

    def read_many(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Id and bytes of each distinct blob asked for, in any order.

        Raises:
            Unable: `object-missing`, `object-too-large`.
            Untrue: `object-altered`.
        """
        wanted = set(oids)
        missing = []
        for oid in wanted:
            data = self._kept.get(oid)
            if data is None:
                missing.append(oid)
            else:
                yield oid, data
        if not missing:
            return
        with self._lock:
            reader = self._reader or self._repository.objects()
            self._reader = None  # an answer that is not read to its end leaves the reader unusable
            try:
                for oid, _, data in reader.read_many(missing, LIMIT):
                    if len(data) <= _KEEP_EACH and self._size + len(data) <= KEPT and oid not in self._kept:
                        self._kept[oid] = data
                        self._size += len(data)
                    yield oid, data
            except (PhaseproofError, GeneratorExit):
                reader.close()
                raise
            self._reader = reader

    def hold(self, contents: Mapping[str, bytes]) -> None:
        """Answer for these ids with these bytes, whether or not the repository has them."""
        self._kept.update(contents)

    def close(self) -> None:
        """End the reader."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._reader = None
