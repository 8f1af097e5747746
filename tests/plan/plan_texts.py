"""Texts for the tests of the plan room."""

from __future__ import annotations

from phaseproof.plan.model import Item, Plan
from phaseproof.plan.read import read


def plan(text: str, path: str = "docs/plan.md") -> Plan:
    """A plan from a text."""
    return read(text.encode(), path)


def items(text: str, path: str = "docs/plan.md") -> list[tuple[int, str, str]]:
    """Line, kind and text of the items of a text."""
    return [(i.span.line, i.kind, i.text) for i in plan(text, path).items]


def ids(text: str) -> list[str]:
    """Ids of the items of a text."""
    return [i.id for i in plan(text).items]


def by_text(found: Plan, words: str) -> Item:
    """The item with certain words in its text."""
    return next(i for i in found.items if words in i.text)
