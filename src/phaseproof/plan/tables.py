"""Tables: which list things that must be true, and what their cells say."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Table
from phaseproof.plan.drafts import NO_CLAIM, Context, Reading
from phaseproof.plan.ids import leading_id, visible
from phaseproof.plan.marks import box_at, cell_claim
from phaseproof.plan.model import Claim, ItemKind
from phaseproof.plan.vocabulary import FORM, HARD, HOW, ITEM_KINDS, STOP, core

Cell = tuple[int, int]
"""Offsets of a cell's content in its line, from 0, blanks left out."""

_ID = re.compile(
    r"(?:id|#|no|nr|num|number|ref|key|code|ac|ac ?#|\w+ (?:id|#|no|ref|code)|(?:task|req|requirement|criterion|"
    r"control|check|test|item) ?(?:id|#|no))\Z"
)
_STATUS = re.compile(
    r"(?:[\w-]+ )?(?:status|state)|done|completed?|pass|passed|pass ?/ ?fail|passes|met|verified|ready|checked|"
    r"signed(?: off)?|sealed|resolved|✓|✔|✅|☐|☑|box|ok|tick|go ?/ ?no-?go|verdict|y/?n|yes/no|implemented"
)
_MAYBE_STATUS = re.compile(r"result|outcome|check|progress|seal|approved|implementation|complete\?|done\?")
_KINDS: tuple[tuple[ItemKind, re.Pattern[str], bool], ...] = tuple(
    (kind, re.compile(pattern), alone)  # type: ignore[misc]
    for kind, pattern, alone in (
        ("exit", r"exit (?:criteri(?:a|on)|condition)s?", True),
        ("precondition", r"entry (?:criteri(?:a|on)|conditions?)|pre-?(?:requisite|condition)s?", True),
        ("artifact", r"(?:[\w-]+ )?(?:deliverables?|art[ei]facts?|work products?|outputs?)|evidence(?: (?:item|title|"
                     r"name|artifact|required))?|documents?(?: title| name)?", True),
        ("acceptance", r"(?:[\w-]+ )?(?:criteri(?:a|on)|criteria description)|acceptance|objectives?|truths?|"
                       r"checklist item|success (?:metric|measure)|nfr", True),
        ("gate", r"gates?|(?:gate |stop |blocking )?conditions?|blockers?|gate check|stop rule", True),
        ("requirement", r"(?:security )?controls?|rules?|(?:[\w-]+ )?requirements?|invariants?", True),
        ("test", r"tests?(?: (?:case|name|suite|level))?|test scenario|scenario|suite", False),
        ("rollout", r"rollout (?:stage|step|phase)|release step|cohort|ring", False),
        ("task", r"tasks?(?: name| title| description)?|phases?|milestones?|stages?|waves?|work ?items?|"
                 r"work packages?|to-?do|plans?|stor(?:y|ies)|user story|steps?|actions?|epics?|sprints?|fix|"
                 r"issues?|activity", False),
    )
)  # fmt: skip
_GENERIC = re.compile(
    r"(?:item|items|name|title|description|features?|check|checks|what|subject|summary|topic|area|component|"
    r"deliverable name|verification|goal)\Z"
)
_ROLE = re.compile(r"(?:role|approver|reviewer|sign-?off(?: role| by)?|signatory|approval|approved by)s?\Z")
_SIGNED = re.compile(r"(?:signature|signed|date|approved|status|decision|sign-?off|name|approval)\b")
_TARGET = re.compile(r"target|threshold|required|goal|limit|budget|objective|must be|pass(?:ing)? (?:value|bar)")
_NEVER = re.compile(
    r"(?:risk|risks|threat|threat id|field|property|attribute|keys?|terms?|word|definition|option|alternative|pros?|"
    r"cons?|date|version|author|question|decision|"
    r"file|files|path|location|folder|directory|endpoint|method|route|command|flag|parameter|variable|"
    r"env(?:ironment)?(?: variable)?|column|type|module|package|"
    r"tool|resource|cost|estimate|effort|hours|week|day|from|source|trust boundary|metric|measure|status|symbol|"
    r"marker|label|level|severity|likelihood|"
    r"rev|revision|change|library|dependency|scenario name|persona|competitor|host|port|service|table|url|link|"
    r"setting|before|old|current)\b"
)
_TOTAL = re.compile(r"(?:[*_`]*(?:total|sum|overall|subtotal|average|grand total)\b|\W*\Z)", re.IGNORECASE)
_CODE = re.compile(r"[*_`]{0,3}[A-Z]{1,5}-?\d+(?:\.\d+)*[*_`]{0,3}\Z")
_BOXED = re.compile(r"\\?\[[ xX]?\\?\]|[☐☑□⬜☒✅❌✓✗✔]\ufe0f?")


