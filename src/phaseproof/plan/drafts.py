"""What has been understood so far, while a text is read: nodes (sections to be), drafts (items to be), the context."""

from __future__ import annotations

import re
from typing import NamedTuple

from phaseproof.plan.ids import leading_id, pinned
from phaseproof.plan.marks import Box
from phaseproof.plan.model import Claim, ItemKind, SectionKind
from phaseproof.plan.vocabulary import FORM, HARD, HOW, ITEM_KINDS, STOP, Meaning

NO_CLAIM = Claim("none")
MOST = 20_000
"""Items of one document; more are not kept, and that is a problem, not a silence."""


class Node:
    """A heading, block title or label: a section to be.

    Attributes:
        line: its line.
        level: depth.
        title: clean title.
        kind: kind of section.
        id: explicit id, None where there is none.
        meaning: kind that entries beneath it get, or how they are to be left alone; inherited where it says nothing.
        own: whether the meaning is its own.
        certain: whether its own meaning is a strong one.
        up: node it stands in.
        claim: status it claims.
        also: what else the text says of its status.
        holds: whether an item stands directly in it.
        leaf: whether no heading stands beneath it.
        listed: whether a list, table or fence stands directly beneath it.
        unit: whether its title leads with a phase, milestone or gate.
        after: explicit ids of the units it says it depends on.
    """

    __slots__ = (
        "after", "also", "certain", "claim", "holds", "id", "key", "kind", "leaf", "level", "line",
            "listed", "meaning", "own", "title", "unit", "up",
    )  # fmt: skip

    def __init__(
        self,
        line: int,
        level: int,
        title: str,
        kind: SectionKind,
        identity: str | None,
        meaning: Meaning | None,
        up: Node | None,
    ) -> None:
        self.line, self.level, self.title, self.kind, self.id, self.up = line, level, title, kind, identity, up
        self.meaning, self.own = meaning, meaning is not None
        self.certain = meaning is not None and meaning.strong
        self.claim = NO_CLAIM
        self.also: tuple[Claim, ...] = ()
        self.holds = self.unit = self.listed = False
        self.leaf = True
        self.key = ""
        self.after: tuple[str, ...] = ()


class Draft:
    """An item to be; `end` grows while its continuation is read."""

    __slots__ = ("claim", "column", "end", "id", "key", "kind", "line", "node", "pin", "text", "up")

    def __init__(self, line: int, column: int, kind: ItemKind, text: str, claim: Claim, node: Node | None) -> None:
        self.line = self.end = line
        self.column, self.kind, self.claim, self.node = column, kind, claim, node
        self.text, self.pin = pinned(text)
        self.id: str | None = None
        self.up: Draft | None = None
        self.key = ""


class Context(NamedTuple):
    """What entries at a place are.

    Attributes:
        kind: kind of item, None where the place does not make entries items.
        rule: `stop`, `hard`, `how` or `form` where the place forbids, else an empty string.
        label: whether a label, not the heading, says so.
    """

    kind: ItemKind | None
    rule: str
    label: bool


_ROLE = r"(?:[A-Z][\w/&.-]*(?:[ ](?:[A-Z][\w/&.-]*|of|and|&|/))*|(?:the|a|each|all|every) [\w /&-]{2,40})"
_SIGNS = re.compile(
    rf"\A[*_`\"]*(?:The\s+)?(?:"
    rf"[Hh]uman (?:review|sign-?off|approval)\b|"
    rf"{_ROLE}(?:['’]s?)?\s+(?:(?:formal|written|final|explicit|documented)\s+)*(?:[Ss]ign[- ]?[Oo]ff|"
    rf"[Aa]pproval)s?\b(?!\s+(?:process|workflow|form|page|flow|checklist|matrix|criteria))|"
    rf"(?:[Ss]ign[- ]?[Oo]ff|[Aa]pproval|[Ww]ritten approval|[Ff]ormal approval)s?\s+(?:from|by|of)\s|"
    rf"{_ROLE}\s+(?:has |have )?(?:signs? off|signed off|approves?)\b(?!\s+by))"
)
_CITES_INVARIANT = re.compile(r"\bINV-[A-Z]?\d")
_PREFIXES: tuple[tuple[re.Pattern[str], ItemKind], ...] = (
    (re.compile(r"\AINV-"), "invariant"),
    (re.compile(r"\ASTOP-"), "gate"),
)
_LONE: tuple[tuple[re.Pattern[str], ItemKind], ...] = (
    (re.compile(r"\A(?:FR|NFR|REQ|RQ)-?[A-Z]*-?\d"), "requirement"),
    (re.compile(r"\A(?:SC|AC)-?\d"), "acceptance"),
    *_PREFIXES,
)


