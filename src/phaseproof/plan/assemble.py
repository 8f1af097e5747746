"""Drafts and nodes become items and sections: ids made unique, parents linked, references gathered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from phaseproof.plan.drafts import Draft, Node, Reading
from phaseproof.plan.ids import fingerprint, slug
from phaseproof.plan.model import Claim, Item, Problem, Reference, Section, Span
from phaseproof.plan.references import Named
from phaseproof.plan.titles import bare
from phaseproof.plan.twins import SEPARATOR, look_alikes, plain, settle_twins, shortened
from phaseproof.plan.vocabulary import ITEM_KINDS


def sections_of(reading: Reading, problems: list[Problem]) -> tuple[Section, ...]:
    """Sections: every phase, milestone and gate, and every title that directly holds items.

    Args:
        reading: the reading.
        problems: what the ids show is added here.
    """
    kept = _kept(reading)
    top = next((n for n in reading.nodes if n.level == 1), None)
    groups: dict[str, list[Node]] = {}
    for node in kept:
        node.key = node.id or _slugged(node, top)
        groups.setdefault(node.key.casefold(), []).append(node)
    for nodes in groups.values():
        if len(nodes) > 1:
            _tell_apart(reading.path, nodes, problems)
    found = []
    told: dict[str, list[Claim]] = {}
    for name, claim in reading.told_of:
        told.setdefault(name, []).append(claim)
    for node in kept:
        up = _kept_above(node)
        depth = 1
        while up is not None and depth < 100:
            depth, up = depth + 1, _kept_above(up)
        above = _kept_above(node)
        found.append(
            Section(
                node.key,
                node.id is not None,
                node.title,
                node.kind,
                node.line,
                depth,
                above.key if above else None,
                node.claim,
                node.after,
                (*node.also, *(told.pop(node.id, ()) if node.unit and node.id else ())),
            )
        )
    return tuple(found)


def _kept(reading: Reading) -> list[Node]:
    """Nodes that become sections; a gate that only a weak word makes one must have items, or it would hold for ever."""
    full: set[int] = set()
    for node in reading.nodes:
        up: Node | None = node if node.holds else None
        while up is not None and id(up) not in full:
            full.add(id(up))
            up = up.up
    return [
        n
        for n in reading.nodes
        if n.holds
        or n.kind in ("phase", "milestone")
        or (n.kind == "gate" and (n.unit or n.certain))
        or (id(n) in full and n.own and n.meaning is not None and (n.kind == "gate" or n.meaning.kind in ITEM_KINDS))
    ]


def _kept_above(node: Node) -> Node | None:
    up = node.up
    while up is not None and not up.key:
        up = up.up
    return up


def _slugged(node: Node, top: Node | None) -> str:
    """Slug of a title; beneath a milestone, phase or gate inside the plan it carries that one's name too."""
    own = slug(re.sub(r"\([^()]*\)", " ", bare(node.title))) or slug(node.title) or "section"
    up = node.up
    while up is not None and (up is top or up.kind == "other" or not up.unit):
        up = up.up
    return f"{slug(up.id or up.title)}-{own}" if up is not None else own


def _tell_apart(path: str, nodes: Sequence[Node], problems: list[Problem]) -> None:
    """Suffixes from titles and what stands around, never from line numbers; only identical ones are counted."""
    seen: Counter[str] = Counter()
    told_twice = len({plain(node.title) for node in nodes}) == 1
    first = nodes[0]
    for node in nodes:
        chain, up = [node.title], node.up
        while up is not None and len(chain) < 8:
            chain.append(up.title)
            up = up.up
        mark = fingerprint(*chain)
        seen[mark] += 1
        if node is not first and node.id is not None and not told_twice and node.kind != "other":
            said = f"{node.id} is also the id of “{shortened(first.title)}” on line {first.line}"
            problems.append(Problem(path, node.line, "id-duplicate", "error", said))
        if not (told_twice and node is first):
            node.key = f"{node.key}{SEPARATOR}{mark}" + (f".{seen[mark]}" if seen[mark] > 1 else "")


def items_of(reading: Reading, named: Named, problems: list[Problem]) -> tuple[Item, ...]:
    """Items in the order of the text, with ids that are unique in the plan.

    Args:
        reading: the reading, its sections already made.
        named: the paths that the text names.
        problems: what the ids show is added here.
    """
    drafts = sorted(reading.drafts, key=lambda d: (d.line, d.column))
    stated = _stated(reading)
    for draft in drafts:
        draft.text = _unmarked(draft, stated.get(draft.line, ()))
        draft.key = draft.pin or draft.id or f"{_prefix(draft)}/{slug(_words(draft.text), 6) or 'item'}"
    settle_twins(reading.path, drafts, _prefix, problems)
    look_alikes(reading.path, drafts, problems)
    return tuple(
        Item(
            id=d.key,
            explicit=d.pin is not None or d.id is not None,
            kind=d.kind,
            text=d.text,
            span=Span(d.line, d.column, d.end),
            claim=d.claim,
            section=_section(d),
            group=d.node.title if d.node is not None else "",
            parent=d.up.key if d.up is not None else None,
            references=_references(d, named),
            name=d.pin or d.id or "",
        )
        for d in drafts
    )


def _references(draft: Draft, named: Named) -> tuple[Reference, ...]:
    found = named.between(draft.line, draft.end)
    if not 1 < len(found) <= 50 or draft.line != draft.end:
        return found
    own = [r for r in found if r.path in draft.text]  # several items may share a line
    return tuple(own) if own else found


def _stated(reading: Reading) -> dict[int, list[str]]:
    """Line -> what is said there of a section's state, as written."""
    claims = [claim for node in reading.nodes for claim in (node.claim, *node.also)]
    claims += [claim for _, claim in reading.told_of]
    found: dict[int, list[str]] = {}
    for mark in (claim.mark for claim in claims if claim.mark is not None):
        found.setdefault(mark.line, []).append(reading.lines[mark.line - 1][mark.start - 1 : mark.stop - 1])
    return found


def _unmarked(draft: Draft, stated: Sequence[str]) -> str:
    """The words of an item without the state that is told among them: that comes and goes, the item stays."""
    mark = draft.claim.mark
    among = mark is not None and mark.form == "glyph" and (mark.line, mark.start) >= (draft.line, draft.column)
    text = draft.text
    for said in (*stated, *((draft.claim.raw,) if among else ())):
        before, _, behind = text.partition(said)
        if behind or before != text:
            text = " ".join((before.rstrip() + " " + behind.removeprefix("\ufe0f").lstrip()).split())
    return text


def _words(text: str) -> str:
    return re.sub(r"\]\([^()]*\)", "]", text) if "](" in text else text


def _section(draft: Draft) -> str | None:
    node = draft.node
    while node is not None and not node.key:
        node = node.up
    return node.key if node is not None else None


def _prefix(draft: Draft) -> str:
    key = _section(draft)
    return slug(key) if key else "plan"
