"""Which item a word means: its full id, its id in its plan where that is unique, or a pattern over both."""

from __future__ import annotations

import re
from collections.abc import Iterable

from phaseproof.bundle.mistakes import MOST, nearest, quote

_MOST_STARS = 8
"""What keeps matching quick for any id."""


class Unclear(Exception):
    """A word that names no item, or several.

    Attributes:
        message: what is wrong, one sentence.
        near: the id closest to the word.
    """

    def __init__(self, message: str, near: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.near = near


class ItemNames:
    """The names of a programme's items."""

    def __init__(self, items: Iterable[str], prefixes: Iterable[str]) -> None:
        """Take full ids, and the paths of the plans they begin with."""
        self.full = tuple(items)
        plans = sorted(prefixes, key=len, reverse=True)
        known = frozenset(plans)
        self.short: dict[str, tuple[str, ...]] = {}
        self._short_of: dict[str, str] = {}
        for one in self.full:
            plan = one.partition(":")[0]
            if plan not in known:  # a path with a colon, which is told as a mistake
                plan = next(plan for plan in plans if one.startswith(f"{plan}:"))
            name = one[len(plan) + 1 :]
            self.short[name] = (*self.short.get(name, ()), one)
            self._short_of[one] = name
        self._known = frozenset(self.full)
        self._asked = 0

    def find(self, word: str) -> str:
        """The full id that a word means.

        Raises:
            Unclear: none, or several.
        """
        if word in self._known:
            return word
        fitting = self.short.get(word, ())
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise Unclear(
                f"{quote(word)} is the id of several items: {', '.join(fitting[:5])}; write one of them in full"
            )
        raise Unclear(f"no item {quote(word)}", self._near(word))

    def match(self, word: str) -> tuple[str, ...]:
        """The full ids that a word with `*` and `?` covers; exactly one where it is an id itself.

        Raises:
            Unclear: none, or a word without wildcards that means several.
        """
        if word in self._known or word in self.short or not any(one in word for one in "*?"):
            return (self.find(word),)
        stars = re.sub(r"\*+", "*", word)
        if stars.count("*") > _MOST_STARS:
            raise Unclear(f"{quote(word)} has more than {_MOST_STARS} wildcards")
        expression = "".join(".*" if one == "*" else "." if one == "?" else re.escape(one) for one in stars)
        shape = re.compile(expression, re.DOTALL)
        found = tuple(one for one in self.full if shape.fullmatch(one) or shape.fullmatch(self._short_of[one]))
        if not found:
            raise Unclear(f"no item matches {quote(word)}")
        return found

    def _near(self, word: str) -> str:
        # Nobody reads more answers than `Mistakes` shows.
        self._asked += 1
        return "" if self._asked > MOST else nearest(word, self.full if ":" in word else self.short)
