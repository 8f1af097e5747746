"""Reports to figures: JSON, CSV, pytest-benchmark's JSON, coverage as coverage.py's JSON or Cobertura XML.

Every number becomes a float, text and yes-or-no stay what they are; nothing is guessed, rounded or left out in
silence.
"""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from phaseproof.checks.structured import Malformed, from_json

Format = Literal["json", "csv", "pytest-benchmark", "coverage"]
MAX_ROWS = 200_000
"""Rows of one CSV file."""
EXACT = 2**53
"""Whole numbers above are no exact doubles (IEEE 754 binary64)."""
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?\Z")
_NOT_FINITE = re.compile(r"[-+]?(?:nan|inf|infinity)\Z", re.IGNORECASE)
_STATISTICS = ("min", "max", "mean", "stddev", "median", "iqr", "q1", "q3", "ops", "total", "rounds", "iterations")
_TOTALS = (
    *("percent_covered", "covered_lines", "num_statements", "missing_lines", "excluded_lines"),
    *("num_branches", "covered_branches", "missing_branches", "num_partial_branches"),
)


class Empty(ValueError):
    """A report that can be read and measures nothing."""


def format_of(path: str) -> Format | None:
    """The format that a file's name stands for; None where it stands for none."""
    suffix = path.rpartition(".")[2].lower()
    return {"json": "json", "csv": "csv", "xml": "coverage"}.get(suffix)  # type: ignore[return-value]


def parse(data: bytes, form: Format) -> dict[str, Any]:
    """The figures of a report.

    Raises:
        Malformed: it is none of this format, or holds a number that is not finite or not exact.
        Empty: it measures nothing.
    """
    if not data.strip():
        raise Malformed("it is empty")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Malformed("it is no UTF-8 text") from error
    return _READERS[form](text)


def number(text: str) -> float | None:
    """The number that a text is; None where it is none.

    Raises:
        Malformed: it says that it is no finite number.
    """
    word = text.strip()
    if _NOT_FINITE.match(word):
        raise Malformed(f"{word[:20]} is no finite number")
    if not _NUMBER.match(word):
        return None
    value = float(word)
    if not math.isfinite(value):
        raise Malformed(f"the number {word[:40]} is too large")
    return value


def _json(text: str) -> dict[str, Any]:
    value = _floats(from_json(text))
    if isinstance(value, list):
        value = {"rows": value}
    if not isinstance(value, dict):
        raise Malformed("it holds a single value, not names with figures")
    if not value:
        raise Empty("it holds no figure")
    return value


def _floats(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | dict | list):
        return value
    if isinstance(value, int):
        if abs(value) > EXACT:
            raise Malformed(f"the whole number {str(value)[:40]} is too large to be exact")
        return float(value)
    if isinstance(value, list):
        return [_floats(inner) for inner in value]
    return {key: _floats(inner) for key, inner in value.items()}


def _csv(text: str) -> dict[str, Any]:
    """`rows`, and for each column that holds nothing but numbers `columns.<name>` with min, max, mean, sum, count."""
    try:
        lines = [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error as error:
        raise Malformed(f"not CSV: {error}") from error
    header = [name.strip() for name in lines[0]]
    if len(set(header)) != len(header) or "" in header:
        raise Malformed("its first line names the columns: each once, none empty")
    if len(lines) > MAX_ROWS:
        raise Malformed(f"it has more than {MAX_ROWS} rows")
    rows = []
    for index, line in enumerate(lines[1:], 2):
        if len(line) != len(header):
            raise Malformed(f"row {index} has {len(line)} cells, the first line {len(header)}", index)
        found = [number(cell) for cell in line]
        cells = [cell if value is None else value for cell, value in zip(line, found, strict=True)]
        rows.append(dict(zip(header, cells, strict=True)))
    if not rows:
        raise Empty("it has no row beneath its first line")
    columns = {}
    for name in header:
        values = [value for row in rows if isinstance(value := row[name], float)]
        if len(values) == len(rows):
            total = math.fsum(values)
            columns[name] = {"min": min(values), "max": max(values), "mean": total / len(values), "sum": total,
                             "count": float(len(values))}  # fmt: skip
    return {"rows": rows, "columns": columns}


def _benchmark(text: str) -> dict[str, Any]:
    """For each benchmark its statistics (seconds; `ops` per second) by name, and all of them as `benchmarks`."""
    found = _json(text).get("benchmarks")
    if not isinstance(found, list):
        raise Malformed("it has no list `benchmarks`: not written by pytest-benchmark")
    if not found:
        raise Empty("it holds no benchmark")
    made: dict[str, Any] = {"benchmarks": []}
    for one in found:
        name = one.get("name") if isinstance(one, dict) else None
        statistics = one.get("stats") if isinstance(one, dict) else None
        if not isinstance(name, str) or not isinstance(statistics, dict):
            raise Malformed("a benchmark has no name or no `stats`")
        if name in made:
            raise Malformed(f"two benchmarks are called {name}")
        kept = {key: statistics[key] for key in _STATISTICS if isinstance(statistics.get(key), float)}
        made[name] = kept
        made["benchmarks"].append({"name": name, **kept})
    return made


def _coverage(text: str) -> dict[str, Any]:
    return _cobertura(text) if text.lstrip().startswith("<") else _coverage_py(text)


def _coverage_py(text: str) -> dict[str, Any]:
    """The totals, and `files` with those of each file."""
    report = _json(text)
    totals, files = report.get("totals"), report.get("files")
    if not isinstance(totals, dict) or not isinstance(files, dict):
        raise Malformed("it has no `totals` and `files`: not written by coverage.py")
    if not totals.get("num_statements"):
        raise Empty("it counts no statement")
    rows = []
    for path, entry in sorted(files.items()):
        summary = entry.get("summary") if isinstance(entry, dict) else None
        if not isinstance(summary, dict):
            raise Malformed(f"{path[:200]} has no `summary`")
        rows.append({"path": path, **_kept(summary)})
    return {**_kept(totals), "files": rows}


def _kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: values[key] for key in _TOTALS if isinstance(values.get(key), float)}


def _cobertura(text: str) -> dict[str, Any]:
    """Totals under coverage.py's names. The rate is worked out from the counts: what it says of itself is not read."""
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(text.encode(), forbid_dtd=False)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Malformed(f"not XML that can be read: {error}") from error
    if root.tag != "coverage":
        raise Malformed(f"its root is <{root.tag[:40]}>, not <coverage>")

    def count(name: str) -> float:
        value = number(root.get(name, ""))
        if value is None or value < 0:
            raise Malformed(f"<coverage> has no count `{name}`")
        return value

    lines, covered = count("lines-valid"), count("lines-covered")
    if not lines:
        raise Empty("it counts no line")
    if covered > lines:
        raise Malformed("it counts more lines as covered than there are")
    made = {"num_statements": lines, "covered_lines": covered, "missing_lines": lines - covered,
            "percent_covered": 100 * covered / lines}  # fmt: skip
    if root.get("branches-valid") is not None:
        branches, taken = count("branches-valid"), count("branches-covered")
        made |= {"num_branches": branches, "covered_branches": taken, "missing_branches": branches - taken}
    return made


_READERS: Mapping[Format, Callable[[str], dict[str, Any]]] = {
    "json": _json, "csv": _csv, "pytest-benchmark": _benchmark, "coverage": _coverage,
}  # fmt: skip
