"""The mode `mutate`: tests are collected and not run; each mutant is tried in a process of its own, forked from here.

In it the function's code is exchanged, and the tests that reach it run until one fails. A failure counts only if the
same tests in the same order pass in another such process without the mutant. What only keeps a test from starting (its
set-up, memory) shows contact and no judgement. After each mutant the checkout is looked at: once it has changed, this
process stops, and its starter begins another in a clean one.
"""

from __future__ import annotations

import gc
import json
import os
import select
import shutil
import signal
import tempfile
import time
import types
import warnings
from collections.abc import Sequence
from typing import Any

import pytest

from .calls import Calls, Places
from .exchange import Live, exchange

MEMORY = 4 * 1024**3
"""Bytes that the process of a mutant may take besides what it began with."""


class Mutate:
    """The plugin of this mode."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._places = Places(plan["root"], plan["all"])
        self._steady: dict[tuple[str, ...], dict[str, Any]] = {}
        self._live: Live = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: Any) -> bool:
        """Try each mutant of the plan."""
        ends = time.monotonic() + self._plan["seconds"]
        items = {item.nodeid: item for item in session.items}
        self._find()
        clean = self._tree()
        for mutant in self._plan["functions"]:
            if time.monotonic() > ends:
                break
            said = self._examine(mutant, items)
            soiled = self._tree() != clean
            line = json.dumps({"id": mutant["id"], **said, "soiled": soiled})
            with open(self._plan["answer"], "a", encoding="utf-8") as file:  # noqa: PTH123
                file.write(line + "\n")
            if soiled:
                break
        return True

    def _find(self) -> None:
        """Every function there is, by where its code begins; then out of the collector's way, for the sake of forks."""
        gc.collect()
        for one in gc.get_objects():
            if isinstance(one, types.FunctionType):
                code = one.__code__
                key = (self._places.path(code.co_filename), code.co_firstlineno, code.co_name)
                self._live.setdefault(key, []).append(one)
        gc.freeze()

    def _examine(self, mutant: dict[str, Any], items: dict[str, Any]) -> dict[str, Any]:
        names = mutant["tests"]
        tests = [items[name] for name in names if name in items]
        if not tests or len(tests) != len(names):
            return {"outcome": "inconclusive", "why": "its tests were not collected again"}
        said = self._apart(tests, mutant["seconds"], mutant)
        if said["outcome"] != "killed":
            return said
        same = tuple(names[: names.index(said["test"]) + 1])
        if same not in self._steady:
            self._steady[same] = self._apart(tests[: len(same)], mutant["seconds"], None)
        steady = self._steady[same]
        if steady["outcome"] != "survived" or "why" in steady:
            return {"outcome": "inconclusive", "why": "its tests fail in this order without it, too"}
        known = said["ran"] is not None and steady["ran"] is not None
        return {**said, "ran": sorted({*said["ran"], *steady["ran"]}) if known else None}

    def _apart(self, tests: Sequence[Any], seconds: float, mutant: dict[str, Any] | None) -> dict[str, Any]:
        """Run tests in a process of their own; what came of it."""
        read, write = os.pipe()
        place = tempfile.mkdtemp(prefix="mutant-")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of forking beside threads: there were none when it was looked at
            child = os.fork()
        if child == 0:
            try:
                os.setsid()
                os.close(read)
                os.environ["TMPDIR"], tempfile.tempdir = place, None
                _bounded()
                rest = json.dumps(self._run(tests, mutant)).encode() + b"\n"
                while rest:
                    rest = rest[os.write(write, rest) :]
            finally:
                os._exit(0)
        os.close(write)
        said, ends = b"", time.monotonic() + seconds
        late = False
        while not said.endswith(b"\n"):
            left = ends - time.monotonic()
            late = left <= 0 or not select.select([read], [], [], left)[0]
            piece = b"" if late else os.read(read, 65536)
            if not piece:
                break
            said += piece
        try:
            os.killpg(child, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(child, signal.SIGKILL)  # it has not become a group of its own yet
        os.waitpid(child, 0)
        os.close(read)
        shutil.rmtree(place, ignore_errors=True)
        if late:
            return {"outcome": "inconclusive", "why": f"its tests did not end in {seconds:.0f} s"}
        try:
            return dict(json.loads(said))
        except ValueError:
            return {"outcome": "inconclusive", "why": "the process of its tests died"}

    def _run(self, tests: Sequence[Any], mutant: dict[str, Any] | None) -> dict[str, Any]:
        """In the new process: exchange the code, run the tests, say what came of it."""
        watch = _Watch()
        try:
            if mutant is not None:
                exchange(self._plan["root"], mutant, self._live)
            tests[0].config.pluginmanager.register(watch, "phaseproof-watch")
            calls = Calls(self._places)
            for test, following in zip(tests, [*tests[1:], None]):  # noqa: B905 - Python 3.8
                test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
                if watch.failed:
                    return {"outcome": "killed", "test": watch.failed, "ran": _ran(calls)}
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is said and is no kill
            return {"outcome": "inconclusive", "why": f"{type(error).__name__}: {str(error)[:200]}"}
        if watch.starved:
            return {"outcome": "inconclusive", "why": "memory ran out"}
        why = {"why": watch.blocked} if watch.blocked else {}
        return {"outcome": "survived", "ran": _ran(calls), **why}

    def _tree(self) -> dict[str, tuple[int, ...]]:
        """What the file system says of the checkout's files."""
        skipped = frozenset(self._plan["skipped"])
        seen: dict[str, tuple[int, ...]] = {}
        for folder, folders, names in os.walk(self._plan["root"]):
            folders[:] = [name for name in folders if name not in skipped]
            for name in names:
                if name not in skipped:
                    path = os.path.join(folder, name)  # noqa: PTH118
                    status = os.lstat(path)
                    seen[path] = (status.st_mode, status.st_ino, status.st_size, status.st_mtime_ns)
        return seen


class _Watch:
    """The first failure of a test that ran, and what kept one from running."""

    def __init__(self) -> None:
        self.failed, self.blocked = "", ""
        self.starved = self._memory = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> None:
        """Tell a test that ran out of memory from one that noticed."""
        del item
        self._memory = call.excinfo is not None and call.excinfo.errisinstance(MemoryError)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Take a failure."""
        if report.outcome != "failed":
            return
        if self._memory:
            self.starved = True
        elif report.when == "setup":
            self.blocked = self.blocked or f"only the set-up of a test failed: {report.nodeid}"[:300]
        else:
            self.failed = self.failed or report.nodeid


def _ran(calls: Calls) -> list[Any] | None:
    """Every function of the plan that was called; None where something else listened in its place."""
    return sorted(calls.now) if calls.whole() else None


def _bounded() -> None:
    """Let a mutant that never stops eating fail, rather than the machine."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            used = int(file.read().split()[0]) * resource.getpagesize()
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY if hard < 0 else min(hard, used + MEMORY), hard))
    except (ImportError, OSError, ValueError):
        return  # where there is no such limit, time is the only one
