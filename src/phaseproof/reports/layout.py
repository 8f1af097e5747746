"""How text stands on a screen: what cannot be seen made visible, long lines folded, things counted."""

from __future__ import annotations

import re
import sys
import unicodedata

NARROW = 40
"""Columns; a terminal that says it is narrower is not believed."""
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def visible(text: str) -> str:
    """Text from documents, file names and checks as it may be shown: no character of it steers the terminal.

    Control characters, marks that turn the direction of writing and characters of no width are written as `\\u{202e}`.
    Line ends stay.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"\\u{{{ord(one):x}}}" if one != "\n" and unicodedata.category(one) in _HIDDEN else one for one in text
    )


def one_line(text: str, most: int = 0) -> str:
    """Text on one line, every run of white space a single space; cut with `…` where it is longer than `most`."""
    line = visible(" ".join(text.split()))
    return line if not most or len(line) <= most else line[: most - 1] + "…"


def columns() -> int | None:
    """Width of the terminal that standard output goes to; None where it goes elsewhere, and nothing is folded."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    import shutil

    return max(NARROW, shutil.get_terminal_size().columns)


def fold(text: str, indent: int, used: int = 0) -> str:
    """Text folded at the terminal's width, the lines after the first indented; unchanged on no terminal.

    Args:
        text: without colours.
        indent: columns before each line but the first.
        used: columns that the first line has used already.
    """
    width = columns()
    if width is None or used + len(text) <= width:
        return text
    import textwrap

    folded = textwrap.wrap(text, width, initial_indent=" " * used, subsequent_indent=" " * indent,
                           break_long_words=False, break_on_hyphens=False)  # fmt: skip
    return "\n".join(folded)[used:]


def folded(text: str) -> str:
    """Whole lines, colours and all, folded at the terminal's width; commands to type (`→ …`) stay on one line."""
    width = columns()
    if width is None:
        return text
    return "\n".join(_folded(line, width) for line in text.split("\n"))


def _folded(line: str, width: int) -> str:
    bare = _COLOUR.sub("", line)
    margin = len(bare) - len(bare.lstrip(" "))
    whole = any(len(word) > width // 2 for word in bare.split())  # a digest or key, which people copy
    if len(bare) <= width or whole or bare[margin : margin + 1] == "→":
        return line
    lines, used = [""], 0
    for word in re.split(r"(?<=\S)(?= )", line):
        size = len(_COLOUR.sub("", word))
        if used and used + size > width:
            word = word.lstrip(" ")
            lines.append(" " * (margin + 2))
            used, size = margin + 2, len(_COLOUR.sub("", word))
        lines[-1] += word
        used += size
    return "\n".join(lines)


def counted(number: int, word: str) -> str:
    """A number and its word: `1 event`, `2 events`."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
