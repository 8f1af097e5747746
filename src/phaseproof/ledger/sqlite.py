"""A tenant's ledger in one SQLite file (FORMATS, section 4).

Every append is one transaction under the tenant's write lock, with one flush. Threads of one process that append at
the same time share a commit: while one commits the others queue, and the next writes for all of them, each append
still all or nothing on its own. Readers never wait for writers of other processes.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from phaseproof.digests import Digest, raw
from phaseproof.digests import sha256 as digest_of
from phaseproof.errors import Conflict, PhaseproofError, Unable, Untrue
from phaseproof.ledger import chain, checkpoint, database, objects, tree
from phaseproof.ledger.head import Head, HeadFile
from phaseproof.ledger.model import Appended, Checkpoint, Entry, NoteSigner
from phaseproof.ledger.prepared import prepare
from phaseproof.ledger.reading import SqliteReading
from phaseproof.ledger.stage import Stage, Tail
from phaseproof.ledger.turns import Request, Turns

INDEX_LAG = 256
"""How many events may stand behind the end of the index of streams."""

_RESTORE = "restore the ledger from a backup or another clone, then `phaseproof verify`"


class _Transaction(Struct, eq=False):
    """What an open transaction has written so far."""

    connection: sqlite3.Connection
    tail: Tail
    objects: int
    checkpoints: int
    stage: Stage | None = None


class SqliteLedger(SqliteReading):
    """`Ledger` on SQLite. Safe for threads; not to be carried across a fork.

    Made by `phaseproof.ledger.opening`: `create` and `open_ledger`.

    Attributes:
        wait: how long a lock held by others is waited for, seconds.
        writable: whether this process may write here.
    """

    def __init__(
        self, folder: Path, connection: sqlite3.Connection, head: HeadFile, tenant: Digest, wait: float, writable: bool
    ) -> None:
        super().__init__(folder, connection, head, tenant)
        self.wait = wait
        self.writable = writable
        self._pid = os.getpid()
        self._indexed = 0
        self._turns = Turns(self._lock, self._commit)

    def append(self, entries: Sequence[Entry]) -> tuple[Appended, ...]:
        """Append all entries in one durable, atomic commit, or none.

        Raises:
            Conflict: an expected `seq` is not the stream's next one.
            Unable: `event-malformed`, `event-too-large`, `object-too-large`, `ledger-locked`, `ledger-read-only`,
                `ledger-full`, `ledger-unreachable`: nothing was written. `head-unwritable`: it was.
            Untrue: what is stored does not hold.
        """
        request = Request([prepare(entry) for entry in entries])
        self._require_writable()
        for entry in entries:
            for digest, data in entry.objects.items():
                if len(data) > objects.INLINE:
                    self.files.write(digest, data)
        self._turns.take(request)
        if request.error is not None:
            raise request.error
        return request.outcome or ()

    def put(self, data: bytes) -> Digest:
        """Store an object apart from any event; durable on return. Raises as `append`."""
        self._require_writable()
        objects.check_size(data)
        digest = digest_of(data)
        if len(data) > objects.INLINE:
            self.files.write(digest, data)
        else:
            with self._lock:
                self._write("an object", lambda transaction: self._insert_objects(transaction, {digest: data}))
        return digest

    def checkpoint(self, signer: NoteSigner | None = None) -> Checkpoint:
        """Compute the tree head of all events now; stored when signed.

        Raises:
            Untrue: as `events`; `not-a-prefix`: a checkpoint stored here is not of these events. Nothing may be signed
                that contradicts what was signed (C2SP tlog-checkpoint, "Signatures").
        """
        size = self.size()
        earlier = self.checkpoints()
        roots = tree.roots(self, {size, *(head.size for head in earlier)})
        for head in earlier:
            tree.insist_prefix(head.size, head.root, roots[head.size])
        if signer is None:
            return Checkpoint(self._tenant, size, roots[size])
        self._require_writable()
        signed = checkpoint.sign(self._tenant, size, roots[size], signer)
        note = (signed.note or "").encode()

        def insert(transaction: _Transaction) -> None:
            connection = transaction.connection
            last = connection.execute("SELECT note FROM checkpoints ORDER BY number DESC LIMIT 1").fetchone()
            if last is None or last[0] != note:
                row = (sha256(note).digest(), note)
                done = connection.execute("INSERT INTO checkpoints(digest, note) VALUES (?, ?)", row)
                transaction.checkpoints = max(transaction.checkpoints, done.lastrowid or 0)

        with self._lock:
            self._write("a checkpoint", insert)
        return signed

    def _require_writable(self) -> None:
        if os.getpid() != self._pid:
            raise Unable("ledger-forked", "a ledger handle was carried into another process", "open the ledger there")
        if not self.writable:
            raise database.read_only()

    def _commit(self, batch: Sequence[Request]) -> None:
        outcomes: list[tuple[Appended, ...] | None] = []

        def place(transaction: _Transaction) -> None:
            stage = transaction.stage = Stage(self._tenant, transaction.tail, self._stream_head, self._accepted)
            for request in batch:
                try:
                    outcomes.append(stage.place(request.prepared))
                except Conflict as conflict:
                    outcomes.append(None)
                    request.error = conflict
            if stage.rows:
                self._write_stage(transaction, stage)

        try:
            stage = self._write("events", place).stage
        except PhaseproofError as error:
            for request in batch:
                request.error = request.error or error
            return
        except BaseException:
            gone = Unable("ledger-interrupted", "the append was interrupted; it may have been written", "look again")
            for request in batch:
                request.error = request.error or gone
            raise
        if stage is not None:
            self._known = stage.tail
            self._heads.update(stage.heads)
        for request, outcome in zip(batch, outcomes, strict=True):
            request.outcome = outcome

    def _write_stage(self, transaction: _Transaction, stage: Stage) -> None:
        connection = transaction.connection
        connection.executemany("INSERT INTO events VALUES (?, ?, ?, ?, ?)", stage.rows)
        if stage.tail.position - self._indexed > INDEX_LAG:
            self._index_streams(connection, stage)
        if stage.once:
            connection.executemany(
                "INSERT INTO once VALUES (?, ?)",
                [(digest, appended.event.position) for digest, appended in stage.once.items()],
            )
        if stage.objects:
            small = {digest: data for digest, data in stage.objects.items() if len(data) <= objects.INLINE}
            self._insert_objects(transaction, small)
        transaction.tail = stage.tail

    def _index_streams(self, connection: sqlite3.Connection, stage: Stage) -> None:
        """Bring `streams` up to the stage's tail. Not at each append: it would double the pages a commit flushes."""
        since, _ = self._index_end()
        heads = {**self._heads, **stage.heads}
        rows = [(name, position, seq) for name, (position, seq) in heads.items() if position > since]
        rows.append(("", stage.tail.position, stage.tail.position))
        connection.executemany("INSERT OR REPLACE INTO streams VALUES (?, ?, ?)", rows)
        self._indexed = stage.tail.position

    def _insert_objects(self, transaction: _Transaction, found: dict[Digest, bytes]) -> None:
        for digest, data in found.items():
            row = transaction.connection.execute("SELECT data FROM objects WHERE digest = ?", (raw(digest),)).fetchone()
            if row is None:
                statement = "INSERT INTO objects(digest, data) VALUES (?, ?)"
                done = transaction.connection.execute(statement, (raw(digest), data))
                transaction.objects = max(transaction.objects, done.lastrowid or 0)
            elif row[0] != data:
                raise objects.altered(digest)

    def _write(self, what: str, work: Callable[[_Transaction], None]) -> _Transaction:
        """Do work in one transaction under the tenant's lock: committed and flushed at the end, or gone."""
        head, connection = self._head, self._connection
        head.acquire(self.wait)
        try:
            before = head.read()
            connection.execute("BEGIN IMMEDIATE")
            tail = self._tail(before)
            transaction = _Transaction(connection, tail, before.objects, before.checkpoints)
            work(transaction)
            connection.execute("COMMIT")
            tail = transaction.tail
            after = Head(self._tenant, tail.position + 1, tail.hash, transaction.objects, transaction.checkpoints)
            if after != before:
                head.write(after)
            return transaction
        except database.FAULTS as error:
            raise database.translate(error, what) from error
        finally:
            if connection.in_transaction:
                # What went wrong first is what is reported; SQLite undoes the rest when it is opened again.
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
            head.release()

    def _tail(self, head: Head) -> Tail:
        """The last event, held against what is known of it."""
        row = self._connection.execute("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1").fetchone()
        if row is None or row[0] + 1 < head.events or head.tenant != self._tenant:
            raise truncated(0 if row is None else row[0] + 1, head)
        known = self._known
        if known is None or row[0] != known.position:
            self._catch_up()
            known = self._known
        hashed = "sha256:" + row[1].hex() if isinstance(row[1], bytes) else ""
        if known is None or hashed != known.hash or (row[0] + 1 == head.events and hashed != head.tail):
            raise chain.altered(row[0], "is not the one that was acknowledged")
        return known


def truncated(size: int, head: Head) -> Untrue:
    """The refusal of a ledger that is shorter than what was acknowledged."""
    return Untrue(
        "ledger-truncated",
        f"event {size} is missing: {head.events} events were acknowledged, the ledger holds {size}",
        _RESTORE,
    )
