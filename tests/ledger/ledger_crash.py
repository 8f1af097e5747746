"""Writers that are killed: what they were told was written must be there, and nothing in half.

Real processes, real SIGKILL, at instants drawn from a seed. Each writer prints what the ledger acknowledged; whoever
killed it holds that against the ledger afterwards. As a program it runs for as long as it is told:

    python tests/ledger/ledger_crash.py --kills 500 --seed 1
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ledger_support import AT, evidence, indexed_every, new

from phaseproof.errors import Conflict
from phaseproof.ledger import audit
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import open_ledger


def say(*words: object) -> None:
    """One line, at once, in one write."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def write(folder: Path, seed: int) -> None:
    """Append until killed; a line for each acknowledged append."""
    source = random.Random(seed)
    with indexed_every(20), open_ledger(folder, wait=30.0) as ledger:
        say("ready")
        for number in range(1_000_000):
            count = source.choice((1, 1, 2, 5))
            batch = f"{seed}-{number}"
            entries = [Entry("contested", None, "noted", AT, "w", {"batch": batch, "of": count}) for _ in range(count)]
            draw = source.random()
            if draw < 0.15:
                size = 70_000 if draw < 0.05 else 2_000
                entries.append(evidence(seed * 1_000_000 + number, size=size, check=f"w{seed % 3}"))
            elif draw < 0.25:
                entries.append(Entry("race", ledger.next_seq("race"), "noted", AT, "w", {}))
            elif draw < 0.30:
                digest = ledger.put(batch.encode())
                say("object", digest)
            try:
                for appended in ledger.append(entries):
                    say("event", appended.event.position, appended.hash)
            except Conflict:
                say("conflict", batch)


def kill_round(folder: Path, source: random.Random, writers: int) -> Counter[str]:
    """Start writers, kill each at an instant of its own, and hold the ledger against what they were told."""
    children: list[subprocess.Popen[str]] = []
    told: list[str] = []
    try:
        for _ in range(writers):
            arguments = [sys.executable, __file__, "--write", str(folder), "--seed", str(source.randrange(2**31))]
            children.append(subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True))
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
        instants = sorted((source.uniform(0.0, 0.05), number) for number in range(writers))
        start = time.monotonic()
        for instant, number in instants:
            time.sleep(max(0.0, start + instant - time.monotonic()))
            os.kill(children[number].pid, signal.SIGKILL)
    finally:
        for child in children:
            child.kill()
            told += child.communicate()[0].splitlines()
    assert [child.returncode for child in children] == [-signal.SIGKILL] * writers, "a writer ended by itself"
    return check(folder, told)


def check(folder: Path, told: list[str]) -> Counter[str]:
    """Hold a ledger against the lines its writers printed. Lines cut by the kill acknowledge nothing."""
    counts: Counter[str] = Counter()
    with open_ledger(folder) as ledger:
        audit.verify(ledger)
        digests = [digest for _, digest in ledger.events()]
        batches: Counter[str] = Counter()
        sizes: dict[str, int] = {}
        for event, _ in ledger.events():
            if "batch" in event.payload:
                batches[event.payload["batch"]] += 1
                sizes[event.payload["batch"]] = event.payload["of"]
        assert batches == sizes, "an append was written in part"
        for line in told:
            word, *rest = line.split()
            counts[word] += 1
            if word == "event" and len(rest) == 2 and len(rest[1]) == 71:
                assert digests[int(rest[0])] == rest[1], f"lost: {line}"
            elif word == "object" and rest and len(rest[0]) == 71:
                ledger.get(rest[0])
            elif word == "conflict" and rest:
                assert rest[0] not in batches, f"a refused append was written: {line}"
    return counts


def run(folder: Path, kills: int, seed: int, writers: int = 3) -> Counter[str]:
    """Rounds of killing until `kills` writers were killed; what was acknowledged, counted."""
    source = random.Random(seed)
    new(folder).close()
    counts: Counter[str] = Counter()
    while counts["kill"] < kills:
        counts += kill_round(folder, source, writers)
        counts["kill"] += writers
    return counts


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kills", type=int, default=300)
    given = parser.parse_args()
    if given.write:
        write(given.write, given.seed)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            say(dict(run(Path(scratch) / "ledger", given.kills, given.seed)))
