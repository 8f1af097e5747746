"""What compiling takes from a plan: its gates and rows, without ticks, positions and prose.

The same value comes from a plan as read now and from the installed bundle, so that installed items can stand while
their text is unchanged and a newer reader would see it differently (FORMATS, "Corrections").
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

from msgspec import Struct, structs

from phaseproof.bundle.model import Bundle
from phaseproof.bundle.slugs import slug
from phaseproof.plan.model import Item, ItemKind, Plan, Section, SectionKind

GATES: frozenset[SectionKind] = frozenset({"phase", "milestone", "gate"})
"""Kinds of sections that are gates."""


class Part(Struct, frozen=True):
    """A section that is a gate.

    Attributes:
        id: id of the section in its plan.
        title: its heading.
        kind: `phase`, `milestone` or `gate`.
        parent: id of the nearest section above it that is a gate.
    """

    id: str
    title: str
    kind: SectionKind
    parent: str | None = None


class Row(Struct, frozen=True):
    """An item.

    Attributes:
        id: id in its plan.
        kind: what sort of item.
        text: its words, single spaces between them.
        part: id of the nearest gate section above it.
        parent: id of the item it is nested in.
        paths: what an artifact row refers to, as paths from the top; empty for other kinds.
        line: where it stands, 0 where it was taken from a bundle.
    """

    id: str
    kind: ItemKind
    text: str
    part: str | None = None
    parent: str | None = None
    paths: tuple[str, ...] = ()
    line: int = 0


class Outline(Struct, frozen=True):
    """A plan's gates and rows, in the order of the text or of the bundle."""

    path: str
    title: str
    parts: tuple[Part, ...]
    rows: tuple[Row, ...]

    def facts(self) -> dict[str, Row | Part]:
        """Parts and rows by id, without lines and with sections by slug: what two readings are compared by."""
        slugs = [slug(part.id) for part in self.parts]
        names = {
            part.id: one if one and slugs.count(one) == 1 else part.id
            for part, one in zip(self.parts, slugs, strict=True)
        }
        parts = {
            f"section {names[part.id]}": structs.replace(part, id=names[part.id], parent=names.get(part.parent or ""))
            for part in self.parts
        }
        rows = {row.id: structs.replace(row, part=names.get(row.part or ""), line=0) for row in self.rows}
        return {**parts, **rows}


def words(text: str) -> str:
    """Text with single spaces: a line broken elsewhere says the same."""
    return " ".join(text.split())


def of_plan(plan: Plan) -> Outline:
    """The outline of a plan as read."""
    sections = {section.id: section for section in plan.sections}
    parts = tuple(
        Part(one.id, words(one.title), one.kind, _gate_above(one.parent, sections))
        for one in plan.sections
        if one.kind in GATES
    )
    known = {item.id for item in plan.items}
    rows = tuple(
        Row(
            item.id,
            item.kind,
            words(item.text),
            _gate_above(item.section, sections),
            item.parent if item.parent in known else None,
            _paths(item, plan.path),
            item.span.line,
        )
        for item in plan.items
    )
    parts, rows = _headed(parts, rows)
    return Outline(plan.path, words(plan.title), parts, rows)


def _headed(parts: tuple[Part, ...], rows: tuple[Row, ...]) -> tuple[tuple[Part, ...], tuple[Row, ...]]:
    """In a flat document the heading `Phase 6` stands beside its sections, not above them.

    A plan's only phase section, outermost and with nothing beneath it, is the phase of the whole plan.
    """
    phases = [part for part in parts if part.kind == "phase"]
    if len(phases) != 1 or phases[0].parent is not None:
        return parts, rows
    head = phases[0].id
    if any(part.parent == head for part in parts) or any(row.part == head for row in rows):
        return parts, rows
    return (
        tuple(part if part.parent or part.id == head else structs.replace(part, parent=head) for part in parts),
        tuple(row if row.part else structs.replace(row, part=head) for row in rows),
    )


def of_installed(bundle: Bundle, path: str, title: str) -> Outline:
    """The outline that a bundle holds of a plan.

    Args:
        bundle: the installed bundle.
        path: the plan.
        title: the plan's title; prose, taken from the text.
    """
    prefix = f"{path}:"
    gates = {gate.id: gate for gate in bundle.gates if gate.plan == path and gate.kind in GATES}
    parts = tuple(
        Part(
            gate.id.removeprefix(prefix),
            gate.title,
            gate.kind,
            gate.parent.removeprefix(prefix) if gate.parent in gates and gate.parent else None,
        )
        for gate in gates.values()
    )
    implied = {binding.item: binding for binding in bundle.bindings if binding.implied}
    checks = {check.name: check for check in bundle.checks}
    rows = []
    for item in bundle.items:
        if not item.id.startswith(prefix):
            continue
        binding = implied.get(item.id)
        names = (*((binding.check,) if binding.check else ()), *(binding.all or ())) if binding else ()
        part = next((gate.removeprefix(prefix) for gate in item.gates if gate in gates), None)
        rows.append(
            Row(
                item.id.removeprefix(prefix),
                item.kind,
                item.text,
                part,
                item.parent.removeprefix(prefix) if item.parent else None,
                tuple(str(checks[name].options["path"]) for name in names if name in checks),
            )
        )
    return Outline(path, title, parts, tuple(rows))


def stem(path: str) -> str:
    """Slug of a plan's file name: what a gate over the plan itself is called."""
    name = posixpath.basename(path)
    return slug(name.rpartition(".")[0] or name)


_NUMBER = re.compile(r"([0-9]+)")


def natural(text: str) -> tuple[tuple[tuple[int, int, str], ...], str]:
    """A sort key by which `P2` comes before `P10`; the text itself decides between equals."""
    # Digits by length and spelling rather than by value: equal order, and no limit on how many there are.
    parts = (
        (0, len(part.lstrip("0")), part.lstrip("0")) if _NUMBER.fullmatch(part) else (1, 0, part)
        for part in _NUMBER.split(text)
        if part
    )
    return tuple(parts), text


def _gate_above(start: str | None, sections: Mapping[str, Section]) -> str | None:
    seen: set[str] = set()
    at = start
    while at is not None and at in sections and at not in seen:
        seen.add(at)
        if sections[at].kind in GATES:
            return at
        at = sections[at].parent
    return None


def _paths(item: Item, plan: str) -> tuple[str, ...]:
    if item.kind != "artifact":
        return ()
    found: dict[str, None] = {}
    for reference in item.references:
        path = reference.path.partition("#")[0]
        if path.startswith(("./", "../")):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(plan), path))
        if path and not path.startswith(("/", "../")) and ".." not in path.split("/"):
            found[path] = None
    return tuple(found)
