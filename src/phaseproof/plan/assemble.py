"""Drafts and nodes become items and sections: ids made unique, parents linked, references gathered."""

from __future__ import annotations

import re
from collections.abc import Sequence

from phaseproof.plan.drafts import Draft, Node, Reading
from phaseproof.plan.ids import fingerprint, skeleton, slug
from phaseproof.plan.model import Item, Problem, Reference, Section, Span
from phaseproof.plan.references import Named

SEPARATOR = "~"
"""Stands between an id and the suffix that tells its twins apart; no explicit id contains it."""


def sections_of(reading: Reading) -> tuple[Section, ...]:
    """Sections: every phase, milestone and gate, and every title that directly holds items."""
    kept = [n for n in reading.nodes if n.holds or n.kind != "other"]
    top = next((n for n in reading.nodes if n.level == 1), None)
    groups: dict[str, list[Node]] = {}
    for node in kept:
        node.key = node.id or _slugged(node, top)
        groups.setdefault(node.key.casefold(), []).append(node)
    for nodes in groups.values():
        if len(nodes) > 1:
            _tell_apart(nodes)
    found = []
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
            )
        )
    return tuple(found)


def _kept_above(node: Node) -> Node | None:
    up = node.up
    while up is not None and not up.key:
        up = up.up
    return up


def _slugged(node: Node, top: Node | None) -> str:
    """Slug of a title; beneath a milestone, phase or gate inside the plan it carries that one's name too."""
    own = slug(re.sub(r"\([^()]*\)", " ", node.title)) or slug(node.title) or "section"
    up = node.up
    while up is not None and (up is top or up.kind == "other" or not up.unit):
        up = up.up
    return f"{slug(up.id or up.title)}-{own}" if up is not None else own


def _tell_apart(nodes: Sequence[Node]) -> None:
    """Suffixes from titles and what stands around, never from line numbers; only identical ones are counted."""
    seen: dict[str, int] = {}
    for node in nodes:
        chain, up = [node.title], node.up
        while up is not None and len(chain) < 8:
            chain.append(up.title)
            up = up.up
        seen_before = seen.setdefault(mark := fingerprint(*chain), 0)
        seen[mark] += 1
        if not (node.id is not None and node is nodes[0]):
            node.key = f"{node.key}{SEPARATOR}{mark}" + (f".{seen_before + 1}" if seen_before else "")


def items_of(reading: Reading, named: Named, problems: list[Problem]) -> tuple[Item, ...]:
    """Items in the order of the text, with ids that are unique in the plan.

    Args:
        reading: the reading, its sections already made.
        named: the paths that the text names.
        problems: what the ids show is added here.
    """
    drafts = sorted(reading.drafts, key=lambda d: (d.line, d.column))
    for draft in drafts:
        draft.key = draft.pin or draft.id or f"{_prefix(draft)}/{slug(_words(draft.text), 6) or 'item'}"
    _settle_twins(reading, drafts, problems)
    _look_alikes(reading, drafts, problems)
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
        )
        for d in drafts
    )


def _references(draft: Draft, named: Named) -> tuple[Reference, ...]:
    found = named.between(draft.line, draft.end)
    if len(found) < 2 or draft.line != draft.end:
        return found
    own = [r for r in found if r.path in draft.text]  # several items may share a line
    return tuple(own) if own else found


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


def _settle_twins(reading: Reading, drafts: list[Draft], problems: list[Problem]) -> None:
    groups: dict[str, list[int]] = {}
    for index, draft in enumerate(drafts):
        groups.setdefault(draft.key.casefold(), []).append(index)
    for indices in groups.values():
        if len(indices) < 2:
            continue
        named = drafts[indices[0]].pin is not None or drafts[indices[0]].id is not None
        seen: dict[str, int] = {}
        base = drafts[indices[0]].key
        texts = {_plain(drafts[i].text) for i in indices}
        for position, index in enumerate(indices):
            draft = drafts[index]
            mark = fingerprint(draft.text)
            if sum(fingerprint(drafts[i].text) == mark for i in indices[:50]) > 1:
                mark = fingerprint(draft.text, *_around(drafts, index))
            count = seen[mark] = seen.get(mark, 0) + 1
            if not (named and position == 0):
                draft.key = f"{draft.key}{SEPARATOR}{mark}" + (f".{count}" if count > 1 else "")
            if count > 1 and not named:
                problems.append(
                    Problem(
                        reading.path,
                        draft.line,
                        "id-duplicate",
                        "error",
                        f"“{_short(draft.text)}” stands here twice in the same words; give each an id: {{#my-id}}",
                    )
                )
        if named and len(texts) > 1:
            other = drafts[indices[0]]
            for index in indices[1:]:
                if _plain(drafts[index].text) != _plain(other.text):
                    problems.append(
                        Problem(
                            reading.path,
                            drafts[index].line,
                            "id-duplicate",
                            "error",
                            f"{base} is also the id of another item, on line {other.line}: “{_short(other.text)}”",
                        )
                    )


def _around(drafts: list[Draft], index: int) -> tuple[str, ...]:
    before = drafts[index - 1].text if index else ""
    after = drafts[index + 1].text if index + 1 < len(drafts) else ""
    node = drafts[index].node
    return (before, after, node.title if node is not None else "")


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).casefold().strip()


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def _look_alikes(reading: Reading, drafts: list[Draft], problems: list[Problem]) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        identity = draft.pin or draft.id
        if identity is None:
            continue
        other = first.setdefault(skeleton(identity), draft)
        spelled = other.pin or other.id or ""
        if other is not draft and spelled.casefold() != identity.casefold():
            codes = " ".join(f"U+{ord(c):04X}" for c in identity if not c.isascii()) or "other letters"
            problems.append(
                Problem(
                    reading.path,
                    draft.line,
                    "id-conflict",
                    "error",
                    f"{identity} only looks like the id on line {other.line}: it is written with {codes}",
                )
            )
