"""Running checks, beside asyncio, threads and build tools, in interleaved rounds.

    python bench/run_checks.py [--rounds N] [--checks N] [--files N]

Prints one JSON object per row: milliseconds per check (median over rounds), ratios (the median over rounds of the
ratio within a round), goals, and whether they are met. Rows:

- `run`: N trivial checks (`/bin/true`), two at a time, output captured, in the working tree, not recorded;
- `isolated`: what a clean checkout of F small files adds to one check, without a sandbox: where the one before left
  its checkout untouched, and the first time;
- `bubblewrap`: what the sandbox adds to that.

doit and pre-commit come from the `bench` group; make and prek are used where they are installed, and named as absent
where not. Runs in a temporary directory: choose the disk with TMPDIR.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from phaseproof.bundle.inputs import Inputs
from phaseproof.bundle.model import Check, Environment, KindRef
from phaseproof.checks.registry import decode_options, kind
from phaseproof.repo.git import Repository
from phaseproof.runner import sandbox
from phaseproof.runner.job import Job
from phaseproof.runner.pool import Task, run_all
from phaseproof.runner.run import run_check
from phaseproof.runner.sandbox import Sandbox
from phaseproof.runner.site import Site

TRUE = shutil.which("true") or "/bin/true"
Runner = Callable[[], None]


def repository(folder: Path, files: dict[str, str]) -> Repository:
    """A repository with one commit."""
    folder.mkdir()
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    who = ["-c", "user.name=b", "-c", "user.email=b@example.org", "-c", "commit.gpgSign=false"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], [*who, "commit", "-q", "-m", "files"]):
        subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)
    return Repository.find(folder)


def job(site: Site, number: int, subject: tuple[str, ...], *, isolated: bool) -> Job:
    """A check that runs `true`."""
    check = Check(name=f"c{number}", kind=KindRef("command", "phaseproof"), subject=subject)
    inputs = Inputs(site.tree, (), Environment(), site.repository.read_small)
    used = kind("command")
    options = decode_options(used, {"run": [TRUE]})
    return Job(check, used, options, inputs.files_of(check), inputs.of(check), isolated=isolated)


def ours(site: Site, count: int) -> Runner:
    """The pool, at strength `observed`."""
    tasks = [Task(job(site, n, (f"f{n % 50}",), isolated=False)) for n in range(count)]

    def run() -> None:
        report = run_all(site, tasks, jobs=2, on_start=lambda *_: None, on_finish=lambda *_: None)
        assert all(ran.result.outcome == "positive" for ran in report.finished)
        assert len(report.finished) == count

    return run


def threads(count: int) -> Runner:
    """Threads with `subprocess.run`."""

    def one(_: int) -> None:
        subprocess.run([TRUE], stdin=subprocess.DEVNULL, capture_output=True, check=True)

    def run() -> None:
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, range(count)))

    return run


def asyncs(count: int) -> Runner:
    """asyncio's subprocesses behind a semaphore."""

    async def one(gate: asyncio.Semaphore) -> None:
        async with gate:
            child = await asyncio.create_subprocess_exec(
                TRUE, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
            )
            await child.communicate()
            assert child.returncode == 0

    async def every() -> None:
        gate = asyncio.Semaphore(2)
        await asyncio.gather(*(one(gate) for _ in range(count)))

    return lambda: asyncio.run(every())


def make(folder: Path, count: int) -> Runner:
    """GNU make, phony targets."""
    folder.mkdir()
    names = " ".join(f"c{n}" for n in range(count))
    rules = f"all: {names}\n.PHONY: all {names}\n" + "".join(f"c{n}:\n\t@{TRUE}\n" for n in range(count))
    (folder / "Makefile").write_text(rules)
    return lambda: command(["make", "-s", "-j2", "-C", str(folder)], folder)


def doit(folder: Path, count: int) -> Runner:
    """doit, tasks that are never up to date."""
    folder.mkdir()
    (folder / "dodo.py").write_text(
        f"def task_c():\n    for n in range({count}):\n        yield {{'name': str(n), 'actions': [[{TRUE!r}]]}}\n"
    )
    return lambda: command([sys.executable, "-m", "doit", "-n2", "-P", "thread"], folder)


def pre_commit(folder: Path, count: int, program: str) -> Runner:
    """pre-commit or prek, local system hooks."""
    repository(folder, {"a": "a"})
    hooks = [{"id": f"c{n}", "name": f"c{n}", "entry": TRUE, "language": "system", "always_run": True,
              "pass_filenames": False} for n in range(count)]  # fmt: skip
    (folder / ".pre-commit-config.yaml").write_text(json.dumps({"repos": [{"repo": "local", "hooks": hooks}]}))
    subprocess.run(["git", "add", "-A"], cwd=folder, check=True)
    return lambda: command([program, "run", "--all-files"], folder)


def command(line: list[str], folder: Path) -> None:
    """Run a peer; it must succeed."""
    env = {**os.environ, "HOME": str(folder), "PRE_COMMIT_HOME": str(folder / ".home")}
    subprocess.run(line, cwd=folder, check=True, capture_output=True, env=env)


def measure(rounds: int, runners: dict[str, Runner], per: int) -> dict[str, list[float]]:
    """Milliseconds per check of each, round by round, in turn."""
    for run in runners.values():
        run()
    seen: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(rounds):
        for name, run in runners.items():
            started = time.perf_counter()
            run()
            seen[name].append((time.perf_counter() - started) / per * 1000)
    return seen


