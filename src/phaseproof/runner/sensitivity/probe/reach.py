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
from collections.abc import Iterator
from typing import Any

import pytest

from .calls import Calls, Places


class Reach:
    """The plugin of this mode."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._plan = plan
        self._places = Places(plan["root"], plan["functions"])
        self._calls = Calls(self._places)
        self._outside = self._calls.now
        self._tests: dict[str, dict[str, Any]] = {}
        self._fixtures: dict[str, set[Any]] = {}
        self._users: dict[str, tuple[str, ...]] = {}
        self._started = time.monotonic()
        self._ready = 0.0
        self._threads = 1
        self._early: list[str] = []

    def _within(self, place: set[Any]) -> set[Any]:
        before, self._calls.now = self._calls.now, place
        self._calls.again()
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
        self._calls.end()
        tests = []
        for name, test in self._tests.items():
            shared = (self._fixtures.get(fixture, set()) for fixture in self._users[name])
            tests.append({**test, "name": name, "reached": sorted(test["reached"].union(*shared))})
        answer = {"tests": tests, "outside": sorted(self._outside), "early": self._early, "ready": self._ready,
                  "warm": hasattr(os, "fork") and self._threads == 1}  # fmt: skip
        with open(self._plan["answer"], "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(answer, file)
