"""A ledger that came from elsewhere: laid out in a folder of its own and checked as a whole, before anything is taken.

In order: the form of every file; every event (canonical, chained, dense); every object that an event names, there and
of its digest; the line of bundles; that this is the ledger which is known and trusted; the signature of every
statement and its place; every checkpoint's signature and root, and that one of them, of a listed runner, covers all
that came.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from msgspec import structs

from phaseproof.decisions import known
from phaseproof.decisions.belongings import belongings, once_of
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.signatures import Heads
from phaseproof.decisions.state import State, open_state
from phaseproof.decisions.verifying import Keys, statements
from phaseproof.digests import Digest, short
from phaseproof.errors import Untrue, Usage
from phaseproof.ledger import checkpoint as notes
from phaseproof.ledger import moving
from phaseproof.ledger.archive import MAGIC, ArchiveSource
from phaseproof.ledger.carried import Parcel, unpack
from phaseproof.ledger.model import Event
from phaseproof.ledger.moving import Arriving
from phaseproof.ledger.opening import receive
from phaseproof.ledger.sqlite import SqliteLedger

_AT_ONCE = 1000
"""Events laid down in one commit, with their objects."""


@contextmanager
def arrived(
    desk: Desk, parcel: Parcel, trust: str | None, *, beside: SqliteLedger | None = None, older: bool = False
) -> Iterator[State]:
    """What came, as a ledger of its own that holds in every respect.

    Args:
        desk: where it came to.
        parcel: what came: events, not facts.
        trust: as `open_state`.
        beside: this repository's ledger, against which what is known was checked already; None where there is none.
        older: it is only looked at, and may hold less than is known of its ledger.

    Raises:
        Untrue: anything does not hold; the first thing found is named.
        Unable: no room to lay it out, or no bundle in it.
    """
    if parcel.facts:
        raise Untrue("not-a-ledger", "it holds facts of a ledger, and no ledger", "phaseproof import FILE")
    if beside is not None and parcel.tenant() != beside.tenant:
        raise other_tenant(parcel.tenant(), beside.tenant)
    with tempfile.TemporaryDirectory(prefix="phaseproof-arriving-") as temporary:
        folder = Path(temporary)
        _lay_out(folder / "ledger", parcel)
        home = desk.home if beside is None and not older else folder / "home"
        with open_state(structs.replace(desk, folder=folder / "ledger", home=home), trust) as state:
            for last in known.recall(desk, state.bundle.programme):
                if last.tenant != state.ledger.tenant:
                    raise other_tenant(state.ledger.tenant, last.tenant)
            _insist(state, 0 if beside is None else _shared(state.ledger, beside))
            yield state


def other_tenant(found: Digest, here: Digest) -> Untrue:
    """The refusal of another tenant's ledger."""
    return Untrue("ledger-other-tenant", f"that is ledger {short(found)}, this repository's is {short(here)}",
                  "use the ledger of this tenant")  # fmt: skip


def take(ledger: SqliteLedger, other: SqliteLedger, since: int, until: int | None = None) -> None:
    """Append what another ledger holds behind the end of this one, as it stands there, with its objects.

    Args:
        ledger: the one that grows; its last event is the one before `since`.
        other: checked as a whole.
        since: position of the first event to take.
        until: position behind the last; None for all.

    Raises:
        Conflict: the ledger has grown meanwhile.
        Untrue, Unable: as `moving.adopt`.
    """
    events = other.events(since, until)
    bodies = other.bodies(since, until)
    while some := list(islice(zip(events, bodies, strict=True), _AT_ONCE)):
        rows = [_row(event, body, other) for (event, _), body in some]
        tail = ledger.digest_at(ledger.size() - 1)
        moving.adopt(ledger, rows, objects_of(ledger, other, rows), tail)


def objects_of(ledger: SqliteLedger, other: SqliteLedger, rows: Sequence[Arriving]) -> dict[Digest, bytes]:
    """Objects that come with events and are not in a ledger yet. Raises `Untrue`: the other has not got one."""
    wanted = moving.missing(ledger, (digest for row in rows for digest in row.objects))
    return other.get_many(list(wanted))


def _row(event: Event, body: bytes, other: SqliteLedger) -> Arriving:
    return Arriving(body, once_of(event), belongings(event, other.get))


def _lay_out(folder: Path, parcel: Parcel) -> None:
    events = parcel.events()
    _, _, genesis = next(events)
    with receive(folder, genesis) as ledger:
        while some := list(islice(events, _AT_ONCE)):
            envelopes = list(dict.fromkeys(filter(None, (once_of(event) for event, _, _ in some))))
            found = dict(parcel.fetch(envelopes))
            rows = [Arriving(body, once_of(event), belongings(event, found.__getitem__)) for event, _, body in some]
            named = dict.fromkeys(digest for row in rows for digest in row.objects)
            wanted = [one for one in moving.missing(ledger, named) if one not in found]
            moving.adopt(ledger, rows, {**found, **dict(parcel.fetch(wanted))}, ledger.digest_at(ledger.size() - 1))
        moving.keep(ledger, parcel.checkpoints())


def _shared(ledger: SqliteLedger, beside: SqliteLedger) -> int:
    """How many events of a ledger are in another one at their places: those were checked when they came there."""
    size = min(ledger.size(), beside.size())
    pairs = zip(ledger.events(0, size), beside.events(0, size), strict=True)
    return next((one.position for (one, a), (_, b) in pairs if a != b), size)


def _insist(state: State, since: int) -> None:
    keys, heads = Keys(state), Heads()
    for step in statements(state, keys, heads, since):
        step()
    heads.insist(state.ledger)
    size = state.ledger.size()
    covered = False
    for stored in state.ledger.checkpoints():
        head, _ = notes.verify(stored.note or "", keys.names())
        covered |= head.size == size
    if not covered:
        raise Untrue(
            "checkpoint-missing",
            f"{size} events came, and no checkpoint of a listed runner covers all of them",
            "see who wrote it; the events that are covered stand on an earlier state of it",
        )


@contextmanager
def borrowed(desk: Desk, path: str, trust: str | None = None) -> Iterator[State]:
    """The ledger in an exported file, to be looked at: all of it checked, nothing taken in.

    Args:
        desk: where.
        path: the file.
        trust: as `open_state`.

    Raises:
        Usage: the file cannot be read.
        Untrue: it does not hold, or is another tenant's than this repository is known to have.
    """
    with ArchiveSource(Path(path)) as source, arrived(desk, unpack(source), trust, older=True) as state:
        yield state


def is_ledger(path: str) -> bool:
    """Whether a file is the export of a whole ledger.

    Raises:
        Usage: it cannot be read.
        Untrue: it is an archive, and no export.
    """
    try:
        with Path(path).open("rb") as file:
            archive = file.read(4).startswith(MAGIC)
    except OSError as error:
        raise Usage("file-unreadable", f"{path}: {error.strerror}", "name the file") from error
    if not archive:
        return False
    with ArchiveSource(Path(path)) as source:
        return not unpack(source).facts
