"""Paragraphs: labels that lead into what follows, review lines, entries without bullets, prose of a gate."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Para
from phaseproof.plan.drafts import Reading
from phaseproof.plan.inline import pipes, review_line
from phaseproof.plan.linestart import looks_title
from phaseproof.plan.lists import DEMANDS, ONE_LINE, is_nothing
from phaseproof.plan.marks import is_form_field
from phaseproof.plan.outlines import is_invariant, is_label, read_outline
from phaseproof.plan.statuses import status_claim
from phaseproof.plan.titles import clean, section_kind, unit_of
from phaseproof.plan.vocabulary import DECIDES, FORM, HARD, HOW, ITEM_KINDS, STOP, Meaning, core, lead_meaning, meaning

_BOLD = re.compile(
    r"(?:[-*•]\s+)?(?:\*\*|__)(?P<label>[^*_]{2,90}?)(?::\s*(?:\*\*|__)|(?:\*\*|__)\s*(?:\([^()]*\)|"
    r"\*\([^()]*\)\*)?\s*:?)\s*(?:\([^()]*\)\s*:?\s*)?(?P<rest>.*)"
)
_DEPENDS = re.compile(
    r"[-*\s]*[*_]{0,2}(?:depends on|dependencies|dependency|blocked by|"
    r"after)[*_]{0,2}\s*:[*_]{0,2}\s*(?P<on>[^()]{1,200})",
    re.IGNORECASE,
)
_CHANGED = re.compile(r"(?:new )?files? (?:modified|changed|created|added|updated|deleted|touched)")
"""Parts of a list of files, where a title above has said that it is one."""
_ITALIC = re.compile(r"(?P<m>[*_])(?P<label>[^*_.]{2,60}?):?(?P=m):?\s*\Z")
_MARKER = re.compile(r"\s*(?:[-*+•◦▪●○·–]|o|\d{1,3}[.)]|\(?[a-z]{1,4}[.)])\s")
_RATIONALE = re.compile(
    r"(?:this|these|the following|the (?:purpose|goal|aim)|we|our|see|note|it|for (?:more|details|full)|in this|here|"
    r"if|why|background|because)\b",
    re.IGNORECASE,
)
_SENTENCE_END = '.;!?)`"”*:'
_INDENTED = 3  # blanks before each line: entries under a label, not running text
_PARAGRAPH = 700


def read_para(reading: Reading, para: Para) -> None:
    """Drafts and labels of a paragraph."""
    lines = para.lines
    context = reading.context()
    first = lines[0][2]
    if context.rule != FORM and _outlined(lines):
        read_outline(reading, lines, fence=False)
        last = is_label(lines[-1][2])
        bare = last is not None and not last["rest"].strip("*_ ")  # what it governs is told apart: a list, a table
        reading.label, reading.sticky = (
            (reading.weigh(meaning(last["label"])), True) if last is not None and bare else (None, False)
        )
        return
    for number, indent, text in lines:
        status_claim(reading, number, indent, text)
        depends(reading, text)
    if any(review_line(reading, number, indent, text) for number, indent, text in lines if ":" in text):
        return
    if reading.paste:
        lines = _titles(reading, para)
        if not lines:
            return
        first = lines[0][2]
        context = reading.context()
    if _lead_in(reading, lines):
        return
    if not reading.sticky:
        reading.label = None
    if context.kind is None or (context.label and not reading.sticky and not reading.paste):
        return
    if any(" | " in text for _, _, text in lines) and context.kind in DECIDES and not first.startswith("|"):
        for number, indent, text in lines:
            pipes(reading, number, indent, text, context.kind, None)
        return
    _plain(reading, lines, context.kind)


def _outlined(lines: list[tuple[int, int, str]]) -> bool:
    if is_invariant(lines, 0):
        return True
    label = is_label(lines[0][2])
    if label is None:
        return any(is_label(text) for _, indent, text in lines[1:] if indent > 0)
    return not lines[0][2].startswith("**") or (len(lines) > 1 and lines[1][1] > lines[0][1])


def depends(reading: Reading, text: str) -> None:
    """`Depends on: Phase 1` names what the unit it stands in waits for."""
    found = _DEPENDS.match(text)
    node = reading.node
    while node is not None and not node.unit:
        node = node.up
    if found is not None and node is not None:
        named = (unit_of(part.strip(" *_.")) for part in re.split(r"[,;&+]|\band\b", found["on"]))
        node.after = (*node.after, *(u.id for u in named if u is not None and u.leads))


def _titles(reading: Reading, para: Para) -> list[tuple[int, int, str]]:
    """In a text without headings: block titles among the lines become the nodes that what follows stands under."""
    rest: list[tuple[int, int, str]] = []
    total = len(para.lines)
    for index, (number, indent, text) in enumerate(para.lines):
        found = meaning(text) if looks_title(text) else None
        unit = unit_of(text) if looks_title(text) else None
        ends = index + 1 == total
        leads = ends and number < len(reading.lines) and _MARKER.match(reading.lines[number]) is not None
        titled = looks_title(text) and (leads or (_capitalised(text) and (ends or total > 1)))
        if found is None and unit is None and not titled:
            rest.append((number, indent, text))
            continue
        if rest:
            _section_lines(reading, rest)
            rest = []
        _open(reading, number, text, found)
    return rest


def _section_lines(reading: Reading, lines: list[tuple[int, int, str]]) -> None:
    kind = reading.context().kind
    if kind is not None:
        _plain(reading, lines, kind)


def _capitalised(text: str) -> bool:
    words = list(re.findall(r"[^\W\d_]{4,}", text))
    return bool(words) and sum(w[0].isupper() for w in words) >= 0.75 * len(words)


def _open(reading: Reading, number: int, text: str, found: Meaning | None) -> None:
    words = clean(text)
    unit = unit_of(words)
    first = not any(node.level == 1 for node in reading.nodes)
    named = unit is not None and (unit.leads or (first and (found is None or found.kind == "task")))
    kind = unit.kind if unit is not None and named else section_kind(words, found)
    above = next((n for n in reading.nodes if n.level == 1), None)
    reading.node = above
    node = reading.title(
        number,
        1 if first and named else 2,
        words,
        kind,
        unit.id if unit is not None and named else None,
        reading.weigh(found),
    )
    node.unit = unit is not None and unit.leads
    reading.node, reading.label, reading.sticky = node, None, False


def _lead_in(reading: Reading, lines: list[tuple[int, int, str]]) -> bool:
    """Takes the paragraph as a label, whole or by its last line; whether nothing else is in it."""
    number, indent, text = lines[-1]
    bold = _BOLD.match(text)
    if bold is not None:
        rest = bold["rest"].strip("*_ ")
        found = reading.weigh(lead_meaning(bold["label"]))
        if not rest:
            if found is not None and found.kind == STOP and _CHANGED.match(core(bold["label"])):
                found = reading.node.meaning if reading.node is not None and reading.node.certain else found
            reading.label, reading.sticky = found, True
            return True
        if (
            found is not None
            and found.kind in ITEM_KINDS
            and (found.strong or _milestone_line(reading, bold["label"]))
            and not reading.header
        ):
            return _told(reading, number, indent, bold, found)
        if text.endswith(":"):
            reading.label, reading.sticky = found or lead_meaning(text), False
            return True
        return len(lines) == 1
    italic = _ITALIC.match(text)
    if italic is not None and len(lines) == 1:
        reading.label, reading.sticky = reading.weigh(lead_meaning(italic["label"])), True
        return True
    if text.rstrip("*_ ").endswith(":") and len(text) < 240:
        found = lead_meaning(text)
        if (
            found is not None
            and found.kind in ITEM_KINDS
            and len(core(text).split()) > 4
            and reading.context().kind is not None
        ):
            found = None  # a sentence under a heading that has said what follows
        if found is not None or len(core(text).split()) > 3:
            reading.label = reading.weigh(found) if found is not None else reading.label if reading.sticky else None
        else:
            reading.label = None
        reading.sticky = reading.sticky and found is None
        return True
    one = ONE_LINE.match(text)
    if one is not None and len(lines) == 1 and not reading.header and (reading.plan or text.startswith("**")):
        found = reading.weigh(meaning(one["label"]))
        if found is not None and found.strong and found.kind in ITEM_KINDS and reading.context().kind != found.kind:
            return _told(reading, number, indent, one, found)
    return False


def _milestone_line(reading: Reading, label: str) -> bool:
    node = reading.node
    return (
        node is not None
        and node.unit
        and core(label)
        in ("deliverable", "deliverables", "acceptance", "verification", "validation", "exit", "gate", "done")
    )


def _told(reading: Reading, number: int, indent: int, found: re.Match[str], sense: Meaning) -> bool:
    """Criteria told behind their label; one item for each demand between semicolons."""
    group = "rest" if "rest" in found.groupdict() else "text"
    if is_nothing(found[group]):
        return True
    at = found.start(group)
    for piece in DEMANDS.split(found[group]):
        words = piece.strip()
        if words:
            where = found.string.find(words, at)
            reading.add(number, indent + where + 1, sense.kind, words)  # type: ignore[arg-type]
            at = where + len(words)
    return True


def _wrapped(lines: list[tuple[int, int, str]]) -> bool:
    """Whether lines are one running text rather than an entry each."""
    if len(lines) == 1:
        return True
    if all(indent >= _INDENTED for _, indent, _ in lines):
        return False
    if any(not (text[0].isupper() or text[0].isdigit() or text[0] in "`\"“'*_(") for _, _, text in lines[1:]):
        return True
    return any(len(text) >= 66 and text[-1] not in _SENTENCE_END for _, _, text in lines[:-1])


def _plain(reading: Reading, lines: list[tuple[int, int, str]], kind: str) -> None:
    node = reading.node
    if node is None or (node.listed and not reading.paste):
        return
    if reading.context().rule in (HARD, HOW, STOP) or (reading.header and not reading.paste):
        return
    if any(_BOLD.match(text) or is_form_field(text) for _, _, text in lines):
        return
    if not _wrapped(lines) or (reading.paste and len(lines) == 1 and kind in ITEM_KINDS):
        for number, indent, text in lines:
            if not is_nothing(text) and not text.endswith(":") and not (len(lines) == 1 and _RATIONALE.match(text)):
                reading.add(number, indent + 1, kind, text)  # type: ignore[arg-type]
        return
    first = lines[0][2]
    if kind not in ("gate", "exit") or not node.leaf or _RATIONALE.match(first):
        return
    text = " ".join(words for _, _, words in lines)
    if len(text) < _PARAGRAPH and not is_nothing(text):
        reading.add(lines[0][0], lines[0][1] + 1, kind, text, end=lines[-1][0])  # type: ignore[arg-type]
