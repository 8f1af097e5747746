"""Lists told in one line: conditions between bars, roles in a review line, artifacts in a manifest."""

from __future__ import annotations

import re

from phaseproof.plan.drafts import Node, Reading
from phaseproof.plan.model import ItemKind

_BAR = re.compile(r"\s+\|\s+|\s*\|\s*$")
_COMMA = re.compile(r"[,;](?![^()]*\))")
_REVIEW = re.compile(
    r"(?:[*_]{2})?(?P<label>Reviewed ?By|Review(?:ers)? required|Required (?:reviewers|approvers|approvals|sign-?offs)|Approvers|Approvals required|Sign-?offs?(?: required)?(?: by)?|To be signed by)(?:[*_]{2})?\s*:(?:[*_]{2})?\s*(?P<roles>\S.*)",
    re.IGNORECASE,
)
_MANIFEST = re.compile(r"(?:REQUIRES|REQUIRED|NEEDS|CONSUMES|INPUTS|PRODUCES|DELIVERS|OUTPUTS|CREATES)\Z")
_PRODUCED = frozenset(("PRODUCES", "DELIVERS", "OUTPUTS", "CREATES"))
_PATHLIKE = re.compile(r"\w\.[A-Za-z]{1,5}\b|/")
_NOBODY = re.compile(r"\W*(?:tbd|none|n/?a|pending|todo|name|date|_+)?\W*\Z", re.IGNORECASE)
_HANDLE = re.compile(r"@|\d{4}")


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
    if found is None:
        return False
    node = reading.title(number, 8, found["label"], "other", None, None)
    at = found.start("roles")
    for piece in _COMMA.split(found["roles"]):
        role = piece.strip().strip(".*_ ").removeprefix("and ").strip()
        where = text.find(role, at) if role else -1
        if role and not _NOBODY.match(role) and not _HANDLE.search(role) and len(role) < 80:
            reading.add(number, indent + where + 1, "signoff", role, node=node)
            at = where + len(role)
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
    pieces = [(number, indent, text, text.find(rest[:20]))]
    for later, other, words in lines[index + 1 :]:
        if other <= indent or words.split(":")[0] in _PRODUCED:
            break
        pieces.append((later, other, words, 0))
    for line, left, words, start in pieces:
        at = start
        for piece in _COMMA.split(words[start:]):
            item = piece.strip()
            if item and any(c.isalnum() for c in item):
                where = words.find(item, at)
                reading.add(line, left + where + 1, kind, item, node=node)
                at = where + len(item)
    return pieces[-1][0]
