"""Texts that hold nothing: told from their headings and labels, without walking them.

Most documents of a repository plan nothing. Whatever this module calls inert, the full reading finds no item and no
section in; a property test holds the two together.
"""

from __future__ import annotations

import itertools
import re

from phaseproof.plan.dialects import is_ordinary_name, plans_by_name
from phaseproof.plan.lists import ONE_LINE
from phaseproof.plan.marks import FAILED, OPEN
from phaseproof.plan.titles import unit_of
from phaseproof.plan.vocabulary import ITEM_KINDS, lead_meaning, may_be_strong, meaning

_BOX = re.compile(r"\[(?:[ xX~/>-]?|  )\\?\](?![(\[:])")
_BEFORE = re.compile(r"[ \t\xa0>]*(?:(?:[-*+•◦▪●○·–]|o|\d{1,3}[.)]|\(?[a-z]{1,5}[.)])[ \t\xa0]+)?[*_]{0,2}\\?\Z")
_FAR = 400  # characters of indent and marks before a box
_CELL = re.compile(r"\|[ \t]*\\?\[[ xX]?\\?\][ \t]*\|")
_GLYPHS = re.compile(f"[{OPEN}☑{FAILED}]")
_SIGNS = (
    ("INV-", re.compile(r"INV-[A-Z]?\d")),
    ("STOP-", re.compile(r"STOP-\d")),
    ("eviewed", re.compile(r"(?i)reviewed ?by[*_]*\s*:")),
    ("EVIEWED", re.compile(r"(?i)reviewed ?by[*_]*\s*:")),
    ("REQUIRE", re.compile(r"\bREQUIRE[SD]\b[*_]*:")),
    ("PRODUCES", re.compile(r"\bPRODUCES\b[*_]*:")),
    ("pprovers", re.compile(r"(?i)approvers[*_]*\s*:")),
    ("equired ", re.compile(r"[Rr]equired (?:reviewers|approv|sign)")),
    ("ROVALS", re.compile(r"APPROVALS REQUIRED")),
    (" required", re.compile(r"(?:pprovals|eviewers) required")),
    ("ign-", re.compile(r"(?i)sign-offs?(?: required)?(?: by)?[*_]*\s*:")),
    ("ignoff", re.compile(r"(?i)signoffs?(?: required)?(?: by)?[*_]*\s*:")),
    ("signed by", re.compile(r"(?i)to be signed by")),
    ("uarantee", re.compile(r"[Gg]uarantees?[*_]*\s*:")),
    ("nforcement", re.compile(r"[Ee]nforcement[*_]*\s*:")),
    ("<", re.compile(r"<(?:task|tasks|success_criteria|acceptance_criteria|verify|verification|done|output)\b")),
    ("ADDS", re.compile(r"\bADDS[*_]*\s*:")),
)
_CAPS = re.compile(r"\W*[A-Z0-9][A-Z0-9 .,'/&+#_–—-]{3,80}(?:\([^()]*\))?[*_]{0,2}:")
_UNDERLINES = re.compile(r"\n(?:=|-)")
_SHOUTS = re.compile(r"\n[ \t>*_]*[A-Z][A-Z0-9 .,'/&+#_-]{2}")
_SETEXT = re.compile(r"=+[ \t]*\Z|-+[ \t]*\Z")


def is_inert(text: str, lines: list[str], path: str) -> bool:
    """Whether a text certainly holds no item and no section.

    Args:
        text: the text.
        lines: its lines.
        path: its path.
    """
    for box in _BOX.finditer(text):
        start = box.start()
        begin = text.rfind("\n", max(0, start - _FAR), start) + 1
        if (begin or start < _FAR) and _BEFORE.match(text[begin:start]):
            return False
        if _CELL.search(text, max(0, start - 9), box.end() + 9):
            return False
    if any(literal in text and pattern.search(text) for literal, pattern in _SIGNS):
        return False
    if not text.isascii() and _GLYPHS.search(text):
        return False
    titles = [
        line.lstrip(" #").rstrip(" #") for line in lines if line[:1] in ("#", " ") and line.lstrip(" ")[:1] == "#"
    ]
    if not any(line[:1] == "#" for line in lines):
        return False  # then block titles count, and those are not told apart here
    if _UNDERLINES.search(text):
        titles += [
            before
            for before, line in itertools.pairwise(lines)
            if before and line[:1] in ("=", "-") and _SETEXT.match(line)
        ]
    told = [line for line in lines if line[-1:] in (":", "*", "_")]
    if "**" in text:
        told += [line for line in lines if "**" in line[:12]]
    if _SHOUTS.search(text) or text[:8].isupper():
        told += [line for line in lines if line[:8].isupper()]
    named = is_ordinary_name(path)
    if not named and (plans_by_name(path, titles[:3], lines) or any(unit_of(t) is not None for t in titles)):
        return False
    kinds: set[str] = set()
    for title in titles:
        found = meaning(title) if not named or may_be_strong(title.lower()) else None
        if found is not None and found.kind in ITEM_KINDS:
            if found.strong:
                return False
            kinds.add(found.kind)
        if unit_of(title) is not None:
            return False
    return not (len(kinds) > 2 and not named) and not any(_leads(line) for line in told)


def _leads(line: str) -> bool:
    """Whether a line may be a label of a strong meaning."""
    if not may_be_strong(line[:240].lower()):
        return False
    text = line.strip(" \t>-*+_")
    if len(text) > 240 and not text.endswith(":"):
        return False
    found = lead_meaning(text[:240]) if text.endswith((":", ")")) or line.rstrip()[-1:] in "*_" else None
    if found is not None and found.strong and found.kind in ITEM_KINDS:
        return True
    if ":" not in text[:64]:
        return False
    one = ONE_LINE.match(text)
    if one is not None:
        found = meaning(one["label"])
        if found is not None and found.strong:
            return True
    label = _CAPS.match(line)
    return label is not None and (found := meaning(label[0].strip(" *_:"))) is not None and found.strong
