"""Lists: which entries are items.

Where a list has boxes, the lines with a box are the items. Else the title decides; in lists that decide (gate, exit,
acceptance, precondition) a nested condition is an item of its own, elsewhere it is detail, and an entry with an
identifier is the unit with whatever stands beneath it.
"""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Entry, List
from phaseproof.plan.claims import ticked_claims, told_claims
from phaseproof.plan.drafts import Context, Draft, Node, Reading, claim_of, kind_by_id
from phaseproof.plan.ids import leading_id
from phaseproof.plan.marks import OTHER, glyph_in, is_form_field
from phaseproof.plan.model import Claim, ItemKind, Mark
from phaseproof.plan.statuses import status_claim
from phaseproof.plan.titles import clean, section_kind, unit_of
from phaseproof.plan.vocabulary import DECIDES, FORM, HARD, HOW, ITEM_KINDS, STOP, Meaning, core, lead_meaning, meaning

_NOTHING = re.compile(
    r"(?:none|n/?a|tbd|tba|todo|nothing|\.\.\.|…|[-–—_]+)(?:[\s.:!]*|\s*\([^()]*\)\.?)\Z"
    r"|(?:see|note|notes|nb|e\.g\.|example)\s*:|see (?:also\b|section\b|the\b|[`\[\"]|\S+\.md\b)"
    r"|\[[^\[\]]{1,80}\]\Z|\W*\Z",
    re.IGNORECASE,
)
_METADATA = re.compile(
    r"[*_`]*(?:owners?|status|depends(?: on)?|dependencies|estimates?|estimated [\w ]+|effort|priority|duration|"
    r"timeline|due(?: date)?|risks?|"
    r"notes?|rationale|why|files?|traces?(?: to)?|requirements|goal|goals|objective|context|background|assignee|lead|"
    r"date|time|week|story points|"
    r"blocked by|blocks|scope|out of scope|impact|source|links?|refs?|references?|example|type|category|severity|"
    r"purpose|summary|outcome|approach|focus)"
    r"(?:\s*\([^()]*\))?[*_`]*\s*:",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:\*\*|__)(?:what|why|who|when|output|purpose|rationale|owner|status|notes?)(?::(?:\*\*|__)|(?:\*\*|__):)\s",
    re.IGNORECASE,
)
_BLANK = re.compile(r"[*_]*[A-Z][\w /&-]{2,40}[*_]*:[*_ ]*\Z")
"""A field of a form that nobody has filled in."""
_TRACE = re.compile(r"_(?:Requirements?|Refs?|Depends|Prompt|Leverage)\b")
_HALF = re.compile(
    r"\b(?:is|are|confirms?|includes?|must|shall|should|has|have|following|of|be|with|to|contains?|covers?|covering|"
    r"for|and|or|when|if|where)[*_]*:[*_]*\Z",
    re.IGNORECASE,
)
ONE_LINE = re.compile(
    r"[*_]{0,3}(?P<label>[A-Za-z][A-Za-z /&-]{2,38}?)(?:\s*\([^()]*\))?[*_]{0,3}\s*:[*_]{0,3}\s+(?P<text>\S.*)"
)
DEMANDS = re.compile(r"\s*;\s+|\s+\|\s+")
"""What divides demands that are told on one line."""
_ONE_LINERS = re.compile(
    r"\A(?:(?:required )?(?:artifacts|evidence|outputs)|"
    r"deliverables?|acceptance|verification|validation|exit|gate|done|done when|exit gate|success metrics?|"
    r"artifacts?)\Z"
)
_QUESTION = re.compile(r"\?[*_\"”]*\s*\Z")
_ANSWERED = re.compile(r"\?[*_\"”)]*\s*(?:[-–—→:]+\s*|=>\s*|->\s*)?[*_]*\S")
_MARKED = re.compile(rf"[*_]*(?P<g>[{OTHER}])\ufe0f?\s*")


class _Seen:
    """What an entry means for those nested in it."""

    __slots__ = ("detail", "draft", "inner", "node")

    def __init__(
        self, inner: ItemKind | None, draft: Draft | None, *, detail: bool = False, node: Node | None = None
    ) -> None:
        self.inner, self.draft, self.detail, self.node = inner, draft, detail, node


def is_nothing(text: str) -> bool:
    """Whether a text says nothing yet: `TBD`, `None`, a placeholder in brackets."""
    return _NOTHING.match(text) is not None


