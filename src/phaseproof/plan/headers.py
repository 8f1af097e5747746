"""What a document says of itself: its own id."""

from __future__ import annotations

import re

from phaseproof.plan.ids import visible

_HEADER = re.compile(
    r"[#>\s*_|-]*(?:document|artifact|artefact|doc)[ _-]?(?:id|identifier)\s*(?:[*_`]*\s*[:|]\s*[*_`]*|"
    r"[*_`]+)\s*(?P<id>[A-Za-z][\w.-]*\d[\w.-]*)",
    re.IGNORECASE,
)
_FRONT = re.compile(r"(?:id|document_id|artifact_id)\s*:\s*[\"']?(?P<id>[A-Za-z][\w.-]*\d[\w.-]*)", re.IGNORECASE)
_TITLE = re.compile(r"#\s+[*_`(\[]*(?P<id>[A-Z]{1,6}-\d+[a-z]?)[*_`)\]]*\s*[:—–-]\s")
_DEEP = 40


def own_id(lines: list[str]) -> tuple[str, int]:
    """A document's own id and the line it stands on; ("", 0) where it states none.

    Looked for in its first 40 lines: front matter, `**Document ID:** E-03`, a row of a header table, `# E-03 — Title`.
    """
    front = bool(lines) and lines[0].rstrip() == "---"
    for number, line in enumerate(lines[:_DEEP], 1):
        if front and number > 1 and line.rstrip() in ("---", "..."):
            front = False
        found = _HEADER.match(line) or (_FRONT.match(line) if front else None) or _TITLE.match(line)
        if found:
            return visible(found["id"]).rstrip(".-"), number
    return "", 0
