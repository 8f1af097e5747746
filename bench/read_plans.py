"""Reading plans beside its limits and markdown-it-py, in interleaved rounds.

    python bench/read_plans.py [--rounds N] [--files N] [--repository N] [--folder FOLDER]

Prints one JSON object per row: MB/s of ours, of the limits (read and SHA-256; a bare regular expression on each line)
and of the peer, the ratios (the median over rounds of the ratio within a round), the goals, and whether they are met.
Without `--folder` the corpus is generated: by default 300 files, about 3.5 MB, nine in ten of them documents that plan
little or nothing, as in a repository; `--folder` measures the Markdown files of a real one. Then `scan` over a
generated repository of 10,000 files, cold, whole process. Needs the `bench` group (markdown-it-py).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from markdown_it import MarkdownIt

from phaseproof.cli.scan_cache import Cache
from phaseproof.cli.scan_files import read_file
from phaseproof.plan.read import read

LINE = re.compile(r"\s*(?:(#{1,6})|([-*+]|\d+[.)]))?\s*(\[[ xX]\])?(.*)")
WORDS = [
    "the",
    "of",
    "to",
    "and",
    "a",
    "in",
    "is",
    "it",
    "that",
    "was",
    "for",
    "on",
    "are",
    "with",
    "as",
    "at",
    "be",
    "this",
    "have",
    "from",
    "or",
    "had",
    "by",
    "word",
    "but",
    "what",
    "some",
    "we",
    "can",
    "out",
    "other",
    "were",
    "all",
    "there",
    "when",
    "up",
    "use",
    "how",
    "said",
    "each",
    "she",
    "which",
    "their",
    "time",
    "will",
    "way",
    "about",
    "many",
    "then",
    "them",
    "write",
    "would",
    "like",
    "so",
    "these",
    "her",
    "long",
    "make",
    "thing",
    "buffer",
    "socket",
    "thread",
    "release",
    "parser",
    "index",
    "query",
    "table",
    "column",
    "token",
    "schema",
    "cache",
    "queue",
    "worker",
    "retry",
    "timeout",
    "latency",
    "metric",
    "handler",
    "module",
    "package",
    "import",
    "export",
    "branch",
    "commit",
    "build",
    "test",
    "deploy",
    "config",
    "value",
    "option",
    "default",
    "error",
    "message",
]


def sentence(dice: random.Random, least: int = 6, most: int = 18) -> str:
    """Words that look like prose."""
    words = [dice.choice(WORDS) for _ in range(dice.randint(least, most))]
    return " ".join(words).capitalize()


def prose(dice: random.Random, size: int) -> str:
    """A document that plans nothing: headings, paragraphs, lists, code, a table."""
    out = [f"# {sentence(dice, 2, 5)}", ""]
    length = 0
    while length < size:
        part = dice.random()
        if part < 0.15:
            piece = [f"## {sentence(dice, 2, 5)}", ""]
        elif part < 0.55:
            piece = [*(sentence(dice, 9, 16) + "." for _ in range(dice.randint(2, 7))), ""]
        elif part < 0.8:
            piece = [*(f"- {sentence(dice, 4, 14)}" for _ in range(dice.randint(3, 9))), ""]
        elif part < 0.92:
            piece = ["```python", *(f"    {dice.choice(WORDS)} = {dice.choice(WORDS)}(1)" for _ in range(6)), "```", ""]
        else:
            piece = [
                "| name | meaning |",
                "|---|---|",
                *(f"| `{dice.choice(WORDS)}` | {sentence(dice)} |" for _ in range(5)),
                "",
            ]
        out += piece
        length += sum(map(len, piece)) + len(piece)
    return "\n".join(out)


def planned(dice: random.Random, size: int) -> str:
    """A phase document: milestones, boxes, criteria, an index, some prose."""
    out = [f"# Phase {dice.randint(1, 9)}: {sentence(dice, 2, 4)}", "", "**Status:** ACTIVE", ""]
    length, number = 0, 0
    while length < size:
        number += 1
        piece = [
            f"## Milestone M{number}: {sentence(dice, 2, 4)}",
            "",
            sentence(dice, 12, 20) + ".",
            "",
            "### Tasks",
            "",
        ]
        piece += [
            f"- [{dice.choice(' x')}] M{number}.{i} {sentence(dice)} `docs/{dice.choice(WORDS)}.md`" for i in range(6)
        ]
        piece += ["", "### Acceptance criteria", "", *(f"- {sentence(dice)}" for _ in range(4)), "", "### Notes", ""]
        piece += [*(sentence(dice, 10, 16) + "." for _ in range(8)), ""]
        piece += ["| ID | Artifact | Path | Status |", "|---|---|---|---|"]
        piece += [f"| A-{number}{i} | {sentence(dice, 2, 4)} | `docs/a{i}.md` | DRAFT |" for i in range(3)]
        out += [*piece, ""]
        length += sum(map(len, piece)) + len(piece)
    return "\n".join(out)


def generate(folder: Path, files: int, size: int, share: int = 10) -> None:
    """A corpus: one document in `share` is a plan."""
    dice = random.Random(7)
    for number in range(files):
        make, name = (planned, "phase") if number % share == 0 else (prose, "notes")
        path = folder / f"d{number % 50}" / f"{name}{number}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(make(dice, int(size * dice.uniform(0.2, 1.8))), encoding="utf-8")


def measured(actions: dict[str, Callable[[], object]], rounds: int) -> dict[str, list[float]]:
    """Seconds of each action, interleaved."""
    took: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            start = time.perf_counter()
            action()
            took[name].append(time.perf_counter() - start)
    return took


def ratio(ours: list[float], other: list[float]) -> float:
    """Median over rounds of ours divided by another, in one round."""
    return round(statistics.median(a / b for a, b in zip(ours, other, strict=True)), 3)


def corpus_row(folder: Path, rounds: int) -> list[dict[str, object]]:
    """Full read and unchanged read of a folder's Markdown."""
    paths = sorted(str(p) for p in folder.rglob("*.md") if p.is_file() and not p.is_symlink())
    size = sum(os.path.getsize(p) for p in paths) / 1e6
    with tempfile.TemporaryDirectory() as held:
        cache = Cache(Path(held), folder)
        for path in paths:
            data = read_file(path) or b""
            plan = read(data, path)
            cache.put(cache.key(data, path), plan if plan.items or plan.sections else None)
        cache.close()

        def full() -> None:
            for path in paths:
                read(read_file(path) or b"", path)

        def unchanged() -> None:
            known = Cache(Path(held), folder)
            for path in paths:
                data = read_file(path) or b""
                assert known.get(known.key(data, path)) is not None

        def hashed() -> None:
            for path in paths:
                with open(path, "rb") as file:
                    hashlib.sha256(file.read()).digest()

        def lines() -> None:
            for path in paths:
                with open(path, "rb") as file:
                    for line in file.read().decode("utf-8", "replace").split("\n"):
                        LINE.match(line)

        def peer() -> None:
            parser = MarkdownIt()
            for path in paths:
                with open(path, "rb") as file:
                    parser.parse(file.read().decode("utf-8", "replace"))

        took = measured({"full": full, "unchanged": unchanged, "hash": hashed, "lines": lines, "peer": peer}, rounds)
    speed = {name: round(size / statistics.median(seconds), 1) for name, seconds in took.items()}
    of_peer = ratio(took["full"], took["peer"])
    common = {"files": len(paths), "megabytes": round(size, 1), "rounds": rounds}
    return [
        {
            "row": "read plans, full", **common, "ours_mb_s": speed["full"],
            "limit_mb_s": {"read+sha256": speed["hash"], "line regex": speed["lines"]}, "peer_mb_s": {
                "markdown-it-py": speed["peer"]},
            "ratio_limit": ratio(took["full"], took["lines"]), "ratio_peer": of_peer,
            "goal": {"ours_mb_s": 25, "ratio_peer": 0.25}, "met": {"ours_mb_s": speed["full"] >= 25,
                "ratio_peer": of_peer <= 0.25},
        },
        {
            "row": "read plans, unchanged", **common, "ours_mb_s": speed["unchanged"], "limit_mb_s": {
                "read+sha256": speed["hash"]},
            "ratio_limit": ratio(took["unchanged"], took["hash"]), "goal": {"ours_mb_s": 400}, "met": {
                "ours_mb_s": speed["unchanged"] >= 400},
        },
    ]  # fmt: skip


