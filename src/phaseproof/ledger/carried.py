"""A ledger as files that travel: on a git ref, or in an archive. Pure: names and bytes in, names and bytes out.

    format                          the line `phaseproof ledger 1`
    events/0000/01/2c               canonical bytes of the events from position 0x12c on, one a line
    objects/ab/cdef…                an object, named for the SHA-256 of its bytes
    checkpoints/0000/0140-9f86d081… a signed note of the first 0x140 events

Only `export --evidence` writes the other shape, which has facts in place of events and no checkpoint:

    facts                           `{"actor","at","payload","type"}`, canonical, one a line, sorted

No file ever changes: what is new comes in new files, so that a push is as large as what is new. Reading is strict: a
name that is none of these, a gap, an event in two files or a byte that is not canonical refuses the whole.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from phaseproof.digests import ZERO, Digest, sha256
from phaseproof.errors import Untrue
from phaseproof.ledger import chain, checkpoint, objects
from phaseproof.ledger.model import Event

FORMAT = b"phaseproof ledger 1\n"
"""Content of the file `format`."""
SEGMENT_EVENTS = 2048
"""Most events written in one file."""
SEGMENT_BYTES = 8 << 20
"""Bytes after which a file of events ends."""
MAX_SEGMENT = 64 << 20
"""Largest file of events or facts read, bytes."""
MAX_FILES = 2_000_000
"""Most files of one ledger."""

_EVENTS = re.compile(r"events/([0-9a-f]{4})/([0-9a-f]{2})/([0-9a-f]{2})\Z")
_OBJECT = re.compile(r"objects/([0-9a-f]{2})/([0-9a-f]{62})\Z")
_NOTE = re.compile(r"checkpoints/([0-9a-f]{4})/([0-9a-f]{4})-([0-9a-f]{16})\Z")


class Source(Protocol):
    """Where the files are."""

    def names(self) -> Collection[str]:
        """All names. Raises `Untrue` where they cannot be told."""
        ...

    def read(self, names: Sequence[str], limit: int) -> Iterator[bytes]:
        """Bytes of files, in the order asked for. Raises `Untrue`: missing, altered, larger than `limit` bytes."""
        ...


def segments(bodies: Iterable[bytes], since: int) -> Iterator[tuple[str, bytes]]:
    """Files of events.

    Args:
        bodies: canonical bytes of the events from a position on.
        since: that position.
    """
    at, lines, size = since, list[bytes](), 0
    for body in bodies:
        lines.append(body)
        size += len(body) + 1
        if len(lines) >= SEGMENT_EVENTS or size >= SEGMENT_BYTES:
            yield events_name(at), _joined(lines)
            at, lines, size = at + len(lines), [], 0
    if lines:
        yield events_name(at), _joined(lines)


def events_name(position: int) -> str:
    """Name of the file whose first event has a position."""
    digits = f"{position:08x}"
    return f"events/{digits[:4]}/{digits[4:6]}/{digits[6:]}"


def object_name(digest: Digest) -> str:
    """Name of an object's file."""
    return f"objects/{digest[7:9]}/{digest[9:]}"


def note_name(size: int, note: str) -> str:
    """Name of a checkpoint's file."""
    digits = f"{size:08x}"
    return f"checkpoints/{digits[:4]}/{digits[4:]}-{sha256(note.encode())[7:23]}"