def cells(line: str) -> list[Cell]:
    """Where the cells of a row stand; an escaped bar divides nothing (GFM, tables)."""
    found: list[Cell] = []
    start, stop = 0, len(line)
    while start < stop and line[start] in " \t>":
        start += 1
    if start < stop and line[start] == "|":
        start += 1
    at = start
    while True:
        bar = line.find("|", at)
        if bar > 0 and line[bar - 1] == "\\":
            at = bar + 1
            continue
        end = bar if bar >= 0 else stop
        if bar >= 0 or line[start:end].strip():
            left, right = start, end
            while left < right and line[left] in " \t":
                left += 1
            while right > left and line[right - 1] in " \t":
                right -= 1
            found.append((left, right))
        if bar < 0:
            return found
        start = at = bar + 1


class _Columns:
    """Which column says what; -1 where none does."""

    __slots__ = ("id", "kind", "status", "sure", "title")

    def __init__(self) -> None:
        self.id = self.status = self.title = -1
        self.kind: ItemKind | None = None
        self.sure = False


def _columns(head: list[str]) -> _Columns:
    found = _Columns()
    for index, name in enumerate(head):
        if found.id < 0 and _ID.match(name):
            found.id = index
            break
    found.status = next((i for i, name in enumerate(head) if i != found.id and _STATUS.fullmatch(name)), -1)
    if found.status < 0:
        found.status = next(
            (i for i, name in enumerate(head) if i > 0 and i != found.id and _MAYBE_STATUS.fullmatch(name)), -1
        )
    for kind, pattern, alone in _KINDS:
        for index, name in enumerate(head):
            if index not in (found.id, found.status) and pattern.fullmatch(name):
                if found.title < 0 or index < found.title:
                    found.title, found.kind, found.sure = index, kind, alone
                break
    if found.title > 0 and head[found.title].startswith("evidence"):
        first = next((i for i in range(found.title) if i not in (found.id, found.status)), -1)
        if first >= 0:  # what the evidence is of, not the evidence, is what the table lists
            found.title, found.kind, found.sure = first, None, False
    if found.title < 0:
        found.title = next(
            (i for i, name in enumerate(head) if i not in (found.id, found.status) and _GENERIC.match(name)), -1
        )
    if found.title < 0:
        found.title = next((i for i in range(len(head)) if i not in (found.id, found.status)), -1)
    return found


def read_table(reading: Reading, block: Table) -> None:
    """Drafts of the rows of a table that lists items."""
    context = reading.context()
    if context.rule == FORM or len(block.rows) < 2:
        return
    line = block.rows[0][1]
    spots = cells(line)
    raw = [line[a:b] for a, b in spots]
    head = [core(name) or name.strip("*_ ").lower() for name in raw]
    columns = _columns(head)
    rows = [(number, row, cells(row)) for number, row in block.rows[1:]]
    if columns.title < 0:
        return
    if (
        columns.id < 0
        and columns.title != 0
        and rows
        and all(c and _CODE.match(row[slice(*c[0])]) for _, row, c in rows)
    ):
        columns.id = 0
    elif columns.id < 0 and head and not head[0] and all(len(c) > 1 for _, _, c in rows):
        columns.id = 0 if all(leading_id(row[c[0][0] : c[0][1]], boxed=False) for _, row, c in rows) else -1
    boxed = _box_column(rows, columns)
    kind = _verdict(reading, context, head, columns, boxed)
    if kind is None:
        return
    if columns.status < 0:
        columns.status = boxed
    for number, row, spans in rows:
        _row(reading, number, row, spans, columns, kind)


