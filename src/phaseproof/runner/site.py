"""Where the checks of one programme run at one commit: everything they share."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from time import time
from types import TracebackType

from phaseproof.bundle import canonical
from phaseproof.bundle.inputs import manifest
from phaseproof.bundle.model import Check, Environment
from phaseproof.digests import Digest
from phaseproof.repo.blobs import Blobs
from phaseproof.repo.git import Repository
from phaseproof.repo.tree import Tree
from phaseproof.runner import reaping, sandbox, setup, watch
from phaseproof.runner.kept import Checkouts
from phaseproof.runner.launch import Launcher
from phaseproof.runner.platform import platform
from phaseproof.runner.sandbox import Sandbox
from phaseproof.runner.stop import Stop
from phaseproof.runner.workspace import Folders, Workspace

Progress = Callable[[str, str], None]
"""Called with the name of a check and what it is doing."""


class Site:
    """A context manager; one per call of `run` or `gates`, shared by its threads.

    Args:
        repository: where the commit is.
        tree: the commit's tree.
        environment: the programme's.
        cache: folder for kept set-ups, below the ledger's.
        hidden: what no check may see besides repository and home: ledger, keys.
        toolchains: prefixes that checks may use besides the running Python's base: shown read-only, first on PATH.
        kept_apart: the sandbox to use; what the machine has if None. `Sandbox()` does without.
        base: folder for checkouts, see `Workspace`.
        clock: seconds since the epoch.
        seal: the runner's signature, under which set-ups are kept.
        held: object ids of the tree that stand for other bytes than the repository's (decisions/steady.py).

    Raises:
        Unable: `workspace`.
    """

    def __init__(
        self,
        repository: Repository,
        tree: Tree,
        environment: Environment,
        *,
        cache: Path,
        hidden: Iterable[Path] = (),
        toolchains: Sequence[Path] = (),
        kept_apart: Sandbox | None = None,
        base: Path | None = None,
        clock: Callable[[], float] = time,
        seal: setup.Seal = setup.unsealed,
        held: Mapping[str, bytes] | None = None,
    ) -> None:
        self.repository, self.tree, self.environment = repository, tree, environment
        self.toolchains = tuple(toolchains)
        self.clock = clock
        self.stop = Stop()
        self.workspace = Workspace(base)
        self.sandbox = sandbox.detect() if kept_apart is None else kept_apart
        secret = [repository.root, repository.common_dir, repository.git_dir, self.workspace.base, *hidden]
        self.launcher = Launcher(self.sandbox, sandbox.mounts(secret, self.toolchains), self.stop)
        self.plain = Launcher(Sandbox(), self.launcher.mounts, self.stop)
        self.separate = self.sandbox.works and sandbox.hides(secret)
        self.blobs = Blobs(repository)
        self._held = dict(held or {})
        self.blobs.hold(self._held)
        self.checkouts = Checkouts()
        self._cache, self._seal = cache, seal
        self._lock = threading.Lock()
        self._setups: dict[tuple[str, ...], setup.Prepared | setup.SetupFailed | None] = {}
        self._slots = threading.local()
        self._same: dict[str, tuple[int, ...]] = {}
        self._digests: dict[tuple[object, ...], Digest] = {}
        self._manifests: dict[tuple[str, ...], bytes] = {}
        reaping.become_reaper()
        reaping.seal_descriptors()
        self._watch = watch.start(self.workspace.root)

    def __enter__(self) -> Site:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End what runs, remove every folder."""
        self.stop.set()
        self.blobs.close()
        self.workspace.close()
        watch.end(self._watch)

    def mark(self, run: str) -> str:
        """The mark of a run's processes: begins with this site's own, for whoever clears up after it."""
        return f"{self.workspace.root.name}-{run}"

    def prepared(self, paths: tuple[str, ...]) -> setup.Prepared | None:
        """The programme's set-up, made once for all checks.

        Raises:
            SetupFailed: it failed; every check that asks is told the same.
            Unable: its inputs cannot be written.
        """
        if self.environment.setup is None:
            return None
        with self._lock:
            known = self._setups.get(paths)
            if paths not in self._setups:
                try:
                    known = setup.prepare(self.environment, self.tree, paths, self.blobs.read_many, self.launcher,
                                          self._cache, self.stop, self._seal)  # fmt: skip
                except setup.SetupFailed as error:
                    known = error
                self._setups[paths] = known
        if isinstance(known, setup.SetupFailed):
            raise known
        return known

    def slot(self) -> Folders:
        """Folders that this thread uses for one observed run after another; `work` is the working tree."""
        own: Folders | None = getattr(self._slots, "folders", None)
        if own is None:
            made = self.workspace.new()
            own = self._slots.folders = Folders(made.root, self.repository.root, made.out, made.home, made.tmp)
        return own

    def digest(self, check: Check, made: setup.Prepared | None, mechanism: str) -> Digest:
        """Digest of what a check runs in. Passed variables count by name: a digest would give short secrets away."""
        key = (check.network, check.history, made.digest if made else "", mechanism)
        digest = self._digests.get(key)
        if digest is None:
            digest = self._digests[key] = canonical.digest({
                "platform": platform(), "mechanism": mechanism, "setup": made.digest if made else "",
                "passes": sorted(name for name in self.environment.passes if name in os.environ),
                "network": check.network, "history": check.history,
            })  # fmt: skip
        return digest

    def manifest(self, paths: tuple[str, ...], *, history: bool = False) -> bytes:
        """`bundle.inputs.manifest` of these paths, made once for all checks that share them."""
        if history:
            return manifest(self.tree, paths, history=True)
        made = self._manifests.get(paths)
        if made is None:
            made = self._manifests[paths] = manifest(self.tree, paths)
        return made

    def differs(self, paths: Iterable[str]) -> str | None:
        """The first path whose file in the working tree is not what the commit holds; None where all are.

        Raw bytes are compared, without filters. A file once found equal is looked at again only if its status moved.
        """
        for path in paths:
            blob = self.tree.blobs[path]
            if blob.oid in self._held:
                continue  # only that it is there is asked, and it stands in the commit
            place = self.repository.root / path
            try:
                status = place.lstat()
                seen = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
                if self._same.get(path) == seen:
                    continue
                if stat.S_ISLNK(status.st_mode) != blob.is_link or not (blob.is_link or stat.S_ISREG(status.st_mode)):
                    return path
                data = os.fsencode(place.readlink()) if blob.is_link else place.read_bytes()
            except OSError:
                return path
            head = b"blob %d\0" % len(data)
            found = hashlib.new(self.repository.object_format, head + data, usedforsecurity=False).hexdigest()
            executable = bool(status.st_mode & 0o100)
            if found != blob.oid or (not blob.is_link and executable != (blob.mode == "100755")):
                return path
            if self.clock() - status.st_ctime > 1:  # a younger file could change again without its status moving
                self._same[path] = seen
        return None
