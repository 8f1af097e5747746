"""A ledger in memory, chained as on disk. What the owner of a ledger's file can do to it, `write` can."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec

from phaseproof.digests import ZERO, Digest, sha256
from phaseproof.errors import Untrue
from phaseproof.ledger import merkle
from phaseproof.ledger.model import Checkpoint, Entry, Event
from phaseproof.ledger.tree import roots


class MemoryLedger:
    """Canonical events and objects in memory, chained as on disk: what its owner can do, `write` can."""

    def __init__(self, programme: str, at: str) -> None:
        self.rows: list[tuple[Event, bytes]] = []
        self.objects: dict[Digest, bytes] = {}
        self.write("tenant", "genesis", "", {"programme": programme, "nonce": "n"}, at)

    @property
    def tenant(self) -> Digest:
        """Digest of the first event."""
        return sha256(self.rows[0][1])

    def write(self, stream: str, type_: str, actor: str, payload: Mapping[str, Any], at: str) -> Event:
        """Append an event, whatever it says."""
        first = not self.rows
        event = Event(
            ZERO if first else self.tenant, len(self.rows), stream, self.next_seq(stream), type_, at, actor,
            dict(payload), ZERO if first else sha256(self.rows[-1][1]),
        )  # fmt: skip
        self.rows.append((event, msgspec.json.encode(event, order="sorted")))
        return event

    def take(self, made: Entry) -> Event:
        """Append an entry as the product makes it."""
        assert made.expected in (None, self.next_seq(made.stream))
        self.objects.update(made.objects)
        return self.write(made.stream, made.type, made.actor, made.payload, made.at)

    def events(self, since: int = 0, until: int | None = None) -> Iterator[tuple[Event, Digest]]:
        """Events and their digests."""
        return ((event, sha256(data)) for event, data in self.rows[since:until])

    def leaves(self, until: int | None = None) -> Iterator[bytes]:
        """Merkle leaves."""
        return (merkle.leaf(data) for _, data in self.rows[:until])

    def size(self) -> int:
        """Number of events."""
        return len(self.rows)

    def next_seq(self, stream: str) -> int:
        """The `seq` that comes next."""
        return sum(event.stream == stream for event, _ in self.rows)

    def get(self, name: Digest) -> bytes:
        """An object. Raises `Untrue` where it is missing."""
        if name not in self.objects:
            raise Untrue("object-missing", f"object {name} is not in the ledger")
        return self.objects[name]

    def get_many(self, digests: Collection[Digest]) -> dict[Digest, bytes]:
        return {digest: self.get(digest) for digest in digests}

    def checkpoint(self, signer: object = None) -> Checkpoint:
        """The tree head now."""
        del signer
        return Checkpoint(self.tenant, self.size(), roots(self, {self.size()})[self.size()])  # type: ignore[arg-type]
