"""The work of `scan`: find documents, read them, compare them."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

import click
from msgspec import Struct

from phaseproof.cli.scan_cache import Cache, folder_of
from phaseproof.cli.scan_files import LARGEST, Place, WorkTree, is_candidate, named, place_of, read_file
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
        git: whether the files were listed by git.
    """

    plans: tuple[Plan, ...]
    problems: tuple[Problem, ...]
    looked: int
    seconds: float
    git: bool


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
    given = [named(path) for path in paths]
    places: dict[Path, Place] = {}
    jobs: list[tuple[Place, str, Path, str, bool]] = []
    for path in given or [Path()]:
        folder = (path if path.is_dir() else path.parent).resolve()
        place = places.get(folder) or place_of(folder)
        places[folder] = place
        if path.is_dir():
            prefix = folder.relative_to(place.root.resolve()).as_posix()
            start = "" if prefix == "." else prefix + "/"
            for name in place.files:
                if name.startswith(start) and is_candidate(name[len(start) :]):
                    jobs.append((place, name, place.root / name, _shown(path, name[len(start) :], given), False))
        else:
            target = folder / path.name
            inside = target.relative_to(place.root.resolve()).as_posix()
            jobs.append((place, inside, target, str(path), True))
    plans, problems, looked = _read_all(jobs, cache)
    for place in {id(p): p for p in places.values()}.values():
        mine = [plan for at, _, plan in plans if at is place]
        shown = {inside: plan.path for at, inside, plan in plans if at is place}
        tree = WorkTree(place)
        problems.extend(_renamed(survey([_at(plan, inside) for at, inside, plan in plans if at is place], tree), shown))
        del mine
    order = sorted(problems, key=lambda p: (p.path, p.line, p.rule))
    git = all(place.git for place in places.values())
    return Found(tuple(p for _, _, p in plans), tuple(order), looked, time.monotonic() - started, git)


def _shown(path: Path, inside: str, given: list[Path]) -> str:
    return (path / inside).as_posix() if given and path != Path() else inside


def _at(plan: Plan, path: str) -> Plan:
    if plan.path == path:
        return plan
    import msgspec

    problems = tuple(msgspec.structs.replace(p, path=path) for p in plan.problems)
    return msgspec.structs.replace(plan, path=path, problems=problems)


def _renamed(problems: Iterable[Problem], shown: dict[str, str]) -> list[Problem]:
    import msgspec

    return [
        p if shown.get(p.path, p.path) == p.path else msgspec.structs.replace(p, path=shown[p.path]) for p in problems
    ]


def _read_all(
    jobs: list[tuple[Place, str, Path, str, bool]], keep: bool
) -> tuple[list[tuple[Place, str, Plan]], list[Problem], int]:
    from phaseproof.errors import Unable

    plans: list[tuple[Place, str, Plan]] = []
    problems: list[Problem] = []
    caches: dict[int, Cache] = {}
    progress = _Progress(len(jobs))
    seen: set[Path] = set()
    for count, (place, inside, target, shown, asked) in enumerate(jobs):
        progress.at(count)
        if target in seen:
            continue
        seen.add(target)
        try:
            data = read_file(target)
        except FileNotFoundError:
            continue  # git lists it, the disk has it no more
        except OSError as error:
            if asked:
                raise Unable(
                    "file-unread",
                    f"{shown} cannot be read: {error.strerror or error}",
                    "look at the file's owner and mode",
                ) from error
            if not target.is_symlink() and target.is_file():
                problems.append(Problem(shown, 1, "file-unread", "error", f"cannot be read: {error.strerror or error}"))
            continue
        if data is None:
            problems.append(
                Problem(
                    shown,
                    1,
                    "file-unread",
                    "error",
                    f"larger than {LARGEST // 1024 // 1024} MiB and not read: whatever it plans is not seen",
                )
            )
            continue
        if not asked and not may_be_plan(data):
            continue
        cache = caches.get(id(place))
        if cache is None:
            cache = caches[id(place)] = Cache(folder_of(place.root) if keep else None, place.root)
        key = cache.key(data, shown)
        known = cache.get(key)
        if known is None:
            plan = read(data, shown)
            worth = bool(plan.items) or any(s.claim.state != "none" for s in plan.sections)
            cache.put(key, plan if worth or asked else None)
        elif known is False:
            plan, worth = None, False
        else:
            plan, worth = known, True
        if plan is not None and (worth or asked):
            plans.append((place, inside, plan))
        elif asked:
            plans.append((place, inside, read(data, shown)))
    progress.done()
    for cache in caches.values():
        cache.close()
    return plans, problems, len(seen)
