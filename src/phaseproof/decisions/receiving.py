"""A whole ledger taken in: as this repository's first, behind what is here, or joined with it (docs/adr/0008)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from phaseproof.authority.fold import Folder
from phaseproof.decisions import joining, known
from phaseproof.decisions.arriving import arrived, objects_of, take
from phaseproof.decisions.belongings import belongings, once_of
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.install import hide
from phaseproof.decisions.state import State, note_seen, open_state
from phaseproof.digests import Digest, sha256
from phaseproof.errors import Conflict, Refused, Unable, Untrue
from phaseproof.evidence.decision import decision_of
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.ledger import moving
from phaseproof.ledger.carried import Parcel
from phaseproof.ledger.chain import link
from phaseproof.ledger.model import Entry, Event
from phaseproof.ledger.moving import Arriving
from phaseproof.ledger.opening import open_ledger, receive
from phaseproof.ledger.prepared import prepare
from phaseproof.ledger.sqlite import SqliteLedger
from phaseproof.ledger.tree import roots

RETRIES = 5
"""How often it is tried again when somebody writes to the ledger meanwhile."""

How = Literal["first", "same", "behind", "forward", "joined"]


class Received(Struct, frozen=True):
    """What came of it.

    Attributes:
        tenant: the ledger.
        programme: its programme.
        how: `first`: there was none here; `same`; `behind`: the other side has less than is here; `forward`: what is
            new there was added; `joined`: what is new here was laid behind what is new there.
        size: events in the ledger now.
        taken: how many came.
        moved: how many of this side's own were laid behind them.
        remembered: something was known of this ledger or repository before: it is not trusted on first sight.
    """

    tenant: Digest
    programme: str
    how: How
    size: int
    taken: int = 0
    moved: int = 0
    remembered: bool = True


def take_in(desk: Desk, parcel: Parcel, trust: str | None = None) -> Received:
    """Take a ledger in, everything in it checked first; nothing is written where anything does not hold.

    Args:
        desk: where.
        parcel: what came.
        trust: `GENESIS[@FILE]`: the ledger that it must be, and a checkpoint that it must extend.

    Raises:
        Untrue: it does not hold, is another tenant's, or less or other than what is known or trusted.
        Refused: a decision that was taken here cannot be merged (`unsupported`).
        Unable: the ledger here cannot be read or written.
    """
    for attempt in range(RETRIES):
        try:
            return _once(desk, parcel, trust)
        except Conflict:
            if attempt == RETRIES - 1:
                raise
    raise AssertionError("the loop above returns or raises")


def _once(desk: Desk, parcel: Parcel, trust: str | None) -> Received:
    try:
        state = open_state(desk)
    except Unable as error:
        if error.rule not in ("no-ledger", "not-installed"):
            raise
        return _first(desk, parcel, trust)
    with state, arrived(desk, parcel, trust, beside=state.ledger) as there:
        ours = [digest for _, digest in state.ledger.events()]
        theirs = [digest for _, digest in there.ledger.events()]
        base = joining.common(ours, theirs)
        notes = [one.note or "" for one in there.ledger.checkpoints()]
        said = Received(state.ledger.tenant, state.bundle.programme, "same", len(ours))
        if base == len(theirs):
            moving.keep(state.ledger, notes)
            return said if base == len(ours) else _replaced(said, "behind", len(ours))
        if base < len(ours):
            return _joined(desk, state, there, base, notes, said)
        take(state.ledger, there.ledger, base)
        moving.keep(state.ledger, notes)
        _look_again(desk)
        return _replaced(said, "forward", len(theirs), taken=len(theirs) - base)


def _first(desk: Desk, parcel: Parcel, trust: str | None) -> Received:
    """Where there is no ledger, or the beginning of one whose taking in was broken off."""
    with arrived(desk, parcel, trust, beside=None) as there:
        programme, other = there.bundle.programme, there.ledger
        remembered = trust is not None or bool(known.recall(desk, programme) or known.of_tenant(desk, other.tenant))
        with _place(desk, other) as ledger:
            since = ledger.size()
            if since > other.size() or ledger.digest_at(since - 1) != other.digest_at(since - 1):
                raise Untrue("ledger-other-tenant", "what is here was never a beginning of that ledger",
                             f"move {desk.folder} away")  # fmt: skip
            take(ledger, other, since)
            moving.keep(ledger, [one.note or "" for one in other.checkpoints()])
        _look_again(desk)
        return Received(other.tenant, programme, "first", other.size(), other.size(), remembered=remembered)


def _place(desk: Desk, other: SqliteLedger) -> SqliteLedger:
    try:
        return open_ledger(desk.folder, other.tenant)
    except Unable as error:
        if error.rule != "no-ledger":
            raise
    made = receive(desk.folder, next(other.bodies(0, 1)))
    hide(desk)
    return made


def _look_again(desk: Desk) -> None:
    """The ledger as it is now, opened as every verb opens it, and remembered."""
    with open_state(desk) as state:
        note_seen(desk, state, state.ledger.checkpoint())


def _replaced(said: Received, how: How, size: int, taken: int = 0, moved: int = 0) -> Received:
    return Received(said.tenant, said.programme, how, size, taken, moved)


def _joined(desk: Desk, state: State, there: State, base: int, notes: Sequence[str], said: Received) -> Received:
    ledger, other = state.ledger, there.ledger
    for head in ledger.checkpoints():
        if head.size > base:
            raise Refused(
                "unsupported",
                f"the first {head.size} events here were signed as they are, and the other side has others from "
                f"event {base} on: the two cannot be merged",
                "phaseproof export --evidence --out mine.zip, then give this ledger up as docs/recipes.md says",
            )
    ours = [event for event, _ in ledger.events(base)]
    theirs = [event for event, _ in other.events(base)]
    plan = joining.join(base, ours, theirs, lambda event: _made_for(ledger, event))
    laid = _laid(plan.moved, there, other.size(), ledger)
    rows = [
        *(Arriving(body, once_of(event), belongings(event, other.get))
          for event, body in zip(theirs, other.bodies(base), strict=True)),
        *laid,
    ]  # fmt: skip
    tail = ledger.digest_at(ledger.size() - 1)
    if ledger.size() != base + len(ours):
        raise Conflict("ledger", base + len(ours), ledger.size())
    seen = known.of_tenant(desk, ledger.tenant)
    shared = roots(ledger, {base})[base]
    known.step_back(desk, seen, known.Known(ledger.tenant, base, shared))
    try:
        moving.rebase(ledger, base, rows, objects_of(ledger, other, rows[: len(theirs)]), tail)
    finally:
        with open_state(desk) as now:
            note_seen(desk, now, now.ledger.checkpoint())
    moving.keep(ledger, notes)
    return _replaced(said, "joined", base + len(rows), len(theirs), len(laid))


def _made_for(ledger: SqliteLedger, event: Event) -> tuple[int, int]:
    """The `seq` that a signature was made for, and how many events its signer saw."""
    _, payload = unverified(ledger.get(once_of(event) or ""))
    decision = decision_of(read_statement(payload))
    return decision.seq, decision.checkpoint.size


def _laid(moved: Sequence[Event], there: State, position: int, ledger: SqliteLedger) -> list[Arriving]:
    """Events chained anew behind another ledger; folded with it, so that nothing is laid down that is refused later."""
    folder = Folder()
    prev = there.view.head
    for event, digest in there.ledger.events():
        folder.take(event, digest)
    seqs: dict[str, int] = {}
    rows = []
    for event in moved:
        once = once_of(event)
        entry = Entry(event.stream, None, event.type, event.at, event.actor, event.payload, once=once)
        seq = seqs.get(event.stream, there.ledger.next_seq(event.stream))
        made, body, _ = link(prepare(entry), ledger.tenant, position, seq, prev)
        folder.take(made, sha256(body))
        rows.append(Arriving(body, once, belongings(event, ledger.get)))
        position, prev, seqs[event.stream] = position + 1, sha256(body), seq + 1
    return rows
