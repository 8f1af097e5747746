"""Headings and block titles: their clean words, the unit they name, and the status they claim."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from phaseproof.plan.marks import FAILED, glyph_in, status_word
from phaseproof.plan.model import Claim, SectionKind
from phaseproof.plan.vocabulary import DECIDES, Meaning, core

_NUMBER = (
    r"(?:[A-Z]{1,3}-?)?\d+(?:\.\d+)*[A-Za-z]?|[IVX]{1,5}|[A-Z]|[Oo]ne|[Tt]wo|[Tt]hree|[Ff]our|[Ff]ive|[Ss]ix|"
    r"[Ss]even|[Ee]ight"
)
_UNITS = {
    "phase": "phase", "milestone": "milestone", "gate": "gate", "sprint": "milestone", "epic": "milestone",
    "wave": "milestone", "iteration": "milestone", "stage": "milestone", "workstream": "milestone",
}  # fmt: skip
_UNIT = re.compile(
    rf"(?P<unit>phase|milestone|gate|sprint|epic|wave|iteration|stage|"
    rf"workstream)[ \u00a0]+(?P<number>(?-i:{_NUMBER}))(?![\w'’])",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?P<code>(?:MS|M|P|R|S)-?\d+(?:\.\d+)*[A-Za-z]?)(?=\s*(?:[:—–)]|\s-\s|\s[A-Z]|$))")
_MAYBE = re.compile(r"(?i:phase|milestone|gate|sprint|epic|wave|iteration|stage|workstream)|(?:MS|[MPRS])-?\d")
_LEADING = re.compile(r"\A[\s*_`#\u2190-\u21ff\u2300-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")
_LISTED = re.compile(r"\A(?:\d+(?:\.\d+)*[.)]?|[A-Z][.)]|\(?[ivx]+[.)])\s+(?=\S)")
_HEADER = re.compile(
    r"\A(?:status|version|v\d[\w.]*|date|authors?|owners?|last updated|updated|role|scope|mode)\b[^:]{0,30}:\s",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[—–|(\[:]|\s-\s|[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]\ufe0f?)\s*(?P<w>[A-Za-z][A-Za-z "
    r"\-]*)[)\]]?\s*[*_\u2600-\u27bf\ufe0f]*\Z"
)
_DANGLING = re.compile(r"(?:[\s*_]*(?:[—–|:-]|[(\[]\s*[)\]]))+[\s*_]*\Z")
_CODED = re.compile(r"\A[A-Z]{0,3}-?\d")


class Unit(NamedTuple):
    """What a title names: `Phase 6`, `Gate A`, `P6.1`.

    Attributes:
        kind: kind of section.
        id: its explicit id.
        leads: whether the title begins with it.
    """

    kind: SectionKind
    id: str
    leads: bool


@lru_cache(maxsize=8192)
def clean(title: str) -> str:
    """A title without marks, list number and trailing colon; a link gives its text."""
    title = re.sub(r"\[([^\[\]]*)\]\([^()]*\)", r"\1", title) if "](" in title else title
    title = _LEADING.sub("", title).strip().strip("*_").strip()
    if title.startswith("<") or not title:
        return title
    title = title.rstrip(":").rstrip()
    return title.strip("*_ ") or title


def bare(title: str) -> str:
    """A title without list number, for telling what it names."""
    return _LISTED.sub("", clean(title))


def is_header_line(title: str) -> bool:
    """Whether a heading is really a header or changelog line (`# Status: open | Sessions: 3`)."""
    return _HEADER.match(title) is not None


def _identity(unit: str, number: str) -> str:
    if _CODED.match(number) and number[0].isalpha():
        return number  # `PHASE R6`, `Milestone P6.1`: the code is the name
    return f"{unit.capitalize()} {number}"


@lru_cache(maxsize=8192)
def unit_of(title: str) -> Unit | None:
    """The phase, milestone or gate that a title names, None where it names none."""
    if not _MAYBE.search(title):
        return None
    words = bare(title)
    found = _UNIT.match(words)
    if found is None:
        coded = _CODE.match(words)
        if coded:
            return Unit("milestone", coded["code"], True)
        found = _UNIT.search(words)
        if found is None:
            return None
    kind = _UNITS[found["unit"].lower()]
    return Unit(kind, _identity(found["unit"], found["number"]), found.start() == 0)  # type: ignore[arg-type]


def section_kind(title: str, found: Meaning | None) -> SectionKind:
    """`gate` for a block that decides whether something passes, else `other`.

    Args:
        title: the heading's text.
        found: what it means.
    """
    if found is None:
        return "other"
    if found.kind in DECIDES and not re.search(r"\b(?:objectives?|audits?|targets?)\b", core(title)):
        return "gate"
    if "gate" in core(title).split():
        return "gate"
    return "gate" if re.search(r"\b(?:audit|compliance) (?:&|and)|checkpoints\b", core(title)) else "other"


def heading_claims(line: str, number: int) -> tuple[Claim, ...]:
    """What a heading says of its section's state (`## Phase 2: Import ✅`, `### M1 — COMPLETE`).

    Args:
        line: the whole line.
        number: its number, from 1.
    """
    claims = []
    found = _TAIL.search(line)
    if found:
        words = found["w"].strip()
        claim = status_word(line, found.start("w"), number)
        if claim is not None and len(words.split()) <= len(claim.raw.split()) + 1:
            claims.append(claim)
    if not line.isascii():
        claim = glyph_in(line, 0, number)
        if claim is not None and claim.mark is not None and claim.raw not in FAILED:
            within = claims[0].mark if claims else None
            if within is None or not within.start <= claim.mark.start < within.stop:
                claims.append(claim)
    return tuple(claims)


def untold(line: str, claims: tuple[Claim, ...]) -> str:
    """A heading's clean title without what it says of its state: that comes and goes, the title stays.

    Args:
        line: the whole line.
        claims: see `heading_claims`.
    """
    for mark in sorted((c.mark for c in claims if c.mark is not None), key=lambda m: -m.start):
        line = line[: mark.start - 1] + line[mark.stop - 1 :].removeprefix("\ufe0f")
    return clean(_DANGLING.sub("", line.strip().rstrip("#").rstrip()))
