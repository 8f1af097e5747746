"""Sensitivity of a generated project, beside the time of its own suite.

    python bench/sensitivity.py [--functions N] [--seconds S] [--jobs N]

N functions in modules of ten, each with a test of its own that sleeps its share of S seconds and so stands for one that
works; the first function of a module is called by all others of it, and every tenth test looks at nothing. Measured in
turn: the suite as a check; its sensitivity, nothing known before; and again after a change of one line. The goals are
those of the design: 200 functions and 40 seconds within ten minutes on two cores (15 suites); after a line only what it
can have touched, so little more than the one run of the suite which shows who reaches what.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec

from phaseproof.bundle.inputs import Inputs
from phaseproof.bundle.model import Check, Environment, KindRef
from phaseproof.checks.registry import decode_options, kind
from phaseproof.digests import sha256
from phaseproof.repo.git import Repository
from phaseproof.runner.job import Job
from phaseproof.runner.run import run_check
from phaseproof.runner.sensitivity.examined import Listing, known
from phaseproof.runner.sensitivity.measuring import Request, budget, measure
from phaseproof.runner.site import Site

MODULE = 10


def project(folder: Path, functions: int, seconds: float) -> None:
    """Write the project."""
    each = seconds / functions
    for name in ("app", "tests"):
        (folder / name).mkdir(parents=True)
    (folder / "app" / "__init__.py").write_text("")
    for module in range(-(-functions // MODULE)):
        code, tests = [], [f"import time\n\nfrom app import m{module}\n"]
        for number in range(min(MODULE, functions - module * MODULE)):
            inner = "x" if number == 0 else "f0(x)"
            code.append(f"def f{number}(x):\n    y = {inner} + {number}\n    return y\n")
            call = f"m{module}.f{number}(0)"
            blunt = (module * MODULE + number) % 10 == 5
            said = f"    {call}\n" if blunt else f"    assert {call} == {number}\n"
            tests.append(f"def test_f{number}():\n    time.sleep({each})\n{said}")
        (folder / "app" / f"m{module}.py").write_text("\n\n".join(code))
        (folder / "tests" / f"test_m{module}.py").write_text("\n\n".join(tests))


def git(folder: Path, *arguments: str) -> None:
    """Run git with an identity and no configuration but its own."""
    who = ["-c", "user.name=b", "-c", "user.email=b@example.org", "-c", "commit.gpgSign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True,
                   env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"})  # fmt: skip


def once(folder: Path, before: dict[str, Any], jobs: int) -> tuple[float, float, Any, bytes]:
    """Seconds of the suite and of measuring it, what came of it, and its listing."""
    repository = Repository.find(folder)
    tree = repository.tree(repository.resolve("HEAD"))
    check = Check("unit", KindRef("tests", "phaseproof"), subject=("app/**",), instrument=("tests/**",))
    inputs = Inputs(tree, (), Environment(), repository.read_small)
    used = kind("tests")
    run = "python -m pytest -q -p no:cacheprovider -p no:hypothesispytest --junitxml=$PHASEPROOF_OUT/junit.xml"
    job = Job(check, used, decode_options(used, {"run": run}), inputs.files_of(check), inputs.of(check))
    pytest = (Path(sys.prefix),)
    with (
        tempfile.TemporaryDirectory() as place,
        Site(repository, tree, Environment(), cache=Path(place), toolchains=pytest) as site,
    ):
        began = time.perf_counter()
        ran = run_check(site, job, "0" * 32)
        suite = time.perf_counter() - began
        assert ran.result.outcome == "positive", ran.result
        request = Request(sha256(b"seed"), sha256(b"check"), before, budget(suite), jobs, lambda _: None)
        began = time.perf_counter()
        done = measure(site, job, ran, request)
        assert done is not None
        return suite, time.perf_counter() - began, done, done.listing


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--functions", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "project"
        project(folder, arguments.functions, arguments.seconds)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-A")
        git(folder, "commit", "-q", "-m", "a project")
        first = once(folder, {}, arguments.jobs)
        module = folder / "app" / "m1.py"
        module.write_text(module.read_text().replace("y = f0(x) + 7", "y = f0(x) + 3 + 4"))
        git(folder, "commit", "-q", "-a", "-m", "a line")
        second = once(folder, known(first[3], "first"), arguments.jobs)
    what = f"{arguments.functions} functions, a suite of {arguments.seconds:g} s, {arguments.jobs} at a time"
    for title, (suite, spent, done, listing), goal in (
        (f"sensitivity: {what}", first, 15.0), ("sensitivity: the same after a line", second, 2.0),
    ):  # fmt: skip
        ratio = spent / suite
        figures = done.sensitivity
        survivors = msgspec.json.decode(listing, type=Listing).survivors if listing else ()
        print(json.dumps({
            "row": title, "unit": "s", "ours": round(spent, 1), "suite": round(suite, 1),
            "ratios": {"suite": round(ratio, 2)}, "goals": {"suite": goal}, "met": ratio <= goal,
            "population": figures.population, "sampled": figures.sampled, "killed": figures.killed,
            "survivors": len(survivors), "ran": done.fresh, "bound": figures.bound,
        }))  # fmt: skip


if __name__ == "__main__":
    main()
