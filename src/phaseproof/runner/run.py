"""One check, run at one commit: from its inputs to a result with its circumstances.

Whatever goes wrong on the way is a result as well: inconclusive, with the reason. Nothing here ever turns a fault
into a yes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from phaseproof.checks.kind import Outcome, Result
from phaseproof.errors import PhaseproofError, Unable
from phaseproof.repo import history
from phaseproof.runner import checkout, controls, outputs
from phaseproof.runner import environment as surroundings
from phaseproof.runner.bench import WorkBench
from phaseproof.runner.job import Case, Job, Ran
from phaseproof.runner.kept import WORTH, snapshot
from phaseproof.runner.platform import platform
from phaseproof.runner.setup import Prepared, SetupFailed
from phaseproof.runner.site import Site
from phaseproof.runner.workspace import Folders

MAX_FINDINGS = 1000
INTERRUPTED = "interrupted"

Say = Callable[[str], None]


def run_check(site: Site, job: Job, run: str, case: Case | None = None, say: Say | None = None) -> Ran:
    """Run a check, or one of its controls.

    Args:
        site: where.
        job: what.
        run: id of the run, random; the caller has announced it.
        case: a control to apply first; the checkout is a fresh one either way.
        say: called with what is being done.

    Returns:
        What was seen; never raises for what a check, its inputs or its set-up do.

    Raises:
        Unable: the runner's own folders cannot be written or removed (`workspace`).
    """
    started = site.clock()
    attempt = _Attempt(site, job, run, case, say)
    if job.inputs.error is not None:
        result = _inconclusive(job.inputs.error, job.inputs.detail)
    elif not job.isolated and case is not None:
        result = _inconclusive("control-not-isolated", "controls change files, and run in a clean checkout only")
    elif site.stop.is_set():
        result = _inconclusive(INTERRUPTED, "the run was interrupted before it started")
    else:
        result = attempt.isolated() if job.isolated else attempt.observed()
    finished = max(site.clock(), started)
    launcher = site.launcher if job.isolated else site.plain
    mechanism = launcher.sandbox.says(network=job.check.network) if job.isolated else "working tree"
    return Ran(
        check=job.check.name,
        run=run,
        result=result,
        strength="isolated" if job.isolated else "observed",
        separate=job.isolated and site.separate,
        mechanism=mechanism,
        environment=site.digest(job.check, attempt.made, mechanism),
        platform=platform(),
        started=_utc(started),
        finished=_utc(finished),
        inputs=job.inputs,
        manifest=b"" if job.inputs.error else site.manifest(job.files.all, history=job.check.history),
        outputs=attempt.kept,
        overtaken=attempt.overtaken,
        control=case.name if case else "",
        control_digest=case.digest if case else "",
        log=attempt.log,
    )


class _Attempt:
    """The state of one run while it lasts."""

    def __init__(self, site: Site, job: Job, run: str, case: Case | None, say: Say | None) -> None:
        self.site, self.job, self.case, self.say = site, job, case, say
        self.mark = site.mark(run)
        self.made: Prepared | None = None
        self.kept: Mapping[str, bytes] = {}
        self.log = b""
        self.overtaken = False

    def isolated(self) -> Result:
        """In a clean checkout: one just written, or one that no check has touched."""
        site, job = self.site, self.job
        owner, paths = site.sandbox.own_user, job.files.checkout
        try:
            self.made = site.prepared(job.files.setup)
        except PhaseproofError as error:
            return self._fault(error)
        again = self.case is None and not job.check.history and len(paths) >= WORTH
        key = (paths, self.made.digest if self.made else "")
        found = site.checkouts.take(key) if again else None
        folders = site.workspace.new(owner, found[0] if found else site.workspace.place(owner) if again else None)
        seen = found[1] if found else None
        try:
            try:
                if found is None:
                    checkout.write(site.tree, paths, folders.work, site.blobs.read_many, owner)
                bench = self._bench(folders)
                if again and found is None:
                    seen = snapshot(folders.work, paths)
                added = controls.apply(self.case, job, site, bench, owner) if self.case else {}
                if job.check.history:
                    history.write(site.repository, site.tree.commit, folders.work)
                    _hand_over(folders.work / ".git", owner)
            except PhaseproofError as error:
                return self._fault(error)
            result = self._judge(self._bench(folders, added) if added else bench)
            if self.made is not None and not site.sandbox.works and self.made.altered:
                # Nothing but a sandbox shows it read-only: what ran meanwhile ran with who knows what.
                return _inconclusive("setup-altered", "what the set-up made was changed while the check ran")
            return result
        finally:
            site.workspace.discard(folders.root)
            spent = site.checkouts.give(key, folders.work, seen) if again else None
            if spent is not None:
                site.workspace.discard(spent.parent)

    def observed(self) -> Result:
        """In the working tree, which must hold what the commit holds."""
        site, job = self.site, self.job
        other = site.differs(job.files.checkout)
        if other is not None:
            return _inconclusive("dirty-inputs", f"{other} is not what the commit holds")
        folders = site.slot()
        view = site.plain.sandbox.view(folders)
        made = surroundings.build(view, site.environment.passes, run=self.mark, toolchains=site.toolchains)
        hidden = surroundings.secrets_of(site.environment.passes)
        try:
            result = self._judge(WorkBench(site, job, folders, site.plain, made, hidden=hidden, say=self.say))
        finally:
            site.workspace.again(folders)
        self.overtaken = site.differs(job.files.checkout) is not None
        return result

    def _bench(self, folders: Folders, added: Mapping[str, str] | None = None) -> WorkBench:
        site = self.site
        sandbox = site.sandbox
        view = sandbox.view(folders)
        shown = self.made.shown(view.work) if self.made else []
        bins = self.made.bins(view.work) if self.made else []
        for here, there in shown:
            _mount_point(folders.work / Path(there).name, Path(here), sandboxed=sandbox.works)
        made = surroundings.build(view, site.environment.passes, run=self.mark, bins=bins, toolchains=site.toolchains)
        hidden = surroundings.secrets_of(site.environment.passes)
        return WorkBench(site, self.job, folders, site.launcher, made, shown=shown,
                         hidden=hidden, added=added, say=self.say)  # fmt: skip

    def _judge(self, bench: WorkBench) -> Result:
        job = self.job
        try:
            result = job.kind.run(job.options, bench, job.selections)
            if not isinstance(result, Result):
                raise TypeError(f"it returned {type(result).__name__}, not a result")
            if bench.interrupted or self.site.stop.is_set():
                return _inconclusive(INTERRUPTED, "the run was interrupted")
            self.kept = self._outputs(result, bench.out)
            return _checked(result)
        except PhaseproofError as error:
            return self._fault(error)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - a kind is anybody's code: what it raises is no yes
            if self.site.stop.is_set():
                return _inconclusive(INTERRUPTED, "the run was interrupted")
            return _inconclusive("kind-raised", f"kind {job.check.kind.name} raised {type(error).__name__}: {error}")

    def _outputs(self, result: Result, out: Path) -> dict[str, bytes]:
        kept: dict[str, bytes] = {}
        left = outputs.TOTAL
        for name, path in result.outputs.items():
            kept[name] = path if isinstance(path, bytes) else outputs.read(out, path, min(outputs.EACH, left))
            left -= len(kept[name])
        return kept

    def _fault(self, error: PhaseproofError) -> Result:
        if isinstance(error, SetupFailed):
            self.log = error.log
        if self.site.stop.is_set():
            return _inconclusive(INTERRUPTED, "the run was interrupted")
        return _inconclusive(error.rule, error.fact)


def _checked(result: Result) -> Result:
    """A result that keeps its own rules."""
    if result.outcome is Outcome.POSITIVE and result.cases <= 0:
        return _inconclusive("no-cases", "the check says yes and has judged nothing")
    bad = sorted(name for name, value in result.metrics.items() if not value.is_finite())
    if bad:
        return _inconclusive("metric-not-finite", f"metric {bad[0]} is no finite number")
    if result.outcome is Outcome.INCONCLUSIVE and not result.reason:
        return msgspec.structs.replace(result, reason="no-reason")
    if len(result.findings) > MAX_FINDINGS:
        return msgspec.structs.replace(result, findings=result.findings[:MAX_FINDINGS])
    return result


def _mount_point(place: Path, product: Path, *, sandboxed: bool) -> None:
    if os.path.lexists(place):
        if place.is_symlink() or sandboxed:
            return  # made before, for the bench that applied a control
        raise Unable("setup-collides", f"the set-up made {place.name}, which is among the check's inputs",
                     "leave it out of the check's globs")  # fmt: skip
    if not sandboxed:
        place.symlink_to(product)
    elif product.is_dir():
        place.mkdir()
    else:
        place.touch()


def _hand_over(folder: Path, owner: int | None) -> None:
    if owner is not None:
        os.chown(folder, owner, owner)
        for path in folder.rglob("*"):
            os.chown(path, owner, owner, follow_symlinks=False)


def _inconclusive(reason: str, summary: str) -> Result:
    return Result(Outcome.INCONCLUSIVE, reason=reason, summary=summary)


def _utc(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
