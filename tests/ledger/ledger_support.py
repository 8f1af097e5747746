"""What the ledger's tests share: a ledger in a folder, entries, a signer, and ways to damage a closed ledger."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from phaseproof.digests import Digest, sha256
from phaseproof.errors import PhaseproofError, Untrue
from phaseproof.ledger import audit, sqlite
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import create, open_ledger
from phaseproof.ledger.sqlite import SqliteLedger

AT = "2026-03-01T09:30:00.250000Z"


class Signer:
    def __init__(self, name: str = "ci.orders.example", seed: bytes = b"\x07" * 32) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def sign(self, data: bytes) -> bytes:
        return self._key.sign(data)


def new(folder: Path, nonce: str = "n0", **options: Any) -> SqliteLedger:
    return create(folder, at=AT, actor="alice", payload={"programme": "orders", "nonce": nonce}, **options)


def fact(stream: str = "log", expected: int | None = None, **payload: Any) -> Entry:
    return Entry(stream, expected, "noted", AT, "alice", payload)


def evidence(number: int, *, size: int = 200, check: str = "unit") -> Entry:
    envelope = b"envelope %d " % number + b"." * size
    digest = sha256(envelope)
    return Entry(
        f"check/{check}",
        None,
        "evidence-recorded",
        AT,
        "ci",
        {"envelope": digest, "outcome": "positive"},
        {digest: envelope},
        digest,
    )


@contextmanager
def indexed_every(events: int) -> Iterator[None]:
    """The index of streams brought up more often, so that a small ledger has one."""
    usual, sqlite.INDEX_LAG = sqlite.INDEX_LAG, events
    try:
        yield
    finally:
        sqlite.INDEX_LAG = usual


def furnished(folder: Path, events: int = 12) -> Digest:
    """A closed ledger with something in every table, an object file and two checkpoints."""
    with indexed_every(4), new(folder) as ledger:
        for number in range(events // 2):
            ledger.append([evidence(number), fact(note=f"line {number}")])
        ledger.checkpoint(Signer())
        ledger.append([evidence(900, size=100_000, check="large")])
        ledger.put(b"an object of no event")
        ledger.checkpoint(Signer())
        return ledger.tenant


def contents(folder: Path) -> tuple[Any, ...]:
    """Everything a ledger says to its readers."""
    with open_ledger(folder) as ledger:
        events = tuple(ledger.events())
        named = {event.payload["envelope"] for event, _ in events if "envelope" in event.payload}
        named.add(sha256(b"an object of no event"))
        stored = tuple(sorted((digest, ledger.get(digest)) for digest in named))
        streams = tuple((name, ledger.next_seq(name)) for name in sorted({event.stream for event, _ in events}))
        return ledger.tenant, events, stored, streams, ledger.checkpoints()


def faults(folder: Path) -> list[str]:
    """What opening and auditing a ledger says is wrong: facts that name the record. Anything but a refusal escapes."""
    try:
        with open_ledger(folder) as ledger:
            return [f"{found.record}: {found.fact}" for found in audit.examine(ledger).findings]
    except Untrue as refusal:
        assert refusal.exit_code == 3
        return [refusal.fact]
    except PhaseproofError as refusal:
        return [f"unable: {refusal.fact}"]


@contextmanager
def tampering(folder: Path) -> Iterator[sqlite3.Connection]:
    """The database as its owner's shell sees it."""
    with closing(sqlite3.connect(folder / "ledger.db", isolation_level=None)) as connection:
        yield connection


def forget_head(folder: Path, other: Path) -> None:
    """Replace the head by another ledger's, as an adversary who knows of it would."""
    shutil.copy(other / "ledger.head", folder / "ledger.head")


def flip(path: Path, offset: int, bit: int) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        (value,) = file.read(1)
        file.seek(offset)
        file.write(bytes([value ^ 1 << bit]))
        file.flush()
        os.fsync(file.fileno())
