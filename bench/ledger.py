"""The ledger beside its limit and its peers, in interleaved rounds.

    python bench/ledger.py [--rounds N] [--events N]

One JSON object per line: what was measured, ours, the limit and the peers in microseconds per event, the ratios (the
median over rounds of the ratio within a round), the goals, and whether they are met. Needs the `bench` group
(eventsourcing, pymerkle). Runs in a temporary directory: choose the disk with TMPDIR.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from phaseproof.digests import sha256
from phaseproof.ledger import merkle
from phaseproof.ledger.model import Entry, Event
from phaseproof.ledger.opening import create, open_ledger
from phaseproof.ledger.sqlite import SqliteLedger

AT = "2026-03-01T09:30:00.250000Z"
WARM = 6000
"""Events in each store before anything is measured: a write-ahead log is slower before its first checkpoint."""


def payload(number: int) -> dict[str, Any]:
    """What an evidence event holds."""
    return {"check": f"check-{number % 20}", "envelope": sha256(b"%d" % number), "outcome": "positive"}


def entry(number: int) -> Entry:
    """An evidence event to append."""
    return Entry(f"check/{number % 20}", None, "evidence-recorded", AT, "ci", payload(number))


class Ours:
    """The ledger."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "ours"
        self.ledger: SqliteLedger = create(self.folder, at=AT, actor="a", payload={"nonce": "n", "programme": "p"})
        self.ledger.append([entry(number) for number in range(WARM)])
        self.entries = [entry(number) for number in range(100)]

    def append(self, count: int) -> None:
        """One commit."""
        self.ledger.append(self.entries[:count])


class Bare:
    """One table, same pragmas, rows as long as our events: what SQLite itself takes."""

    def __init__(self, folder: Path, length: int) -> None:
        self.connection = sqlite3.connect(folder / "bare.db", isolation_level=None)
        self.connection.execute("PRAGMA journal_mode=WAL")
        self.connection.execute("PRAGMA synchronous=FULL")
        self.connection.execute("CREATE TABLE events(position INTEGER PRIMARY KEY, body BLOB NOT NULL)")
        self.body = b"x" * length
        self.append(WARM)

    def append(self, count: int) -> None:
        """One commit."""
        self.connection.execute("BEGIN IMMEDIATE")
        if count == 1:
            self.connection.execute("INSERT INTO events(body) VALUES (?)", (self.body,))
        else:
            self.connection.executemany("INSERT INTO events(body) VALUES (?)", [(self.body,)] * count)
        self.connection.execute("COMMIT")


class Recorder:
    """eventsourcing's SQLite application recorder: rows in, no event objects."""

    def __init__(self, folder: Path, length: int) -> None:
        from uuid import uuid4

        from eventsourcing.persistence import StoredEvent
        from eventsourcing.sqlite import SQLiteApplicationRecorder, SQLiteDatastore

        self._event = StoredEvent
        self.recorder = SQLiteApplicationRecorder(SQLiteDatastore(str(folder / "recorder.db")))
        self.recorder.create_table()
        self.ids = [uuid4() for _ in range(20)]
        self.versions = [0] * 20
        self.state = b"x" * length
        self.append(WARM)

    def append(self, count: int) -> None:
        """One commit."""
        events = []
        for number in range(count):
            which = number % 20
            self.versions[which] += 1
            events.append(self._event(self.ids[which], self.versions[which], "evidence:Recorded", self.state))
        self.recorder.insert_events(events)


class Application:
    """eventsourcing's application: aggregates, events as objects, its JSON transcoder."""

    def __init__(self, folder: Path) -> None:
        from eventsourcing.application import Application as Base
        from eventsourcing.domain import Aggregate, event

        class Check(Aggregate):
            def __init__(self, name: str) -> None:
                self.name = name
                self.last = ""

            @event("Recorded")
            def record(self, envelope: str, outcome: str, at: str, actor: str) -> None:  # noqa: ARG002
                self.last = envelope

        path = str(folder / "application.db")
        self.digests = [sha256(b"%d" % number) for number in range(1000)]
        self.app: Any = Base(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path})
        self.checks = [Check(name=f"check-{number}") for number in range(20)]
        for _ in range(WARM // 1000):
            self.append(1000)

    def append(self, count: int) -> None:
        """One commit."""
        touched = {}
        for number in range(count):
            check = self.checks[number % 20]
            check.record(envelope=self.digests[number], outcome="positive", at=AT, actor="ci")
            touched[number % 20] = check
        self.app.save(*touched.values())


def clock(work: Callable[[], Any], times: int) -> float:
    """Microseconds per call."""
    start = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - start) / times * 1e6


def row(
    name: str,
    work: dict[str, Callable[[], float]],
    rounds: int,
    goals: dict[str, float],
    unit: str = "us per event",
) -> dict[str, Any]:
    """Measure ours, the limit and the peers in turn, and say how they compare.

    Args:
        name: what is measured.
        work: `ours`, `limit` and peers -> one measurement.
        rounds: how many times each is measured; the order turns with each round.
        goals: `limit` or a peer -> the highest ratio wanted.
        unit: of the figures.
    """
    times: dict[str, list[float]] = {who: [] for who in work}
    order = list(work)
    for turn in range(rounds):
        for who in order[turn % len(order) :] + order[: turn % len(order)]:
            times[who].append(work[who]())
    ratios = {
        who: round(statistics.median(a / b for a, b in zip(times["ours"], times[who], strict=True)), 3)
        for who in work
        if who != "ours"
    }
    return {
        "row": name,
        "unit": unit,
        "rounds": rounds,
        "median": {who: round(statistics.median(values), 2) for who, values in times.items()},
        "ours_to": ratios,
        "goals": goals,
        "met": all(ratios[who] <= goal for who, goal in goals.items()),
    }


