"""What a process says, bounded: the beginning and the end are kept."""

from __future__ import annotations

from collections import deque

HEAD = 256 * 1024
"""Bytes kept from the beginning."""
TAIL = 768 * 1024
"""Bytes kept from the end: where the reason stands."""


class Output:
    """Collects pieces; memory stays below head + tail + one piece."""

    __slots__ = ("_head", "_kept", "_pieces", "total")

    def __init__(self) -> None:
        self._head = bytearray()
        self._pieces: deque[bytes] = deque()
        self._kept = 0
        self.total = 0

    def add(self, piece: bytes) -> None:
        """Take one piece."""
        self.total += len(piece)
        room = HEAD - len(self._head)
        if room > 0:
            self._head += piece[:room]
            piece = piece[room:]
        if piece:
            self._pieces.append(piece)
            self._kept += len(piece)
            while self._kept - len(self._pieces[0]) >= TAIL:
                self._kept -= len(self._pieces.popleft())

    def bytes(self) -> tuple[bytes, bool]:
        """What was kept, and whether anything was left out."""
        tail = b"".join(self._pieces)
        if self.total <= HEAD + len(tail):
            return bytes(self._head) + tail, False
        tail = tail[-TAIL:]
        gone = self.total - len(self._head) - len(tail)
        return b"%s\n[... %d bytes left out ...]\n%s" % (self._head, gone, tail), True
