"""Entries laid out behind a ledger's tail, before anything is written. Independent of the store behind it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from msgspec import Struct

from phaseproof.digests import Digest
from phaseproof.errors import Conflict
from phaseproof.ledger.chain import link
from phaseproof.ledger.model import Appended
from phaseproof.ledger.prepared import Prepared


class Tail(Struct, frozen=True):
    """The last event: its position and digest."""

    position: int
    hash: Digest


Row = tuple[int, bytes, bytes | None, bytes, bytes]
"""An event to write, as a store keeps it: position, hash, raw digest of `once`, raw digests of its objects, bytes."""


class Stage:
    """What one commit will write.

    Attributes:
        tail: the last event once it is written.
        rows: events, in order.
        heads: stream -> position and seq of its last event, for the streams written to.
        once: raw digest -> outcome of the entry that was accepted for it in this commit.
        objects: digest -> bytes of the objects that come with them.
    """

    def __init__(
        self,
        tenant: Digest,
        tail: Tail,
        head: Callable[[str], tuple[int, int] | None],
        seen: Callable[[bytes], Appended | None],
    ) -> None:
        """Start behind a tail.

        Args:
            tenant: whose ledger.
            tail: its last event.
            head: position and seq of a stream's last event in the store; None for a new stream.
            seen: the event that the store accepted for a `once`; None where there is none.
        """
        self.tail = tail
        self.rows: list[Row] = []
        self.heads: dict[str, tuple[int, int]] = {}
        self.once: dict[bytes, Appended] = {}
        self.objects: dict[Digest, bytes] = {}
        self._tenant = tenant
        self._head = head
        self._seen = seen

    def place(self, entries: Sequence[Prepared]) -> tuple[Appended, ...]:
        """Place all entries of one append, or none.

        Raises:
            Conflict: an expected `seq` is not the stream's next one; the stage is as it was.
        """
        position, prev = self.tail.position, self.tail.hash
        rows: list[Row] = []
        heads: dict[str, tuple[int, int]] = {}
        once: dict[bytes, Appended] = {}
        outcome: list[Appended] = []
        for ready in entries:
            entry = ready.entry
            stream = entry.stream
            if ready.once is not None:
                there = once.get(ready.once) or self.once.get(ready.once) or self._seen(ready.once)
                if there is not None:
                    outcome.append(Appended(there.event, there.hash, duplicate=True))
                    continue
            head = heads.get(stream) or self.heads.get(stream) or self._head(stream)
            seq = 0 if head is None else head[1] + 1
            if entry.expected is not None and entry.expected != seq:
                raise Conflict(stream, entry.expected, seq)
            position += 1
            event, body, hashed = link(ready, self._tenant, position, seq, prev)
            prev = "sha256:" + hashed.hex()
            rows.append((position, hashed, ready.once, ready.objects, body))
            heads[stream] = (position, seq)
            appended = Appended(event, prev)
            if ready.once is not None:
                once[ready.once] = appended
            outcome.append(appended)
        self.tail = Tail(position, prev)
        self.rows += rows
        self.heads.update(heads)
        self.once.update(once)
        for ready in entries:
            if ready.objects:
                self.objects.update(ready.entry.objects)
        return tuple(outcome)