def read_list(reading: Reading, block: List) -> None:
    """Drafts of the items of a list."""
    context = reading.context()
    if context.rule == FORM:
        return
    for entry in block.entries:
        if entry.up is None and entry.box is None and ":" in entry.text:
            status_claim(reading, entry.line, 0, entry.text)
    if block.boxes:
        _boxes(reading, block, context)
    elif (any(e.box is not None for e in block.entries) and ticked_claims(reading, block, context)) or (
        context.kind is None and reading.plan and told_claims(reading, block, context)
    ):
        return
    else:
        _plain(reading, block, context)


def _box_kind(reading: Reading, context: Context) -> ItemKind:
    if context.kind is not None:
        return context.kind
    node = reading.node
    while node is not None:  # a box under a heading that says nothing is what the heading above makes of it
        if node.meaning is not None and node.meaning.kind in ITEM_KINDS:
            return node.meaning.kind
        if node.unit or (node.meaning is not None and node.own):
            return "task"
        node = node.up
    return "task"


def _boxes(reading: Reading, block: List, context: Context) -> None:
    default = _box_kind(reading, context)
    drafts: dict[int, Draft] = {}
    kinds: dict[int, ItemKind] = {}
    for entry in block.entries:
        up = entry.up
        kind = kinds.get(id(up), default)
        if entry.lead:
            found = lead_meaning(entry.lead)
            if found is not None and found.kind in ITEM_KINDS:
                kind = found.kind
        kinds[id(entry)] = kind
        if entry.box is None:
            if entry.kids and entry.text.rstrip("*_ ").endswith(":"):
                found = lead_meaning(entry.text)
                if found is not None and found.kind in ITEM_KINDS:
                    kinds[id(entry)] = found.kind
            continue
        line = reading.lines[entry.line - 1]
        if is_form_field(line) or not entry.text.strip("*_ "):
            continue
        draft = reading.add(entry.line, entry.column, kind, entry.words(), entry.box.claim, boxed=True, end=entry.end)
        while up is not None:
            if id(up) in drafts:
                draft.up = drafts[id(up)]
                break
            up = up.up
        drafts[id(entry)] = draft


def _direct(reading: Reading, context: Context) -> ItemKind | None:
    """Bullets that stand in a milestone with no label are the things to build in it."""
    node = reading.node
    if context.kind is not None or context.rule or context.label or reading.ordinary or node is None:
        return None
    if (
        node.unit
        and node.kind in ("phase", "milestone")
        and node.level > 1
        and reading.units > 1
        and reading.label is None
    ):
        return "task"
    return None


def _plain(reading: Reading, block: List, context: Context) -> None:
    direct = _direct(reading, context)
    base = context.kind or direct
    seen: dict[int, _Seen] = {}
    entries = block.entries
    for index, entry in enumerate(entries):
        up = seen.get(id(entry.up)) if entry.up is not None else None
        kind, node, parent = base, None, None
        if up is not None:
            kind, node, parent = up.inner, up.node, up.draft
            if up.detail and not entry.lead:
                seen[id(entry)] = _Seen(None, parent, detail=True)
                continue
        if entry.lead:
            found = reading.weigh(lead_meaning(entry.lead))
            if found is not None and (
                found.strong or (context.kind is not None and found.kind in DECIDES) or found.kind in (STOP, HARD, HOW)
            ):
                kind = found.kind if found.kind in ITEM_KINDS else None
        seen[id(entry)] = _one(reading, entry, kind, node, parent, context, direct, entries[index + 1 : index + 2])


