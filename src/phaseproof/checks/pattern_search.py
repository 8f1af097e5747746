"""Patterns of a plan's authors sought in many files, within a bounded time.

As in `searching`, a process of its own does it, since Python's `re` may take exponential time and cannot be
interrupted: it is ended when the time for all files is up. It is given one file at a time and answers one line each.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import IO

import msgspec
from msgspec import Struct

from phaseproof.checks.searching import TooSlow

SECONDS = 60.0
"""Time for all patterns and files of one run."""
MAX_SHOWN = 50
"""Places shown of one pattern in one file; all are counted."""

_CHILD = """
import json, re, sys
source = sys.stdin.buffer
patterns = [re.compile(p, re.MULTILINE | (re.IGNORECASE if i else 0)) for p, i in json.loads(source.readline())]
for line in source:
    asked = json.loads(line)
    text, answer = asked["text"], []
    for number in asked["patterns"]:
        count, places = 0, []
        for match in patterns[number].finditer(text):
            count += 1
            if len(places) < asked["most"]:
                places.append(text.count("\\n", 0, match.start()) + 1)
        answer.append([count, places])
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\\n")
    sys.stdout.buffer.flush()
"""


class Sought(Struct, frozen=True):
    """A pattern, and whether case counts."""

    pattern: str
    ignore_case: bool = False


class Found(Struct, frozen=True, array_like=True):
    """How often a pattern was found in a text, and on which lines, from 1, at most `MAX_SHOWN`."""

    count: int
    lines: tuple[int, ...]


def seek(
    patterns: Sequence[Sought], texts: Iterable[tuple[str, Sequence[int]]], seconds: float | None = None
) -> Iterator[tuple[Found, ...]]:
    """Seek patterns in texts, one after another; `^` and `$` stand at each line.

    Args:
        patterns: Python regular expressions.
        texts: each with the indexes of the patterns that are sought in it.
        seconds: time for all; `SECONDS` where not given.

    Yields:
        For each text what was found, in the order of its indexes.

    Raises:
        TooSlow: the time was up, or the search could not be made.
    """
    limit = SECONDS if seconds is None else seconds
    command = [sys.executable, "-I", "-S", "-c", _CHILD]
    try:
        child = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env={}
        )
    except OSError as error:
        raise TooSlow(f"the search could not be started: {error.strerror}") from error
    assert child.stdin is not None and child.stdout is not None
    end = threading.Timer(limit, child.kill)
    end.daemon = True
    end.start()
    try:
        _say(child.stdin, [[one.pattern, one.ignore_case] for one in patterns], limit)
        for text, wanted in texts:
            _say(child.stdin, {"text": text, "patterns": list(wanted), "most": MAX_SHOWN}, limit)
            answer = _hear(child.stdout, limit)
            if len(answer) != len(wanted):
                raise TooSlow("the search answered something else")
            yield answer
    finally:
        end.cancel()
        child.kill()
        child.stdout.close()
        with suppress(OSError):  # what was being written when it was ended
            child.stdin.close()
        child.wait()


def _say(stream: IO[bytes], value: object, limit: float) -> None:
    try:
        stream.write(msgspec.json.encode(value) + b"\n")
        stream.flush()
    except OSError as error:
        raise _ended(limit) from error


def _hear(stream: IO[bytes], limit: float) -> tuple[Found, ...]:
    try:
        return msgspec.json.decode(stream.readline(), type=tuple[Found, ...])
    except (OSError, msgspec.MsgspecError) as error:
        raise _ended(limit) from error


def _ended(limit: float) -> TooSlow:
    return TooSlow(f"the patterns were not searched for within {limit:.0f} s")