class Parcel(Struct, frozen=True):
    """What a source holds, by its names; nothing has been read but `format`.

    Attributes:
        source: the files.
        starts: positions at which files of events begin, ascending.
        objects: digests of the objects in it.
        notes: names of checkpoints, smallest first.
        facts: it holds facts in place of events.
    """

    source: Source
    starts: tuple[int, ...]
    objects: frozenset[Digest]
    notes: tuple[str, ...]
    facts: bool = False

    def tail(self) -> tuple[int, Digest]:
        """Position and digest of the last event, from the last file alone: not yet known to be chained to anything.

        Raises:
            Untrue: it cannot be read.
        """
        lines = self._lines(self.starts[-1])
        return self.starts[-1] + len(lines) - 1, sha256(lines[-1])

    def body(self, position: int) -> bytes | None:
        """Bytes of the event at a position; None behind the last one. Raises `Untrue`: it cannot be read."""
        start = max(one for one in self.starts if one <= position)
        lines = self._lines(start)
        return lines[position - start] if position - start < len(lines) else None

    def tenant(self) -> Digest:
        """Digest of the first event. Raises `Untrue`: it cannot be read."""
        return sha256(self._lines(0)[0])

    def bodies(self) -> Iterator[bytes]:
        """Bytes of all events, in order; positions checked, the chain not.

        Raises:
            Untrue: a gap, or something that cannot be read.
        """
        at = 0
        for start, data in zip(
            self.starts, self.source.read([events_name(one) for one in self.starts], MAX_SEGMENT), strict=True
        ):
            if start != at:
                raise Untrue("event-missing", f"a file of events begins at {start}, the one before ended at {at}")
            lines = _split(data, events_name(start))
            at += len(lines)
            yield from lines

    def events(self) -> Iterator[tuple[Event, Digest, bytes]]:
        """Events, their digests and bytes, canonical form and chain checked. Raises `Untrue` as `chain.follow`."""
        body: list[bytes] = []

        def noted() -> Iterator[tuple[bytes, bytes]]:
            for position, one in enumerate(self.bodies()):
                chain.decode_strict(one, position)
                body.append(one)
                yield bytes.fromhex(sha256(one)[7:]), one

        for event, digest in chain.follow(noted(), self.tenant(), 0, ZERO, {}):
            yield event, digest, body.pop()

    def fetch(self, digests: Sequence[Digest]) -> Iterator[tuple[Digest, bytes]]:
        """Objects, each one's bytes checked against its name. Raises `Untrue`: `object-missing`, `object-altered`."""
        for digest in digests:
            if digest not in self.objects:
                raise objects.missing(digest)
        read = self.source.read([object_name(one) for one in digests], objects.MAX_OBJECT)
        for digest, data in zip(digests, read, strict=True):
            if sha256(data) != digest:
                raise objects.altered(digest)
            yield digest, data

    def checkpoints(self) -> tuple[str, ...]:
        """Notes, smallest first; nothing verified but that each is one, and is the one that its name says.

        Raises:
            Untrue: `checkpoint-malformed`, `checkpoint-altered`.
        """
        found = []
        for name, data in zip(self.notes, self.source.read(self.notes, checkpoint.MAX_NOTE), strict=True):
            try:
                note = data.decode()
            except UnicodeDecodeError as error:
                raise Untrue("checkpoint-malformed", f"{name} is no text") from error
            if note_name(checkpoint.parse(note)[0].size, note) != name:
                raise Untrue("checkpoint-altered", f"{name} holds another checkpoint")
            found.append(note)
        return tuple(found)

    def fact_lines(self) -> list[bytes]:
        """The lines of `facts`. Raises `Untrue`: it cannot be read."""
        (data,) = self.source.read(["facts"], MAX_SEGMENT * 4)
        return _split(data, "facts") if data else []

    def _lines(self, start: int) -> list[bytes]:
        (data,) = self.source.read([events_name(start)], MAX_SEGMENT)
        return _split(data, events_name(start))


def unpack(source: Source) -> Parcel:
    """Look at the names of a source.

    Raises:
        Untrue: it is no ledger (`not-a-ledger`), or holds what a ledger does not (`parcel-stray`).
    """
    names = source.names()
    if len(names) > MAX_FILES:
        raise Untrue("parcel-stray", f"{len(names)} files are more than the {MAX_FILES} that are read")
    if "format" not in names:
        raise Untrue("not-a-ledger", "there is no ledger in it: it has no file `format`")
    (form,) = source.read(["format"], 1024)
    if form != FORMAT:
        raise Untrue(
            "not-a-ledger", f"its format is {form[:80]!r}, this program reads {FORMAT!r}", "upgrade phaseproof"
        )
    starts, found, notes = [], set(), []
    for name in names:
        if match := _EVENTS.match(name):
            starts.append(int(match[1] + match[2] + match[3], 16))
        elif match := _OBJECT.match(name):
            found.add(f"sha256:{match[1]}{match[2]}")
        elif _NOTE.match(name):
            notes.append(name)
        elif name not in ("format", "facts"):
            raise Untrue("parcel-stray", f"{name[:200]!r} is no part of a ledger", "see who wrote it")
    facts = "facts" in names
    if facts == bool(starts) or (facts and notes):
        raise Untrue("not-a-ledger", "it holds neither events nor facts, or both")
    if starts and min(starts) != 0:
        raise Untrue("event-missing", f"its first events begin at {min(starts)}")
    return Parcel(source, tuple(sorted(starts)), frozenset(found), tuple(sorted(notes)), facts)


def _joined(lines: Sequence[bytes]) -> bytes:
    return b"\n".join(lines) + b"\n"


def _split(data: bytes, name: str) -> list[bytes]:
    if not data.endswith(b"\n"):
        raise Untrue("event-altered", f"{name} is cut off")
    lines = data[:-1].split(b"\n")
    if not all(lines):
        raise Untrue("event-altered", f"{name} has an empty line")
    return lines
