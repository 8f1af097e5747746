"""One walk over the blocks of a text: headings set the scene, every other block is read in it."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Block, Fence, Heading, List, Para, Table, Tag
from phaseproof.plan.dialects import know, title_meaning
from phaseproof.plan.drafts import Node, Reading
from phaseproof.plan.fences import read_fence
from phaseproof.plan.ids import leading_id
from phaseproof.plan.linestart import front_matter
from phaseproof.plan.lists import read_list
from phaseproof.plan.outlines import Lines, is_invariant
from phaseproof.plan.paragraphs import read_para
from phaseproof.plan.scanner import scan_blocks
from phaseproof.plan.skips import LEAST, is_barren, outline
from phaseproof.plan.statuses import status_claim
from phaseproof.plan.tables import read_table
from phaseproof.plan.tags import inner_tag, read_tag, read_tagged
from phaseproof.plan.titles import Unit, clean, heading_claims, is_header_line, section_kind, unit_of, untold
from phaseproof.plan.vocabulary import DECIDES, FORM, HARD, ITEM_KINDS, STOP, TOPICS, Meaning, core

_TASK = re.compile(r"(?:sub-?)?(?:task|story|step|epic)s?\b|[A-Z]{0,3}-?\d+(?:\.\d+)*[.:)\s]", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_BOXED = re.compile(r"\s*(?:[-*+]|\d{1,3}[.)])\s+\\?(?:\[[ xX]?\\?\]|[☐☑□])")
_WEAKER = frozenset(("gate", "acceptance", "test"))


def read_blocks(lines: list[str], path: str, text: str = "") -> Reading:
    """The reading of a text.

    Args:
        lines: its lines, without line endings.
        path: its path, for telling what sort of document it is.
        text: the text, where passages that hold nothing may be jumped over.
    """
    start, preface = front_matter(lines)
    reading = Reading(lines, path)
    skips = _skips(reading, text, start, preface) if len(text) > LEAST else {}
    blocks = scan_blocks(lines, start, skips)
    if not skips:
        know(reading, blocks, preface)
    _survey_headings(reading, blocks)
    walk = _Walk(reading)
    for block in blocks:
        walk.take(block)
    return reading


def _skips(reading: Reading, text: str, start: int, preface: list[str]) -> dict[int, int]:
    """Passages to jump over: number of a heading's line -> number of the last line beneath it.

    Where there are any, the reading then knows what sort of document this is.
    """
    lines = reading.lines
    found = outline(text)
    if found is None or not found[0] or found[1]:
        return {}
    headings = [heading for heading, _ in found[0] if heading.line > start]
    if len(headings) != len(found[0]):
        return {}
    scratch = Reading(lines, reading.path)
    know(scratch, list(headings), preface)
    if scratch.told or scratch.paste:
        return {}
    walk = _Walk(scratch)
    skips: dict[int, int] = {}
    for index, (heading, offset) in enumerate(found[0]):
        before = scratch.node
        walk.take(heading)
        node = scratch.node
        if node is None or node is before or node.unit or walk.fixed is node:
            continue
        if node.meaning is not None and node.meaning.kind in ITEM_KINDS:
            continue
        last = index + 1 == len(found[0])
        stop = len(text) if last else found[0][index + 1][0].line - 1
        end = len(text) if last else text.rfind("\n", 0, found[0][index + 1][1]) + 1
        beneath = (len(lines) if last else stop) - heading.line
        if beneath > 3 and is_barren(text, offset, end):
            skips[heading.line] = heading.line + beneath
    if skips:
        reading.dialect, reading.units = scratch.dialect, scratch.units
        reading.plan, reading.ordinary = scratch.plan, scratch.ordinary
    return skips


class _Walk:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.stack: list[Node] = []
        self.before = ""
        self.last_heading = -2
        self.deep = False
        self.fixed: Node | None = None  # an invariant told as a heading: what stands beneath is its text

    def take(self, block: Block) -> None:
        reading = self.reading
        if isinstance(block, Heading):
            self._heading(block)
            return
        if isinstance(block, Tag):
            read_tag(reading, block)
            if not inner_tag(reading):
                reading.label, reading.sticky = None, False
            return
        if self.fixed is not None and self.fixed is reading.node:
            if reading.drafts:
                reading.drafts[-1].end = max(reading.drafts[-1].end, _end(block))
            return
        tag = inner_tag(reading)
        if tag and read_tagged(reading, block, tag):
            return
        if isinstance(block, Para):
            read_para(reading, block)
            self.before = block.lines[-1][2]
        elif isinstance(block, List):
            read_list(reading, block)
            self.before = block.entries[-1].text
        elif isinstance(block, Table):
            read_table(reading, block)
        else:
            read_fence(reading, block, self.before)

    def _heading(self, block: Heading) -> None:
        reading = self.reading
        line = reading.lines[block.line - 1]
        self.before = block.title
        follows = (
            block.level == 1
            and block.line == self.last_heading + 1
            and reading.node is not None
            and reading.node.level == 1
        )
        self.last_heading = block.line if block.level == 1 else -2
        if follows or is_header_line(block.title):
            status_claim(reading, block.line, 0, line)
            return
        while self.stack and self.stack[-1].level >= block.level:
            self.stack.pop()
        up = self.stack[-1] if self.stack else None
        node = self._node(block, up)
        reading.nodes.append(node)
        self.stack.append(node)
        reading.node, reading.label, reading.sticky = node, None, False
        self.deep = self.deep or block.level > 1
        reading.header = not self.deep
        claims = heading_claims(line, block.line)
        if claims:
            node.claim, node.also = claims[0], claims[1:]
            node.title = untold(line, claims) or node.title
        self.fixed = None
        self._title_item(block, node)

    def _boxed(self, line: int) -> bool:
        """Whether entries with boxes stand directly beneath a heading: they are the items then, not the heading."""
        for text in self.reading.lines[line:]:
            if text.startswith("#"):
                return False
            if _BOXED.match(text):
                return True
        return False

    def _node(self, block: Heading, up: Node | None) -> Node:
        reading = self.reading
        words = clean(block.title)
        found = title_meaning(reading, block.title)
        unit = unit_of(block.title)
        near = block.level == 2 and len(reading.nodes) == 1 and block.line - reading.nodes[0].line <= 2
        title = not reading.nodes or near
        if not reading.nodes and found is not None and found.kind in (FORM, HARD, STOP):
            found = None
        named = unit is not None and (unit.leads or (title and found is None and unit.kind != "gate"))
        kind = unit.kind if unit is not None and named else section_kind(words, found)
        node = Node(block.line, block.level, words, kind, unit.id if unit is not None and named else None, found, up)
        node.unit = unit is not None and unit.leads
        node.leaf, node.listed = block.line not in reading.branches, block.line in reading.listed
        node.meaning = _inherited(node, up, found, unit)
        if named and unit is not None and unit.kind == "phase" and reading.phase is None:
            reading.phase = unit.id
        return node

    def _title_item(self, block: Heading, node: Node) -> None:
        """A heading that is an item itself: an invariant, or a criterion with an identifier among its like."""
        reading = self.reading
        above = node.up.meaning if node.up is not None else None
        plain = node.unit or above is None or above.kind not in ITEM_KINDS or node.own or not node.leaf
        if not _DIGIT.search(node.title):
            return
        lines: Lines = [(block.line, 0, node.title)]
        for number in range(block.line + 1, min(block.line + 5, len(reading.lines) + 1)):
            text = reading.lines[number - 1].strip()
            if text:
                lines.append((number, 0, text))
        identity = is_invariant(lines, 0)
        if (
            identity is not None
            and not node.unit
            and (node.up is None or node.up.meaning is None or node.up.meaning.kind not in (FORM, HARD))
        ):
            draft = reading.add(
                block.line, block.column, "invariant", node.title, node=node.up or node, identity=identity
            )
            draft.end = block.line
            node.holds, self.fixed = False, node
            return
        if plain or above is None or self._boxed(block.line):
            return
        identity = leading_id(node.title, boxed=False)
        if identity is not None and not identity[0].isdigit() and " " not in identity and above.kind != "task":
            reading.add(block.line, block.column, above.kind, node.title, node=node.up, identity=identity)  # type: ignore[arg-type]
            self.fixed = node


def _lettered_gate(unit: Unit | None) -> bool:
    return unit is not None and unit.leads and unit.kind == "gate"


def _inherited(node: Node, up: Node | None, own: Meaning | None, unit: Unit | None) -> Meaning | None:
    """What a heading means where it says nothing, or something weaker than what it stands under."""
    above = up.meaning if up is not None else None
    if _lettered_gate(unit) and own is None:
        own = Meaning("gate", True)
    if above is None or (above.kind == "task" and up is not None and up.level == 1):
        return own
    if above.kind == FORM or (above.kind == HARD and not (own is not None and own.strong)):
        return above
    if own is None:
        if above.kind == "signoff":
            return None  # who signs is told where the title says so, not beneath other titles
        if above.kind == "task" and _TASK.match(node.title):
            return None  # the title of one task: what stands beneath it is how to do it
        return None if node.unit and above.kind not in ITEM_KINDS else above
    if above.kind not in ITEM_KINDS:
        return own
    if TOPICS.fullmatch(core(node.title)) and not own.strong:
        return above
    if above.kind in DECIDES and above.strong and not own.strong and own.kind in _WEAKER:
        return above
    return own


def _end(block: Block) -> int:
    if isinstance(block, List):
        return max(entry.end for entry in block.entries)
    if isinstance(block, Para):
        return block.lines[-1][0]
    if isinstance(block, Fence) and block.body:
        return block.body[-1][0]
    if isinstance(block, Table):
        return block.rows[-1][0]
    return block.line


def _survey_headings(reading: Reading, blocks: list[Block]) -> None:
    """Notes which headings have others, or lists, beneath them, before the walk begins."""
    reading.listed = set()
    reading.branches = set()
    stack: list[Heading] = []
    for block in blocks:
        if isinstance(block, Heading):
            while stack and stack[-1].level >= block.level:
                stack.pop()
            if stack:
                reading.branches.add(stack[-1].line)
            stack.append(block)
        elif stack and isinstance(block, List | Table | Fence):
            reading.listed.add(stack[-1].line)
