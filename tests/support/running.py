"""Jobs and sites for tests: real repositories, real processes, the sandbox of this machine or none."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.inputs import Files, Inputs
from phaseproof.bundle.model import Check, Environment, KindRef
from phaseproof.checks.kind import Kind
from phaseproof.checks.registry import decode_options, kind
from phaseproof.repo.git import Repository
from phaseproof.runner import sandbox
from phaseproof.runner.job import Case, Job, Ran
from phaseproof.runner.run import run_check
from phaseproof.runner.sandbox import Sandbox
from phaseproof.runner.site import Site
from support.repository import Repo

PYTHON = f"{sys.base_prefix}/bin/python3"
NONE = Sandbox()


def need_sandbox() -> Sandbox:
    """The machine's sandbox; the test is skipped, with the reason, where there is none."""
    found = sandbox.detect()
    if not found.works:
        pytest.skip(f"NO SANDBOX ON THIS MACHINE: {found.why}")
    return found


def both() -> list[Any]:
    """For `parametrize`: with bubblewrap and without."""
    return [pytest.param(False, id="bare"), pytest.param(True, id="bubblewrap")]


class Ground:
    """A repository and a place to run its checks.

    Attributes:
        repo: the repository.
        site: where they run.
    """

    def __init__(self, repo: Repo, site: Site) -> None:
        self.repo = repo
        self.site = site
        self._count = 0

    def job(
        self, run: str | tuple[str, ...] = "true", *, name: str = "c", kind_of: Kind | None = None,
        isolated: bool = True, shell: bool = False, **fields: Any,
    ) -> Job:  # fmt: skip
        """A job of kind `command`, or of a kind of the test's own, over the repository's last commit."""
        check = Check(name=name, kind=KindRef("command", "phaseproof"), **fields)
        inputs = Inputs(self.site.tree, (), self.site.environment, Repository.find(self.repo.root).read_small)
        found = inputs.of(check)
        files = Files((), (), (), ()) if found.error else inputs.files_of(check)
        judge = kind_of or kind("command")
        options = None if kind_of else decode_options(judge, {"run": run, "shell": shell})
        return Job(check, judge, options, files, found, isolated=isolated)

    def run(self, run: str | tuple[str, ...] | Job = "true", case: Case | None = None, **fields: Any) -> Ran:
        """Run a job, or a command as one."""
        self._count += 1
        job = run if isinstance(run, Job) else self.job(run, **fields)
        return run_check(self.site, job, f"{self._count:032x}", case)

    def shell(self, line: str, **fields: Any) -> Ran:
        """Run one line of bash."""
        return self.run(self.job(line, shell=True, **fields))


@contextmanager
def ground(
    repo: Repo, tmp: Path, *, sandboxed: bool, environment: Environment | None = None, **fields: Any
) -> Iterator[Ground]:
    """A place to run a repository's checks, at its last commit; everything is gone at the end.

    Args:
        repo: the repository.
        tmp: the test's folder.
        sandboxed: with bubblewrap, or without.
        environment: the programme's.
        fields: passed to `Site`.
    """
    opened = repo.open()
    site = Site(
        opened, opened.tree(repo.head), environment or Environment(), cache=tmp / "cache", base=tmp / "runs",
        kept_apart=need_sandbox() if sandboxed else NONE, **fields,
    )  # fmt: skip
    with site:
        yield Ground(repo, site)


def said(ran: Ran) -> str:
    """What a `command` check printed."""
    return ran.outputs.get("log", b"").decode("utf-8", "replace")
