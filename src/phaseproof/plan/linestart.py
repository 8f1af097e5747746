"""How a line begins, and so what it is: marker, box, fence, heading, label, tag."""

from __future__ import annotations

import re

from phaseproof.plan.marks import DONE, FAILED, OPEN, OTHER

TAGS = frozenset(
    [
        "task",
        "tasks",
        "name",
        "files",
        "action",
        "read_first",
        "verify",
        "automated",
        "done",
        "verification",
        "success_criteria",
        "acceptance_criteria",
        "output",
        "objective",
        "context",
        "behavior",
        "execution_context",
        "process",
        "details",
        "summary",
    ]
)
"""Tags whose meaning we know; every other tag is text."""

START = frozenset("[\\" + OPEN + DONE + FAILED)
LEAD = re.compile(
    r"(?P<ind>[ \t\xa0]*(?:>[ \t]*)*)(?:"
    r"(?P<h>\#{1,6})(?=[ \t]|$)"
    r"|(?P<f>`{3,}(?![^`]*`)|~{3,})"
    r"|(?P<m>(?:[-*+•◦▪‣●○·–∙▸►]|o|\d{1,3}[.)]|\(\d{1,3}\)|\(?(?:[ivx]{1,5}|[a-z])\)|(?:[ivx]{1,5}|[a-z]|"
    r"[A-H])[.)])(?=[ \t\xa0]|$)|[•●▪](?=\S))"
    r"|(?P<t>\|)"
    rf"|(?P<x>\\?\[[ xX]\\?\](?=[ \t*_`\w]|$)|[{OPEN}{DONE}{FAILED}])"
    r"|(?P<g></?(?P<tag>[a-z][a-z_]*)\b[^<>]*>)"
    r"|(?P<c><!--)"
    r")?"
)
DELIMITER = re.compile(r"[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*\Z")
RULE = re.compile(r"(?:=+|-{2,}|\*{3,}|_{3,})[ \t]*\Z")
BROKEN = re.compile(r"(?:-[ \t]*){3,}\Z|(?:\*[ \t]*){3,}\Z")
CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z")
_KINDS = {"-": "b", "*": "b", "+": "b", "–": "b", "•": "c", "●": "c", "·": "c", "∙": "c", "o": "o", "○": "o",
          "◦": "o", "▪": "q", "‣": "q", "▸": "q", "►": "q"}  # fmt: skip
LABEL = re.compile(r"(?:\*\*|__)[^*_]|[A-Z][A-Z0-9 /&_-]{3,}(?:\([^()]*\))?[ ]*:")
SAYS = re.compile(r"[A-Z][A-Za-z ]{2,40}:\s")
DEEPEST = 200  # entries nested deeper than this count as siblings, so that no chain of parents grows without bound


def looks_title(text: str) -> bool:
    """Whether a plain line, in a text without headings, reads as the title of what follows."""
    text = text.rstrip()
    if not text or len(text) > 90 or text[-1] in ".,;?!|" or not text[0].isupper():
        return False
    body = text.rstrip(":")
    return ": " not in body and len(body.split()) <= 12


def is_lead(text: str) -> bool:
    """Whether a line inside an entry is the label of what follows it there."""
    return len(text) < 100 and (text.rstrip("*_ ").endswith(":") or (text.startswith("**") and text.endswith("**")))


def marker_kind(marker: str, before: str) -> str:
    """Class of a list marker (see `blocks.Entry`).

    Args:
        marker: as written.
        before: class of the entry before it: after `h.` an `i.` is a letter.
    """
    if len(marker) == 1:
        return _KINDS.get(marker, "b")
    core = marker.strip("().")
    if core.isdigit():
        return "n"
    if core in ("i", "v", "x") and before == "l":
        return "l"
    return "r" if all(c in "ivx" for c in core) else "l"


CLAIM_GLYPHS = frozenset(DONE.replace("☑", "") + FAILED.replace("☒", "") + OTHER + "⬜🔲")
"""Glyphs that decorate as often as they tick, and the empty ones they are exchanged for; alone no checklist."""


def front_matter(lines: list[str]) -> tuple[int, list[str]]:
    """How many lines a text's front matter takes, and what stands in it."""
    if not lines or lines[0].rstrip() != "---":
        return 0, []
    for number in range(1, min(len(lines), 400)):
        if lines[number].rstrip() in ("---", "..."):
            body = lines[1:number]
            return (number + 1, body) if any(":" in line for line in body) else (0, [])
    return 0, []
