"""A plan's ticks and status words set to what is proven, and no other byte (FORMATS, `sync`).

A mark that already agrees keeps its spelling (`X`, `SEALED`, `In progress`); one that claims what is not proven, or
lacks what is, is replaced. Words that this room does not know are left alone.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from phaseproof.plan.decode import decode, unify
from phaseproof.plan.model import Correction, Mark, Plan
from phaseproof.plan.read import read
from phaseproof.plan.stating import restated, says

_LINE = re.compile(r"\r\n|\r|\n")
_MARKS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_NAMES = ("utf-32-le", "utf-32-be", "utf-8", "utf-16-le", "utf-16-be")


class Edit(Struct, frozen=True):
    """One mark that says otherwise than it should.

    Attributes:
        mark: where.
        good: what it shall say: done or open.
        name: id of the item or section.
        section: whether it is a section's.
        old: its word or tick as the reader has it.
    """

    mark: Mark
    good: bool
    name: str
    section: bool
    old: str


class Unwritable(ValueError):
    """A text whose bytes do not survive being read: nothing in it can be changed without touching others."""


class Change(Struct, frozen=True):
    """One mark that was changed.

    Attributes:
        line: line, from 1.
        name: id of the item or section.
        section: whether it is a section's.
        good: what it says now: done or open.
        old, new: what stood there and what stands there now, a box with its brackets.
    """

    line: int
    name: str
    section: bool
    good: bool
    old: str
    new: str


class Restated(Struct, frozen=True):
    """A text that says what is proven.

    Attributes:
        data: its bytes.
        changes: what was changed, in the order of the text.
    """

    data: bytes
    changes: tuple[Change, ...]


def restate(
    data: bytes, plan: Plan, proven: Mapping[str, bool], passing: Mapping[str, bool], corrections: Sequence[Correction]
) -> Restated:
    """Set every mark of a text, and make sure by reading it again that nothing but marks has changed.

    Args:
        data: the file's bytes.
        plan: as read from them.
        proven, passing: see `edits`.
        corrections: with which it was read.

    Raises:
        Unwritable: see `rewrite`; or it would read otherwise afterwards.
    """
    changes = edits(plan, proven, passing)
    if not changes:
        return Restated(data, ())
    made = rewrite(data, changes)
    again = read(made, plan.path, corrections)
    if _facts(again) != _facts(plan) or edits(again, proven, passing):
        raise Unwritable("with other marks it would read as another plan")
    lines = unify(decode(data)).split("\n")
    return Restated(made, tuple(_change(edit, lines[edit.mark.line - 1]) for edit in changes))


def _change(edit: Edit, line: str) -> Change:
    old = line[edit.mark.start - 1 : edit.mark.stop - 1]
    new = restated(old, edit.mark.form, edit.good)
    if edit.mark.form == "box":
        old, new = f"[{old}]", f"[{new}]"
    return Change(edit.mark.line, edit.name, edit.section, edit.good, old, new)


def _facts(plan: Plan) -> object:
    items = [(i.id, i.kind, i.text, i.section, i.parent) for i in plan.items]
    sections = [(s.id, s.kind, s.title, s.parent, s.after) for s in plan.sections]
    return items, sections, plan.title, plan.normal


def edits(plan: Plan, proven: Mapping[str, bool], passing: Mapping[str, bool]) -> tuple[Edit, ...]:
    """What has to change for a document to say what is proven, in the order of the text.

    Args:
        plan: as read.
        proven: item id -> whether it is proven; items left out are left alone.
        passing: section id -> whether its gate passes; likewise.
    """
    claims = [(item.id, False, item.claim, proven.get(item.id)) for item in plan.items]
    for section in plan.sections:
        claims += [(section.id, True, claim, passing.get(section.id)) for claim in (section.claim, *section.also)]
    found: dict[tuple[int, int], Edit] = {}
    for name, is_section, claim, good in claims:
        mark, said = claim.mark, says(claim)
        if mark is None or good is None or said is None or said is good:
            continue
        found.setdefault((mark.line, mark.start), Edit(mark, good, name, is_section, claim.raw))
    kept: list[Edit] = []
    for place in sorted(found):
        last = kept[-1].mark if kept else None
        if last is None or (last.line, last.stop) <= place:  # one place says one thing
            kept.append(found[place])
    return tuple(kept)


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
        begin, end = (starts[change.mark.line - 1] + column - 1 for column in (change.mark.start, change.mark.stop))
        pieces += [text[at:begin], restated(text[begin:end], change.mark.form, change.good)]
        at = end
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
