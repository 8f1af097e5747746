"""Regular expressions of a plan's authors over text of a check's making, within a bounded time.

Python's `re` can take exponential time and cannot be interrupted from a thread, so the search runs in a process of
its own, which is ended when its time is up.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence

import msgspec

MAX_PATTERN = 1_000
"""Characters of one pattern."""
SECONDS = 10.0
"""Time for all patterns of one text."""

_CHILD = """
import json, re, sys
asked = json.loads(sys.stdin.buffer.read())
print(json.dumps([re.search(p, asked["text"], re.MULTILINE) is not None for p in asked["patterns"]]))
"""


class TooSlow(Exception):
    """The patterns were not searched for within their time."""


def valid(pattern: str) -> str:
    """A pattern that can be searched for.

    Raises:
        ValueError: it does not compile, is too long, or matches the empty text: it would say nothing.
    """
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a pattern has more than {MAX_PATTERN} characters")
    try:
        compiled = re.compile(pattern, re.MULTILINE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the pattern {pattern!r} is no regular expression: {error}") from error
    if compiled.search("") is not None:
        raise ValueError(f"the pattern {pattern!r} matches nothing at all: it would say nothing of any text")
    return pattern


def search(patterns: Sequence[str], text: str, seconds: float = SECONDS) -> tuple[bool, ...]:
    """Whether each pattern is found anywhere in a text; `^` and `$` stand at each line.

    Args:
        patterns: Python regular expressions, each through `valid`.
        text: where to look.
        seconds: time for all of them together.

    Raises:
        TooSlow: the time was up, or the search could not be made.
    """
    if not patterns:
        return ()
    asked = msgspec.json.encode({"patterns": list(patterns), "text": text})
    command = [sys.executable, "-I", "-S", "-c", _CHILD]
    try:
        done = subprocess.run(command, input=asked, capture_output=True, timeout=seconds, env={}, check=True)
        found = msgspec.json.decode(done.stdout, type=tuple[bool, ...])
    except (subprocess.SubprocessError, OSError, msgspec.MsgspecError) as error:
        raise TooSlow(f"the patterns were not searched for within {seconds:.0f} s") from error
    if len(found) != len(patterns):
        raise TooSlow("the search answered something else")
    return found
