"""Controls: changes of the subject, or of declared external state, under which a check must come to a no (DESIGN 7).

Each is applied to a fresh checkout before anything of the check runs. One that reaches beyond the subject is refused
(`control-touches-instrument`): a check must be seen to judge, not its tests to break.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from phaseproof.bundle import canonical
from phaseproof.bundle.model import ControlSpec
from phaseproof.checks.invocation import arguments
from phaseproof.checks.kind import Control, Plant
from phaseproof.digests import sha256
from phaseproof.errors import Unable
from phaseproof.repo import patches
from phaseproof.repo.globs import compile_glob
from phaseproof.runner.bench import WorkBench
from phaseproof.runner.checkout import safe
from phaseproof.runner.environment import refused
from phaseproof.runner.job import Case, Job
from phaseproof.runner.site import Site

MAX_ENTRIES = 200_000
"""Entries of a checkout looked through after a sabotage command."""


def cases(job: Job, site: Site) -> tuple[Case, ...]:
    """The controls of a job: what its kind does by itself, then what the plan declares.

    Raises:
        Unable: a subject file or a patch cannot be read.
    """
    blobs = site.tree.blobs
    automatic = job.kind.controls(job.options, job.files.subject, lambda path: site.blobs.read(blobs[path].oid))
    found = [Case(control.name, _automatic_digest(control), automatic=control) for control in automatic]
    for number, spec in enumerate(job.check.controls, 1):
        patch = blobs[spec.patch].oid if spec.patch else ""
        digest = canonical.digest({"declared": spec, "patch": patch})
        found.append(Case(spec.name or _name(spec, number), digest, declared=spec))
    if len({case.name for case in found}) != len(found):
        raise Unable("control-ambiguous", f"two controls of {job.check.name} have one name", "give each a `name`")
    return tuple(found)


def apply(case: Case, job: Job, site: Site, bench: WorkBench, owner: int | None) -> Mapping[str, str]:
    """Change a fresh checkout.

    Args:
        case: the control.
        job: what it is a control of.
        site: where it runs.
        bench: with the checkout written.
        owner: user and group id of the check's files, None for ours.

    Returns:
        Variables to add to the check's environment.

    Raises:
        Unable: `control-touches-instrument`, `control-failed`, `patch-invalid`, `path-unsafe`.
    """
    if case.automatic is not None:
        for plant in case.automatic.plants:
            _plant(plant, job, bench.root, owner)
        return case.added
    spec = case.declared or ControlSpec()
    if spec.patch:
        data = site.blobs.read(site.tree.blobs[spec.patch].oid)
        names = patches.touched(data, bench.root)
        _within(names, job)
        patches.apply(data, bench.root)
        _hand_over(names, bench.root, owner)
    for pattern in spec.remove:
        chosen = compile_glob(pattern).select(job.files.subject)
        if not chosen:
            raise Unable("control-failed", f"{pattern} covers no subject file", "correct the control's `remove`")
        for path in chosen:
            (bench.root / path).unlink(missing_ok=True)
    if spec.command:
        _sabotage(spec.command, case, job, site, bench)
    bad = refused([name for name in spec.environment if name != "PATH"])
    if bad is not None:
        raise Unable("control-failed", f"control {case.name} may not set {bad}", "take it out")
    return spec.environment


def _sabotage(line: str, case: Case, job: Job, site: Site, bench: WorkBench) -> None:
    try:
        command = arguments(line)
    except ValueError as error:
        raise Unable("control-failed", f"control {case.name}: {error}", "correct its `command`") from error
    done = bench.execute(command)
    if not done.started or done.exit_code != 0:
        ended = done.detail or f"ended with {done.exit_code if done.exit_code is not None else done.signal}"
        raise Unable("control-failed", f"the command of control {case.name} {ended}", "run it in a clean checkout")
    apart = set(job.files.checkout) - set(job.files.subject)
    for path in sorted(apart):
        place, blob = bench.root / path, site.tree.blobs[path]
        try:
            mode = place.lstat().st_mode
            data = os.fsencode(place.readlink()) if stat.S_ISLNK(mode) else place.read_bytes()
        except OSError:
            raise _reaches(path) from None
        if stat.S_ISLNK(mode) != blob.is_link or data != site.blobs.read(blob.oid):
            raise _reaches(path)
    _within(_new(bench.root, set(job.files.checkout), bench.products), job)


def _new(root: Path, known: set[str], products: Iterable[str]) -> list[str]:
    """Files below a checkout that were not written to it."""
    skipped = {".git", *products}
    found: list[str] = []
    left = [""]
    seen = 0
    while left:
        folder = left.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                seen += 1
                if seen > MAX_ENTRIES:
                    raise Unable("control-failed", f"a control left more than {MAX_ENTRIES} entries", "make it smaller")
                if entry.is_dir(follow_symlinks=False):
                    if path not in skipped:
                        left.append(path)
                elif path not in known and path not in skipped:
                    found.append(path)
    return found


def _within(paths: Iterable[str], job: Job) -> None:
    """Only subject files, or new ones that the subject's own globs would cover."""
    subject, apart = set(job.files.subject), set(job.files.checkout) - set(job.files.subject)
    globs = [compile_glob(pattern) for pattern in job.check.subject or ("**",)]
    instrument = [compile_glob(pattern) for pattern in job.check.instrument]
    for path in paths:
        if path in subject:
            continue
        judged = any(glob.matches(path) for glob in globs) and not any(glob.matches(path) for glob in instrument)
        if path in apart or not judged:
            raise _reaches(path)


def _reaches(path: str) -> Unable:
    return Unable("control-touches-instrument", f"a control changes {path}, which is not subject of the check",
                  "let the control change what is judged, not what judges")  # fmt: skip


def _plant(plant: Plant, job: Job, root: Path, owner: int | None) -> None:
    safe(plant.path)
    _within([plant.path], job)
    place = root / plant.path
    mode = 0o644
    try:
        status = place.lstat()
    except FileNotFoundError:
        place.parent.mkdir(parents=True, exist_ok=True)
    else:
        mode = 0o755 if status.st_mode & 0o100 and stat.S_ISREG(status.st_mode) else 0o644
        place.unlink()
    if plant.data is not None:
        fd = os.open(place, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW, mode)
        with os.fdopen(fd, "wb") as file:
            file.write(plant.data)
    _hand_over([plant.path], root, owner)


def _hand_over(paths: Iterable[str], root: Path, owner: int | None) -> None:
    """Give files, and folders made for them, to the check's user."""
    if owner is None:
        return
    for path in paths:
        place = root / path
        while place != root:
            if os.path.lexists(place):
                os.chown(place, owner, owner, follow_symlinks=False)
            place = place.parent


def _automatic_digest(control: Control) -> str:
    changes = [[p.path.encode("utf-8", "surrogateescape").hex(), None if p.data is None else sha256(p.data)]
               for p in control.plants]  # fmt: skip
    return canonical.digest({"automatic": control.name, "changes": changes})


def _name(spec: ControlSpec, number: int) -> str:
    what = spec.patch or spec.command or ", ".join(spec.remove) or ", ".join(sorted(spec.environment))
    return f"declared {number}: {what}"
