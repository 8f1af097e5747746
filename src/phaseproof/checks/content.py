"""What the content of a document lacks. Reads no other file but those that links lead into."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from phaseproof.checks.artifact_options import ArtifactOptions, TableDemand
from phaseproof.checks.document import Document, Heading, Table, plain, read, same_heading, section, words
from phaseproof.checks.findings import MAX_FINDINGS
from phaseproof.checks.kind import Finding, NoAnswer
from phaseproof.checks.links import broken
from phaseproof.checks.schema_judge import Unusable, violations
from phaseproof.checks.structured import Malformed, from_json, from_yaml, line_of
from phaseproof.checks.wording import judged_lines, occurrences

MAX_PLACED = 1_000_000
"""Characters of a document in which the lines of a schema's violations are looked up."""


def demands_content(options: ArtifactOptions) -> bool:
    """Whether more is demanded than that the file be there and not be empty."""
    return bool(
        options.schema is not None
        or options.front_matter is not None
        or options.headings
        or options.tables
        or options.forbidden
        or options.links
        or options.min_words
    )


def judge(options: ArtifactOptions, root: Path, path: str, data: bytes, schema: Any, limit: int) -> Iterator[Finding]:
    """What a document lacks.

    Args:
        options: what is demanded.
        root: the checkout, for links.
        path: of the document, relative to it.
        data: its bytes.
        schema: plain values of the schema; used only where `options.schema` is set.
        limit: bytes read of a document that a link leads into.

    Raises:
        NoAnswer: a schema that gives no answer.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        yield Finding("not-text", f"{path} is no UTF-8 text", path=path)
        return
    if options.schema is not None:
        yield from _by_schema(path, text, schema)
    document = read(text)
    if options.front_matter is not None:
        yield from _front_matter(options.front_matter, path, document)
    for wanted in options.headings:
        yield from _heading(wanted, path, document)
    for demand in options.tables:
        yield from _table(demand, path, document)
    if options.min_words and (count := words(document.lines)) < options.min_words:
        yield Finding("too-short", f"{path} has {count} words, at least {options.min_words} are demanded", path=path)
    if options.forbidden:
        yield from islice(_forbidden(options, path, text), MAX_FINDINGS)
    if options.links:
        yield from islice(broken(root, path, document, limit), MAX_FINDINGS)


def loaded(path: str, text: str) -> Any:
    """Plain values of a JSON or YAML file, by its name.

    Raises:
        Malformed: it is neither, or cannot be read.
    """
    name = path.lower()
    if name.endswith(".json"):
        return from_json(text.removeprefix("\ufeff"))
    if name.endswith((".yaml", ".yml")):
        return from_yaml(text)
    raise Malformed("only .json, .yaml and .yml files have a structure")


def _by_schema(path: str, text: str, schema: Any) -> Iterator[Finding]:
    try:
        document = loaded(path, text)
    except Malformed as error:
        yield Finding("malformed", f"{path}: {error.fact}", path=path, line=error.line)
        return
    yield from _violations(path, text, schema, document, 1)


def _violations(path: str, text: str, schema: Any, document: Any, first_line: int) -> Iterator[Finding]:
    try:
        found = violations(schema, document)
    except Unusable as error:
        raise NoAnswer("schema-unusable", f"{path}: {error}") from error
    for violation in found:
        where = "/".join(str(step) for step in violation.path)
        line = line_of(text, violation.path, first_line) if len(text) <= MAX_PLACED else first_line
        message = f"{where}: {violation.message}" if where else violation.message
        yield Finding("schema-violation", message, path=path, line=line)


def _front_matter(wanted: tuple[str, ...] | dict[str, Any], path: str, document: Document) -> Iterator[Finding]:
    if document.front is None:
        yield Finding("front-matter-missing", f"{path} has no front matter between `---` lines", path=path, line=1)
        return
    try:
        values = from_yaml(document.front, document.front_line)
    except Malformed as error:
        yield Finding("malformed", f"front matter of {path}: {error.fact}", path=path, line=error.line)
        return
    if isinstance(wanted, dict):
        yield from _violations(path, document.front, wanted, values, document.front_line)
        return
    for key in wanted:
        value = values.get(key) if isinstance(values, dict) else None
        if value is None or (isinstance(value, str) and not value.strip()) or value in ([], {}):
            line = line_of(document.front, (key,), document.front_line)
            yield Finding("front-matter-missing", f"front matter of {path} has no {key}", path=path, line=line)


def _heading(wanted: str, path: str, document: Document) -> Iterator[Finding]:
    found = [heading for heading in document.headings if same_heading(wanted, heading)]
    if not found:
        yield Finding("heading-missing", f"{path} has no heading {wanted!r}", path=path)
    elif not any(_beneath(document, heading) for heading in found):
        yield Finding("section-empty", f"nothing stands beneath {wanted!r} in {path}", path=path, line=found[0].line)


def _beneath(document: Document, heading: Heading) -> int:
    titles = {other.line - 1 for other in document.headings}
    return words([document.lines[index] for index in section(document, heading) if index not in titles])


def _table(demand: TableDemand, path: str, document: Document) -> Iterator[Finding]:
    reach = range(len(document.lines))
    where = path
    if demand.heading is not None:
        found = [heading for heading in document.headings if same_heading(demand.heading, heading)]
        if not found:
            yield Finding("heading-missing", f"{path} has no heading {demand.heading!r}", path=path)
            return
        reach = section(document, found[0])
        where = f"{path}, {demand.heading!r}"
    wanted = {_key(column): column for column in demand.columns}
    near = [table for table in document.tables if table.line - 1 in reach]
    table = next((table for table in near if wanted.keys() <= {_key(column) for column in table.columns}), None)
    if table is None:
        line = near[0].line if near else reach.start
        lacking = ", ".join(demand.columns)
        yield Finding("table-missing", f"{where} has no table with the columns {lacking}", path=path, line=line)
        return
    yield from _rows(demand, path, table, set(wanted))


def _rows(demand: TableDemand, path: str, table: Table, wanted: set[str]) -> Iterator[Finding]:
    if len(table.rows) < demand.min_rows:
        words = f"the table has {len(table.rows)} rows, at least {demand.min_rows} are demanded"
        yield Finding("too-few-rows", words, path=path, line=table.line)
    if not demand.filled:
        return
    places = [index for index, column in enumerate(table.columns) if _key(column) in wanted]
    for line, cells in table.rows:
        for index in places:
            if not any(char.isalnum() for char in plain(cells[index])):
                yield Finding("cell-empty", f"{table.columns[index]} is empty", path=path, line=line)


def _forbidden(options: ArtifactOptions, path: str, text: str) -> Iterator[Finding]:
    lines = judged_lines(text, path, options.normative)
    if not words(lines):
        where = " in " + ", ".join(options.normative) if options.normative else ""
        yield Finding("nothing-to-judge", f"{path} has no words{where} that could be forbidden", path=path)
    for index, word in occurrences(options.forbidden, lines):
        yield Finding("forbidden-word", f"{word!r} is forbidden", path=path, line=index + 1)


def _key(column: str) -> str:
    return plain(column).casefold()
