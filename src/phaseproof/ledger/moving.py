"""Events that were chained elsewhere come into a ledger as they are: behind its last one, or behind an earlier one.

`adopt` only adds. `rebase` is the one place in which events leave a ledger: those behind a common beginning give way
to others, in one transaction, and never one that a signed checkpoint covers. What may give way is decided elsewhere
(decisions/joining.py); nothing here knows what an event means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from msgspec import Struct

from phaseproof.digests import Digest, raw
from phaseproof.errors import Conflict, Untrue
from phaseproof.ledger import chain, checkpoint, objects, prepared, tree
from phaseproof.ledger.head import Head
from phaseproof.ledger.model import Appended, Checkpoint
from phaseproof.ledger.sqlite import SqliteLedger, _Transaction
from phaseproof.ledger.stage import Stage, Tail


class Arriving(Struct, frozen=True):
    """An event on its way into a ledger.

    Attributes:
        body: its canonical bytes.
        once: a digest that its tenant accepts once, None where there is none.
        objects: digests of the objects that come with it.
    """

    body: bytes
    once: Digest | None = None
    objects: tuple[Digest, ...] = ()


def adopt(ledger: SqliteLedger, rows: Sequence[Arriving], found: Mapping[Digest, bytes], tail: Digest) -> None:
    """Append events that were chained behind this ledger's last one, in one durable commit, or none.

    Args:
        ledger: of the same tenant.
        rows: the events, in order.
        found: bytes of objects that come with them and are not here yet.
        tail: digest of the event that they follow.

    Raises:
        Conflict: the ledger has grown meanwhile.
        Untrue: they do not follow, or one was accepted before (`event-replayed`).
        Unable: as `SqliteLedger.append`.
    """
    _store_large(ledger, found)

    def work(transaction: _Transaction) -> None:
        if transaction.tail.hash != tail:
            raise Conflict("ledger", 0, transaction.tail.position + 1)
        _lay(ledger, transaction, rows, found)

    with ledger._lock:
        _transact(ledger, work)


def rebase(
    ledger: SqliteLedger, common: int, rows: Sequence[Arriving], found: Mapping[Digest, bytes], tail: Digest
) -> None:
    """Put events in the place of those behind a common beginning, in one durable commit, or none.

    Handles that others have open on this ledger refuse to write afterwards: what they know of it is no longer so.

    Args:
        ledger: of the same tenant.
        common: how many events stay, at least 1.
        rows: the events that follow them, in order.
        found: bytes of objects that come with them and are not here yet.
        tail: digest of the last event that is known to give way.

    Raises:
        Conflict: the ledger has grown meanwhile.
        Untrue: they do not follow (`event-altered`, `chain-broken`, `event-replayed`), or a signed checkpoint covers
            what would give way (`checkpoint-contradicted`).
        Unable: as `SqliteLedger.append`.
    """
    if common < 1:
        raise Untrue("ledger-other-tenant", "two ledgers without a common beginning are not of one tenant")
    _store_large(ledger, found)

    def work(transaction: _Transaction) -> None:
        if transaction.tail.hash != tail:
            raise Conflict("ledger", common, transaction.tail.position + 1)
        for head in ledger.checkpoints():
            if head.size > common:
                raise Untrue("checkpoint-contradicted", f"the first {head.size} events were signed as they are")
        kept = ledger.digest_at(common - 1)
        _, checkpoints = ledger.counts()
        # A lower bound of both: whatever happens before the commit or after it, the ledger opens again.
        ledger._head.write(Head(ledger.tenant, common, kept, transaction.objects, checkpoints))
        connection = transaction.connection
        connection.execute("DELETE FROM events WHERE position >= ?", (common,))
        connection.execute("DELETE FROM once WHERE position >= ?", (common,))
        connection.execute("DELETE FROM streams")
        heads = {event.stream: (event.position, event.seq) for event, _ in ledger.events(0, common)}
        index = [(name, *place) for name, place in heads.items()]
        connection.executemany("INSERT INTO streams VALUES (?, ?, ?)", [*index, ("", common - 1, common - 1)])
        ledger._heads, ledger._indexed, ledger._known = heads, common - 1, Tail(common - 1, kept)
        transaction.tail = Tail(common - 1, kept)
        _lay(ledger, transaction, rows, found)

    with ledger._lock:
        _transact(ledger, work)


def keep(ledger: SqliteLedger, notes: Iterable[str]) -> tuple[Checkpoint, ...]:
    """Store signed checkpoints that others made of this ledger; those that are here already are passed over.

    Their signatures are the caller's to check.

    Returns:
        What was stored, smallest first.

    Raises:
        Untrue: one cannot be read, is of another tenant, or is no prefix of this ledger.
    """
    here = {one.note for one in ledger.checkpoints()}
    fresh = {note: checkpoint.parse(note)[0] for note in notes if note not in here}
    listed = sorted(fresh.values(), key=lambda one: (one.size, one.note or ""))
    roots = tree.roots(ledger, {one.size for one in listed})
    for one in listed:
        if one.tenant != ledger.tenant:
            raise Untrue("ledger-other-tenant", f"a checkpoint of {one.tenant} came with a ledger of {ledger.tenant}")
        tree.insist_prefix(one.size, one.root, roots[one.size])

    def work(transaction: _Transaction) -> None:
        for one in listed:
            note = (one.note or "").encode()
            done = transaction.connection.execute(
                "INSERT INTO checkpoints(digest, note) VALUES (?, ?)", (sha256(note).digest(), note)
            )
            transaction.checkpoints = max(transaction.checkpoints, done.lastrowid or 0)

    if listed:
        with ledger._lock:
            _transact(ledger, work)
    return tuple(listed)


def _transact(ledger: SqliteLedger, work: Callable[[_Transaction], None]) -> None:
    """Do work in the ledger's own transaction, and forget what this handle remembers of it: it may not be so."""
    ledger._require_writable()
    try:
        ledger._write("events from elsewhere", work)
    finally:
        ledger._heads, ledger._known, ledger._indexed = {}, None, 0


