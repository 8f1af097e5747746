"""The trace matrix as people keep it: Markdown to read, CSV to work with."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from msgspec import Struct

COLUMNS = ("from", "id", "to", "names", "place", "state")


class Trace(Struct, frozen=True):
    """One row of the matrix.

    Attributes:
        source, id: what names.
        target, names: what is named; empty where nothing is.
        place: `path:line` of what names.
        state: `traced`, `orphan` (names nothing), `unreached` (named by nothing), `dangling` (names what is not).
    """

    source: str
    id: str
    target: str
    names: str
    place: str
    state: str

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of `COLUMNS`."""
        return (self.source, self.id, self.target, self.names, self.place, self.state)


def markdown(traces: Sequence[Trace]) -> bytes:
    """A table; what would break out of a cell is written out."""
    lines = ["# Trace matrix", "", _line(COLUMNS), "|" + "---|" * len(COLUMNS)]
    lines += [_line(trace.cells) for trace in traces]
    return ("\n".join(lines) + "\n").encode()


def comma_separated(traces: Sequence[Trace]) -> bytes:
    """CSV (RFC 4180); a cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for trace in traces:
        writer.writerow([f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell for cell in trace.cells])
    return made.getvalue().encode()


def _line(cells: Sequence[str]) -> str:
    safe = (" ".join(cell.split()).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;") for cell in cells)
    return "| " + " | ".join(safe) + " |"
