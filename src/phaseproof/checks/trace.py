"""The kind `trace`: decisions to constraints to plan items, risks to controls or owned acceptances; no orphans.

An orphan is refused in both directions: a row that names nothing, and one that nothing names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from phaseproof.bundle.model import Selection
from phaseproof.checks.document import read as read_document
from phaseproof.checks.findings import fit
from phaseproof.checks.kind import Bench, Control, Finding, Outcome, Plant, Result, truncation
from phaseproof.checks.reading import Unfit, keep, read
from phaseproof.checks.trace_matrix import Trace, comma_separated, markdown
from phaseproof.checks.trace_options import TraceLink, TraceOptions
from phaseproof.checks.trace_rows import Row, cell_of, mentions, named, plan_rows, table_rows, tables_of

MAX_BYTES = 10_000_000
"""Bytes of one document."""
MAX_PAIRS = 4_000_000
"""Items of a plan times ids sought in their text."""
PLANTED = "PLANTED-ORPHAN-1"
"""Id of the row that the automatic control adds."""


class Tracing:
    """Reads tables and plans and follows the links."""

    name: ClassVar[str] = "trace"
    options: ClassVar[type[Struct]] = TraceOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: TraceOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Trace. See `Kind.run`; each row or item is a case."""
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)
        rows: dict[str, list[Row]] = {}
        findings: list[Finding] = []
        for name in (*options.tables, *options.plans):
            bench.progress(name)
            rows[name], faults = _rows(options, name, bench)
            findings += faults
        pairs = sum(
            len(rows[one.source]) * len(rows[to]) for one in options.links if not one.column for to in one.targets
        )
        if pairs > MAX_PAIRS:
            return Result(Outcome.INCONCLUSIVE, reason="inputs-unreadable", selections=none,
                          summary=f"more than {MAX_PAIRS} pairs of items and ids to look at")  # fmt: skip
        traces = list(_follow(options, rows))
        findings += [*_judged(traces), *_ambiguous(options, rows)]
        count = sum(len(found) for found in rows.values())
        fitted = fit(findings, bench.root, bench.out)
        linked = sum(trace.state == "traced" for trace in traces)
        return Result(
            Outcome.NEGATIVE if fitted or not count else Outcome.POSITIVE,
            summary=fitted[0].message if fitted else f"{count} traced by {linked} links, no orphan",
            metrics={"rows": Decimal(count), "links": Decimal(linked), "findings": Decimal(len(findings))},
            findings=fitted,
            outputs={
                "matrix.md": keep(bench.out, "matrix.md", markdown(traces)),
                "matrix.csv": keep(bench.out, "matrix.csv", comma_separated(traces)),
            },
            selections=none,
            cases=count,
        )

    def controls(
        self, options: TraceOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Its documents emptied, and a row that names nothing added to the first table that names."""
        made = [truncation(subject)] if subject else []
        for link in options.links:
            if link.column and options.tables[link.source].path in subject:
                plant = _orphan(options, link, read)
                if plant is not None:
                    words = f"a row {PLANTED} that names nothing, written into {plant.path}"
                    return [*made, Control("orphan planted", (plant,), words)]
        return made


def _rows(options: TraceOptions, name: str, bench: Bench) -> tuple[list[Row], list[Finding]]:
    place = options.tables[name] if name in options.tables else options.plans[name]
    try:
        data = read(bench.root, place.path, MAX_BYTES)
    except Unfit as error:
        return [], [Finding("document-missing", f"{place.path} {error.fact}", place.path)]
    if name in options.plans:
        return plan_rows(options.plans[name], data)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return [], [Finding("not-text", f"{place.path} is no UTF-8 text", place.path)]
    columns = [link.column for link in options.links if link.source == name]
    return table_rows(options.tables[name], text, columns)


def _follow(options: TraceOptions, rows: Mapping[str, Sequence[Row]]) -> Iterator[Trace]:
    """The matrix: every link of every row, then what no link of any table reaches."""
    reached: set[tuple[str, str]] = set()
    for link in options.links:
        ids = {row.id: target for target in link.targets for row in rows[target]}
        for row in rows[link.source]:
            place = f"{row.path}:{row.line}"
            names = _names(link, row, ids)
            if not names:
                yield Trace(link.source, row.id, " or ".join(link.targets), "", place, "orphan")
            for name in names:
                target = ids.get(name)
                if target is None:
                    yield Trace(link.source, row.id, " or ".join(link.targets), name, place, "dangling")
                else:
                    reached.add((target, name))
                    yield Trace(link.source, row.id, target, name, place, "traced")
    for target in dict.fromkeys(target for link in options.links for target in link.targets):
        sources = " or ".join(link.source for link in options.links if target in link.targets)
        for row in rows[target]:
            if (target, row.id) not in reached:
                yield Trace(sources, "", target, row.id, f"{row.path}:{row.line}", "unreached")


def _names(link: TraceLink, row: Row, ids: Mapping[str, str]) -> list[str]:
    if link.column:
        return named(cell_of(row, link.column))
    return [identity for identity in ids if mentions(row.text, identity)]


def _judged(traces: Sequence[Trace]) -> Iterator[Finding]:
    for trace in traces:
        if trace.state == "traced":
            continue
        path, _, line = trace.place.rpartition(":")
        words = {
            "orphan": f"{trace.id} ({trace.source}) leads to nothing in {trace.target}",
            "dangling": f"{trace.id} ({trace.source}) names {trace.names}, which is not in {trace.target}",
            "unreached": f"{trace.names} ({trace.target}) is named by nothing in {trace.source}",
        }[trace.state]
        yield Finding(f"trace-{trace.state}", words, path, int(line))


def _ambiguous(options: TraceOptions, rows: Mapping[str, Sequence[Row]]) -> Iterator[Finding]:
    """Ids of which a link cannot tell what they mean."""
    for link in options.links:
        seen: dict[str, str] = {}
        for target in link.targets:
            for row in rows[target]:
                other = seen.setdefault(row.id, target)
                if other != target:
                    yield Finding("id-duplicate", f"{row.id} stands in {other} and in {target}", row.path, row.line)


def _orphan(options: TraceOptions, link: TraceLink, read: Callable[[str], bytes]) -> Plant | None:
    spec = options.tables[link.source]
    try:
        text = read(spec.path).decode("utf-8")
    except UnicodeDecodeError:
        return None
    tables = tables_of(spec, read_document(text))
    if not tables:
        return None
    table = tables[0]
    named_by = {other.column.casefold() for other in options.links if other.source == link.source}
    cells = [
        PLANTED if column.casefold() == spec.id.casefold() else "" if column.casefold() in named_by else "planted"
        for column in table.columns
    ]
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    at = table.rows[-1][0] if table.rows else table.line + 1
    lines.insert(at, f"| {' | '.join(cells)} |")
    return Plant(spec.path, "\n".join(lines).encode())
