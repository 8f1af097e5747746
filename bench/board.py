"""`status` as a whole process: 200 items beside importing click; many items verified, beside their bare signatures.

    python bench/board.py [--rounds N] [--items N]

One JSON object per row. The goal of the second row is one second for 10,000 items; --items says how many are measured.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from programme import build, phaseproof
from whole_runs import Work, measured, process

SECONDS_FOR_TEN_THOUSAND = 1.0


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--items", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(small(Path(temporary), arguments.rounds)), flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        print(json.dumps(verified(Path(temporary), max(2, arguments.rounds // 2), arguments.items)), flush=True)


def small(folder: Path, rounds: int) -> dict[str, Any]:
    """Nothing has changed since the last look."""
    repository = ready(folder, 200)
    taken = measured({"ours": process(repository, "status"), "limit": importing("click")}, rounds)
    ratio = statistics.median(mine / its for mine, its in zip(taken["ours"], taken["limit"], strict=True))
    return {
        "row": "status of 200 items, whole process", "unit": "ms",
        **{who: round(statistics.median(times) * 1e3, 2) for who, times in taken.items()},
        "ratios": {"limit": round(ratio, 3)}, "goals": {"limit": 3.0}, "met": ratio <= 3.0,
    }  # fmt: skip


def verified(folder: Path, rounds: int, items: int) -> dict[str, Any]:
    """Everything is looked at again: rules compiled, every signature opened."""
    repository = ready(folder, items)
    taken = measured({"ours": process(repository, "status", "--verify"), "limit": signatures(2 * items)}, rounds)
    ratio = statistics.median(mine / its for mine, its in zip(taken["ours"], taken["limit"], strict=True))
    spent = statistics.median(taken["ours"])
    return {
        "row": f"status of {items} items, verified, whole process", "unit": "s",
        **{who: round(statistics.median(times), 3) for who, times in taken.items()},
        "ratios": {"limit": round(ratio, 3)},
        "goals": {"s for 10,000": SECONDS_FOR_TEN_THOUSAND},
        "met": spent * 10_000 / items <= SECONDS_FOR_TEN_THOUSAND,
    }  # fmt: skip


def ready(folder: Path, items: int) -> Path:
    """A repository in which everything is proven, and has been looked at once."""
    repository = build(folder, items)
    phaseproof(repository, "gates")
    phaseproof(repository, "status")
    return repository


def importing(name: str) -> Work:
    """A Python that imports one package."""

    def work() -> None:
        subprocess.run([sys.executable, "-c", f"import {name}"], check=True)

    return work


def signatures(count: int) -> Work:
    """As many bare Ed25519 checks, on one thread."""
    key = Ed25519PrivateKey.generate()
    message = b"x" * 2000
    signature, public = key.sign(message), key.public_key()

    def work() -> None:
        for _ in range(count):
            public.verify(signature, message)

    return work


if __name__ == "__main__":
    main()
