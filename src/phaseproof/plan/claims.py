"""Claims: entries that a tick makes items where no title does.

In a document that plans or reports work a tick says that something is done; in a list of features it decorates.
"""

from __future__ import annotations

import re

from phaseproof.plan.blocks import List
from phaseproof.plan.drafts import Context, Reading
from phaseproof.plan.marks import glyph_in, is_form_field
from phaseproof.plan.model import ItemKind
from phaseproof.plan.vocabulary import HARD, HOW, core

_FEATURES = re.compile(
    r"\b(?:features?|benefits|advantages|highlights|capabilities|why|pros|strengths|supported|support|compatibility|"
    r"overview|introduction|risks?|stack)\b"
)
_FINISHED = re.compile(r"\bcomplet\w+\b")


def ticked_claims(reading: Reading, block: List, context: Context) -> bool:
    """Entries that lead with a tick but no box: claims in a plan, decoration in a list of features."""
    if context.kind is not None:
        return False
    title = core(reading.node.title) if reading.node is not None else ""
    if not reading.plan or context.rule == HARD or _FEATURES.search(title):
        return True
    kind = claim_kind(title)
    for entry in block.entries:
        if entry.box is not None and entry.text.strip("*_ ") and not is_form_field(reading.lines[entry.line - 1]):
            reading.add(entry.line, entry.column, kind, entry.words(), entry.box.claim, end=entry.end)
    return True


def told_claims(reading: Reading, block: List, context: Context) -> bool:
    """Entries with a tick further on (`Exporter: ✅ 12 formats`): claims where most of a list has one."""
    lines = [reading.lines[entry.line - 1] for entry in block.entries]
    if all(line.isascii() for line in lines) or context.rule in (HARD, HOW):
        return False
    title = core(reading.node.title) if reading.node is not None else ""
    marks = [glyph_in(line, entry.column - 1, entry.line) for entry, line in zip(block.entries, lines, strict=True)]
    if sum(mark is not None for mark in marks) < max(2, 0.6 * len(marks)) or _FEATURES.search(title):
        return False
    kind = claim_kind(title)
    for entry, mark in zip(block.entries, marks, strict=True):
        if mark is not None:
            reading.add(entry.line, entry.column, kind, entry.words(), mark, end=entry.end)
    return True


def claim_kind(title: str) -> ItemKind:
    """Kind of a claim that stands under a title which says nothing else."""
    return "exit" if _FINISHED.search(core(title)) else "task"
