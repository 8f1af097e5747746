"""Outlines: lines whose indentation and labels carry the structure, in fences and in paragraphs without list marks.

A label (`QUALITY GATE:`, `FAULT INJECTION SUITE (all of them):`) governs the lines indented beneath it, or, where they
stand at its own indent, those up to the next blank line. Lines beneath an item are its text.
"""

from __future__ import annotations

import re

from phaseproof.plan.claims import claim_kind
from phaseproof.plan.drafts import Draft, Node, Reading
from phaseproof.plan.inline import manifest, pipes, review_line
from phaseproof.plan.linestart import CLAIM_GLYPHS
from phaseproof.plan.lists import is_nothing
from phaseproof.plan.marks import box_at, glyph_in, is_form_field
from phaseproof.plan.model import ItemKind
from phaseproof.plan.titles import clean, section_kind, unit_of
from phaseproof.plan.vocabulary import DECIDES, FORM, HARD, HOW, ITEM_KINDS, Meaning, lead_meaning, meaning

Lines = list[tuple[int, int, str]]
"""(number, indent, text); a blank line has indent -1 and no text."""

CAPS = re.compile(
    r"(?:[*_]{2})?(?P<label>[A-Z0-9][A-Z0-9 .,'/&+#_–—-]{2,80}?(?:\s*\([^()]*\))?)(?:[*_]{2})?\s*:(?:[*_]{2})?(?=\s|"
    r"$)(?P<rest>.*)"
)
"""A label in capitals, with what follows it on its line."""
_MARKER = re.compile(r"(?:[-*+•◦▪●○·–]|o|\d{1,3}[.)]|\(\d{1,3}\)|\(?(?:[ivx]{1,5}|[a-z])[.)])[ \t]+")
_INVARIANT = re.compile(r"(?P<id>INV-[A-Z0-9.-]*[A-Z0-9]|[A-Z]{1,4}-?[A-Z]?\d{1,3}(?:\.\d+)*)\s*[:—–]\s*\S")
_GUARANTEE = re.compile(
    r"[-*•\s]*[*_]*(?:guarantees?|thresholds?|enforcement|enforced by|violation(?: response)?|statement|"
    r"check(?:ed by)?|verified by|verification|invariant|rationale|test)[*_]*\s*:",
    re.IGNORECASE,
)
_CODED = re.compile(r"[A-Z]{1,6}-[A-Z]?\d+[a-z]?\Z")  # an id, not a label
_UNIT_LABEL = re.compile(r"[^:—–]{1,16}?\s*(?:[:—–]|\s-\s)|(?:PHASE|MILESTONE|GATE|STAGE)\s+\S+$")
_LOUD = re.compile(r"[A-Z]{2}")
_QUANTIFIES = re.compile(r"\b(?:ALL|ANY|EACH|EVERY|VERIFY|MUST|REQUIRED|CHECK|CONDITIONS?|CONFIRM)\b")
_ADDS = re.compile(r"(?P<unit>[A-Z]{1,3}\d[\w.]*|PHASE \w+)\s+(?:ALSO\s+)?(?:ADDS|CREATES|PRODUCES|DELIVERS)$")


class _Level:
    __slots__ = ("gap", "indent", "kind", "marked", "node", "role")

    def __init__(
        self, indent: int, role: str, kind: ItemKind | None, node: Node | None, marked: ItemKind | None = None
    ) -> None:
        self.indent, self.role, self.kind, self.node, self.marked = indent, role, kind, node, marked
        self.gap = False


def is_label(text: str) -> re.Match[str] | None:
    """The label in capitals that a line starts with."""
    found = CAPS.match(text)
    if found is None or not _LOUD.search(found["label"]) or _MARKER.match(text) or _CODED.match(found["label"]):
        return None
    return found


def is_invariant(lines: Lines, index: int) -> str | None:
    """The id of an invariant told as `ID: TITLE` with lines of guarantee and enforcement beneath."""
    found = _INVARIANT.match(lines[index][2].lstrip("*_# "))
    if found is None:
        return None
    if found["id"].startswith("INV-"):
        return found["id"]
    below = next((text for _, indent, text in lines[index + 1 : index + 3] if indent >= 0), "")
    return found["id"] if _GUARANTEE.match(below) else None


