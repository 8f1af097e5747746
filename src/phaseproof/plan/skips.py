"""Passages that hold nothing, within texts that hold something: told from a quick look, and not walked.

A passage is what stands between one heading and the next. Where the heading makes nothing an item and no box, label,
table, id or status stands in it, the scanner jumps over it. A property test holds the reading with jumps to the one
without.
"""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Heading
from phaseproof.plan.marks import CLAIMS, OPEN
from phaseproof.plan.statuses import names_unit
from phaseproof.plan.vocabulary import ITEM_KINDS, STOP, lead_meaning, meaning

# Every expression that looks for lines begins with the line feed before them: the engine leaps from one to the next.
_TOKENS = re.compile(
    r"\n[ \t>]*(?:(?P<h>#{1,6})(?=[ \t])(?P<t>[^\n]*)|(?P<f>`{3,}(?![^`\n]*`)|~{3,})(?P<i>[^\n]*)|(?P<c><!--))"
)
_CLOSING = re.compile(r"[ \t]+#+[ \t]*\Z")
_SETEXT = re.compile(r"\n[ \t>]{0,3}(?:=+|-{2,})[ \t]*(?=\n|\Z)")
_TAGS = re.compile(
    r"<(?:/?task|/?name|/?verif|/?done|/?output|success_criteria|acceptance_criteria|/?action|/?objective|/?context|"
    r"/?behavior|/?process|/?files|automated)\b"
)
_PLAIN_INFO = re.compile(
    r"[ \t]*(?:text|txt|plain|plaintext|markdown|md|none|checklist|bash|sh|shell|zsh|console|cmd|powershell|"
    r"ps1)?[ \t]*\Z",
    re.IGNORECASE,
)
_SIGNS = (
    "tatus",
    "STATUS",
    "epends on",
    "eviewed",
    "EVIEWED",
    "locked by",
    "ependenc",
    "uarantee",
    "nforce",
    "pprove",
    "ign-off",
    "ignoff",
    "fter:",
    "fter**",
)
_BOX = re.compile(r"\[(?:[ xX~/>.*!-]?|  )\\?\]")
_DELIMITER = re.compile(r"\|[ \t]*:?-{2,}")
_HEADS = re.compile(
    r"stat|done|compl|pass|met\b|verif|ready|check|sign|art[ei]fact|deliver|evidence|docum|output|criteri|accept|"
    r"object|truth|gate|condition|block|"
    r"control|rule|require|invariant|test|scenario|suite|task|phase|milestone|stage|wave|work|to-?do|plan|stor(?:y|"
    r"ies)|step|action|epic|sprint|issue|"
    r"item|role|approv|review|result|outcome|progress|verdict|seal|resolved|ok\b|tick|implement|cohort|ring|fix|"
    r"activity|nfr|blocker|pre-?(?:req|cond)|entry|exit"
)
_CODE = re.compile(r"[A-Z]{2,6}-[A-Z]?\d")
_GLYPHS = re.compile(f"[{OPEN}{CLAIMS}]")
_LABEL = re.compile(
    r"[ \t>]*(?:(?:[-*+•]|o|\d{1,3}[.)])[ \t]+)?[*_]{0,3}(?P<l>[A-Z][A-Za-z /&'-]{1,60})[*_]{0,3}[ "
    r"\t]*(?:\([^()\n]{0,80}\))?[*_]{0,3}[ \t]*:"
)
_ENDS = re.compile(r"(?::[*_]*|\*\*|__)[ \t]*(?:\n|\Z)")
_CAPS = re.compile(r"\n[ \t>*_-]*[A-Z0-9][A-Z0-9 .,'/&+#_–—-]{3,}[(:]")
_FAR = 160  # characters before a colon within which its label begins
LEAST = 2_000
"""Characters of a text below which looking ahead costs more than it saves."""


def outline(text: str) -> tuple[list[tuple[Heading, int]], bool] | None:
    """Headings of a text, each with the offset past its line, and whether fences hold plain text.

    None where headings cannot be told apart so quickly.
    """
    for rule in _SETEXT.finditer(text):
        if rule.start() > 0 and text[rule.start() - 1] not in "\n \t":
            return None
    if "<" in text and _TAGS.search(text):
        return None
    text = "\n" + text
    found: list[tuple[Heading, int]] = []
    line, counted, resume = 0, 0, 0
    fence = ""
    plain = False
    for token in _TOKENS.finditer(text):
        start = token.start() + 1
        if start <= resume:
            continue
        if fence:
            mark = token["f"]
            if mark is not None and mark.startswith(fence) and not token["i"].strip():
                fence = ""
            continue
        if token["c"] is not None:
            close = text.find("-->", token.end())
            if close < 0:
                return None
            end = text.find("\n", close)
            resume = len(text) if end < 0 else end
        elif token["f"] is not None:
            fence = token["f"]
            plain = plain or _PLAIN_INFO.match(token["i"]) is not None
        elif token.start("h") - start <= 3:
            title = _CLOSING.sub("", token["t"]).strip()
            if title:
                line += text.count("\n", counted, start)
                counted = start
                found.append((Heading(line, token.start("h") - start + 1, len(token["h"]), title), token.end() - 1))
    return found, plain


def is_barren(text: str, start: int, stop: int) -> bool:
    """Whether a passage holds nothing, under a heading that makes nothing an item.

    Args:
        text: the text.
        start: offset of the passage.
        stop: offset past it.
    """
    body = text[start:stop]
    if any(sign in body for sign in _SIGNS):
        return False
    if "[" in body and _BOX.search(body):
        return False
    if "|" in body:
        for delimiter in _DELIMITER.finditer(body):
            head = body.rfind("\n", 0, body.rfind("\n", 0, delimiter.start()) + 1 - 1) + 1
            if _HEADS.search(body[head : delimiter.start()].lower()):
                return False
    if "-" in body and _CODE.search(body):
        return False
    if "**" in body and names_unit(body):
        return False
    if not body.isascii() and _GLYPHS.search(body):
        return False
    at = body.find(":")
    while at >= 0:
        begin = body.rfind("\n", max(0, at - _FAR), at) + 1
        label = _LABEL.match(body, begin, at + 1) if begin or at < _FAR else None
        if label is not None:
            found = meaning(label["l"])
            if found is not None and found.kind in ITEM_KINDS:
                return False
        at = body.find(":", at + 1)
    if _CAPS.search(body):
        return False
    for end in _ENDS.finditer(body):
        line = body[body.rfind("\n", 0, end.start()) + 1 : end.end()]
        found = lead_meaning(line[-300:].strip(" \t>-*+_"))
        if found is not None and found.kind != STOP:
            return False
    return True
