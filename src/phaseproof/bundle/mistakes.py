"""Mistakes in a configuration: each with its place, all of them at once (EXPERIENCE of the configuration's author)."""

from __future__ import annotations

import difflib
import heapq
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct

from phaseproof.errors import Usage

MOST = 200
"""Mistakes told in one answer; the rest is counted."""
_CANDIDATES = 5_000
_WORD = 200
_LOOKED_AT = 8
_CLOSE = 0.6


class Mistake(Struct, frozen=True):
    """One thing that is wrong.

    Attributes:
        path: the configuration file, as the reader of the message knows it.
        line: from 1.
        column: in characters, from 1.
        where: dotted name of the place (`checks.p95`), empty for the file as a whole.
        message: what is wrong and what was expected, one sentence without a full stop.
        nearest: the valid word closest to what stands there, empty where none is close.
    """

    path: str
    line: int
    column: int
    where: str
    message: str
    nearest: str = ""

    @property
    def place(self) -> str:
        """`path:line:column`, as editors and terminals link it."""
        return f"{self.path}:{self.line}:{self.column}"

    @property
    def sentence(self) -> str:
        """Everything but the place."""
        head = f"{self.where}: " if self.where else ""
        tail = f"; did you mean {quote(self.nearest)}?" if self.nearest else ""
        return f"{head}{self.message}{tail}"


class Mistakes(Usage):
    """A configuration that cannot be used. Exit 2.

    Attributes:
        mistakes: all of them, in the order of the file.
    """

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(set(mistakes), key=lambda one: (one.path, one.line, one.column, one.sentence)))
        super().__init__("configuration", listing(self.mistakes))


def listing(mistakes: Sequence[Mistake]) -> str:
    """The mistakes as a person reads them, one a line, and how many there are."""
    told = mistakes[:MOST]
    width = max((len(one.place) for one in told), default=0)
    lines = [f"{one.place.ljust(width)}  {one.sentence}" for one in told]
    count = len(mistakes)
    more = f", the first {MOST} shown" if count > MOST else ""
    return "\n".join([*lines, f"{count} error{'' if count == 1 else 's'}{more}"])


def nearest(word: str, valid: Iterable[str]) -> str:
    """The valid word closest to what was written; empty where none is close."""
    if len(word) > _WORD:
        return ""
    folded = word.casefold()
    pairs = _pairs(folded)
    candidates = sorted(set(valid))[:_CANDIDATES]
    # A cheap measure first: a configuration may be wrong in a thousand places, with a thousand valid words each.
    likely = heapq.nlargest(_LOOKED_AT, candidates, key=lambda one: _overlap(pairs, one))
    best = max(likely, key=lambda one: _ratio(folded, one.casefold()), default="")
    return best if best and _ratio(folded, best.casefold()) >= _CLOSE else ""


@lru_cache(maxsize=8192)
def _pairs(word: str) -> frozenset[str]:
    padded = f"^{word}$"
    return frozenset(padded[at : at + 2] for at in range(len(padded) - 1))


def _overlap(pairs: frozenset[str], word: str) -> float:
    others = _pairs(word[:_WORD].casefold())
    return len(pairs & others) / (len(pairs) + len(others))


def _ratio(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()


def quote(text: str) -> str:
    """Text as it may be shown: between quotation marks, cut at 80 characters, what cannot be seen made visible."""
    shown = text if len(text) <= 80 else text[:79] + "…"
    return "“" + "".join(one if one.isprintable() else f"\\u{{{ord(one):x}}}" for one in shown) + "”"


def character(one: str) -> str:
    """A character by code point and name: `U+200B ZERO WIDTH SPACE`."""
    return f"U+{ord(one):04X} {unicodedata.name(one, 'without a name')}"
