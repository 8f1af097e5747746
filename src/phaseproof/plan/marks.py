"""Boxes, glyphs and status words: what a document claims of one item or section.

Only `[x]`, `☑`, `✅` and `✓` say that something is done (FORMATS, section 1). Every other box is open.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from phaseproof.plan.model import Claim, Mark

OPEN = "☐□⬜◻▢🔲❏❑"
DONE = "☑✅✓✔🗹"
FAILED = "☒✗✘❌❎"
OTHER = "🚧⏳🔄🟡🟢🔴🟠🔵⚪📋⏸🔜💤⏭🔨"
CLAIMS = DONE + FAILED + OTHER

BOX = re.compile(r"\\?\[(?P<in>[ xX✓✔✅☑~/>!.*-]?|  )\\?\](?P<opt>\*?)(?=[ \t*_`\w]|$)[ \t]*")
"""A box in brackets at the place where it is matched; `[ ]*` is Kiro's optional one."""
GLYPH = re.compile(rf"(?P<in>[{OPEN}{DONE}{FAILED}])\ufe0f?(?=[ \t*_`]|\w|$)[ \t]*")
"""A pictured box or tick at the place where it is matched."""
_PICTURE = "[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\ufe0f\u200d\U0001f000-\U0001faff]"
_PICTURES = re.compile(_PICTURE + "+")  # what stands beside a status word to decorate it
_BESIDE = re.compile(_PICTURE + "|[ \t*_`]")
_INNER = re.compile(f"[{OPEN}{DONE}{FAILED}]")
_MANY = re.compile(rf"\[[ xX]\]|[{OPEN.translate(dict.fromkeys(map(ord, '⬜🔲')))}☑☒]")
"""Boxes of a form. ⬜ and 🔲 are what is written for ✅, and beside another box one of them makes no form."""
_WORD = re.compile(
    r"(?P<w>not[ -](?:yet[ -])?(?:authored|started|done|complete|begun)|"
    r"in[ -]progress|in[ -]review|ready(?:[ -]for[ -][a-z]+)?|design-blocked|to[ -]?do|"
    r"authored|drafted|draft|sealed|completed?|done|planned|planning(?:-only)?|open|closed|blocked|active|pending|"
    r"approved|rejected|shipped|released|deferred|cancelled|canceled|passed|pass|failed|fail|missing|"
    r"final|finished|superseded|proposed|accepted|implemented|verified|green|red|stub|locked|met)\b",
    re.IGNORECASE,
)

FINISHED = frozenset(
    [
        "SEALED",
        "COMPLETE",
        "COMPLETED",
        "DONE",
        "CLOSED",
        "SHIPPED",
        "RELEASED",
        "PASSED",
        "PASS",
        "FINISHED",
        "FINAL",
        "IMPLEMENTED",
        "VERIFIED",
        "MET",
    ]
)
"""Status words that say something is over and good."""
NOT_BEGUN = frozenset(
    {"NOT AUTHORED", "NOT STARTED", "NOT YET STARTED", "NOT BEGUN", "PLANNED", "PENDING", "MISSING", "TODO", "TO DO",
     "PROPOSED", "STUB"}
)  # fmt: skip
"""Status words that say nothing is there yet."""
BEGUN = FINISHED | {"ACTIVE", "IN PROGRESS", "IN REVIEW", "OPEN"}
"""Status words that say work has at least begun."""


class Box(NamedTuple):
    """A box as found: what it claims, and one past the last character that belongs to it (from 0)."""

    claim: Claim
    end: int


def _state(inside: str) -> str:
    return "checked" if inside in ("x", "X") or (inside != "" and inside in DONE) else "unchecked"


def box_at(line: str, at: int, number: int) -> Box | None:
    """The box that starts at an offset of a line.

    Args:
        line: the whole line.
        at: offset, from 0.
        number: number of the line, from 1.
    """
    found = BOX.match(line, at)
    if found:
        inside = found["in"]
        start, stop = found.span("in")
        return Box(Claim(_state(inside), inside, Mark(number, start + 1, stop + 1, "box")), found.end())
    found = GLYPH.match(line, at)
    if found:
        inside = found["in"]
        start, stop = found.span("in")
        return Box(Claim(_state(inside), inside, Mark(number, start + 1, stop + 1, "glyph")), found.end())
    return None


def is_form_field(line: str) -> bool:
    """Whether a line offers boxes to choose from (`☐ yes ☐ no`): a form, not items."""
    return len(_MANY.findall(line)) > 1 or line.count("⬜") + line.count("🔲") > 1


def glyph_in(line: str, at: int, number: int) -> Claim | None:
    """A mark further on in an entry (`Streaming: ✓ outputs arrive`, `All tests pass ✅`)."""
    found = _INNER.search(line, at)
    if found is None:
        return None
    return Claim(_state(found[0]), found[0], Mark(number, found.start() + 1, found.end() + 1, "glyph"))


def normal_word(raw: str) -> str:
    """A status word in normal form: upper case, no pictures, single spaces, no hyphens between words."""
    return " ".join(_PICTURES.sub(" ", raw).replace("-", " ").replace("_", " ").split()).upper()


def status_word(text: str, at: int, number: int, form: Literal["word", "cell"] = "word") -> Claim | None:
    """The known status word at an offset of a line, past pictures and emphasis."""
    while at < len(text) and (text[at] in " \t*_`[(:" or _PICTURES.match(text, at)):
        at += 1
    found = _WORD.match(text, at)
    if found is None:
        return None
    start, stop = _decorated(text, found.start(), found.end())
    return Claim(normal_word(found["w"]), found["w"], Mark(number, start + 1, stop + 1, form))


def _decorated(text: str, start: int, stop: int) -> tuple[int, int]:
    """A word's place with the pictures beside it: `✅ COMPLETE` is one statement, and changes as one."""
    left, right = start, stop
    while left > 0 and _BESIDE.match(text, left - 1):
        left -= 1
    while left < start and not _PICTURES.match(text, left):
        left += 1
    while right < len(text) and _BESIDE.match(text, right):
        right += 1
    while right > stop and not _PICTURES.match(text, right - 1):
        right -= 1
    return left, right


def cell_claim(line: str, start: int, stop: int, number: int) -> Claim:
    """What a status cell claims.

    Args:
        line: the whole row.
        start: offset of the first character of the cell's content, from 0.
        stop: offset past its last character.
        number: number of the line, from 1.
    """
    raw = line[start:stop]
    if not raw:
        return Claim("none")
    mark = Mark(number, start + 1, stop + 1, "cell")
    box = box_at(line, start, number)
    words = " ".join(_PICTURES.sub(" ", raw).strip("*_`~ ").split())
    if box is not None and box.end >= stop:
        return Claim(box.claim.state, box.claim.raw, box.claim.mark)
    if box is not None and box.claim.mark is not None and box.claim.mark.form == "box":
        return Claim(box.claim.state, words, box.claim.mark)
    if any(glyph in raw for glyph in DONE):
        return Claim("checked", words or raw, mark)
    if any(glyph in raw for glyph in OPEN):
        return Claim("unchecked", words or raw, mark)
    if not words or not any(c.isalnum() for c in words):
        return Claim("none", "", mark)
    return Claim(normal_word(words), words, mark)
