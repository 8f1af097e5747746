"""Which of the plan's functions are called, heard of as cheaply as this Python can."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Sequence
from types import CodeType, FrameType
from typing import Any

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


class Calls:
    """Hears of calls from now on.

    Attributes:
        now: where ids of called functions go.
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self.now: set[Any] = set()
        self._profiled = False
        self._monitoring: Any = getattr(sys, "monitoring", None)
        if self._monitoring is not None and self._monitoring.get_tool(TOOL) is None:
            starts = self._monitoring.events.PY_START
            self._monitoring.use_tool_id(TOOL, "phaseproof")
            self._monitoring.register_callback(TOOL, starts, self._start)
            self._monitoring.set_events(TOOL, starts)
        else:
            self._monitoring = None
            threading.setprofile(self._call)
        self.again()

    def again(self) -> None:
        """Hear of every function once more; and take the place back that somebody's tracer may have taken."""
        if self._monitoring is not None:
            self._monitoring.restart_events()
        elif sys.gettrace() in (None, self._call):  # tracing costs half of what profiling does, and may be taken
            sys.settrace(self._call)
        else:
            self._profiled = True
            sys.setprofile(self._call)

    def whole(self) -> bool:
        """Whether nothing has taken its place since: then `now` holds every call."""
        if self._monitoring is not None:
            return bool(self._monitoring.get_tool(TOOL) == "phaseproof")
        return (sys.getprofile() if self._profiled else sys.gettrace()) == self._call

    def end(self) -> None:
        """Hear no more."""
        if self._monitoring is None:
            sys.settrace(None)
            sys.setprofile(None)
            threading.setprofile(None)
        else:
            self._monitoring.set_events(TOOL, 0)

    def _start(self, code: CodeType, offset: int) -> Any:
        del offset
        found = self._places.id(code)
        if found is not None:
            self.now.add(found)
        return self._monitoring.DISABLE  # until it is to be heard of again

    def _call(self, frame: FrameType, event: str, argument: object) -> None:
        del argument
        if event == "call":
            found = self._places.id(frame.f_code)
            if found is not None:
                self.now.add(found)