def _box_column(rows: list[tuple[int, str, list[Cell]]], columns: _Columns) -> int:
    """The one column whose cells are boxes, -1 where none or several are (then it compares, it does not list)."""
    found = -1
    width = max((len(c) for _, _, c in rows), default=0)
    for index in range(min(width, 40)):
        if index == columns.title:
            continue
        texts = [row[c[index][0] : c[index][1]] for _, row, c in rows if index < len(c)]
        if texts and sum(_BOXED.fullmatch(t) is not None for t in texts) > 0.5 * len(texts):
            if found >= 0:
                return -1
            found = index
    return found


def _verdict(reading: Reading, context: Context, head: list[str], columns: _Columns, boxed: int) -> ItemKind | None:
    """Kind of a table's rows, None where they are no items."""
    title = head[columns.title] if columns.title < len(head) else ""
    if _ROLE.match(title) and any(_SIGNED.match(name) for i, name in enumerate(head) if i != columns.title):
        return "signoff" if reading.plan or context.kind == "signoff" else None
    status = columns.status >= 0
    if columns.kind == "gate" and title.startswith("condition") and context.kind is None and not status:
        return None
    target = any(_TARGET.match(name) for name in head)
    never = columns.kind is None and _NEVER.match(head[0] or title) is not None
    if (
        never
        and not (boxed >= 0 and context.kind is not None)
        and not (
            head[0].startswith(("metric", "measure", "file", "path"))
            and context.kind is not None
            and (target or context.kind == "artifact")
        )
    ):
        return None
    if context.kind is not None:
        if (
            columns.kind in ("artifact", "exit", "precondition")
            and columns.sure
            and context.kind in ("task", "rollout")
        ):
            return columns.kind
        return context.kind
    if reading.ordinary and boxed < 0:
        return None
    if context.rule == HARD:
        return columns.kind or "task" if boxed >= 0 and status else None
    if columns.kind is not None and ((columns.sure and context.rule not in (STOP, HOW)) or status or boxed >= 0):
        if columns.kind in ("requirement", "gate", "acceptance", "artifact") and not (
            status or boxed >= 0 or columns.id >= 0 or columns.sure
        ):
            return None
        return columns.kind
    if boxed >= 0 and (status or "☐" in "".join(head) or reading.plan):
        return _above(reading)
    if status and _GENERIC.match(title) and reading.plan and context.rule == "" and columns.id >= 0:
        return "task"
    return None


def _above(reading: Reading) -> ItemKind:
    node = reading.node
    while node is not None:
        if node.meaning is not None and node.meaning.kind in ITEM_KINDS:
            return node.meaning.kind
        node = node.up
    return "task"


def _row(reading: Reading, number: int, row: str, spans: list[Cell], columns: _Columns, kind: ItemKind) -> None:
    if columns.title >= len(spans):
        return
    start, stop = spans[columns.title]
    box = box_at(row, start, number)
    claim: Claim = NO_CLAIM
    if box is not None:
        claim, start = box.claim, min(box.end, stop)
    text = row[start:stop]
    if _TOTAL.match(text) or text.strip(". …") == "" or re.fullmatch(r"\[[^\]]*\]|\.{3}|…|<[^>]*>", text):
        return
    if columns.status >= 0 and columns.status < len(spans):
        claim = cell_claim(row, *spans[columns.status], number)
    identity = None
    if 0 <= columns.id < len(spans):
        a, b = spans[columns.id]
        identity = _identity(row[a:b])
    reading.add(number, start + 1, kind, text, claim, identity=identity)


def _identity(cell: str) -> str | None:
    found = re.match(r"[*_`\[(]*(?P<id>[^\s*_`\[\]()|]+(?: \w{1,6})?)", visible(cell))
    if found is None:
        return None
    identity = found["id"].rstrip(".:")
    return identity if any(c.isdigit() for c in identity) and not identity.isdigit() else None
