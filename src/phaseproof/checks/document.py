"""A Markdown document as far as demands on it go: prose, headings, tables, front matter, links, with their lines.

By line, after CommonMark 0.31's blocks: what stands in fenced code (4.5), in HTML comments (4.6) or in the front
matter is no heading, table or prose. That is where required words would be hidden.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")
_ATX = re.compile(r" {0,3}(#{1,6})(?![^ \t])")
_SETEXT = re.compile(r" {0,3}(=+|-+)[ \t]*\Z")
_HTML = re.compile(r" {0,3}<[a-zA-Z/!?]")
_HTML_ENDS = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<pre", "</pre>"), ("<script", "</script>"),
              ("<style", "</style>"), ("<textarea", "</textarea>"))  # fmt: skip
_NUMBER = re.compile(r"(?:\d+(?:\.\d+)*|[A-Z])[.):]?\s+")
_EXPLICIT = re.compile(r"\s*\{#([\w.-]+)\}\s*\Z")
_ANCHOR = re.compile(r"<[a-zA-Z][^<>]{0,500}?\s(?:id|name)\s*=\s*[\"']?([\w.-]+)")


MAX_TITLE = 1_000
"""Characters looked at of a heading or of a table's column."""


class Heading(Struct, frozen=True):
    """A heading.

    Attributes:
        line: from 1.
        level: 1 to 6.
        text: without marks.
        anchor: explicit `{#id}`, empty where there is none.
    """

    line: int
    level: int
    text: str
    anchor: str = ""


class Table(Struct, frozen=True):
    """A table: its header, and each row with its line."""

    line: int
    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class Document(Struct, frozen=True):
    """What `read` found.

    Attributes:
        lines: prose, one entry per line of the text; what is no prose, or may be none, is blank. Demands that
            something be there look here.
        shown: the text without what is fenced code beyond doubt. Demands that something be absent look here.
        headings: in order.
        tables: in order.
        front: text of the front matter; None where there is none.
        front_line: line on which that text begins.
    """

    lines: tuple[str, ...]
    shown: tuple[str, ...]
    headings: tuple[Heading, ...]
    tables: tuple[Table, ...]
    front: str | None
    front_line: int


def read(text: str) -> Document:
    """Read a document; any text is one."""
    raw = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    front, body = _front(raw)
    fenced, surely = _fences(raw, body), _surely_fenced(raw, body)
    prose = _without_comments(["" if index < body or fenced[index] else line for index, line in enumerate(raw)])
    shown = tuple("" if surely[index] else line for index, line in enumerate(raw))
    return Document(tuple(prose), shown, tuple(_headings(prose)), tuple(_tables(prose)), front, 2)


def section(document: Document, heading: Heading) -> range:
    """Indices into `lines` of what stands beneath a heading, its subsections included."""
    later = [other.line for other in document.headings if other.line > heading.line and other.level <= heading.level]
    return range(heading.line, (later[0] - 1) if later else len(document.lines))


def same_heading(wanted: str, heading: Heading) -> bool:
    """Whether a heading is the one meant: without regard to case, marks, and a number or letter before it."""
    texts = {_folded(heading.text), _folded(_NUMBER.sub("", heading.text, count=1))}
    return _folded(plain(wanted)) in texts


def words(lines: Sequence[str]) -> int:
    """Number of words of prose; marks and rules are none."""
    return sum(1 for line in lines for word in line.split() if any(char.isalnum() for char in word))


def anchors(document: Document) -> frozenset[str]:
    """Fragments that links may name: GitHub's slugs of headings, explicit ids, `id` and `name` attributes."""
    found: set[str] = set()
    for heading in document.headings:
        slug = "".join(char for char in heading.text.lower().replace(" ", "-") if char.isalnum() or char in "-_")
        candidate, count = slug, 0
        while candidate in found:
            count += 1
            candidate = f"{slug}-{count}"
        found |= {candidate, heading.anchor} if heading.anchor else {candidate}
    for line in document.lines:
        found.update(_ANCHOR.findall(line))
    return frozenset(found)


def plain(text: str) -> str:
    """A line without emphasis, code marks, links' targets and explicit ids."""
    text = _EXPLICIT.sub("", text[:MAX_TITLE])
    text = re.sub(r"!?\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])", r"\1", text)
    return " ".join(re.sub(r"[*`~]|(?<!\w)_|_(?!\w)", "", text).split())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", " ".join(text.split())).casefold().rstrip(":")


