"""Tables and plans as rows that can be traced: an id, where it stands, and what it names. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from phaseproof.checks.document import MAX_TITLE, Document, Table, plain, read, same_heading, section
from phaseproof.checks.kind import Finding
from phaseproof.checks.trace_options import TracePlan, TraceTable
from phaseproof.plan.ids import visible

_PARTED = re.compile(r"[,;\n]|<br\s*/?>", re.IGNORECASE)
_NOTHING = frozenset({"", "-", "–", "—", "none", "n/a", "na", "tbd", "?", "…", "..."})


class Row(Struct, frozen=True):
    """One thing that is traced.

    Attributes:
        id: as it is named by others.
        path, line: where it stands.
        cells: column in lower case -> text of its cell.
        text: words of a plan's item; empty for the row of a table.
    """

    id: str
    path: str
    line: int
    cells: dict[str, str] = {}
    text: str = ""


def table_rows(spec: TraceTable, text: str, columns: Sequence[str]) -> tuple[list[Row], list[Finding]]:
    """Rows of every table that is meant, and what is wrong with them.

    Args:
        spec: which tables.
        text: the document.
        columns: columns that links read.
    """
    findings: list[Finding] = []
    rows: list[Row] = []
    tables = tables_of(spec, read(text))
    if not tables:
        where = f" beneath {spec.heading!r}" if spec.heading else ""
        findings.append(
            Finding("table-missing", f"{spec.path} has no table with a column {spec.id!r}{where}", spec.path)
        )
    for table in tables:
        names = [_key(column) for column in table.columns]
        lacking = [column for column in (*columns, *spec.filled) if _key(column) not in names]
        if lacking:
            findings.append(Finding("column-missing", f"the table has no column {lacking[0]!r}", spec.path, table.line))
            continue
        for line, cells in table.rows:
            long = next((cell for cell in cells if len(cell) > MAX_TITLE), None)
            if long is not None:
                findings.append(
                    Finding("cell-too-long", f"a cell has more than {MAX_TITLE} characters", spec.path, line)
                )
            by_name = {name: plain(cell) for name, cell in zip(names, cells, strict=True)}
            row = Row(visible(by_name[_key(spec.id)]).strip(), spec.path, line, by_name)
            findings += _faults(spec, row)
            if row.id:
                rows.append(row)
    if tables and not rows and not findings:
        findings.append(Finding("table-empty", "the table has no row", spec.path, tables[0].line))
    return rows, [*findings, *_twice(rows)]


def plan_rows(spec: TracePlan, data: bytes) -> tuple[list[Row], list[Finding]]:
    """Items of a plan, and what is wrong with them."""
    from phaseproof.plan.read import read as read_plan

    items = read_plan(data, spec.path).items
    rows = [
        Row(visible(item.id), spec.path, item.span.line, text=visible(item.text))
        for item in items
        if not spec.kinds or item.kind in spec.kinds
    ]
    if not rows:
        what = f" of kind {', '.join(spec.kinds)}" if spec.kinds else ""
        return [], [Finding("table-empty", f"{spec.path} has no item{what}", spec.path)]
    return rows, list(_twice(rows))


def tables_of(spec: TraceTable, document: Document) -> list[Table]:
    """The tables of a document that are meant."""
    reach: set[int] | None = None
    if spec.heading is not None:
        found = [heading for heading in document.headings if same_heading(spec.heading, heading)]
        reach = {index for heading in found for index in section(document, heading)}
    wanted = _key(spec.id)
    return [
        table
        for table in document.tables
        if (reach is None or table.line - 1 in reach) and wanted in {_key(column) for column in table.columns}
    ]


def named(cell: str) -> list[str]:
    """The ids that a cell lists."""
    parts = (visible(part).strip() for part in _PARTED.split(cell))
    return [part for part in parts if part.casefold() not in _NOTHING]


def mentions(text: str, identity: str) -> bool:
    """Whether a text has an id as a word of its own: `D-1` does not stand in `D-12`, nor in `D-1.2`."""
    return re.search(rf"(?<![\w.-]){re.escape(identity)}(?![\w-]|\.\w)", text) is not None


def cell_of(row: Row, column: str) -> str:
    """The cell of a column, whatever its case."""
    return row.cells[_key(column)]


def _faults(spec: TraceTable, row: Row) -> Iterator[Finding]:
    if not any(char.isalnum() for char in row.id):
        yield Finding("id-missing", f"{spec.id} is empty", spec.path, row.line)
    for column in spec.filled:
        if cell_of(row, column).strip().casefold() in _NOTHING:
            yield Finding("cell-empty", f"{row.id or 'a row'} has no {column}", spec.path, row.line)


def _twice(rows: Sequence[Row]) -> Iterator[Finding]:
    first: dict[str, Row] = {}
    for row in rows:
        other = first.setdefault(row.id, row)
        if other is not row:
            yield Finding("id-duplicate", f"{row.id} stands on line {other.line} already", row.path, row.line)


def _key(column: str) -> str:
    return plain(column).casefold()