def _lay(
    ledger: SqliteLedger, transaction: _Transaction, rows: Sequence[Arriving], found: Mapping[Digest, bytes]
) -> None:
    """Check events against the tail and lay them behind it."""
    stage = Stage(ledger.tenant, transaction.tail, ledger._stream_head, ledger._accepted)
    first = transaction.tail.position + 1
    seqs: dict[str, int] = {}
    for row in rows:
        stream = chain.decode_strict(row.body, first).stream
        if stream not in seqs:
            head = ledger._stream_head(stream)
            seqs[stream] = 0 if head is None else head[1] + 1
    bodies = ((sha256(row.body).digest(), row.body) for row in rows)
    followed = chain.follow(bodies, ledger.tenant, first, transaction.tail.hash, seqs)
    for row, (event, digest) in zip(rows, followed, strict=True):
        once = raw(row.once) if row.once is not None else None
        if once is not None:
            if not prepared.names(row.body, once):
                raise chain.altered(event.position, f"does not name {row.once}")
            if once in stage.once or ledger._accepted(once) is not None:
                raise Untrue("event-replayed", f"event {event.position} was accepted before", "phaseproof verify")
            stage.once[once] = Appended(event, digest)
        came_with = b"".join(sorted(raw(one) for one in set(row.objects)))
        stage.rows.append((event.position, raw(digest), once, came_with, row.body))
        stage.heads[event.stream] = (event.position, event.seq)
        stage.tail = Tail(event.position, digest)
    stage.objects.update(found)
    if stage.rows:
        ledger._write_stage(transaction, stage)
    ledger._heads.update(stage.heads)


def _store_large(ledger: SqliteLedger, found: Mapping[Digest, bytes]) -> None:
    ledger._require_writable()
    for digest, data in found.items():
        if len(data) > objects.INLINE:
            ledger.files.write(digest, data)


def missing(ledger: SqliteLedger, wanted: Iterable[Digest]) -> Iterator[Digest]:
    """Those objects that are not here.

    Raises:
        Untrue: one is here and altered.
    """
    for digest in dict.fromkeys(wanted):
        try:
            ledger.get(digest)
        except Untrue as error:
            if error.rule != "object-missing":
                raise
            yield digest