def _front(raw: list[str]) -> tuple[str | None, int]:
    if raw and raw[0].rstrip() == "---":
        for index in range(1, len(raw)):
            if raw[index].rstrip() in ("---", "..."):
                return "\n".join(raw[1:index]) + "\n", index + 1
    return None, 0


def _fences(raw: list[str], start: int) -> list[bool]:
    """Per line, whether it may be fenced code: an open fence reaches to the end (CommonMark 4.5)."""
    fenced = [False] * len(raw)
    fence = ""
    for index in range(start, len(raw)):
        match = _FENCE.match(raw[index])
        if fence:
            fenced[index] = True
            if match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip():
                fence = ""
        elif match and not (match[1][0] == "`" and "`" in match[2]):
            fence = match[1]
            fenced[index] = True
    return fenced


def _surely_fenced(raw: list[str], start: int) -> list[bool]:
    """Per line, whether it is fenced code whatever stands around it.

    Not so: a fence that is never closed, one within an HTML block (4.6), and one in a list item that a line with
    less indentation ends (5.2). Each would hide words that a reader sees.
    """
    fenced = [False] * len(raw)
    index = start
    while index < len(raw):
        line = raw[index]
        if _HTML.match(line):
            head = line.lstrip().lower()
            end = next((end for begin, end in _HTML_ENDS if head.startswith(begin.lower())), None)
            while index < len(raw) and (end.lower() not in raw[index].lower() if end else raw[index].strip() != ""):
                index += 1
        elif (match := _FENCE.match(line)) and not (match[1][0] == "`" and "`" in match[2]):
            stop = _closing(raw, index, match[1])
            if stop is not None:
                fenced[index : stop + 1] = [True] * (stop + 1 - index)
                index = stop
        index += 1
    return fenced


def _closing(raw: list[str], index: int, fence: str) -> int | None:
    indent = len(raw[index]) - len(raw[index].lstrip(" "))
    for at in range(index + 1, len(raw)):
        line = raw[at]
        match = _FENCE.match(line)
        if match and match[1][0] == fence[0] and len(match[1]) >= len(fence) and not match[2].strip():
            return at
        if line.strip() and len(line) - len(line.lstrip(" ")) < indent:
            return None
    return None


def _without_comments(lines: list[str]) -> list[str]:
    kept = []
    inside = False
    for line in lines:
        out = ""
        while line:
            if inside:
                _, end, line = line.partition("-->")
                inside = not end
            else:
                before, begin, line = line.partition("<!--")
                out += before
                inside = bool(begin)
        kept.append(out)
    return kept


def _headings(lines: Sequence[str]) -> Iterator[Heading]:
    for index, line in enumerate(lines):
        if match := _ATX.match(line):
            text = line[match.end() :].strip()
            text = "" if not text.strip("#") else text.rstrip("#").rstrip() if re.search(r"\s#+\Z", text) else text
            level = len(match[1])
        elif index and (rule := _SETEXT.match(line)) and _paragraph(lines, index - 1):
            text = lines[index - 1]
            level = 1 if rule[1][0] == "=" else 2
            index -= 1
        else:
            continue
        explicit = _EXPLICIT.search(text[-MAX_TITLE:])
        yield Heading(index + 1, level, plain(text), explicit[1] if explicit else "")


def _paragraph(lines: Sequence[str], index: int) -> bool:
    line = lines[index]
    blank = not line.strip() or line.startswith("    ")
    return not blank and "|" not in line and not re.match(r" {0,3}[#>*+-]", line)


def _tables(lines: Sequence[str]) -> Iterator[Table]:
    index = 1
    while index < len(lines):
        header = lines[index - 1]
        if "|" in header and "-" in lines[index]:
            columns, delimiters = _cells(header), _cells(lines[index])
            if len(columns) == len(delimiters) and all(re.fullmatch(r":?-+:?", cell) for cell in delimiters):
                rows = []
                at = index + 1
                while at < len(lines) and "|" in lines[at]:
                    cells = _cells(lines[at])
                    rows.append((at + 1, (*cells, *[""] * (len(columns) - len(cells)))[: len(columns)]))
                    at += 1
                yield Table(index, tuple(plain(cell) for cell in columns), tuple(rows))
                index = at
        index += 1


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|")
    cells = re.split(r"(?<!\\)\|", inner)
    if cells and not cells[-1].strip():
        cells.pop()
    return tuple(cell.replace("\\|", "|").strip() for cell in cells)
