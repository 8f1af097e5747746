"""The line scanner: CommonMark's blocks, as authors and word processors leave them, each with its place.

It follows CommonMark 0.31 in headings (4.2, 4.3), fences (4.5), comments (4.6) and lists (5.2), and GitHub in tables,
and departs where plans in the wild do: a box needs no list mark, a bold label ends a list, a change of marker at one
indent nests, an indented line need not be code. One pass, one regular expression a line; nothing recurses.
"""

from __future__ import annotations

from phaseproof.plan.blocks import Block, Entry, Fence, Heading, List, Para, Table, Tag
from phaseproof.plan.linestart import (
    BROKEN,
    CLAIM_GLYPHS,
    CLOSING,
    DEEPEST,
    DELIMITER,
    LABEL,
    LEAD,
    RULE,
    SAYS,
    START,
    TAGS,
    is_lead,
    looks_title,
    marker_kind,
)
from phaseproof.plan.marks import box_at


class Scan:
    """One pass over the lines of a text.

    Attributes:
        blocks: what was found, in order of its first line.
        skips: number of a heading's line -> number of the last line beneath it that is jumped over.
    """

    def __init__(self, lines: list[str], start: int, skips: dict[int, int]) -> None:
        self.lines = lines
        self.skips = skips
        self.blocks: list[Block] = []
        self.paste = not any(line.startswith("#") for line in lines)
        self._para: Para | None = None
        self._list: List | None = None
        self._stack: list[Entry] = []
        self._blank = True
        self._lead = ""
        self._lead_of: Entry | None = None
        self._comments = True  # whether a comment may still be closed further down
        self._run(start)

    def _run(self, number: int) -> None:
        lines, match, skips = self.lines, LEAD.match, self.skips
        count = len(lines)
        while number < count:
            line = lines[number]
            number += 1
            found = match(line)
            assert found is not None  # every part of the expression is optional
            group = found.lastgroup
            if group == "ind":
                end = found.end()
                if end == len(line):
                    self._para, self._blank = None, True
                    continue
                if "|" in line and number < count and "|" in lines[number] and DELIMITER.match(lines[number]):
                    number = self._table(number - 1, number + 1)
                else:
                    self._text(number, line, end)
            elif group == "m":
                self._entry(number, line, found["m"], found.start("m"), found.end("m"))
            elif group == "t":
                number = self._row(number, line, found.start("t"))
            elif group == "h":
                self._heading(number, line, found.start("h"), found.end("h"))
                if number in skips:
                    number = skips[number]
            elif group == "f":
                number = self._fence(number, found["f"], line, found.start("f"), found.end("f"))
            elif group == "x":
                self._entry(number, line, "", found.start("x"), found.start("x"))
            elif group == "c":
                number = self._comment(number, line, found.start("c"))
            else:
                self._tag(number, line, found["tag"], found.start("g"), found.end("g"))
            self._blank = False

    def _close(self) -> None:
        self._para = None
        self._list = None
        self._stack = []
        self._lead = ""

    def _heading(self, number: int, line: str, start: int, end: int) -> None:
        if start > 3 and ">" not in line[:start]:
            self._text(number, line, start)
            return
        self._close()
        title = CLOSING.sub("", line[end:]).strip()
        if title:
            self.blocks.append(Heading(number, start + 1, end - start, title))

    def _comment(self, number: int, line: str, start: int) -> int:
        self._para = None
        if line.find("-->", start + 4) >= 0:
            return number
        if self._comments:
            for later in range(number, len(self.lines)):
                if "-->" in self.lines[later]:
                    return later + 1
            self._comments = False
        return number  # never closed: CommonMark would hide the rest, which would hide items

    def _fence(self, number: int, mark: str, line: str, start: int, end: int) -> int:
        fence = Fence(number, line[end:].strip())
        if self._stack and start <= self._stack[0].indent:
            self._close()
        self._para = None
        self.blocks.append(fence)
        lines, count = self.lines, len(self.lines)
        while number < count:
            body = lines[number]
            number += 1
            bare = body.strip(" \t>")
            if bare.startswith(mark) and not bare.strip(mark[0]):
                break
            fence.body.append((number, body))
        return number

    def _tag(self, number: int, line: str, name: str, start: int, end: int) -> None:
        if name not in TAGS:
            self._text(number, line, start)
            return
        self._close()
        opens = line[start + 1] != "/"
        text: str | None = None
        if opens:
            close = line.find(f"</{name}>", end)
            if close >= 0:
                text = line[end:close]
        self.blocks.append(Tag(number, name, opens, text, end + 1))
        if opens and text is None and line[end:].strip():
            self._text(number, line, end)

    def _row(self, number: int, line: str, start: int) -> int:
        lines = self.lines
        if number < len(lines) and "-" in lines[number] and DELIMITER.match(lines[number]):
            return self._table(number - 1, number + 1)
        self._text(number, line, start)
        return number

    def _table(self, head: int, number: int) -> int:
        if self._stack and len(self.lines[head]) - len(self.lines[head].lstrip()) <= self._stack[0].indent:
            self._close()
        self._para = None
        table = Table(head + 1)
        table.rows.append((head + 1, self.lines[head]))
        while number < len(self.lines) and "|" in self.lines[number]:
            table.rows.append((number + 1, self.lines[number]))
            number += 1
        self.blocks.append(table)
        return number

    def _entry(self, number: int, line: str, marker: str, start: int, end: int) -> None:
        if marker in ("-", "*") and BROKEN.match(line, start):
            self._close()
            return
        at, size = end, len(line)
        while at < size and line[at] in " \t\xa0":
            at += 1
        box = None
        if at < size:
            if line[at] in START:
                box = box_at(line, at, number)
            elif line[at] in "*_":
                inner = at + 1 + (line[at + 1 : at + 2] == line[at])
                if inner < size and line[inner] in START and line[inner] not in "[\\":
                    box = box_at(line, inner, number)
        if marker == "" and box is None:
            self._text(number, line, start)
            return
        lead = line[:start]
        indent = len(lead.expandtabs(4)) if "\t" in lead else start
        text_at = at if box is None else box.end
        before = self._stack[-1].kind if self._stack else ""
        kind = marker_kind(marker, before) if marker else "x"
        entry = Entry(number, indent, kind, text_at + 1, line[text_at:].rstrip(), box)
        self._nest(entry)

    def _nest(self, entry: Entry) -> None:
        stack = self._stack
        while stack and stack[-1].indent > entry.indent:
            stack.pop()
        same = [i for i, other in enumerate(stack) if other.indent == entry.indent]
        if same:
            alike = next((i for i in same if stack[i].kind == entry.kind), None)
            top = stack[-1]
            if alike is not None:
                del stack[alike:]
            elif self._blank or not self._nests(top, entry):
                del stack[same[0] :]
                if not stack and self._blank and "x" not in (top.kind, entry.kind):
                    self._list = None
            else:
                entry.flat = True
        if len(stack) > DEEPEST:
            del stack[DEEPEST:]
        self._para = None
        if self._list is None:
            self._list = List(entry.line)
            self.blocks.append(self._list)
        if stack:
            entry.up = stack[-1]
            entry.up.kids += 1
            if self._blank:
                entry.up.loose = True
        if self._lead:
            if entry.up is self._lead_of:
                entry.lead = self._lead
            elif self._lead_of not in stack:
                self._lead = ""
        held = self._list
        held.entries.append(entry)
        held.boxes = held.boxes or (entry.box is not None and entry.box.claim.raw not in CLAIM_GLYPHS)
        stack.append(entry)

    @staticmethod
    def _nests(top: Entry, entry: Entry) -> bool:
        """Whether a change of marker at one indent goes a level down (a word processor drops the indent)."""
        if entry.kind == "x" or top.kind == "x":
            return False
        if top.kind == "n":
            return entry.kind in "bocqrl"
        if top.kind == "c":
            return entry.kind in "oq"
        return top.text.endswith(":") or (top.kind == "o" and entry.kind == "q")

    def _text(self, number: int, line: str, start: int) -> None:
        text = line[start:].rstrip()
        if not text:
            self._para, self._blank = None, True
            return
        if self._list is not None:
            top = self._stack[-1] if self._stack else None
            if not self._blank and top is not None:
                apart = start <= self._stack[0].indent and (
                    LABEL.match(text) is not None
                    or (
                        self.paste
                        and (looks_title(text) or SAYS.match(text) or (top.text[-1:] in ".;" and text[:1].isupper()))
                    )
                )
                if not apart and not RULE.match(text):
                    if is_lead(text):
                        self._lead, self._lead_of = text, top
                    if not top.loose:
                        top.more.append(text)
                    top.end = number
                    return
            elif top is not None and start >= 2 and start > self._stack[0].indent:
                while len(self._stack) > 1 and self._stack[-1].indent >= start:
                    self._stack.pop()
                top = self._stack[-1]
                top.loose, top.end = True, number
                self._lead, self._lead_of = (text, top) if is_lead(text) else ("", None)
                return
            self._close()
        para = self._para
        if para is not None:
            if text[0] in "=-" and RULE.match(text):
                self._underline(text, para)
                return
        elif RULE.match(text):
            return
        if para is None:
            para = self._para = Para(number)
            self.blocks.append(para)
        para.lines.append((number, start, text))

    def _underline(self, text: str, para: Para) -> None:
        """A setext heading (4.3), or a rule under a paragraph that is plainly no title."""
        self._para = None
        title = " ".join(line for _, _, line in para.lines)
        if len(para.lines) > 2 or len(title) > 120 or (text[0] == "-" and title[-1:] in ".:;,|"):
            return
        self.blocks[-1] = Heading(para.line, para.lines[0][1] + 1, 1 if text[0] == "=" else 2, title)


def scan_blocks(lines: list[str], start: int = 0, skips: dict[int, int] | None = None) -> list[Block]:
    """Blocks of a text.

    Args:
        lines: the text's lines, without line endings.
        start: how many lines of front matter to leave out.
        skips: number of a heading's line -> number of the last line beneath it to jump over.
    """
    return Scan(lines, start, skips or {}).blocks
