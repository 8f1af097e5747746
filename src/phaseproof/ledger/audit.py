"""The whole of a ledger checked against itself: which record is wrong, by name.

In order: the database's own structure; every event (bytes, canonical form, hash, chain, position, seq); the indexes
`streams` and `once` against the events; every object that came with an event, and the digest of every stored object;
every checkpoint (text, root over the events, signatures of the keys given); what `ledger.head` remembers. It goes on
after the first fault, so that one flipped bit and a rewritten history look different.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from hashlib import sha256

from msgspec import Struct

from phaseproof.digests import ZERO, Digest
from phaseproof.digests import sha256 as digest_of
from phaseproof.errors import Untrue
from phaseproof.ledger import chain, checkpoint, database, merkle, objects, prepared, reading, tree
from phaseproof.ledger.model import Checkpoint, Event
from phaseproof.ledger.sqlite import SqliteLedger

MAX_FINDINGS = 200
"""Where an audit stops listing; a ledger with this many faults is not read on."""

_DAMAGED = (
    (
        "event",
        "SELECT position FROM events WHERE typeof(hash)||typeof(objects)||typeof(body) <> 'blobblobblob' "
        "OR typeof(once) NOT IN ('blob', 'null') LIMIT 20",
    ),
    ("stream", "SELECT name FROM streams WHERE typeof(name)||typeof(position)||typeof(seq) <> 'textintegerinteger'"),
    ("once", "SELECT hex(digest) FROM once WHERE typeof(digest)||typeof(position) <> 'blobinteger' LIMIT 20"),
    ("object number", "SELECT number FROM objects WHERE typeof(digest)||typeof(data) <> 'blobblob' LIMIT 20"),
    ("checkpoint", "SELECT number FROM checkpoints WHERE typeof(digest)||typeof(note) <> 'blobblob' LIMIT 20"),
)


class Finding(Struct, frozen=True):
    """One thing that does not hold.

    Attributes:
        record: which record: `event 17`, `object sha256:…`, `checkpoint 2`, `stream check/unit`, `database`, `head`.
        rule: reason code.
        fact: one sentence.
    """

    record: str
    rule: str
    fact: str


class Audit(Struct, frozen=True):
    """What an audit read and found.

    Attributes:
        events, objects, checkpoints: how many were read.
        findings: what does not hold, in the order of the module's docstring; empty where all holds.
    """

    events: int
    objects: int
    checkpoints: int
    findings: tuple[Finding, ...]


def verify(ledger: SqliteLedger, keys: Mapping[str, bytes] | None = None) -> Audit:
    """Audit a ledger and refuse it where anything does not hold. Arguments as `examine`.

    Raises:
        Untrue: the first finding's rule and fact, and how many more there are.
    """
    report = examine(ledger, keys)
    if report.findings:
        first, others = report.findings[0], len(report.findings) - 1
        more = f" (and {others} more)" if others else ""
        raise Untrue(first.rule, first.fact + more, "restore the ledger from a backup or another clone")
    return report


def examine(ledger: SqliteLedger, keys: Mapping[str, bytes] | None = None) -> Audit:
    """Read everything a ledger holds and say what does not hold.

    Args:
        ledger: an open ledger.
        keys: key name -> 32 bytes of Ed25519 public key; with them each checkpoint needs a signature of one.

    Raises:
        Unable: the environment failed; nothing is said of the ledger.
    """
    head = ledger.acknowledged()
    connection = database.connect(ledger.folder / database.FILE, writable=ledger.writable, wait=ledger.wait)
    try:
        connection.execute("BEGIN")
        pass_ = _Pass(ledger, connection, keys)
        pass_.run()
        if pass_.events < head.events:
            pass_.note("head", "ledger-truncated", f"event {pass_.events} is missing: {head.events} were acknowledged")
        return Audit(pass_.events, pass_.objects, pass_.checkpoints, tuple(pass_.findings))
    finally:
        connection.close()


class _Pass:
    """One audit in one read transaction."""

    def __init__(self, ledger: SqliteLedger, connection: sqlite3.Connection, keys: Mapping[str, bytes] | None) -> None:
        self.ledger = ledger
        self.connection = connection
        self.keys = keys
        self.findings: list[Finding] = []
        self.events = self.objects = self.checkpoints = 0
        self.heads: dict[str, tuple[int, int]] = {}
        self.indexed = -1
        self.as_indexed: dict[str, tuple[int, int]] = {}
        self.once: dict[bytes, int] = {}
        self.needed: dict[bytes, int] = {}
        self.edge = merkle.Frontier()
        self.roots: dict[int, Digest] = {}

    def note(self, record: str, rule: str, fact: str) -> None:
        if len(self.findings) < MAX_FINDINGS:
            self.findings.append(Finding(record, rule, fact))

    def run(self) -> None:
        for record, step in (
            ("database", self._structure),
            ("landmarks", self._landmarks),
            ("events", self._events),
            ("streams", self._streams),
            ("once", self._once),
            ("objects", self._objects),
            ("object files", self._files),
            ("checkpoints", self._checkpoints),
        ):
            try:
                step()
            except database.FAULTS as error:
                at = f"event {self.events}" if step == self._events else record
                refusal = database.translate(error, at)
                if not isinstance(refusal, Untrue):
                    raise refusal from error
                self.note(at, refusal.rule, refusal.fact)
            except Untrue as refusal:
                self.note(record, refusal.rule, refusal.fact)

    def _structure(self) -> None:
        database.check_identity(self.connection)
        for (line,) in self.connection.execute("PRAGMA integrity_check(20)"):
            text = line.decode(errors="replace")
            if text != "ok":
                self.note("database", "ledger-corrupt", f"{database.FILE}: {text}")
        for record, statement in _DAMAGED:
            for (name,) in self.connection.execute(statement):
                self.note(f"{record} {_shown(name)}", "ledger-corrupt", f"{record} {_shown(name)} has a damaged row")

    def _landmarks(self) -> None:
        """Where something is to be held against the events as they were."""
        for (position,) in self.connection.execute("SELECT position FROM streams WHERE name = ''"):
            self.indexed = position
        for (note,) in self.connection.execute("SELECT note FROM checkpoints"):
            try:
                self.roots[checkpoint.parse(note.decode())[0].size] = ""
            except (Untrue, UnicodeDecodeError, AttributeError):
                continue  # reported by _checkpoints, which reads it again

    def _events(self) -> None:
        follows: tuple[Digest, ...] = (ZERO,)
        rows = self.connection.execute("SELECT position, hash, once, objects, body FROM events ORDER BY position")
        for position, digest, once, came_with, body in rows:
            if position != self.events:
                self.note(
                    f"event {self.events}", "event-missing", f"event {self.events} is missing: next is {position}"
                )
                self.events = position
                follows = ()
            try:
                found = self._event(position, digest, body, follows)
                if found is not None:
                    self._index(found, once, came_with, body)
            except Untrue as refusal:
                self.note(f"event {position}", refusal.rule, refusal.fact)
            if not isinstance(body, bytes):
                body = b""
            follows = (digest_of(body), f"sha256:{digest.hex()}" if isinstance(digest, bytes) else "")
            if position == self.indexed:
                self.as_indexed = dict(self.heads)
            self.edge.add(merkle.leaf(body))
            self.events += 1
            if self.edge.size in self.roots:
                self.roots[self.edge.size] = "sha256:" + self.edge.root().hex()
            if len(self.findings) >= MAX_FINDINGS:
                return

    def _event(self, position: int, digest: object, body: object, follows: tuple[Digest, ...]) -> Event | None:
        if not isinstance(body, bytes) or sha256(body).digest() != digest:
            raise chain.altered(position, "does not hash to what was stored for it")
        event = chain.decode_strict(body, position)
        if event.position != position or event.tenant != (self.ledger.tenant if position else ZERO):
            raise chain.altered(position, "says another position or tenant")
        if follows and event.prev not in follows:
            raise chain.broken(position, event.prev, follows[0])
        _, last = self.heads.get(event.stream, (0, -1))
        self.heads[event.stream] = (position, event.seq)
        if event.seq != last + 1:
            raise chain.altered(position, f"has seq {event.seq} in stream {event.stream}, not {last + 1}")
        return event

    def _index(self, event: Event, once: object, came_with: object, body: bytes) -> None:
        position = event.position
        if once is not None:
            if not isinstance(once, bytes) or len(once) != 32 or not prepared.names(body, once) or once in self.once:
                raise Untrue("index-altered", f"event {position} was not accepted for the digest stored with it")
            self.once[once] = position
        if not isinstance(came_with, bytes) or len(came_with) % 32:
            raise Untrue("index-altered", f"the list of objects of event {position} is damaged")
        for start in range(0, len(came_with), 32):
            self.needed.setdefault(came_with[start : start + 32], position)

    def _streams(self) -> None:
        stored = {}
        for name, position, seq in self.connection.execute("SELECT name, position, seq FROM streams"):
            stored[_shown(name)] = (position, seq)
        if stored.pop("", None) != (self.indexed, self.indexed) or self.indexed >= self.events:
            raise Untrue("index-altered", "the index of streams does not end where it says")
        for name in sorted(stored.keys() | self.as_indexed.keys()):
            if stored.get(name) != self.as_indexed.get(name):
                self.note(f"stream {name}", "index-altered", f"stream {name} does not end where the index says")

    def _once(self) -> None:
        stored = dict(self.connection.execute("SELECT digest, position FROM once"))
        for digest in sorted(stored.keys() | self.once.keys(), key=repr):
            if stored.get(digest) != self.once.get(digest):
                name = f"sha256:{digest.hex()}" if isinstance(digest, bytes) else repr(digest)
                self.note(f"once {name}", "index-altered", f"{name} was not accepted where the index says")

    def _objects(self) -> None:
        for number, digest, data in self.connection.execute("SELECT number, digest, data FROM objects ORDER BY number"):
            self.objects += 1
            name = f"sha256:{digest.hex()}" if isinstance(digest, bytes) else f"number {number}"
            if number != self.objects:
                self.note(f"object number {self.objects}", "object-missing", f"object number {self.objects} is missing")
                self.objects = number
            if not isinstance(data, bytes) or sha256(data).digest() != digest:
                self.note(f"object {name}", "object-altered", objects.altered(name).fact)
            self.needed.pop(digest, None)

    def _files(self) -> None:
        for digest in self.ledger.files.walk():
            self.objects += 1
            self.needed.pop(bytes.fromhex(digest[7:]), None)
            try:
                self.ledger.files.read(digest)
            except Untrue as refusal:
                self.note(f"object {digest}", refusal.rule, refusal.fact)
        for needed, position in self.needed.items():
            name = f"sha256:{needed.hex()}"
            self.note(
                f"object {name}", "object-missing", f"object {name}, which came with event {position}, is missing"
            )

    def _checkpoints(self) -> None:
        for row in self.connection.execute("SELECT number, digest, note FROM checkpoints ORDER BY number"):
            self.checkpoints += 1
            if row[0] != self.checkpoints:
                lost = f"checkpoint {self.checkpoints}"
                self.note(lost, "checkpoint-missing", f"{lost} is missing")
                self.checkpoints = row[0]
            record = f"checkpoint {row[0]}"
            try:
                self._checkpoint(reading.stored_checkpoint(row, self.ledger.tenant))
            except Untrue as refusal:
                self.note(record, refusal.rule, f"{record}: {refusal.fact}")

    def _checkpoint(self, stored: Checkpoint) -> None:
        if stored.size > self.events:
            raise Untrue("ledger-truncated", f"it holds {stored.size} events, the ledger {self.events}")
        tree.insist_prefix(stored.size, stored.root, self.roots.get(stored.size, ""))
        if self.keys is not None:
            checkpoint.verify(stored.note or "", self.keys)


def _shown(name: object) -> str:
    return name.decode(errors="replace") if isinstance(name, bytes) else str(name)