def _one(
    reading: Reading, entry: Entry, kind: ItemKind | None, node: Node | None, parent: Draft | None, context: Context,
    direct: ItemKind | None, after: list[Entry],
) -> _Seen:  # fmt: skip
    text = entry.words()
    label = _label(reading, entry, text, kind, context)
    if label is not None:
        if label.kind not in ITEM_KINDS:
            return _Seen(None, None, detail=label.kind in (HARD, FORM))
        title = clean(text)
        block = reading.title(entry.line, 8, title, section_kind(title, label), None, label) if reading.paste else None
        return _Seen(label.kind, None, node=block)
    if entry.box is None and not entry.kids and (direct or context.kind is None):
        one = _one_line(reading, entry, text, node)
        if one is not None:
            return one
    if is_form_field(reading.lines[entry.line - 1]) or (not entry.kids and _BLANK.match(text)):
        return _Seen(None, parent, detail=True)
    identity = leading_id(text, boxed=False)
    if kind is None:
        lone = kind_by_id(identity)
        if lone is None or context.rule in (HARD, STOP, HOW) or not reading.plan:
            return _Seen(None, parent)
        kind = lone
    if _unfit(reading, text, kind, direct is not None and not context.kind):
        return _Seen(kind if kind in DECIDES else None, parent, detail=kind not in DECIDES)
    flat = bool(after) and after[0].up is entry and after[0].flat and entry.kind == "n"
    if flat and kind not in DECIDES:
        title = clean(text)
        group = reading.title(entry.line, 8, title, "other", identity, Meaning(kind))
        return _Seen(kind, None, node=group)
    if entry.kids and kind in DECIDES and _HALF.search(text) and identity is None:
        return _Seen(kind, parent, node=node)
    claim = claim_of(entry.box)
    if entry.box is None:
        claim = glyph_in(reading.lines[entry.line - 1], max(0, entry.column - 1), entry.line) or claim
        claim = _marked(entry, claim)
    draft = reading.add(entry.line, _past_picture(entry, claim), kind, text, claim, node=node, end=entry.end)
    draft.up = parent
    nested = kind in DECIDES and draft.id is None
    unit = unit_of(text) if reading.paste and draft.id else None
    if reading.paste and draft.id and kind == "task" and unit is None:
        reading.title(entry.line, 7, clean(text), "other", draft.id, None)
    return _Seen(kind if nested else None, draft, detail=not nested, node=node)


def _marked(entry: Entry, claim: Claim) -> Claim:
    found = _MARKED.match(entry.text)
    if found is None or claim.state != "none":
        return claim
    at = entry.column + found.start("g")
    return Claim(found["g"], found["g"], Mark(entry.line, at, at + 1, "glyph"))


def _past_picture(entry: Entry, claim: Claim) -> int:
    """Column of an entry's words: a picture that leads them as its mark is passed over, as a tick is."""
    found = _MARKED.match(entry.text)
    leads = found is not None and found.start("g") == 0 and claim.mark is not None and claim.mark.start == entry.column
    return entry.column + found.end() if found is not None and leads else entry.column


def _label(reading: Reading, entry: Entry, text: str, kind: ItemKind | None, context: Context) -> Meaning | None:
    """Meaning of an entry that is the label of what is nested in it (`- **Acceptance:**`)."""
    stripped = text.rstrip("*_ ")
    if not entry.kids or not stripped.endswith(":") or len(text) > 160:
        return None
    found = reading.weigh(lead_meaning(text))
    if found is None or (kind is not None and found.kind == kind):
        return None
    if found.strong:
        return found
    if context.rule in (HOW, STOP, HARD) or (kind in DECIDES and not text.startswith(("**", "__"))):
        return None
    return found if found.kind in ITEM_KINDS and len(core(text).split()) <= 3 else None


def _one_line(reading: Reading, entry: Entry, text: str, node: Node | None) -> _Seen | None:
    """A criterion told behind its own label (`- **Exit criteria:** every drill passes`)."""
    found = ONE_LINE.match(text)
    if found is None or (not reading.plan and not text.startswith("**")):
        return None
    if found.start("text") >= len(entry.text):
        return None  # the label stands alone; what follows is its continuation
    word = reading.weigh(meaning(found["label"]))
    if word is None or word.kind not in ITEM_KINDS:
        return None
    if not word.strong and not (
        reading.node is not None and reading.node.unit and _ONE_LINERS.match(core(found["label"]))
    ):
        return None
    if is_nothing(found["text"]):
        return _Seen(None, None)
    draft, at = None, found.start("text")
    for piece in DEMANDS.split(found["text"]):
        words = piece.strip()
        at = text.find(words, at)
        if words and at < len(entry.text):
            draft = reading.add(entry.line, entry.column + at, word.kind, words, node=node, end=entry.end)
        at += len(words)
    return _Seen(None, draft, detail=True)


def _unfit(reading: Reading, text: str, kind: ItemKind, direct: bool) -> bool:
    """Whether an entry in a list of items is not one: metadata, a trace line, a question, a placeholder."""
    if is_nothing(text) or _TRACE.match(text):
        return True
    if _ABOUT.match(text):
        return True
    if _METADATA.match(text) and (direct or kind in ("task", "artifact", "requirement")):
        return True
    if kind == "requirement" and reading.node is not None and "edge case" in core(reading.node.title):
        return _QUESTION.search(text) is not None and _ANSWERED.search(text) is None
    return kind not in DECIDES and _QUESTION.search(text) is not None