def appends(folder: Path, rounds: int) -> list[dict[str, Any]]:
    """Rows *append, one durable commit* and *append, batches of 100*."""
    ours = Ours(folder)
    length = len(_body(ours.ledger))
    stores = {"ours": ours, "limit": Bare(folder, length)}
    peers = {"eventsourcing recorder": Recorder(folder, length - 150), "eventsourcing application": Application(folder)}
    stores.update(peers)  # type: ignore[arg-type]

    def measured(count: int, times: int) -> dict[str, Callable[[], float]]:
        return {
            who: lambda store=store: clock(lambda: store.append(count), times) / count  # type: ignore[misc]
            for who, store in stores.items()
        }

    single = row(
        "append, one durable commit",
        measured(1, 150),
        rounds,
        {"limit": 1.4, "eventsourcing application": 0.8},
    )
    batch = row("append, batches of 100", measured(100, 15), rounds, {"limit": 2.5, "eventsourcing application": 0.55})
    ours.ledger.close()
    return [single, batch]


def replay(folder: Path, events: int, rounds: int) -> list[dict[str, Any]]:
    """Rows *replay, chain checked* and *checkpoint*, the tree's root held against another implementation's.

    The limit of a replay reads the same bytes from a bare SQLite table, decodes and folds them; `in memory` leaves out
    the reading.
    """
    import pymerkle
    from eventsourcing.application import Application as Base
    from eventsourcing.domain import Aggregate, event

    ledger = create(folder / "replay", at=AT, actor="a", payload={"nonce": "n", "programme": "p"})
    while ledger.size() < events:
        ledger.append([entry(number) for number in range(min(2000, events - ledger.size()))])
    ledger.close()
    ledger = open_ledger(folder / "replay")
    bodies = [row[1] for row in ledger._rows(0, events)]
    decode = msgspec.json.Decoder(Event).decode
    bare = sqlite3.connect(folder / "bodies.db", isolation_level=None)
    bare.execute("CREATE TABLE events(position INTEGER PRIMARY KEY, body BLOB NOT NULL)")
    bare.execute("BEGIN")
    bare.executemany("INSERT INTO events(body) VALUES (?)", [(body,) for body in bodies])
    bare.execute("COMMIT")

    def fold(items: Any) -> int:
        state: dict[str, str] = {}
        for item in items:
            state[item.stream] = item.type
        return len(state)

    class Check(Aggregate):
        def __init__(self) -> None:
            self.last = ""

        @event("Recorded")
        def record(self, envelope: str, outcome: str, at: str, actor: str) -> None:  # noqa: ARG002
            self.last = envelope

    path = str(folder / "peer.db")
    app: Any = Base(env={"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": path})
    few = events // 10
    checks = [Check() for _ in range(20)]
    for number in range(few):
        checks[number % 20].record(envelope=sha256(b"%d" % number), outcome="positive", at=AT, actor="ci")
    app.save(*checks)

    def notifications() -> None:
        start = 1
        while found := app.recorder.select_notifications(start, 1000):
            start = found[-1].id + 1
            for item in found:
                app.mapper.to_domain_event(item)

    select = "SELECT body FROM events ORDER BY position"

    def per(count: int, work: Callable[[], Any]) -> Callable[[], float]:
        return lambda: clock(work, 1) / count

    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for body in bodies[:2000]:
        tree.append_entry(body)
    assert tree.get_root() == merkle.root([merkle.leaf(body) for body in bodies[:2000]])
    chained = row(
        f"replay {events} events, chain checked",
        {
            "ours": per(events, lambda: fold(item for item, _ in ledger.events())),
            "limit": per(events, lambda: fold(decode(body) for (body,) in bare.execute(select))),
            "in memory": per(events, lambda: fold(map(decode, bodies))),
            "eventsourcing notifications": per(few, notifications),
            "eventsourcing repository": per(few, lambda: [app.repository.get(check.id) for check in checks]),
        },
        rounds,
        {"limit": 2.5, "eventsourcing repository": 0.14},
    )

    def peer_tree() -> None:
        tree = pymerkle.InmemoryTree(algorithm="sha256")
        for body in bodies[:few]:
            tree.append_entry(body)
        tree.get_root()

    tree_row = row(
        f"checkpoint of {events} events, chain checked",
        {"ours": per(events, ledger.checkpoint), "pymerkle": per(few, peer_tree)},
        max(3, rounds // 3),
        {},
    )
    ledger.close()
    return [chained, tree_row]


def _body(ledger: SqliteLedger) -> bytes:
    return next(iter(ledger._rows(WARM - 1, WARM)))[1]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--events", type=int, default=100_000)
    given = parser.parse_args()
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as scratch:
        for found in appends(Path(scratch), given.rounds):
            print(json.dumps(found), flush=True)
        for found in replay(Path(scratch), given.events, given.rounds):
            print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
