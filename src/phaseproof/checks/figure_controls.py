"""How a check of figures is made to fail: reports in the tree get other figures, of which it must say no.

Where a command measures, only the plan's owner knows what makes it measure worse: emptied files mostly keep it from
measuring at all, which shows contact and no judgement. Such a check declares a control.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from phaseproof.checks.figure_formats import number
from phaseproof.checks.figures import FigureOptions, Source, merged, read_figures
from phaseproof.checks.kind import Control, NoAnswer, Plant, truncation
from phaseproof.checks.structured import Malformed, from_json
from phaseproof.errors import Unable

_CHANGES: tuple[tuple[str, float, float], ...] = (
    ("a billion", 0.0, 1e9),
    ("nothing", 0.0, 0.0),
    ("minus a billion", 0.0, -1e9),
    ("its negative", -1.0, 0.0),
    ("a thousand times as much", 1000.0, 0.0),
    ("a thousandth", 0.001, 0.0),
)
"""In words, and as factor and summand."""
_COUNT = re.compile(r'(\b(?:lines|branches)-covered=")[0-9.]+(")')


def controls(
    options: FigureOptions,
    subject: Sequence[str],
    read: Callable[[str], bytes],
    holds: Callable[[dict[str, Any]], bool],
) -> tuple[Control, ...]:
    """The automatic controls of a check of figures.

    Args:
        options: where its figures come from.
        subject: its subject files.
        read: bytes of a subject file.
        holds: what it says of figures; raises `NoAnswer` where it can say nothing.
    """
    if not subject:
        return ()
    own = [source for source in options.read if not source.produced and source.file in subject]
    if options.run is not None or len(own) != len(options.read):
        return (truncation(subject),)
    found = _turned(own, read, holds)
    return (found, truncation(subject)) if found is not None else (truncation(subject),)


def _turned(
    sources: Sequence[Source], read: Callable[[str], bytes], holds: Callable[[dict[str, Any]], bool]
) -> Control | None:
    """The first change of all figures of which it says no; None where there is none: then it can hardly fail."""
    before = {source.file: read(source.file) for source in sources}
    for words, factor, summand in _CHANGES:
        try:
            change = partial(_linear, factor, summand)
            after = {source.file: _changed(before[source.file], source, change) for source in sources}
            values: dict[str, Any] = {}
            for source in sources:
                values = merged(values, read_figures(after[source.file], source), source)
            if holds(values):
                continue
        except (NoAnswer, Malformed, Unable, UnicodeDecodeError, csv.Error):
            continue
        plants = tuple(Plant(path, data) for path, data in after.items())
        return Control("figures changed", plants, f"{words} in place of every figure in {', '.join(after)}")
    return None


def _linear(factor: float, summand: float, value: float) -> float:
    return factor * value + summand


def _changed(data: bytes, source: Source, change: Callable[[float], float]) -> bytes:
    text = data.decode("utf-8-sig")
    if source.form == "csv":
        return _cells(text, change).encode()
    if text.lstrip().startswith("<"):
        return _COUNT.sub(lambda match: f"{match[1]}{max(0, int(change(1)))}{match[2]}", text).encode()
    return json.dumps(_values(from_json(text), change)).encode()


def _values(value: Any, change: Callable[[float], float]) -> Any:
    if isinstance(value, dict):
        return {key: _values(inner, change) for key, inner in value.items()}
    if isinstance(value, list):
        return [_values(inner, change) for inner in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return change(float(value))


def _cells(text: str, change: Callable[[float], float]) -> str:
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    for index, line in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True)):
        writer.writerow(line if index == 0 else list(_row(line, change)))
    return made.getvalue()


def _row(line: Sequence[str], change: Callable[[float], float]) -> Iterator[str]:
    for cell in line:
        value = number(cell)
        yield cell if value is None else repr(change(value))
