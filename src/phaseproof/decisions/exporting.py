"""`export`: a ledger, or the facts in it, as one file whose bytes depend on what is in it and on nothing else."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.decisions.belongings import FACTS
from phaseproof.decisions.deciding import require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State
from phaseproof.decisions.travelling import objects_named
from phaseproof.digests import Digest
from phaseproof.errors import Unable
from phaseproof.ledger import archive, carried, checkpoint, moving
from phaseproof.ledger.model import Event
from phaseproof.ledger.tree import roots


class Exported(Struct, frozen=True):
    """What was written: the ledger, its size, how many events or facts and how many objects are in the file."""

    tenant: Digest
    size: int
    events: int
    objects: int


def export_all(desk: Desk, state: State, path: str) -> Exported:
    """Write the whole ledger to a file, with a checkpoint of this runner over all of it.

    Args:
        desk: where.
        state: the ledger.
        path: the file.

    Raises:
        Refused: the bundle does not list this runner.
        Unable: the file cannot be written; no runner's key.
        Untrue: the ledger does not hold.
    """
    ledger, size = state.ledger, state.view.size
    signer = require_runner(desk, state)
    head = checkpoint.sign(ledger.tenant, size, roots(ledger, {size})[size], signer)
    notes = {one.note or "": one.size for one in (*ledger.checkpoints(), head) if one.size <= size}
    objects = sorted(objects_named(ledger, (event for event, _ in ledger.events(0, size))))
    files = [
        *sorted((carried.note_name(covered, note), note.encode()) for note, covered in notes.items()),
        *sorted(carried.segments(ledger.bodies(0, size), 0)),
        ("format", carried.FORMAT),
        *objects,
    ]
    _write(path, files)
    moving.keep(ledger, [head.note or ""])
    return Exported(ledger.tenant, size, size, len(objects))


def export_facts(state: State, path: str) -> Exported:
    """Write what was seen to a file: evidence, results of controls, runs announced and given up; no decisions.

    The same facts give the same file, in whatever order they came into the ledger.

    Args:
        state: the ledger.
        path: the file.

    Raises:
        Unable: the file cannot be written.
        Untrue: the ledger does not hold.
    """
    ledger = state.ledger
    listed = [event for event, _ in ledger.events(0, state.view.size) if event.type in FACTS]
    lines = sorted({fact_line(event) for event in listed})
    objects = sorted(objects_named(ledger, listed))
    facts = b"".join(line + b"\n" for line in lines)
    _write(path, [("facts", facts), ("format", carried.FORMAT), *objects])
    return Exported(ledger.tenant, state.view.size, len(lines), len(objects))


def fact_line(event: Event) -> bytes:
    """A fact as a line: what its event says apart from its place."""
    said = {"actor": event.actor, "at": event.at, "payload": event.payload, "type": event.type}
    return canonical.encode_trusted(said)


def _write(path: str, files: Iterable[tuple[str, bytes]]) -> None:
    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as out:
                archive.pack(files, out)
                out.flush()
                os.fsync(out.fileno())
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unable("file-unwritable", f"{path}: {error.strerror}", "name a file in a folder of yours") from error
