"""A plan's lines as rows to show: headings, entries, paragraphs, fences, tables (CommonMark's blocks, by line).

No row ever joins two items: a line on which an item starts starts a row. Every line of the text is in a row but blank
ones, the marks of fences and tables, and underlines of headings.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Literal

from msgspec import Struct

RowKind = Literal["heading", "entry", "paragraph", "quote", "code", "cells", "rule"]

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_RULE = re.compile(r" {0,3}([-*_])(?:[ \t]*\1){2,}[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-+)[ \t]*$")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_ENTRY = re.compile(r"([ \t]*)([-*+•◦▪●○–]|\d{1,9}[.)]|\(?[A-Za-z]{1,4}[.)])[ \t]+(.*)$")
_BOX = re.compile(r"\[([ xX~/>-]?)\][ \t]+")
_TICKS = {"": "☐", " ": "☐", "x": "☑", "X": "☑"}
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL = re.compile(r"(?<!\\)\|")
_QUOTE = re.compile(r" {0,3}>[ \t]?")


class Row(Struct):
    """One row.

    Attributes:
        kind: what it is; `cells` is a row of a table.
        first, last: its lines, from 1.
        text: its words as written, marks of its kind taken off; lines of code joined by line feeds.
        level: of a heading, 1 to 6; nesting depth of an entry, from 0.
        mark: of an entry: bullet, number, `☐` or `☑`.
        cells: of a row of a table.
        head: it is the table's first row.
    """

    kind: RowKind
    first: int
    last: int
    text: str = ""
    level: int = 0
    mark: str = ""
    cells: tuple[str, ...] = ()
    head: bool = False


def rows(lines: Sequence[str], starts: Collection[int] = ()) -> tuple[Row, ...]:
    """Rows of a text.

    Args:
        lines: without line ends.
        starts: lines, from 1, on which items start.
    """
    return _Reader(lines, frozenset(starts)).read()


class _Reader:
    def __init__(self, lines: Sequence[str], starts: frozenset[int]) -> None:
        self.lines = lines
        self.starts = starts
        self.out: list[Row] = []
        self.open: Row | None = None
        self.indents: list[int] = []

    def read(self) -> tuple[Row, ...]:
        at = 1
        if self.lines and self.lines[0].rstrip() == "---":
            at = self._front_matter()
        while at <= len(self.lines):
            at = self._line(at)
        return tuple(self.out)

    def _line(self, at: int) -> int:
        line = self.lines[at - 1]
        if not line.strip():
            self.open = None
            return at + 1
        if fence := _FENCE.match(line):
            return self._fence(at, fence[1])
        if heading := _HEADING.match(line):
            self.indents = []
            self._close(Row("heading", at, at, heading[2] or "", len(heading[1])))
            return at + 1
        if self.open and self.open.kind == "paragraph" and self.open.last == at - 1 and _UNDERLINE.match(line):
            self.open.kind, self.open.level = "heading", 1 if "=" in line else 2
            self.open = None
            return at + 1
        if _RULE.match(line):
            self._close(Row("rule", at, at))
            return at + 1
        if "|" in line and at < len(self.lines) and _DELIMITER.match(self.lines[at]) and "-" in self.lines[at]:
            return self._table(at)
        if entry := _ENTRY.match(line):
            self._entry(at, entry)
            return at + 1
        if quote := _QUOTE.match(line):
            self._text(at, "quote", line[quote.end() :])
            return at + 1
        if not line[0].isspace() and (self.open is None or self.open.kind != "entry"):
            self.indents = []
        self._text(at, "paragraph", line.strip())
        return at + 1

    def _close(self, row: Row) -> None:
        self.open = None
        self.out.append(row)

    def _text(self, at: int, kind: RowKind, text: str) -> None:
        row = self.open
        goes_on = row is not None and at not in self.starts and (row.kind == kind or kind == "paragraph")
        if row is not None and goes_on and row.kind in ("paragraph", "entry", "quote"):
            row.text, row.last = f"{row.text}\n{text}", at
            return
        box = _BOX.match(text)
        mark = _TICKS.get(box[1], f"[{box[1]}]") if box else ""
        self.open = Row(kind, at, at, text[box.end() :] if box else text, mark=mark)
        self.out.append(self.open)

    def _entry(self, at: int, entry: re.Match[str]) -> None:
        indent = len(entry[1].expandtabs(4))
        while self.indents and self.indents[-1] >= indent:
            self.indents.pop()
        self.indents.append(indent)
        text, mark = entry[3], entry[2]
        box = _BOX.match(text + " ")
        if box:
            tick = _TICKS.get(box[1], f"[{box[1]}]")
            mark = tick if mark in "-*+•◦▪●○–" else f"{mark} {tick}"
            text = text[box.end() :]
        elif mark in "-*+":
            mark = "•"
        self.open = Row("entry", at, at, text, min(len(self.indents) - 1, 5), mark)
        self.out.append(self.open)

    def _fence(self, at: int, fence: str) -> int:
        end = re.compile(rf"[ \t]*{re.escape(fence[0])}{{{len(fence)},}}[ \t]*$")
        stop = at + 1
        while stop <= len(self.lines) and not end.match(self.lines[stop - 1]):
            stop += 1
        self._code(at + 1, stop)
        return stop + 1

    def _front_matter(self) -> int:
        for at in range(2, min(len(self.lines), 200) + 1):
            if self.lines[at - 1].rstrip() in ("---", "..."):
                self._code(2, at)
                return at + 1
        return 1

    def _code(self, first: int, stop: int) -> None:
        """Lines of code; one on which an item starts is a row of its own."""
        self.open = None
        row: Row | None = None
        for at in range(first, stop):
            line = self.lines[at - 1]
            if row is None or at in self.starts or row.first in self.starts:
                row = Row("code", at, at, line)
                self.out.append(row)
            else:
                row.text, row.last = f"{row.text}\n{line}", at

    def _table(self, at: int) -> int:
        self._close(Row("cells", at, at, cells=_cells(self.lines[at - 1]), head=True))
        at += 2
        while at <= len(self.lines) and "|" in self.lines[at - 1]:
            self.out.append(Row("cells", at, at, cells=_cells(self.lines[at - 1])))
            at += 1
        return at


def _cells(line: str) -> tuple[str, ...]:
    parts = [part.strip().replace("\\|", "|") for part in _CELL.split(line.strip())]
    if parts and not parts[0]:
        parts = parts[1:]
    if parts and not parts[-1]:
        parts = parts[:-1]
    return tuple(parts)
