"""A plan's text with ticks and tool-kept status cells normalised, and its digest.

Ticking a box, rewriting a status cell or the word of a `**Status:** WORD` line changes neither; every other character
counts. Line endings, a byte order mark and blanks at the end of a line do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from phaseproof.digests import Digest, sha256
from phaseproof.plan.model import Mark

_TRAILING = re.compile(r"[ \t]+\n")
_PLACE = {"box": "\x00", "glyph": "\x00", "cell": "\x01", "word": "\x02"}


_SHOWN = {"box": " ", "glyph": "☐", "cell": "…", "word": "…"}


def normal_digest(lines: list[str], marks: Iterable[Mark]) -> Digest:
    """Digest of the normalised text.

    Args:
        lines: lines of the text, without line endings.
        marks: where ticks and status words stand.
    """
    return sha256(_normal(lines, marks, _PLACE).encode("utf-8", "surrogatepass"))


def unmarked(lines: list[str], marks: Iterable[Mark]) -> bytes:
    """The normalised text as it can be read: every box open, an ellipsis for every status. Arguments as above."""
    return (_normal(lines, marks, _SHOWN) + "\n").encode("utf-8", "surrogatepass")


def _normal(lines: list[str], marks: Iterable[Mark], places: Mapping[str, str]) -> str:
    by_line: dict[int, list[Mark]] = {}
    for mark in marks:
        by_line.setdefault(mark.line, []).append(mark)
    out = list(lines) if by_line else lines
    for number, found in by_line.items():
        line = out[number - 1]
        for start, stop, form in sorted({(m.start, m.stop, m.form) for m in found}, reverse=True):
            left, right = line[: start - 1], line[stop - 1 :]
            if form == "cell":  # columns are often padded to one width
                left, right = left.rstrip(), right.lstrip()
            elif form == "glyph":
                right = right.removeprefix("\ufe0f")
            line = left + places[form] + right
        out[number - 1] = line
    text = "\n".join(out)
    if " \n" in text or "\t\n" in text:
        text = _TRAILING.sub("\n", text)
    return text.rstrip()
