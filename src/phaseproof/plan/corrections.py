"""Corrections: where the configuration says that the reader is wrong (`reading:`, FORMATS, section 1)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phaseproof.plan.drafts import NO_CLAIM, Draft, Reading
from phaseproof.plan.ids import pinned
from phaseproof.plan.marks import box_at
from phaseproof.plan.model import Correction, Problem

_MARKS = re.compile(r"[\s>#]*(?:(?:[-*+•◦▪●○·–]|o|\d{1,3}[.)]|\(?(?:[ivx]{1,5}|[a-z])[.)])\s+)?")


def _bare(line: str, number: int) -> tuple[str, int]:
    found = _MARKS.match(line)
    at = found.end() if found else 0
    box = box_at(line, at, number)
    at = box.end if box is not None else at
    return " ".join(pinned(line[at:].strip())[0].split()), at


def correct(reading: Reading, corrections: Sequence[Correction], problems: list[Problem]) -> None:
    """Applies corrections to a reading; one that fits no line is a problem, not a silence.

    Args:
        reading: what the reader made of the text; changed.
        corrections: by the text of a line, marks removed.
        problems: unmatched corrections are added here.
    """
    places: dict[str, list[tuple[int, int]]] = {}
    for number, line in enumerate(reading.lines, 1):
        if line:
            text, at = _bare(line, number)
            places.setdefault(text, []).append((number, at))
    for correction in corrections:
        wanted = " ".join(correction.line.split())
        drafts = [d for d in reading.drafts if " ".join(d.text.split()) == wanted]
        lines = places.get(wanted, [])
        if not drafts and lines:
            numbers = {number for number, _ in lines}
            drafts = [d for d in reading.drafts if d.line in numbers]
        nodes = [n for n in reading.nodes if n.title == wanted or any(n.line == number for number, _ in lines)]
        if not (drafts or lines or nodes):
            problems.append(
                Problem(
                    reading.path,
                    1,
                    "correction-unmatched",
                    "error",
                    f"`reading:` corrects a line that is not in this plan: “{wanted[:80]}”",
                )
            )
            continue
        _apply(reading, correction, drafts, lines)
        if correction.section is not None:
            for node in nodes:
                node.kind = correction.section
                if correction.section == "other":
                    node.id, node.unit = None, False


def _apply(reading: Reading, correction: Correction, drafts: list[Draft], lines: list[tuple[int, int]]) -> None:
    if correction.item is False:
        gone = {id(d) for d in drafts}
        reading.drafts = [d for d in reading.drafts if id(d) not in gone]
        for draft in reading.drafts:
            if draft.up is not None and id(draft.up) in gone:
                draft.up = draft.up.up
        held = {id(d.node) for d in reading.drafts}
        for node in reading.nodes:
            node.holds = node.holds and id(node) in held
        return
    if correction.item and not drafts:
        for number, at in lines:
            line = reading.lines[number - 1]
            above = [n for n in reading.nodes if n.line <= number]
            reading.node = above[-1] if above else None
            found = _MARKS.match(line)
            box = box_at(line, found.end() if found else 0, number)
            claim = box.claim if box is not None else NO_CLAIM
            drafts.append(
                reading.add(number, at + 1, correction.kind or "task", line[at:].strip(), claim, boxed=box is not None)
            )
    for draft in drafts:
        if correction.kind is not None:
            draft.kind = correction.kind
        if correction.id is not None:
            draft.pin = correction.id
        if correction.parent is not None:
            draft.up = next((d for d in reading.drafts if correction.parent in (d.id, d.pin, d.key)), draft.up)
