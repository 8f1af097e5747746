"""The work of `scan`: find documents, read them, compare them."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

import click
import msgspec
from msgspec import Struct

from phaseproof.cli.scan_cache import Cache, folder_of
from phaseproof.cli.scan_files import LARGEST, Place, WorkTree, is_candidate, named, place_of, read_file
from phaseproof.errors import Unable
from phaseproof.plan.likely import may_be_plan
from phaseproof.plan.model import Plan, Problem
from phaseproof.plan.read import read
from phaseproof.plan.survey import survey


class Found(Struct, frozen=True):
    """What a scan found.

    Attributes:
        plans: documents with items, or with a status, or that were named.
        problems: what is wrong with them, by path and line.
        looked: how many files were looked at.
        seconds: how long it took.
    """

    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    looked: int
    seconds: float


class _Job(NamedTuple):
    """One file to look at: where, its path in its place, what people call it, whether it was named."""

    target: str
    inside: str
    shown: str
    asked: bool


class _Progress:
    """A line on a terminal once a second has gone by; nothing elsewhere."""

    def __init__(self, total: int) -> None:
        self._total, self._start, self._last = total, time.monotonic(), 0.0
        self._shown = False
        self._on = sys.stderr.isatty()

    def at(self, count: int) -> None:
        if not self._on:
            return
        now = time.monotonic()
        if now - self._start > 1 and now - self._last > 0.2:
            self._last, self._shown = now, True
            click.echo(f"\rreading {count} of {self._total} files", nl=False, err=True)

    def done(self) -> None:
        if self._shown:
            click.echo("\r\x1b[K", nl=False, err=True)


def scan_paths(paths: tuple[str, ...], *, cache: bool = True) -> Found:
    """Scans what was named, else the repository we stand in.

    Args:
        paths: files and folders as given; files are read whatever they are.
        cache: whether plans read before are kept and used.

    Raises:
        Usage: a path is not there, or neither file nor folder.
        Unable: git failed, or a named file cannot be read.
    """
    started = time.monotonic()
    jobs: dict[Path, tuple[Place, dict[str, _Job]]] = {}
    for path in [named(path) for path in paths] or [Path()]:
        folder = (path if path.is_dir() else path.parent).resolve()
        known = next((jobs[root] for root in (folder, *folder.parents) if root in jobs and jobs[root][0].git), None)
        place, mine = known or (place_of(folder), {})
        jobs.setdefault(place.root.resolve(), (place, mine))
        for job in _jobs(place, path, folder, bool(paths)):
            if job.asked or job.inside not in mine:
                mine[job.inside] = job
    total = sum(len(mine) for _, mine in jobs.values())
    progress = _Progress(total)
    plans: list[Plan] = []
    problems: list[Problem] = []
    count = 0
    for place, mine in jobs.values():
        count = _scan_place(place, mine, cache, progress, count, plans, problems)
    progress.done()
    order = sorted(problems, key=lambda p: (p.path, p.line, p.rule))
    return Found(tuple(plans), tuple(order), total, time.monotonic() - started)


def _jobs(place: Place, path: Path, folder: Path, given: bool) -> list[_Job]:
    top = place.root.resolve()
    prefix = folder.relative_to(top).as_posix()
    start = "" if prefix == "." else prefix + "/"
    if not path.is_dir():
        return [_Job(str(folder / path.name), start + path.name, _printable(str(path)), True)]
    lead = "" if not given or path == Path() else path.as_posix() + "/"
    cut, base = len(start), str(top)
    return [
        _Job(f"{base}/{name}", name, _printable(lead + name[cut:] if given else name), False)
        for name in place.files
        if name.startswith(start) and is_candidate(name[cut:])
    ]


def _printable(path: str) -> str:
    """A path as text: bytes that are none are replaced."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "replace")


def _scan_place(
    place: Place,
    jobs: dict[str, _Job],
    keep: bool,
    progress: _Progress,
    count: int,
    plans: list[Plan],
    problems: list[Problem],
) -> int:
    cache = Cache(folder_of(place.root) if keep else None, place.root)
    found: list[Plan] = []
    shown: dict[str, str] = {}
    for count, job in enumerate(jobs.values(), count):  # noqa: B020  (goes on counting over several places)
        progress.at(count)
        data = _bytes(job, problems)
        if data is None or (not job.asked and not may_be_plan(data)):
            continue
        inside = _printable(job.inside)
        plan = cache.get(cache.key(data, inside))
        if plan is None:
            plan = read(data, inside)
            cache.put(cache.key(data, inside), plan if _says_something(plan) else None)
        elif plan is False:
            plan = read(data, inside) if job.asked else None
        if plan is not None and (job.asked or _says_something(plan)):
            found.append(plan)
            shown[inside] = job.shown
            if job.asked or plan.items or any(s.claim.state != "none" for s in plan.sections):
                plans.append(plan if inside == job.shown else msgspec.structs.replace(plan, path=job.shown))
    cache.close()
    for problem in survey(found, WorkTree(place)):
        name = shown.get(problem.path, problem.path)
        problems.append(problem if name == problem.path else msgspec.structs.replace(problem, path=name))
    return count


def _says_something(plan: Plan) -> bool:
    """Whether a document matters to others: it has items, claims a status, or has an id of its own."""
    return bool(plan.items or plan.identity) or any(s.claim.state != "none" for s in plan.sections)


def _bytes(job: _Job, problems: list[Problem]) -> bytes | None:
    """Bytes of a file; what cannot be read is a problem, or an error where it was named."""
    try:
        data = read_file(job.target)
    except FileNotFoundError:
        return None  # git lists it, the disk has it no more
    except OSError as error:
        said = f"cannot be read: {error.strerror or error}"
        if job.asked:
            raise Unable("file-unread", f"{job.shown} {said}", "look at the file's owner and mode") from error
        if not Path(job.target).is_symlink() and Path(job.target).is_file():
            problems.append(Problem(job.shown, 1, "file-unread", "error", said))
        return None
    if data is None:
        said = f"larger than {LARGEST // 1024 // 1024} MiB and not read: whatever it plans is not seen"
        problems.append(Problem(job.shown, 1, "file-unread", "error", said))
    return data
