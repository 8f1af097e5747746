"""Tags that carry meaning: the task and verification tags of GSD plans; `<details>` and `<summary>` hide nothing."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Block, Fence, Heading, List, Para, Tag
from phaseproof.plan.drafts import Node, Reading
from phaseproof.plan.linestart import CLAIM_GLYPHS
from phaseproof.plan.lists import is_nothing
from phaseproof.plan.marks import box_at
from phaseproof.plan.model import ItemKind
from phaseproof.plan.titles import clean
from phaseproof.plan.vocabulary import FORM, Meaning

_KINDS: dict[str, ItemKind] = {
    "verify": "acceptance", "verification": "acceptance", "success_criteria": "acceptance", "acceptance_criteria":
        "acceptance",
    "automated": "acceptance", "done": "exit", "output": "artifact", "name": "task",
}  # fmt: skip
_CLEAR = frozenset(("details", "summary", "tasks", "task", "process"))
_INNER = re.compile(r"</?[a-z_]+(?:\s[^<>]*)?>")


def read_tag(reading: Reading, block: Tag) -> None:
    """Opens or closes a tag; what stands on its own line is read at once."""
    if reading.told:
        return
    if not block.opens:
        if block.name in reading.tags:
            while reading.tags.pop() != block.name:
                pass
        return
    if block.text is None:
        reading.tags.append(block.name)
        return
    kind = _KINDS.get(block.name)
    text = _INNER.sub(" ", block.text).strip()
    if block.name == "summary":
        box = box_at(reading.lines[block.line - 1], block.column - 1, block.line)
        if box is not None and box.claim.raw in CLAIM_GLYPHS:
            reading.add(
                block.line,
                box.end + 1,
                "task",
                clean(reading.lines[block.line - 1][box.end : block.column - 1 + len(block.text)]),
                box.claim,
            )
        return
    if kind is None or is_nothing(text) or (block.name == "name" and "task" not in reading.tags):
        return
    if block.name == "name":
        reading.add(block.line, block.column, kind, text)
    else:
        reading.add(block.line, block.column, kind, text, node=_node(reading, block.line, block.name))


def _node(reading: Reading, line: int, name: str) -> Node:
    title = name.replace("_", " ")
    latest = reading.nodes[-1] if reading.nodes else None
    if latest is not None and latest.title == title and latest.line == line:
        return latest
    return reading.title(line, 8, title, "gate" if name != "output" else "other", None, None)


def inner_tag(reading: Reading) -> str:
    """The innermost open tag that has a meaning, an empty string where none is open."""
    return next((name for name in reversed(reading.tags) if name not in _CLEAR), "")


def read_tagged(reading: Reading, block: Block, name: str) -> bool:
    """Reads a block inside a tag; whether that is all there is to do with it."""
    if isinstance(block, Heading):
        return False
    kind = _KINDS.get(name)
    reading.label = Meaning(kind or FORM, True)
    reading.sticky = True
    if kind is None:
        return True
    if isinstance(block, Para):
        if (
            name == "output"
            and reading.drafts
            and any(
                d.kind == "artifact" and d.node is not None and d.node.title == "output" for d in reading.drafts[-1:]
            )
        ):
            return True
        _paragraph(reading, block, kind, name)
        return True
    if isinstance(block, Fence):
        return kind == "artifact"
    return (
        isinstance(block, List) and name == "output" and bool(reading.drafts) and reading.drafts[-1].kind == "artifact"
    )


def _paragraph(reading: Reading, block: Para, kind: ItemKind, name: str) -> None:
    text = " ".join(words for _, _, words in block.lines)
    number, indent, first = block.lines[0]
    if (first.rstrip().endswith(":") and len(block.lines) == 1) or text.endswith(":") or is_nothing(text):
        return
    reading.add(number, indent + 1, kind, text, node=_node(reading, number, name), end=block.lines[-1][0])
