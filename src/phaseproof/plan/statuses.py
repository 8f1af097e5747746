"""Lines that state a status: `**Status:** WORD` of the section it stands in, `**Phase 2:** WORD` of that phase."""

from __future__ import annotations

import re

from phaseproof.plan.drafts import Reading
from phaseproof.plan.marks import status_word
from phaseproof.plan.titles import unit_of

_STATUS = re.compile(
    r"[#>\s]*(?:[-*]\s+)?[*_]{0,2}(?:(?:phase|current|overall|plan|document|project|story|"
    r"implementation)\s+)?status[*_]{0,2}\s*:[*_]{0,2}\s*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"[>\s]*(?:[-*+•]\s+)?[*_]{2}(?P<name>[^*_:]{1,40}?)(?:\s*:[*_]{2}|[*_]{2}\s*:)\s*")
_LINES = re.compile("^" + _NAMED.pattern, re.MULTILINE)


def names_unit(text: str) -> bool:
    """Whether a line of a text may state the status of a unit by its name."""
    return any(unit_of(found["name"]) is not None for found in _LINES.finditer(text))


def status_claim(reading: Reading, number: int, indent: int, text: str) -> None:
    """`**Status:** WORD` is a claim of the section it stands in, `**Phase 2:** WORD` one of that phase."""
    found = _STATUS.match(text)
    if found is None or reading.node is None:
        _named_status(reading, number, indent, text)
        return
    line = reading.lines[number - 1]
    claim = status_word(line, line.find(text[:40], indent) + found.end(), number)
    if claim is None:
        return
    if reading.node.claim.state == "none":
        reading.node.claim = claim
    else:
        reading.node.also = (*reading.node.also, claim)


def _named_status(reading: Reading, number: int, indent: int, text: str) -> None:
    found = _NAMED.match(text)
    unit = unit_of(found["name"]) if found is not None else None
    if found is None or unit is None or not unit.leads:
        return
    line = reading.lines[number - 1]
    claim = status_word(line, line.find(text[:40], indent) + found.end(), number)
    if claim is not None and claim.mark is not None and not line[claim.mark.stop - 1 :].strip(" \t*_`.)]"):
        reading.told_of.append((unit.id, claim))
