"""`sync` of many documents as a whole process, beside reading and writing the same bytes.

    python bench/sync.py [--rounds N] [--documents N] [--items N]

Half of the items of each document are proven, and every mark says otherwise, so that each file is rewritten. Limit: a
Python that reads the files, writes the same bytes to new ones and renames them. `processor` is what
sync itself used of one processor: on a busy machine the more telling figure. One JSON object.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from phaseproof.evidence import keys
from programme import git, phaseproof

SECONDS_FOR_500 = 1.0
_LIMIT = """
import os, pathlib, sys
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.md")):
    data = path.read_bytes()
    with open(f"{path}.new", "wb") as file:
        file.write(data)
    os.replace(f"{path}.new", path)
"""


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--items", type=int, default=6)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        repository = made(Path(temporary), arguments.documents, arguments.items)
        texts = {path: path.read_bytes() for path in (repository / "docs").glob("*.md")}
        taken: dict[str, list[float]] = {"ours": [], "processor": [], "nothing to change": [], "limit": []}
        for number in range(arguments.rounds + 1):
            for path, data in texts.items():
                path.write_bytes(data)
            before = used()
            spent = {"ours": timed(repository, "sync"), "processor": used() - before}
            spent["nothing to change"] = timed(repository, "sync", "--check")
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", _LIMIT, str(repository / "docs")], check=True)
            spent["limit"] = time.perf_counter() - begun
            for who, seconds in spent.items():
                taken[who] += [seconds] if number else []
        changed = sum(path.read_bytes() != data for path, data in texts.items())
        if changed != arguments.documents:
            raise RuntimeError(f"{changed} of {arguments.documents} documents were rewritten")
    ours = statistics.median(taken["ours"])
    ratio = statistics.median(mine / its for mine, its in zip(taken["ours"], taken["limit"], strict=True))
    promised = ours * 500 / arguments.documents / SECONDS_FOR_500
    print(json.dumps({
        "row": f"sync of {arguments.documents} documents of {arguments.items} items, all rewritten, whole process",
        "unit": "s",
        **{who: round(statistics.median(times), 3) for who, times in taken.items()},
        "ratios": {"limit": round(ratio, 3), "1 s for 500": round(promised, 3)},
        "goals": {"1 s for 500": 1.0}, "met": promised <= 1.0,
    }))  # fmt: skip


def used() -> float:
    """Processor seconds of all children so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def timed(repository: Path, *arguments: str) -> float:
    """Seconds that one verb takes."""
    begun = time.perf_counter()
    phaseproof(repository, *arguments)
    return time.perf_counter() - begun


def made(folder: Path, documents: int, items: int) -> Path:
    """A repository whose documents say the opposite of what its one check proves."""
    repository, home = folder / "repo", folder / "home"
    (repository / "docs").mkdir(parents=True)
    (repository / "src").mkdir()
    (repository / "src/state.txt").write_text("ready\n")
    (folder / "passphrase").write_text("a passphrase for figures\n")
    person = keys.create(home, "lead", "a passphrase for figures")
    runner = keys.create(home, "local", None)
    for number in range(documents):
        lines = [f"# Phase {number}: Part {number}", "", "**Status:** COMPLETE", "", "What this part is for.", "",
                 f"## Gate G{number}: Ready", ""]  # fmt: skip
        for item in range(items):
            proven = item % 2 == 0
            lines.append(
                f"- [{' ' if proven else 'x'}] P{number}.{item} Part {item} of {number} is ready, see `src/state.txt`."
            )
        (repository / f"docs/phase{number:04d}.md").write_text("\n".join(lines) + "\n")
    configuration = [
        "phaseproof: 1", "programme: figures", "plans: [docs/*.md]",
        f"people: {{lead: {{key: '{keys.uri(person.public)}'}}}}",
        f"runners: {{local: {{key: '{keys.uri(runner.public)}'}}}}",
        "roles: {lead: {members: [lead]}}", "policy: {migrate: {roles: [lead]}, strength: observed}",
        "checks:", "  ready: {kind: command, run: grep -q ready src/state.txt, subject: [src/state.txt]}", "bindings:",
        *(f"  P*.{item}: {{check: ready}}" for item in range(0, items, 2)),
    ]  # fmt: skip
    (repository / "phaseproof.yaml").write_text("\n".join(configuration) + "\n")
    (repository / ".gitignore").write_text(".phaseproof/\n")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "figures")
    phaseproof(repository, "install")
    phaseproof(repository, "gates", expect=1)
    return repository


if __name__ == "__main__":
    main()
