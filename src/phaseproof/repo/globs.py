"""Glob patterns over the paths of a tree.

`*` and `?` stay within one name, `**` as a whole component stands for any number of folders (none included),
`[a-z]` and `[!a-z]` for one character. A pattern that names a folder covers what lies below it. Matching is case
sensitive and sees dot files, as git's own trees do. Nothing is escaped: `[*]` is a star.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from phaseproof.errors import Usage

MAX_LENGTH = 1024
"""Characters of one pattern."""

_BELOW = r"(?:/.*)?\Z"


class Glob:
    """One compiled pattern.

    Attributes:
        pattern: as written.
        prefix: what every path it covers begins with.
        literal: the pattern has no wildcard: it names one file or folder.
    """

    __slots__ = ("_match", "literal", "pattern", "prefix")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self._match = re.compile(translate(pattern), re.DOTALL).match
        self.prefix = re.split(r"[*?\[]", pattern, maxsplit=1)[0].removesuffix("/")
        self.literal = len(self.prefix) == len(pattern.removesuffix("/"))

    def matches(self, path: str) -> bool:
        """Whether a path (forward slashes, relative) is covered."""
        return self._match(path) is not None

    def select(self, paths: Iterable[str]) -> list[str]:
        """The paths that are covered, in the order given."""
        match = self._match
        return [path for path in paths if match(path)]


@lru_cache(maxsize=4096)
def compile_glob(pattern: str) -> Glob:
    """Compile a pattern, once.

    Raises:
        Usage: `glob-invalid`: empty, absolute, negated, with `.` or `..`, a backslash, an open bracket, too long.
    """
    return Glob(pattern)


def translate(pattern: str) -> str:
    """The regular expression, anchored at both ends, of a pattern. Raises what `compile_glob` raises."""
    if not pattern:
        raise _invalid(pattern, "it is empty")
    if len(pattern) > MAX_LENGTH:
        raise _invalid(pattern, f"it has more than {MAX_LENGTH} characters")
    if pattern[0] == "!":
        raise _invalid(pattern, "a pattern cannot be negated; list what is meant")
    if pattern[0] == "/" or re.match(r"[A-Za-z]:", pattern):
        raise _invalid(pattern, "patterns are relative to the top of the repository")
    if "\\" in pattern or "\0" in pattern:
        raise _invalid(pattern, "folders are separated by `/`")
    parts = pattern.removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise _invalid(pattern, "a component that is empty, `.` or `..`")
    runs: list[list[str]] = [[]]  # components between one `**` and the next
    for part in parts:
        if part == "**":
            runs.append([])
        else:
            runs[-1].append(_component(part, pattern))
    first, *later = runs
    out = "/".join(first)
    if not later:
        return out + _BELOW
    out += "/" if first else ""
    *middle, last = ["/".join(run) for run in later]
    # The nearest place where a run of components fits is as good as any: atomic groups keep matching linear.
    out += "".join(f"(?>(?:[^/]+/)*?{run}/)" for run in middle if run)
    return out + (f"(?:[^/]+/)*{last}{_BELOW}" if last else r".+\Z")


def _component(part: str, pattern: str) -> str:
    if "**" in part:
        raise _invalid(pattern, "`**` stands alone between slashes")
    runs: list[str] = [""]  # between one `*` and the next
    at = 0
    while at < len(part):
        char = part[at]
        at += 1
        if char == "*":
            runs.append("")
        elif char == "?":
            runs[-1] += "[^/]"
        elif char == "[":
            end = part.find("]", at + (2 if part[at : at + 1] == "!" else 1))
            if end < 0:
                raise _invalid(pattern, "a `[` that is not closed")
            runs[-1] += _bracket(part[at:end], pattern)
            at = end + 1
        else:
            runs[-1] += re.escape(char)
    first, *later = runs
    if not later:
        return first
    *middle, last = later
    return first + "".join(f"(?>[^/]*?{run})" for run in middle if run) + f"[^/]*{last}"


def _bracket(body: str, pattern: str) -> str:
    negated = body.startswith("!")
    body = body.removeprefix("!")
    if "/" in body:
        raise _invalid(pattern, "a `/` between brackets")
    ranges: list[str] = []
    at = 0
    while at < len(body):
        if at + 2 < len(body) and body[at + 1] == "-":
            low, high = body[at], body[at + 2]
            if low > high:
                raise _invalid(pattern, f"the range {low}-{high} is empty")
            ranges.append(f"{re.escape(low)}-{re.escape(high)}")
            at += 3
        else:
            ranges.append(re.escape(body[at]))
            at += 1
    return f"(?!/)[{'^' if negated else ''}{''.join(ranges)}]"


def _invalid(pattern: str, why: str) -> Usage:
    return Usage("glob-invalid", f"the pattern {pattern!r} cannot be used: {why}", "write it as src/**/*.py")
