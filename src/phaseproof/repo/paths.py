"""The paths of one tree, sorted, so that a pattern is tried only where it can match."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from phaseproof.repo.globs import Glob


class Paths:
    """Sorted paths with answers kept per pattern.

    Args:
        paths: relative, forward slashes.
    """

    __slots__ = ("_answers", "_sorted")

    def __init__(self, paths: Iterable[str]) -> None:
        self._sorted = sorted(paths)
        self._answers: dict[str, tuple[str, ...]] = {}

    def select(self, glob: Glob) -> tuple[str, ...]:
        """The paths that a pattern covers, sorted."""
        answer = self._answers.get(glob.pattern)
        if answer is None:
            answer = self._answers[glob.pattern] = tuple(glob.select(self._range(glob.prefix)))
        return answer

    def _range(self, prefix: str) -> list[str]:
        if not prefix:
            return self._sorted
        start = bisect_left(self._sorted, prefix)
        # No path continues a prefix with a character above the last code point.
        return self._sorted[start : bisect_left(self._sorted, prefix + chr(0x10FFFF), lo=start)]