def read_outline(reading: Reading, lines: Lines, *, fence: bool) -> None:
    """Drafts of the items of an outline.

    Args:
        reading: the reading.
        lines: its lines.
        fence: whether it stands in a fence, where weak labels and plain lines count for less.
    """
    context = reading.context()
    if reading.told:
        return
    base = context.kind
    hard = context.rule in (HOW, HARD)
    told = _is_told(lines, base) if fence else True
    levels: list[_Level] = []
    last: Draft | None = None
    skip = 0
    for index, (number, indent, text) in enumerate(lines):
        if indent < 0:
            for level in levels:
                level.gap = True
            last = None if not levels or levels[-1].role != "item" else last
            continue
        if number <= skip:
            continue
        if ":" in text and review_line(reading, number, indent, text):
            last = None
            continue
        label = is_label(text)
        while levels and (
            levels[-1].indent > indent
            or (levels[-1].indent == indent and (levels[-1].role == "item" or levels[-1].gap or label))
        ):
            levels.pop()
        top = levels[-1] if levels else None
        if top is not None and top.role == "item" and top.indent < indent and box_at(text, 0, number) is None:
            if last is not None:
                last.end = number
            continue
        kind, node = (top.kind, top.node) if top is not None else (base, None)
        identity = is_invariant(lines, index)
        if identity is not None and context.rule != HARD:
            last = reading.add(number, indent + 1, "invariant", text, node=node, identity=identity)
            levels.append(_Level(indent, "item", None, node))
            continue
        deeper = _deeper(lines, index, indent)
        if label is not None:
            skip = _labelled(reading, lines, index, label, levels, kind, hard, deeper)
            last = None
            continue
        marker = _MARKER.match(text)
        at = marker.end() if marker else 0
        words = text[at:]
        box = box_at(reading.lines[number - 1], indent + at, number)
        if box is not None and not is_form_field(text):
            if box.claim.raw not in CLAIM_GLYPHS or kind is not None or reading.plan:
                words = reading.lines[number - 1][box.end :].strip()
                if words:
                    last = reading.add(
                        number,
                        box.end + 1,
                        kind or (top.marked if top else None) or base or (claim_kind(node.title) if node else "task"),
                        words,
                        box.claim,
                        node=node,
                        boxed=True,
                    )
                    levels.append(_Level(indent, "item", None, node))
            continue
        if words.endswith(":") and deeper and marker is None:
            found = reading.weigh(lead_meaning(words))
            strong = found is not None and (found.strong or not hard)
            new = kind
            if found is not None and strong:
                new = found.kind if found.kind in ITEM_KINDS else None
            levels.append(_Level(indent, "group", new, node if new == kind else _node(reading, number, words, found)))
            continue
        claim = glyph_in(reading.lines[number - 1], indent, number)
        marked = top.marked if top is not None else None
        if kind is None and marked is not None and claim is not None:
            kind = marked
        if kind is None or is_nothing(words):
            continue
        if " | " in text and kind in DECIDES:
            pipes(reading, number, indent, text, kind, node)
            continue
        if fence and marker is None and top is None and not told:
            continue
        draft = reading.add(number, indent + at + 1, kind, words, node=node)
        if claim is not None:
            draft.claim = claim
        last = draft
        levels.append(_Level(indent, "item", None, node))


def _is_told(lines: Lines, kind: ItemKind | None) -> bool:
    """Whether plain lines in a fence are sentences, not code or output."""
    if kind not in DECIDES and kind != "test":
        return False
    texts = [text for _, indent, text in lines if indent >= 0]
    plain = [t for t in texts if t[0].isupper() and " " in t and t[-1] not in "{};,(" and " = " not in t]
    return len(plain) >= 0.7 * len(texts)


def _deeper(lines: Lines, index: int, indent: int) -> bool:
    for _, other, _text in lines[index + 1 : index + 4]:
        if other >= 0:
            return other > indent
    return False


def _node(reading: Reading, number: int, title: str, found: Meaning | None) -> Node:
    words = clean(title)
    unit = unit_of(words)
    leads = unit is not None and unit.leads and _UNIT_LABEL.match(words) is not None
    kind = unit.kind if unit is not None and leads else section_kind(words, found)
    node = reading.title(number, 8, words, kind, unit.id if unit is not None and leads else None, found)
    node.unit, node.certain = leads, False
    return node


def _labelled(
    reading: Reading,
    lines: Lines,
    index: int,
    label: re.Match[str],
    levels: list[_Level],
    kind: ItemKind | None,
    hard: bool,
    deeper: bool,
) -> int:
    """A label in capitals; returns the number of the last line it has dealt with itself."""
    number, indent, _text = lines[index]
    name, rest = label["label"].strip("*_ "), label["rest"].strip("*_ ")
    done = manifest(reading, lines, index, name, rest, levels[-1].node if levels else None)
    if done:
        return done
    found = reading.weigh(meaning(name)) if name != "TODO" or not rest else None
    adds = _ADDS.match(name)
    if adds is not None:
        own = adds["unit"].upper() in ((reading.phase or "").upper(), f"PHASE {reading.phase}".upper())
        found = (
            Meaning(
                "test"
                if ".test." in "".join(t for _, _, t in lines[index + 1 : index + 3]) or "test" in name.lower()
                else "artifact",
                True,
            )
            if own
            else None
        )
    usable = found is not None and found.kind in ITEM_KINDS and (found.strong or not hard)
    if (
        found is None
        and kind is not None
        and not hard
        and not rest
        and unit_of(name) is None
        and (levels or _QUANTIFIES.search(name))
    ):
        levels.append(_Level(indent, "group", kind, _node(reading, number, name, None)))
        return number
    node = _node(reading, number, name, found)
    chosen: ItemKind | None = found.kind if usable and found is not None else None  # type: ignore[assignment]
    marked: ItemKind | None = found.kind if found is not None and found.kind in ITEM_KINDS else None
    if rest and chosen in DECIDES and " | " in rest:
        pipes(reading, number, indent + label.start("rest"), label["rest"], chosen, node)
        return number
    if rest and chosen is not None and not deeper:
        reading.add(number, indent + 1 + label.start("rest"), chosen, rest, node=node)
        return number
    levels.append(_Level(indent, "group", chosen if found is None or found.kind != FORM else None, node, marked))
    return number
