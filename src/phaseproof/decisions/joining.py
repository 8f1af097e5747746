"""Two ledgers of one tenant that were both written to, joined. Pure: events in, a plan out.

What was pushed first stands. The facts of this side (evidence, results of controls, runs announced and given up) are
laid behind it, each once; a signature follows where it still fits: its signer saw only what both sides have, and
nobody has written to its stream on the other side. Any other decision of this side was taken on events that the other
side does not have, and is not moved: `unsupported` (FORMATS, section 4).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from phaseproof.decisions.belongings import FACTS
from phaseproof.digests import Digest
from phaseproof.errors import Refused
from phaseproof.ledger.model import Event

Seen = Callable[[Event], tuple[int, int]]
"""For a signature: the `seq` it was made for, and how many events its signer saw."""


class Mark(Struct, frozen=True):
    """What makes two facts one.

    Attributes:
        type: event type.
        what: the envelope, or the canonical payload of a run's mark.
    """

    type: str
    what: bytes


class Joined(Struct, frozen=True):
    """How two sides become one.

    Attributes:
        common: how many events both begin with.
        ahead: this side's events behind those: how many.
        behind: the other side's events behind those: how many.
        moved: this side's events to be laid behind the other's, in this side's order.
        known: how many of this side's events the other side has already.
    """

    common: int
    ahead: int
    behind: int
    moved: tuple[Event, ...] = ()
    known: int = 0


def common(here: Sequence[Digest], there: Sequence[Digest]) -> int:
    """How many events two ledgers begin with in common; 0 for ledgers of two tenants."""
    low, high = 0, min(len(here), len(there))
    while low < high:  # a digest stands for everything before it: each event names the one before
        middle = (low + high + 1) // 2
        if here[middle - 1] == there[middle - 1]:
            low = middle
        else:
            high = middle - 1
    return low


def mark(event: Event) -> Mark:
    """What makes a fact the same as another one."""
    if event.type in ("evidence", "control"):
        return Mark(event.type, str(event.payload.get("envelope")).encode())
    return Mark(event.type, msgspec.json.encode(event.payload, order="sorted"))


def join(base: int, ours: Sequence[Event], theirs: Sequence[Event], seen: Seen) -> Joined:
    """Join what two sides have behind their common beginning.

    Args:
        base: how many events they begin with in common.
        ours: this side's events behind it.
        theirs: the other side's.
        seen: reads a signature's statement.

    Raises:
        Refused: `unsupported`: a decision of this side cannot be moved; it is named.
    """
    if not ours or not theirs:
        return Joined(base, len(ours), len(theirs))
    there = {mark(event) for event in theirs if event.type in FACTS}
    taken = {event.stream for event in theirs}
    moved: list[Event] = []
    known = 0
    for event in ours:
        if event.type in FACTS:
            one = mark(event)
            if one in there:
                known += 1
                continue
            there.add(one)
        elif event.type != "signed" or event.stream in taken or not _fits(event, seen, base):
            raise unsupported(event)
        moved.append(event)
    return Joined(base, len(ours), len(theirs), tuple(moved), known)


def _fits(event: Event, seen: Seen, base: int) -> bool:
    seq, size = seen(event)
    return seq == event.seq and size <= base


def unsupported(event: Event) -> Refused:
    """The refusal of a decision that stands on events which the other side does not have."""
    who = f" of {event.actor}" if event.actor else ""
    return Refused(
        "unsupported",
        f"event {event.position} ({event.type}{who}) was decided here on events that the other side does not have, and "
        "the other side has gone on without it: two decisions cannot be merged",
        "phaseproof export --evidence --out mine.zip, then give this ledger up as docs/recipes.md says",
    )
