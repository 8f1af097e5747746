"""What a text is made of: headings, lists, paragraphs, tables, fences, tags. Filled by `scan_blocks`."""

from __future__ import annotations

from phaseproof.plan.marks import Box


class Heading:
    """An ATX or setext heading."""

    __slots__ = ("column", "level", "line", "title")

    def __init__(self, line: int, column: int, level: int, title: str) -> None:
        self.line, self.column, self.level, self.title = line, column, level, title


class Entry:
    """One list entry.

    Attributes:
        line: number of its line.
        indent: columns before its marker.
        kind: class of its marker: `b` dash, star or plus, `n` number, `r` roman, `l` letter,
            `o`, `c`, `q` a word processor's bullets, `x` none (a box or glyph of its own).
        column: first character of its text after marker and box, from 1.
        text: that text on its first line.
        box: its box.
        more: continuation lines of its first paragraph.
        end: last line.
        up: entry it is nested in.
        flat: nested by a change of marker at the same indent.
        lead: the label line that stands before it inside its parent.
        kids: how many entries are nested in it.
        loose: a blank line stands between it and what is nested in it or follows in it.
    """

    __slots__ = (
        "box",
        "column",
        "end",
        "flat",
        "indent",
        "kids",
        "kind",
        "lead",
        "line",
        "loose",
        "more",
        "text",
        "up",
    )

    def __init__(self, line: int, indent: int, kind: str, column: int, text: str, box: Box | None) -> None:
        self.line = self.end = line
        self.indent, self.kind, self.column, self.text, self.box = indent, kind, column, text, box
        self.more: list[str] = []
        self.up: Entry | None = None
        self.flat = self.loose = False
        self.lead = ""
        self.kids = 0

    def words(self) -> str:
        """Its text, continuation lines joined by a space."""
        return " ".join((self.text, *self.more)) if self.more else self.text


class List:
    """Entries that stand together, in the order of the text."""

    __slots__ = ("boxes", "entries", "line")

    def __init__(self, line: int) -> None:
        self.line = line
        self.entries: list[Entry] = []
        self.boxes = False


class Para:
    """Lines that are neither of the others: (number, indent, text without it)."""

    __slots__ = ("line", "lines")

    def __init__(self, line: int) -> None:
        self.line = line
        self.lines: list[tuple[int, int, str]] = []


class Table:
    """A table; rows as (number, whole line), the delimiter row left out, the header first."""

    __slots__ = ("line", "rows")

    def __init__(self, line: int) -> None:
        self.line = line
        self.rows: list[tuple[int, str]] = []


class Fence:
    """A fenced block; body as (number, whole line)."""

    __slots__ = ("body", "info", "line")

    def __init__(self, line: int, info: str) -> None:
        self.line, self.info = line, info
        self.body: list[tuple[int, str]] = []


class Tag:
    """A line that opens or closes one of the tags we know.

    Attributes:
        name: its name, lower case.
        opens: whether it opens.
        text: what stands between it and its closing tag on the same line, None where it goes on.
        column: first character of that text, from 1.
    """

    __slots__ = ("column", "line", "name", "opens", "text")

    def __init__(self, line: int, name: str, opens: bool, text: str | None, column: int) -> None:
        self.line, self.name, self.opens, self.text, self.column = line, name, opens, text, column


Block = Heading | List | Para | Table | Fence | Tag
