"""Lists told in one line: conditions between bars, roles in a review line, artifacts in a manifest."""

from __future__ import annotations

import re

from phaseproof.plan.drafts import Node, Reading
from phaseproof.plan.model import ItemKind

_BAR = re.compile(r"\s+\|\s+|\s*\|\s*$")
_CUTS = re.compile(r"[,;()]")
_LONGEST = 200
"""Entries told on one line above which it is running text, not a list."""
_REVIEW = re.compile(
    r"(?:[*_]{2})?(?P<label>Reviewed ?By|Review(?:ers)? required|Required (?:reviewers|approvers|approvals|"
    r"sign-?offs)|Approvers|Approvals required|Sign-?offs?(?: required)?(?: by)?|"
    r"To be signed by)(?:[*_]{2})?\s*:(?:[*_]{2})?\s*(?P<roles>\S.*)",
    re.IGNORECASE,
)
_REVIEWERS = re.compile(
    r"(?:[*_]{2})?(?P<label>Approved by|Reviewers|Signed off by|Signatories|Sign-?off roles)(?:[*_]{2})?\s*:"
    r"(?:[*_]{2})?\s*(?P<roles>\S.*)",
    re.IGNORECASE,
)
"""Labels that in a header name who read the document, and beneath it who has to."""
_MANIFEST = re.compile(r"(?:REQUIRES|REQUIRED|NEEDS|CONSUMES|INPUTS|PRODUCES|DELIVERS|OUTPUTS|CREATES)\Z")
_PRODUCED = frozenset(("PRODUCES", "DELIVERS", "OUTPUTS", "CREATES"))
_PATHLIKE = re.compile(r"\w\.[A-Za-z]{1,5}\b|/")
_NOBODY = re.compile(r"\W*(?:tbd|none|n/?a|pending|todo|name|date|_+)?\W*\Z", re.IGNORECASE)
_HANDLE = re.compile(r"@|\d{4}")


def pieces(text: str, start: int = 0) -> list[tuple[int, str]]:
    """Parts of a text between commas or semicolons that stand outside parentheses: (offset, words)."""
    found: list[tuple[int, str]] = []
    depth, at = 0, start
    for cut in _CUTS.finditer(text, start):
        mark = cut[0]
        if mark == "(":
            depth += 1
        elif mark == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            _piece(found, text, at, cut.start())
            at = cut.end()
    _piece(found, text, at, len(text))
    return found


def _piece(found: list[tuple[int, str]], text: str, start: int, stop: int) -> None:
    raw = text[start:stop]
    words = raw.strip()
    if words and any(c.isalnum() for c in words):
        found.append((start + len(raw) - len(raw.lstrip()), words))


def pipes(reading: Reading, number: int, indent: int, text: str, kind: ItemKind, node: Node | None) -> None:
    """One item for each condition between bars."""
    at = 0
    while at < len(text):
        bar = _BAR.search(text, at)
        stop = bar.start() if bar else len(text)
        piece = text[at:stop].strip(" |*-")
        if piece and any(c.isalnum() for c in piece):
            lead = len(text[at:stop]) - len(text[at:stop].lstrip(" |*-"))
            reading.add(number, indent + at + lead + 1, kind, piece, node=node)
        if bar is None:
            break
        at = bar.end()


def review_line(reading: Reading, number: int, indent: int, text: str) -> bool:
    """One sign-off for each role of a review line; whether the line is one."""
    found = _REVIEW.match(text)
    if found is None and (reading.paste or not reading.header) and reading.plan:
        found = _REVIEWERS.match(text)
    if found is None:
        return False
    told = pieces(text, found.start("roles"))
    if len(told) > _LONGEST:
        return False
    node = reading.title(number, 8, found["label"], "other", None, None)
    for where, piece in told:
        role = piece.strip(".*_ ").removeprefix("and ").strip()
        if role and not _NOBODY.match(role) and not _HANDLE.search(role) and len(role) < 80:
            reading.add(number, indent + where + piece.find(role) + 1, "signoff", role, node=node)
    return True


def manifest(
    reading: Reading, lines: list[tuple[int, int, str]], index: int, name: str, rest: str, node: Node | None
) -> int:
    """One item for each artifact that `REQUIRES: a, b` or `PRODUCES: ...` names.

    Args:
        reading: the reading.
        lines: the outline.
        index: index of the label's line.
        name: the label.
        rest: what follows it on its line.
        node: the title it stands under.

    Returns:
        Number of the last line read, 0 where this is no manifest.
    """
    if not _MANIFEST.match(name) or not rest or not _PATHLIKE.search(rest):
        return 0
    number, indent, text = lines[index]
    kind: ItemKind = "artifact" if name in _PRODUCED else "precondition"
    told = [(number, indent, piece) for piece in pieces(text, text.find(rest[:20]))]
    last = number
    for at in range(index + 1, len(lines)):
        last, other, words = lines[at]
        if other <= indent or words.split(":", 1)[0] in _PRODUCED:
            break
        told.extend((last, other, piece) for piece in pieces(words))
    else:
        last += 1
    if len(told) > _LONGEST:
        return 0
    for line, left, (where, item) in told:
        reading.add(line, left + where + 1, kind, item, node=node)
    return last - 1
