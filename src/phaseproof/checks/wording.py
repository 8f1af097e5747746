"""Forbidden words: found however they are spelled, wrapped or marked, and planted where a control needs one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from phaseproof.checks.document import read, same_heading, section

# Blanks and marks, and at most one line break: a phrase may be wrapped, but not run over paragraphs.
_GAP = r"(?:[^\S\n]|[*_~`>\-\u2010-\u2015])"
_BETWEEN = rf"(?:{_GAP}+(?:\n{_GAP}*)?|\n{_GAP}*)"


def occurrences(words: Sequence[str], lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Where forbidden words stand, as (index of the line, word), in the order of the text.

    Whole words, without regard to case; the parts of a phrase may be parted by white space, line breaks, hyphens or
    emphasis; invisible characters (Unicode category Cf) and compatibility forms (NFKC) hide nothing.
    """
    if not words:
        return
    visible = [_visible(line) for line in lines]
    starts = [0, *accumulate(len(line) + 1 for line in visible)]
    text = "\n".join(visible)
    parts = (_BETWEEN.join(re.escape(part) for part in re.split(r"[\s\-]+", _visible(word).strip())) for word in words)
    # `_` belongs to no word: it is emphasis.
    pattern = re.compile("|".join(rf"(?<![^\W_])(?:{part})(?![^\W_])" for part in parts), re.IGNORECASE)
    for match in pattern.finditer(text):
        yield bisect_right(starts, match.start()) - 1, " ".join(match[0].split())


def judged_lines(text: str, path: str, normative: Sequence[str]) -> list[str]:
    """The lines in which words are forbidden; the others are blank.

    Args:
        text: the document.
        path: its path; fenced code is left out of Markdown only.
        normative: headings of the sections that count; empty: everywhere.
    """
    document = read(text)
    lines = list(document.shown) if is_markdown(path) else re.split(r"\r\n|\r|\n", text)
    if not normative:
        return lines
    inside: set[int] = set()
    for heading in document.headings:
        if any(same_heading(wanted, heading) for wanted in normative):
            inside.update(section(document, heading))
    return [line if index in inside else "" for index, line in enumerate(lines)]


def planted(text: str, word: str, normative: Sequence[str]) -> str | None:
    """The text with a forbidden word put in where it counts; None where no section of it counts."""
    lines = text.split("\n")
    if not normative:
        return text + f"\n\n{word}\n"
    document = read(text)
    for heading in document.headings:
        if any(same_heading(wanted, heading) for wanted in normative):
            end = section(document, heading).stop
            return "\n".join([*lines[:end], "", word, "", *lines[end:]])
    return None


def is_markdown(path: str) -> bool:
    """Whether a path names a Markdown document."""
    return path.lower().endswith((".md", ".markdown", ".mdx", ".mkd"))


def _visible(line: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", line) if unicodedata.category(char) != "Cf")
