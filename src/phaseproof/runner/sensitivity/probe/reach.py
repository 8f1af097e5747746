"""The mode `reach`: the suite runs as ever, and what each test calls is noted.

Calls of the plan's functions are noted under the test that was running; under the fixture that was being set up, where
that is one that several tests share, and then for all that use it; or as `outside` any test: at import, say.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from types import CodeType, FrameType
from typing import Any

import pytest

TOOL = 4
"""Of the six ids of `sys.monitoring` (PEP 669) one that no known tool takes."""


class Places:
    """Which of the plan's functions a code object is: by path, first line and name."""

    def __init__(self, root: str, functions: Sequence[dict[str, Any]]) -> None:
        self._root = root
        self._wanted = {(one["path"], one["first"], one["plain"]): one["id"] for one in functions}
        self._files: dict[str, str] = {}
        self._known: dict[int, tuple[CodeType, Any]] = {}

    def path(self, filename: str) -> str:
        """A file's path below the checkout; links are followed."""
        if filename not in self._files:
            real = os.path.realpath(os.path.join(self._root, filename))  # noqa: PTH118
            self._files[filename] = os.path.relpath(real, os.path.realpath(self._root))
        return self._files[filename]

    def id(self, code: CodeType) -> Any:
        """A function's id in the plan; None where it is none of them."""
        known = self._known.get(id(code))
        if known is None:
            key = (self.path(code.co_filename), code.co_firstlineno, code.co_name)
            known = self._known[id(code)] = (code, self._wanted.get(key))  # kept, so that its id stays its own
        return known[1]


class Reach:
    """The plugin of this mode."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._places = Places(plan["root"], plan["functions"])
        self._outside: set[Any] = set()
        self._now = self._outside
        self._tests: dict[str, dict[str, Any]] = {}
        self._fixtures: dict[str, set[Any]] = {}
        self._users: dict[str, tuple[str, ...]] = {}
        self._started = time.monotonic()
        self._ready = 0.0
        self._threads = 1
        self._early: list[str] = []
        self._monitoring: Any = getattr(sys, "monitoring", None)
        if self._monitoring is not None and self._monitoring.get_tool(TOOL) is None:
            starts = self._monitoring.events.PY_START
            self._monitoring.use_tool_id(TOOL, "phaseproof")
            self._monitoring.register_callback(TOOL, starts, self._start)
            self._monitoring.set_events(TOOL, starts)
        else:
            self._monitoring = None
            threading.setprofile(self._call)
        self._again()

    def _again(self) -> None:
        """Hear of every function once more; and take the place back that somebody's tracer may have taken."""
        if self._monitoring is not None:
            self._monitoring.restart_events()
        elif sys.gettrace() in (None, self._call):  # tracing costs half of what profiling does, and may be taken
            sys.settrace(self._call)
        else:
            sys.setprofile(self._call)

    def _start(self, code: CodeType, offset: int) -> Any:
        del offset
        found = self._places.id(code)
        if found is not None:
            self._now.add(found)
        return self._monitoring.DISABLE  # until the next test

    def _call(self, frame: FrameType, event: str, argument: object) -> None:
        del argument
        if event == "call":
            found = self._places.id(frame.f_code)
            if found is not None:
                self._now.add(found)

    def _within(self, place: set[Any]) -> set[Any]:
        before, self._now = self._now, place
        self._again()
        return before

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """Note what was loaded before any test: plugins, the first conftest files, and what these import."""
        files = {self._places.path(getattr(one, "__file__", None) or "..") for one in list(sys.modules.values())}
        self._early = sorted(path for path in files if not path.startswith(".."))

    def pytest_collection_finish(self) -> None:
        """Tests are known: from here on they run."""
        self._ready = time.monotonic() - self._started
        self._threads = threading.active_count()

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: Any) -> Iterator[None]:
        """Note calls under this test."""
        file = self._places.path(str(getattr(item, "path", None) or item.fspath))
        test = self._tests.setdefault(item.nodeid, {"file": file, "seconds": 0.0, "passed": False, "reached": set()})
        self._users[item.nodeid] = tuple(getattr(item, "fixturenames", ()))
        before = self._within(test["reached"])
        yield
        self._within(before)

    @pytest.hookimpl(hookwrapper=True, tryfirst=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """Note calls under a fixture that several tests share."""
        if fixturedef.scope == "function":
            yield
            return
        before = self._within(self._fixtures.setdefault(fixturedef.argname, set()))
        yield
        self._within(before)

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note how long a test took, and whether all of it passed."""
        test = self._tests.get(report.nodeid)
        if test is None:
            return
        test["seconds"] += getattr(report, "duration", 0.0)
        if report.when == "call":
            test["passed"] = report.outcome == "passed"
        elif report.outcome != "passed":
            test["passed"] = False

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Say what was seen."""
        if self._monitoring is None:
            sys.settrace(None)
            sys.setprofile(None)
            threading.setprofile(None)
        else:
            self._monitoring.set_events(TOOL, 0)
        tests = []
        for name, test in self._tests.items():
            shared = (self._fixtures.get(fixture, set()) for fixture in self._users[name])
            tests.append({**test, "name": name, "reached": sorted(test["reached"].union(*shared))})
        answer = {"tests": tests, "outside": sorted(self._outside), "early": self._early, "ready": self._ready,
                  "warm": hasattr(os, "fork") and self._threads == 1}  # fmt: skip
        with open(self._plan["answer"], "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(answer, file)