def ratio(seen: dict[str, list[float]], name: str, other: str) -> float:
    """Median over rounds of the ratio within a round."""
    return round(statistics.median(a / b for a, b in zip(seen[name], seen[other], strict=True)), 3)


def run_row(folder: Path, rounds: int, count: int) -> dict[str, Any]:
    """The row *run*."""
    there = repository(folder / "observed", {f"f{n}": "a" for n in range(50)})
    few = max(20, count // 10)  # slow peers get fewer checks; figures are per check
    with site_of(there, folder, Sandbox()) as site:
        runners = {"ours": ours(site, count), "asyncio": asyncs(count), "threads": threads(count)}
        quick = measure(rounds, runners, count)
        slow: dict[str, Runner] = {"ours": ours(site, few)}
        absent = [name for name in ("make", "pre-commit", "prek") if shutil.which(name) is None]
        if find_spec("doit") is None:
            absent.append("doit")
        else:
            slow["doit"] = doit(folder / "doit", few)
        if "make" not in absent:
            slow["make"] = make(folder / "make", few)
        for name in ("pre-commit", "prek"):
            if name not in absent:
                slow[name] = pre_commit(folder / name, few, name)
        peers = measure(rounds, slow, few)
    ratios = {name: ratio(quick, "ours", name) for name in ("asyncio", "threads")}
    ratios |= {name: ratio(peers, "ours", name) for name in peers if name != "ours"}
    goals = {"asyncio": 1.0, "doit": 0.67, "pre-commit": 0.13}
    return {
        "row": "run", "unit": "ms per check", "checks": count, "rounds": rounds,
        "median": {name: round(statistics.median(values), 3) for name, values in {**peers, **quick}.items()},
        "ratio": ratios, "goal": goals, "absent": absent,
        "met": {name: ratios[name] <= goal for name, goal in goals.items() if name in ratios},
    }  # fmt: skip


def isolation_rows(folder: Path, rounds: int, files: int) -> list[dict[str, Any]]:
    """What a checkout adds, and what bubblewrap adds to that."""
    there = repository(folder / "isolated", {f"d{n % 20}/f{n}.py": f"x = {n}\n" * 50 for n in range(files)})
    each = 10

    def times(site: Site, one: Job) -> Runner:
        def run() -> None:
            for number in range(each):
                ran = run_check(site, one, f"{number:032x}")
                assert ran.result.outcome == "positive", ran

        return run

    kept_apart = sandbox.detect()
    with site_of(there, folder, Sandbox()) as bare, site_of(there, folder, kept_apart) as boxed:
        runners = {
            "observed": times(bare, job(bare, 0, ("d0/f0.py",), isolated=False)),
            "one file": times(bare, job(bare, 1, ("d0/f0.py",), isolated=True)),
            "all files": times(bare, job(bare, 2, ("**",), isolated=True)),
        }
        if kept_apart.works:
            runners["one file, bubblewrap"] = times(boxed, job(boxed, 3, ("d0/f0.py",), isolated=True))
        seen = measure(rounds, runners, each)
    first = statistics.median(first_run(there, folder / str(n)) for n in range(rounds))
    middle = {name: statistics.median(values) for name, values in seen.items()}
    added = middle["all files"] - middle["observed"]
    goal = 5 + 0.01 * files
    rows: list[dict[str, Any]] = [{
        "row": "isolated", "unit": "ms added per check", "files": files, "added": round(added, 3),
        "one file": round(middle["one file"] - middle["observed"], 3),
        "per file, us": round((middle["all files"] - middle["one file"]) / max(1, files - 1) * 1000, 2),
        "first time": round(first - middle["observed"], 3),
        "goal": goal, "ratio": round(added / goal, 3), "met": added <= goal,
    }]  # fmt: skip
    if kept_apart.works:
        more = middle["one file, bubblewrap"] - middle["one file"]
        rows.append({
            "row": "bubblewrap", "unit": "ms added per check", "added": round(more, 3), "goal": 4.0,
            "ratio": round(more / 4, 3), "met": more <= 4, "mechanism": kept_apart.mechanism,
        })  # fmt: skip
    else:
        rows.append({"row": "bubblewrap", "absent": kept_apart.why})
    return rows


def first_run(there: Repository, folder: Path) -> float:
    """Milliseconds of a check whose checkout was not written before, objects read from git included."""
    with site_of(there, folder, Sandbox()) as site:
        one = job(site, 0, ("**",), isolated=True)
        started = time.perf_counter()
        run_check(site, one, "0" * 32)
        return (time.perf_counter() - started) * 1000


def site_of(there: Repository, folder: Path, kept_apart: Sandbox) -> Site:
    """A place to run."""
    tree = there.tree(there.resolve())
    return Site(there, tree, Environment(), cache=folder / "cache", base=folder / "runs", kept_apart=kept_apart)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--checks", type=int, default=1000)
    parser.add_argument("--files", type=int, default=500)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(json.dumps(run_row(folder, asked.rounds, asked.checks)))
        for row in isolation_rows(folder, asked.rounds, asked.files):
            print(json.dumps(row))


if __name__ == "__main__":
    main()
