"""Events, and the interface of a ledger (FORMATS, section 4)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from phaseproof.digests import ZERO, Digest


class Event(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One event, as its canonical bytes hold it.

    Attributes:
        tenant: id of the tenant: digest of its first event; `ZERO` in that first event itself.
        position: place in the tenant's total order, dense from 0.
        stream: stream name, ASCII, at most 512 characters (`bundle`, `check/unit`, `sign/<item>/<person>` …).
        seq: place in the stream, dense from 0.
        type: event type in kebab case.
        at: UTC instant of the append, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        actor: who appended it: a person, a runner's name, or empty.
        payload: canonical JSON object.
        prev: digest of the event before it; `ZERO` in the first.
    """

    tenant: Digest
    position: int
    stream: str
    seq: int
    type: str
    at: str
    actor: str
    payload: dict[str, Any]
    prev: Digest


class Entry(Struct, frozen=True, gc=False):
    """An event to append.

    Attributes:
        stream: where.
        expected: the `seq` it shall take (0 for a new stream); None takes the next one, whatever it is: only for
            facts whose meaning does not rest on what else is in the stream (evidence, run marks).
        type, at, actor, payload: as in `Event`.
        objects: content-addressed bytes stored in the same transaction, digest -> bytes.
        once: a digest that this tenant accepts once (an envelope's): a second append of it writes nothing and
            returns the event that is there.
    """

    stream: str
    expected: int | None
    type: str
    at: str
    actor: str
    payload: dict[str, Any]
    objects: Mapping[Digest, bytes] = {}
    once: Digest | None = None


class Appended(Struct, frozen=True, gc=False):
    """Outcome of one entry.

    Attributes:
        event: the event now in the ledger.
        hash: its digest.
        duplicate: True where `once` was there already and nothing was written.
    """

    event: Event
    hash: Digest
    duplicate: bool = False


class Checkpoint(Struct, frozen=True):
    """A tree head: the first `size` events and their RFC 9162 root.

    Attributes:
        tenant: whose.
        size: number of events.
        root: Merkle root.
        note: the signed note (C2SP `signed-note`, `tlog-checkpoint`), None while unsigned.
    """

    tenant: Digest
    size: int
    root: Digest
    note: str | None = None


class NoteSigner(Protocol):
    """What signs a checkpoint: an Ed25519 key with a name.

    Attributes:
        name: key name in the note (no spaces or plus signs).
        public: 32 bytes of public key.
    """

    name: str
    public: bytes

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature over data."""
        ...


class Ledger(Protocol):
    """A tenant's event store. Every method raises `Untrue` where stored bytes do not hold, `Unable` where the store
    is missing, locked, read-only, full, of another tenant or from a newer version.
    """

    @property
    def tenant(self) -> Digest:
        """The tenant's id."""
        ...

    def append(self, entries: Sequence[Entry]) -> tuple[Appended, ...]:
        """Append all entries in one durable, atomic commit, or none.

        Raises:
            Conflict: an expected `seq` is not the stream's next one; nothing was written.
        """
        ...

    def events(self, since: int = 0, until: int | None = None) -> Iterator[tuple[Event, Digest]]:
        """Events of positions since <= p < until with their digests, chain checked as they are read."""
        ...

    def leaves(self, until: int | None = None) -> Iterator[bytes]:
        """RFC 9162 leaf hashes of the first `until` events, chain checked as they are read."""
        ...

    def size(self) -> int:
        """Number of events."""
        ...

    def next_seq(self, stream: str) -> int:
        """The `seq` that the next event of a stream takes."""
        ...

    def get(self, digest: Digest) -> bytes:
        """An object's bytes, digest checked. Raises `Untrue` (`object-missing`, `object-altered`)."""
        ...

    def get_many(self, digests: Collection[Digest]) -> dict[Digest, bytes]:
        """Many objects at once, each one's digest checked. Raises as `get`."""
        ...

    def put(self, data: bytes) -> Digest:
        """Store an object apart from any event (large logs and outputs go to files); durable on return."""
        ...

    def checkpoint(self, signer: NoteSigner | None = None) -> Checkpoint:
        """Compute the tree head of all events now; stored when signed."""
        ...

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Stored checkpoints, oldest first."""
        ...

    def close(self) -> None:
        """Release the store."""
        ...


__all__ = ["ZERO", "Appended", "Checkpoint", "Entry", "Event", "Ledger", "NoteSigner"]
