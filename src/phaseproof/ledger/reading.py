"""Reading a ledger's SQLite file: everything comes back checked, or is refused with the record named."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Self

from phaseproof.digests import ZERO, Digest, raw
from phaseproof.digests import sha256 as digest_of
from phaseproof.errors import Untrue
from phaseproof.ledger import chain, checkpoint, database, merkle, objects, prepared
from phaseproof.ledger.head import Head, HeadFile
from phaseproof.ledger.model import Appended, Checkpoint, Event
from phaseproof.ledger.stage import Tail

_CHUNK = 1000
_MANY = 500
"""Objects asked for in one query; SQLite takes at least 999 parameters."""
_RANGE = "SELECT hash, body FROM events WHERE position >= ? AND position < ? ORDER BY position"
_RESTORE = "restore the ledger from a backup or another clone, then `phaseproof verify`"


class SqliteReading:
    """The reading half of `SqliteLedger`. Safe for threads.

    Attributes:
        folder: where the ledger stands.
        files: its large objects.
    """

    def __init__(self, folder: Path, connection: sqlite3.Connection, head: HeadFile, tenant: Digest) -> None:
        self.folder = folder
        self.files = objects.ObjectFiles(folder / objects.FOLDER)
        self._connection = connection
        self._head = head
        self._tenant = tenant
        self._lock = threading.RLock()
        self._known: Tail | None = None
        self._heads: dict[str, tuple[int, int]] = {}

    @property
    def tenant(self) -> Digest:
        """The tenant's id."""
        return self._tenant

    def events(self, since: int = 0, until: int | None = None) -> Iterator[tuple[Event, Digest]]:
        """Events of positions since <= p < until with their digests, the chain checked as they are read.

        Raises:
            Untrue: `event-altered`, `event-missing`, `chain-broken`, `ledger-corrupt`, naming the position;
                `ledger-truncated`: it ends before `since` or `until`.
        """
        until = self._bound(since, until)
        prev = ZERO if since == 0 else self._event(since - 1)[1]
        return chain.follow(self._rows(since, until), self._tenant, since, prev, {})

    def bodies(self, since: int = 0, until: int | None = None) -> Iterator[bytes]:
        """Canonical bytes of events of positions since <= p < until, the chain checked. Raises as `events`."""
        until = self._bound(since, until)
        prev = ZERO if since == 0 else self._event(since - 1)[1]
        body: list[bytes] = []

        def noted() -> Iterator[tuple[bytes, bytes]]:
            for row in self._rows(since, until):
                body.append(row[1])
                yield row

        for _ in chain.follow(noted(), self._tenant, since, prev, {}):
            yield body.pop()

    def leaves(self, until: int | None = None) -> Iterator[bytes]:
        """Merkle leaf hashes of the first `until` events, the chain checked as they are read. Raises as `events`."""
        return map(merkle.leaf, self.bodies(0, until))

    def size(self) -> int:
        """Number of events."""
        with self._reading("the last event") as connection:
            (last,) = connection.execute("SELECT max(position) FROM events").fetchone()
        if not isinstance(last, int) or last < 0:
            raise chain.missing(0, "the ledger is empty")
        return last + 1

    def next_seq(self, stream: str) -> int:
        """The `seq` that the next event of a stream takes. Raises `Untrue`: `index-altered`."""
        with self._lock:
            self._catch_up()
            head = self._stream_head(stream)
        return 0 if head is None else head[1] + 1

    def get(self, digest: Digest) -> bytes:
        """An object's bytes, digest checked. Raises `Untrue`: `object-missing`, `object-altered`."""
        with self._reading(f"object {digest}") as connection:
            row = connection.execute("SELECT data FROM objects WHERE digest = ?", (raw(digest),)).fetchone()
        data = self.files.read(digest) if row is None else row[0]
        if data is None:
            raise objects.missing(digest)
        if not isinstance(data, bytes) or digest_of(data) != digest:
            raise objects.altered(digest)
        return data

    def get_many(self, digests: Collection[Digest]) -> dict[Digest, bytes]:
        """Many objects in few queries, each one's digest checked. Raises as `get`."""
        wanted = {raw(digest): digest for digest in digests}
        names = list(wanted)
        found: dict[Digest, bytes] = {}
        with self._reading("objects") as connection:
            for at in range(0, len(names), _MANY):
                some = names[at : at + _MANY]
                marks = ",".join("?" * len(some))
                query = f"SELECT digest, data FROM objects WHERE digest IN ({marks})"  # noqa: S608 - marks only
                for name, data in connection.execute(query, some):
                    digest = wanted[name]
                    if not isinstance(data, bytes) or sha256(data).digest() != name:
                        raise objects.altered(digest)
                    found[digest] = data
        for digest in wanted.values():
            if digest not in found:
                found[digest] = self.get(digest)
        return found

    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """Stored checkpoints, oldest first; their signatures are not verified here.

        Raises:
            Untrue: `checkpoint-altered`, `checkpoint-malformed`.
        """
        with self._reading("the checkpoints") as connection:
            rows = connection.execute("SELECT number, digest, note FROM checkpoints ORDER BY number").fetchall()
        return tuple(stored_checkpoint(row, self._tenant) for row in rows)

    def genesis(self) -> tuple[Event, Digest, bytes]:
        """The first event, its digest and its bytes. Raises `Untrue`."""
        return self._load(0)

    def digest_at(self, position: int) -> Digest:
        """Digest of the event at a position. Raises `Untrue`: it is missing or altered."""
        return self._event(position)[1]

    def counts(self) -> tuple[int, int]:
        """Numbers of the last object in the database and of the last checkpoint, counted from 1."""
        with self._reading("the objects") as connection:
            (objects_last,) = connection.execute("SELECT max(number) FROM objects").fetchone()
            (checkpoints_last,) = connection.execute("SELECT max(number) FROM checkpoints").fetchone()
        return objects_last or 0, checkpoints_last or 0

    def acknowledged(self) -> Head:
        """What `ledger.head` remembers. Raises `Untrue`: `head-altered`."""
        return self._head.read()

    def close(self) -> None:
        """Release the store. The last handle to close folds the write-ahead log into the file."""
        with self._lock:
            self._connection.close()
            self._head.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _bound(self, since: int, until: int | None) -> int:
        size = self.size()
        wanted = max(since, until or 0)
        if since < 0 or wanted > size:
            raise Untrue("ledger-truncated", f"events up to {wanted} were asked for; the ledger holds {size}", _RESTORE)
        return size if until is None else until

    def _rows(self, since: int, until: int) -> Iterator[tuple[bytes, bytes]]:
        """Hashes and bytes of a range; a gap within it is left to `chain.follow`, which reads the positions."""
        while since < until:
            upper = min(since + _CHUNK, until)
            with self._reading(f"an event of {since} to {upper - 1}") as connection:
                rows = connection.execute(_RANGE, (since, upper)).fetchall()
            yield from rows
            if len(rows) != upper - since:
                raise chain.missing(since + len(rows), "the ledger goes on after it")
            since = upper

    def _event(self, position: int) -> tuple[Event, Digest]:
        return self._load(position)[:2]

    def _load(self, position: int) -> tuple[Event, Digest, bytes]:
        """One event, its digest and its bytes: hash and position checked, the chain not."""
        with self._reading(f"event {position}") as connection:
            row = connection.execute(_RANGE, (position, position + 1)).fetchone()
        if row is None:
            raise chain.missing(position, "something in the ledger points to it")
        body = row[1]
        if not isinstance(body, bytes) or sha256(body).digest() != row[0]:
            raise chain.altered(position, "does not hash to what was stored for it")
        event = chain.decode(body, position)
        if event.position != position or event.tenant != (self._tenant if position else ZERO):
            raise chain.altered(position, "says another position or tenant")
        return event, digest_of(body), body

    def _catch_up(self) -> None:
        """Read the events that are neither in the index of streams nor known yet."""
        known = self._known
        if known is None:
            known = Tail(*self._index_end())
        # Only now: another process may be writing events and bringing the index up to them.
        last = self.size() - 1
        if known.position > last:
            raise chain.missing(last + 1, "it was there before")
        digest = known.hash
        for event, found in chain.follow(
            self._rows(known.position + 1, last + 1), self._tenant, known.position + 1, digest, {}
        ):
            self._heads[event.stream] = (event.position, event.seq)
            digest = found
        self._known = Tail(last, digest)

    def _index_end(self) -> tuple[int, Digest]:
        """Position up to which `streams` is complete, and the digest of the event there."""
        with self._reading("the streams") as connection:
            row = connection.execute("SELECT position, seq FROM streams WHERE name = ''").fetchone()
        if row is None or not isinstance(row[0], int) or row[0] != row[1]:
            raise Untrue("index-altered", "the index of streams does not say where it ends", _RESTORE)
        return row[0], self.digest_at(row[0])

    def _stream_head(self, stream: str) -> tuple[int, int] | None:
        """Position and seq of a stream's last event. The index is held against that event."""
        head = self._heads.get(stream)
        if head is not None:
            return head
        with self._reading("the streams") as connection:
            row = connection.execute("SELECT position, seq FROM streams WHERE name = ?", (stream,)).fetchone()
        if row is None:
            return None
        if isinstance(row[0], int):
            event, _ = self._event(row[0])
            if event.stream == stream and event.seq == row[1]:
                self._heads[stream] = row
                return row[0], row[1]
        raise Untrue("index-altered", f"stream {stream} does not end where the index says", _RESTORE)

    def _accepted(self, once: bytes) -> Appended | None:
        """The event accepted for a digest that is accepted once."""
        with self._reading("the digests accepted once") as connection:
            row = connection.execute("SELECT position FROM once WHERE digest = ?", (once,)).fetchone()
        if row is None:
            return None
        if isinstance(row[0], int):
            event, digest, body = self._load(row[0])
            if prepared.names(body, once):
                return Appended(event, digest, duplicate=True)
        raise Untrue("index-altered", f"sha256:{once.hex()} was not accepted where the index says", _RESTORE)

    @contextmanager
    def _reading(self, what: str) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except database.FAULTS as error:
                raise database.translate(error, what) from error


def stored_checkpoint(row: tuple[object, object, object], tenant: Digest) -> Checkpoint:
    """The checkpoint in a stored row: number, digest of the note, note.

    Raises:
        Untrue: `checkpoint-altered`, `checkpoint-malformed`.
    """
    number, digest, note = row
    refusal = Untrue("checkpoint-altered", f"checkpoint {number} is not the one that was stored", _RESTORE)
    if not isinstance(note, bytes) or sha256(note).digest() != digest:
        raise refusal
    try:
        text = note.decode()
    except UnicodeDecodeError as error:
        raise refusal from error
    found, _ = checkpoint.parse(text)
    if found.tenant != tenant:
        raise Untrue("checkpoint-altered", f"checkpoint {number} is of another tenant, {found.tenant}", _RESTORE)
    return found