def scan_row(files: int, rounds: int) -> dict[str, object]:
    """`scan` over a repository, cold and then with its cache, whole process; beside a Python that does nothing."""
    with tempfile.TemporaryDirectory() as held:
        root = Path(held) / "repository"
        root.mkdir()
        generate(root, files // 10, 8000)
        for number in range(files - files // 10):
            path = root / "src" / f"p{number % 200}" / f"m{number}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("x = 1\n" * 20, encoding="utf-8")
        git = ["git", "-c", "user.name=b", "-c", "user.email=b@b"]
        for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "b"]):
            subprocess.run([*git, *arguments], cwd=root, check=True)

        def process(arguments: list[str], cache: str) -> Callable[[], object]:
            environment = {**os.environ, "XDG_CACHE_HOME": f"{held}/{cache}", "HOME": held}
            return lambda: subprocess.run(
                [sys.executable, *arguments], cwd=root, env=environment, capture_output=True, check=False
            )

        command = ["-m", "phaseproof", "scan", "--format", "json"]
        process(command, "warm")()
        took = measured(
            {
                "cold": process([*command, "--no-cache"], "cold"),
                "unchanged": process(command, "warm"),
                "nothing": process(["-c", "pass"], "cold"),
            },
            rounds,
        )
    cold = round(statistics.median(took["cold"]), 3)
    return {
        "row": "scan, whole process",
        "files": files,
        "rounds": rounds,
        "ours_s": cold,
        "unchanged_s": round(statistics.median(took["unchanged"]), 3),
        "limit_s": {"python -c pass": round(statistics.median(took["nothing"]), 3)},
        "goal": {"ours_s": 3.0},
        "met": {"ours_s": cold <= 3.0},
    }


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--files", type=int, default=300)
    options.add_argument("--repository", type=int, default=10_000)
    options.add_argument("--folder", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as held:
        folder = given.folder or Path(held)
        if given.folder is None:
            generate(folder, given.files, 12_000)
        for row in corpus_row(folder.resolve(), given.rounds):
            print(json.dumps(row))
    if given.repository:
        print(json.dumps(scan_row(given.repository, min(given.rounds, 3))))


if __name__ == "__main__":
    main()