def kind_by_id(identity: str | None) -> ItemKind | None:
    """Kind that an id alone shows (`FR-001`, `SC-002`, `INV-S1`, `STOP-3`)."""
    if identity is None:
        return None
    return next((kind for pattern, kind in _LONE if pattern.match(identity)), None)


def settled_kind(kind: ItemKind, text: str, identity: str | None) -> ItemKind:
    """The kind of an item: its heading's, but for invariants cited by id and for the sign-off itself."""
    for pattern, known in _PREFIXES:
        if identity is not None and pattern.match(identity):
            return known
    if _CITES_INVARIANT.search(text):
        return "invariant"
    if _SIGNS.match(text) and not re.match(r"\A(?:All|Every|Each|No)\b", text):
        return "signoff"
    return kind


class Reading:
    """The state of one reading.

    Attributes:
        lines: lines of the text.
        nodes: every heading and title, in order.
        drafts: every item found.
        node: the heading we stand under.
        label: what the last label said, None where there is none.
        sticky: whether the label lasts until the next label or heading.
        plan: whether the document is one that plans or reports work.
        ordinary: whether it is a README, guide or the like, where only strong words and boxes count.
        paste: whether it has no Markdown headings.
        told: whether it tells an agent how to work: there only boxes count.
        dialect: `kep`, `bmad`, `speckit` or an empty string.
        phase: explicit id of the plan's own phase.
        tags: open tags, innermost last.
        units: how many headings lead with a phase or milestone.
        full: whether there were more items than anybody plans.
        header: whether we stand before the first heading beneath the title.
        told_of: what lines like `**Phase 2:** COMPLETE` say of a unit, by its explicit id.
        listed: lines of headings with a list, table or fence directly beneath them.
        branches: lines of headings with headings beneath them.
    """

    def __init__(self, lines: list[str], path: str) -> None:
        self.lines, self.path = lines, path
        self.nodes: list[Node] = []
        self.drafts: list[Draft] = []
        self.node: Node | None = None
        self.label: Meaning | None = None
        self.sticky = False
        self.plan = self.ordinary = self.paste = self.told = False
        self.dialect = ""
        self.phase: str | None = None
        self.tags: list[str] = []
        self.units = 0
        self.header = True
        self.full = False
        self.told_of: list[tuple[str, Claim]] = []
        self.listed: set[int] = set()
        self.branches: set[int] = set()

    def weigh(self, found: Meaning | None) -> Meaning | None:
        """A meaning, or None where this document is of a sort in which so weak a word means nothing."""
        if found is not None and found.kind in ITEM_KINDS and (self.told or (not found.strong and not self.plan)):
            return None
        return found

    def context(self) -> Context:
        """What entries are where we stand."""
        base = self.node.meaning if self.node is not None else None
        if base is not None and (
            base.kind == FORM or (base.kind == HARD and not (self.label is not None and self.label.strong))
        ):
            return Context(None, base.kind, False)
        found, label = base, False
        if self.label is not None and (self.label.strong or base is None or base.kind != HOW):
            found, label = self.label, True
        if found is None:
            return Context(None, "", label)
        if found.kind in (STOP, HARD, HOW, FORM):
            return Context(None, found.kind, label)
        return Context(found.kind, "", label)  # type: ignore[arg-type]

    def add(
        self, line: int, column: int, kind: ItemKind, text: str, claim: Claim = NO_CLAIM, *, node: Node | None = None,
        boxed: bool = False, end: int = 0, identity: str | None = None,
    ) -> Draft:  # fmt: skip
        """A new draft.

        Args:
            line: its line.
            column: first character of its text, from 1.
            kind: kind that its place gives it.
            text: its words.
            claim: what it claims.
            node: its title, where that is not the heading we stand under.
            boxed: whether it has a box.
            end: its last line.
            identity: explicit id, where it does not lead the text.
        """
        draft = Draft(line, column, kind, text, claim, node or self.node)
        draft.id = identity or leading_id(draft.text, boxed)
        draft.kind = settled_kind(kind, draft.text, draft.id)
        draft.end = max(line, end)
        if len(self.drafts) >= MOST:
            self.full = True
            return draft
        if draft.node is not None:
            draft.node.holds = True
        self.drafts.append(draft)
        return draft

    def title(
        self, line: int, level: int, title: str, kind: SectionKind, identity: str | None, meaning: Meaning | None
    ) -> Node:
        """A block title under the heading we stand under; it becomes a section if it holds items or is a unit."""
        node = Node(line, level, title, kind, identity, meaning, self.node)
        self.nodes.append(node)
        return node


def claim_of(box: Box | None) -> Claim:
    """Claim of a box, none without one."""
    return box.claim if box is not None else NO_CLAIM
