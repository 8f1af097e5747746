"""A plan's ticks and status words set to what is proven, and no other byte (FORMATS, `sync`).

A mark that already agrees keeps its spelling (`X`, `SEALED`, `In progress`); one that claims what is not proven, or
lacks what is, is replaced. Words that this room does not know are left alone.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping

from msgspec import Struct

from phaseproof.plan.decode import decode
from phaseproof.plan.marks import DONE, FINISHED, NOT_BEGUN, OPEN
from phaseproof.plan.model import Claim, Mark, Plan

OPENISH = NOT_BEGUN | {"DRAFT", "DRAFTED", "IN PROGRESS", "BLOCKED", "FAILED", "FAIL", "OPEN", "IN REVIEW", "ACTIVE"}
"""Status words that say something is not done."""
_LINE = re.compile(r"\r\n|\r|\n")
_TICKED = {"⬜": "✅", "🔲": "✅"}
_UNTICKED = {"✅": "⬜"}
_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAMES = ("utf-32-le", "utf-32-be", "utf-8", "utf-16-le", "utf-16-be")


class Edit(Struct, frozen=True):
    """One mark to change.

    Attributes:
        mark: where.
        new: what shall stand there.
        name: id of the item or section.
        old: what stands there.
    """

    mark: Mark
    new: str
    name: str
    old: str


class Unwritable(ValueError):
    """A text whose bytes do not survive being read: nothing in it can be changed without touching others."""


def edits(plan: Plan, proven: Mapping[str, bool], passing: Mapping[str, bool]) -> tuple[Edit, ...]:
    """What has to change for a document to say what is proven, in the order of the text.

    Args:
        plan: as read.
        proven: item id -> whether it is proven; items left out are left alone.
        passing: section id -> whether its gate passes; likewise.
    """
    found: dict[tuple[int, int], Edit] = {}
    claims = [(item.id, item.claim, proven.get(item.id)) for item in plan.items]
    claims += [(section.id, section.claim, passing.get(section.id)) for section in plan.sections]
    for name, claim, good in claims:
        mark = claim.mark
        if mark is None or good is None:
            continue
        new = _wanted(claim, mark, good)
        if new is not None:
            found.setdefault((mark.line, mark.start), Edit(mark, new, name, claim.raw))
    return tuple(found[place] for place in sorted(found))


def rewrite(data: bytes, changes: tuple[Edit, ...]) -> bytes:
    """The text with marks changed, and every other byte as it was.

    Args:
        data: the file's bytes, from which the plan was read.
        changes: see `edits`.

    Raises:
        Unwritable: the bytes are not what their encoding says, or a mark cannot be written in it.
    """
    if not changes:
        return data
    head, name = next(((m, n) for m, n in zip(_MARKS, _NAMES, strict=True) if data.startswith(m)), (b"", ""))
    text = decode(data)
    if not name:
        name = "utf-8" if _survives(text, "utf-8", data) else "latin-1"
    if not _survives(text, name, data[len(head) :]):
        raise Unwritable("its bytes are not of one encoding")
    starts = [0, *(end.end() for end in _LINE.finditer(text))]
    pieces: list[str] = []
    at = 0
    for change in changes:
        begin = starts[change.mark.line - 1] + change.mark.start - 1
        pieces += [text[at:begin], change.new]
        at = starts[change.mark.line - 1] + change.mark.stop - 1
    pieces.append(text[at:])
    try:
        return head + "".join(pieces).encode(name)
    except UnicodeEncodeError as error:
        raise Unwritable(f"{error.object[error.start : error.end]!r} cannot be written in {name}") from error


def _survives(text: str, name: str, data: bytes) -> bool:
    try:
        return text.encode(name) == data
    except UnicodeEncodeError:
        return False


def _wanted(claim: Claim, mark: Mark, good: bool) -> str | None:
    """What should stand at a mark; None where it stands."""
    done = claim.state == "checked" or claim.state in FINISHED
    if good == done:
        return None
    if mark.form == "box":
        return "x" if good else " "
    if mark.form == "glyph":
        return _glyph(claim.raw, good)
    if good:
        return "DONE" if claim.state in OPENISH or claim.state == "unchecked" else None
    return "OPEN"


def _glyph(raw: str, good: bool) -> str | None:
    if good:
        return _TICKED.get(raw, "☑") if raw in OPEN else None
    return _UNTICKED.get(raw, "☐") if raw in DONE else None
