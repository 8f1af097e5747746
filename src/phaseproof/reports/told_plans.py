"""Documents as a page shows them: rows of their text, with the items that stand on them and the gates they head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from msgspec import Struct

from phaseproof.bundle.model import BundleItem
from phaseproof.reports.documents import Document
from phaseproof.reports.inline import inline, plain
from phaseproof.reports.layout import visible
from phaseproof.reports.rows import Row, rows
from phaseproof.reports.told_items import ToldItem
from phaseproof.verdict.model import ORDER, GateBoard


class ToldRow(Struct, frozen=True):
    """A row of a document.

    Attributes:
        kind: as in rows.py.
        html: its words.
        level, mark, cells: as in rows.py.
        items: items that stand on it, in order.
        verdict: the first of their verdicts in the order of showing.
        gates: gates that it heads.
    """

    kind: str
    html: Markup
    level: int = 0
    mark: str = ""
    cells: tuple[Markup, ...] = ()
    items: tuple[ToldItem, ...] = ()
    verdict: str = ""
    gates: tuple[GateBoard, ...] = ()


class ToldPlan(Struct, frozen=True):
    """A document: its blocks in order, each a row alone or the rows of one table.

    Attributes:
        path, title, trouble: as of the document.
        blocks: rows, or tables as lists of rows, the head first.
        gone: items agreed that its text does not hold any more.
    """

    path: str
    title: str
    trouble: str
    blocks: tuple[tuple[ToldRow, ...], ...]
    gone: tuple[ToldItem, ...]


def told_plans(
    found: Sequence[Document], items: Mapping[str, ToldItem], gates: Mapping[tuple[str, str], Sequence[GateBoard]],
    agreed: Mapping[str, BundleItem],
) -> tuple[ToldPlan, ...]:  # fmt: skip
    """Documents with what is known of their items.

    Args:
        found: the documents.
        items: full id -> item.
        gates: plan and title -> gates of that heading.
        agreed: full id -> item as agreed.
    """
    return tuple(_plan(one, items, gates, [name for name in agreed if name.startswith(f"{one.path}:")])
                 for one in found)  # fmt: skip


def _plan(
    document: Document, items: Mapping[str, ToldItem], gates: Mapping[tuple[str, str], Sequence[GateBoard]],
    mine: Sequence[str],
) -> ToldPlan:  # fmt: skip
    at: dict[int, list[ToldItem]] = {}
    for name, place in document.places.items():
        if name in items:
            at.setdefault(place.line, []).append(items[name])
    shown: set[str] = set()
    blocks: list[list[ToldRow]] = []
    table: list[ToldRow] | None = None
    for row in rows(document.lines, at):
        own = tuple(item for line in range(row.first, row.last + 1) for item in at.get(line, ()))
        shown.update(item.anchor for item in own)
        heads = tuple(gate for line in range(row.first, row.last + 1) if line in document.headings
                      for gate in gates.get((document.path, document.headings[line]), ()))  # fmt: skip
        told = _row(row, own, heads)
        if row.kind != "cells" or row.head or table is None:
            table = [told] if row.kind == "cells" else None
            blocks.append(table or [told])
        else:
            table.append(told)
    gone = tuple(items[name] for name in mine if items[name].anchor not in shown)
    return ToldPlan(visible(document.path), document.title, document.trouble, tuple(tuple(one) for one in blocks), gone)


def _row(row: Row, own: tuple[ToldItem, ...], heads: tuple[GateBoard, ...]) -> ToldRow:
    verdict = min((item.verdict for item in own), key=ORDER.index, default="")
    return ToldRow(
        kind=row.kind,
        html=plain(row.text) if row.kind == "code" else inline(row.text),
        level=row.level,
        mark=row.mark,
        cells=tuple(inline(cell) for cell in row.cells),
        items=own,
        verdict=verdict,
        gates=heads,
    )
