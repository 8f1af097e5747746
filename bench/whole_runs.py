"""Whole `phaseproof run` processes over many items: with nothing to do, and with everything to run again.

    python bench/whole_runs.py [--rounds N] [--items N]

Beside them in the same rounds: start-up alone, hashing the subjects, asyncio running as many processes, and make, doit
and ninja with as many targets. One JSON object per row. doit and ninja come from the `bench` group.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from programme import build, environment, phaseproof

Work = Callable[[], None]


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--items", type=int, default=1000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        repository = build(Path(temporary), arguments.items)
        phaseproof(repository, "run", "--jobs", "2")
        print(json.dumps(nothing(repository, arguments.rounds, arguments.items)), flush=True)
        print(json.dumps(everything(repository, max(2, arguments.rounds // 2), arguments.items)), flush=True)


def nothing(repository: Path, rounds: int, items: int) -> dict[str, Any]:
    """Everything is proven."""
    works = {
        "ours": process(repository, "run"),
        "start-up": process(repository, "--version"),
        "limit": hashed(repository),
        **build_tools(repository, items),
    }
    taken = measured(works, rounds)
    beyond = [mine - start for mine, start in zip(taken["ours"], taken["start-up"], strict=True)]
    ratios = ratios_of({**taken, "ours": beyond})
    goals = {"ms beyond start-up": 40, "make": 0.40, "doit": 0.40}
    spent = statistics.median(beyond) * 1e3
    return {
        "row": f"nothing to do, {items} items", "unit": "ms",
        **{who: round(statistics.median(times) * 1e3, 2) for who, times in taken.items()},
        "ms beyond start-up": round(spent, 2), "ratios": ratios, "goals": goals,
        "met": spent <= 40 and all(ratios[who] <= 0.40 for who in ("make", "doit") if who in ratios),
    }  # fmt: skip


def everything(repository: Path, rounds: int, items: int) -> dict[str, Any]:
    """Every check is run again, at strength observed, announced, captured, signed and recorded."""
    works = {
        "ours": process(repository, "run", "--all", "--jobs", "2"),
        "start-up": process(repository, "--version"),
        "limit": lambda: asyncio.run(spawned(repository, items)),
    }
    taken = measured(works, rounds)
    per = [(mine - start) / items for mine, start in zip(taken["ours"], taken["start-up"], strict=True)]
    ratio = statistics.median(mine * items / theirs for mine, theirs in zip(per, taken["limit"], strict=True))
    return {
        "row": f"run {items} trivial checks, captured and recorded, two at a time", "unit": "ms per check",
        "ours": round(statistics.median(per) * 1e3, 3),
        "limit": round(statistics.median(taken["limit"]) / items * 1e3, 3),
        "ratios": {"limit": round(ratio, 3)}, "goals": {"limit": 1.0}, "met": ratio <= 1.0,
    }  # fmt: skip


def process(repository: Path, *arguments: str) -> Work:
    """A phaseproof process."""

    def work() -> None:
        done = subprocess.run([sys.executable, "-m", "phaseproof", *arguments], cwd=repository,
                              env=environment(repository), capture_output=True)  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr.decode()[-2000:])

    return work


def hashed(repository: Path) -> Work:
    """SHA-256 of every subject file."""
    files = sorted((repository / "src").iterdir())

    def work() -> None:
        for path in files:
            hashlib.sha256(path.read_bytes()).digest()

    return work


async def spawned(repository: Path, items: int) -> None:
    """As many of the same commands through asyncio, two at a time, captured."""
    turn = asyncio.Semaphore(2)

    async def one(number: int) -> None:
        async with turn:
            made = await asyncio.create_subprocess_exec(
                "grep", "-q", "ready", f"src/part{number:05d}.txt", cwd=repository,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip
            await made.communicate()

    await asyncio.gather(*(one(number) for number in range(items)))


def build_tools(repository: Path, items: int) -> Mapping[str, Work]:
    """make, doit and ninja with as many targets, all up to date."""
    folder = repository.parent / "peers"
    folder.mkdir()
    names = [f"part{number:05d}" for number in range(items)]
    source = repository / "src"
    rules = "".join(f"{name}.ok: {source}/{name}.txt\n\tgrep -q ready $< && touch $@\n" for name in names)
    (folder / "Makefile").write_text(f"all: {' '.join(f'{name}.ok' for name in names)}\n{rules}")
    (folder / "dodo.py").write_text(
        f"DOIT_CONFIG = {{'verbosity': 0}}\ndef task_check():\n    for n in range({items}):\n"
        f"        p = f'{source}/part{{n:05d}}.txt'\n"
        "        yield {'name': str(n), 'actions': [f'grep -q ready {p}'], 'file_dep': [p]}\n"
    )
    targets = "".join(f"build {name}.done: check {source}/{name}.txt\n" for name in names)
    ninja = f"rule check\n  command = grep -q ready $in && touch $out\n{targets}"
    (folder / "build.ninja").write_text(ninja)
    found: dict[str, Work] = {}
    here = Path(sys.executable).parent
    for name, command in (("make", ["make", "-s"]), ("doit", [str(here / "doit")]), ("ninja", [str(here / "ninja")])):
        if shutil.which(command[0]):
            subprocess.run(command, cwd=folder, check=True, capture_output=True)
            found[name] = peer(command, folder)
    return found


def peer(command: list[str], folder: Path) -> Work:
    """One run of a build tool."""
    return lambda: void(subprocess.run(command, cwd=folder, check=True, capture_output=True))


def void(_: object) -> None:
    """Nothing comes back."""


def measured(works: Mapping[str, Work], rounds: int) -> dict[str, list[float]]:
    """Seconds of each work in each round; one round before is not counted."""
    taken: dict[str, list[float]] = {who: [] for who in works}
    for number in range(rounds + 1):
        for who, work in works.items():
            begun = time.perf_counter()
            work()
            if number:
                taken[who].append(time.perf_counter() - begun)
    return taken


def ratios_of(taken: Mapping[str, list[float]]) -> dict[str, float]:
    """Medians over rounds of ours by theirs."""
    return {
        who: round(statistics.median(mine / its for mine, its in zip(taken["ours"], times, strict=True)), 3)
        for who, times in taken.items()
        if who not in ("ours", "start-up")
    }


if __name__ == "__main__":
    main()
