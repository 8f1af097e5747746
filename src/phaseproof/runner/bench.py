"""The bench that a kind works on."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from phaseproof.checks.kind import Execution
from phaseproof.runner import environment as surroundings
from phaseproof.runner.job import Job
from phaseproof.runner.launch import Launcher
from phaseproof.runner.site import Site
from phaseproof.runner.workspace import Folders

_OUT = ("${PHASEPROOF_OUT}", "$PHASEPROOF_OUT")


class WorkBench:
    """Implements `Bench` for one run.

    Args:
        site: what all runs share.
        job: what is run.
        folders: the run's own.
        launcher: where its commands start.
        environment: its scrubbed environment.
        shown: what the set-up made, path here -> path in the check's view; `products` has the names.
        hidden: values cut out of output.
        added: variables that a control sets.
        say: called with what is being done.

    Attributes:
        environment: of its commands, complete.
        view: its folders as its commands see them.
    """

    def __init__(
        self,
        site: Site,
        job: Job,
        folders: Folders,
        launcher: Launcher,
        environment: Mapping[str, str],
        *,
        shown: Sequence[tuple[str, str]] = (),
        hidden: Sequence[bytes] = (),
        added: Mapping[str, str] | None = None,
        say: Callable[[str], None] | None = None,
    ) -> None:
        self._site, self._job, self._folders, self._launcher = site, job, folders, launcher
        self.environment: Mapping[str, str] = {**environment, **(added or {})}
        self._shown, self._hidden, self._say = shown, hidden, say
        self.view = launcher.sandbox.view(folders)
        self._deadline = time.monotonic() + job.check.timeout
        self.now = site.clock()
        self.interrupted = False
        self.products = tuple(there.rpartition("/")[2] for _, there in shown)

    @property
    def root(self) -> Path:
        """The checkout."""
        return self._folders.work

    @property
    def out(self) -> Path:
        """The folder for reports, as the runner sees it."""
        return self._folders.out

    @property
    def subject(self) -> Sequence[str]:
        """What is judged."""
        return self._job.files.subject

    @property
    def instrument(self) -> Sequence[str]:
        """What it is judged with."""
        return self._job.files.instrument

    def execute(
        self, command: Sequence[str], *, timeout: float | None = None, environment: Mapping[str, str] | None = None
    ) -> Execution:
        """Run a command; see `Bench.execute`."""
        left = self._deadline - time.monotonic()
        done = self._launcher.run(
            self._folders,
            [self._expanded(argument) for argument in command],
            {**self.environment, **environment} if environment else self.environment,
            timeout=max(0.0, left if timeout is None else min(timeout, left)),
            network=self._job.check.network,
            shown=self._shown,
        )
        if done.detail == "interrupted":
            self.interrupted = True
        if self._hidden and done.output:
            return msgspec.structs.replace(done, output=surroundings.redact(done.output, self._hidden))
        return done

    def committed(self, path: str) -> float | None:
        """When the judged commit's history last changed a path."""
        return self._site.repository.committed(path, self._site.tree.commit)

    def accepted(self, name: str) -> bytes | None:
        """An output of the nearest accepted evidence; see `Bench.accepted`."""
        return self._job.accepted(name)

    def progress(self, text: str) -> None:
        """Say what is being done."""
        if self._say is not None:
            self._say(text)

    def _expanded(self, argument: str) -> str:
        if "$" in argument:
            for name in _OUT:
                argument = argument.replace(name, self.view.out)
        return argument
