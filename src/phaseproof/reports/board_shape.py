"""The shape of the board for programs: what `status --format json` and `gates --format json` print; public and stable.

`schemas/verdict.json` is made from it, and a test holds what `machine` gives against it.
"""

from __future__ import annotations

from msgspec import Struct

from phaseproof.bundle.model import Assurance, Strength
from phaseproof.digests import Digest
from phaseproof.instants import Instant
from phaseproof.verdict.model import GateWord, ItemVerdict


class ReasonShape(Struct, frozen=True, forbid_unknown_fields=True):
    """Why: a stable code, the particular fact, and both as a sentence for people."""

    code: str
    detail: str
    sentence: str


class ItemShape(Struct, frozen=True, forbid_unknown_fields=True):
    """An item beneath a gate.

    Attributes:
        id: as people type it.
        full: id with its plan.
        kind, text: as agreed.
        required: whether its gates wait for it.
        verdict: what is known of it.
        strength: of the evidence it rests on, null without.
        assurance: of that evidence.
        evidence: envelopes it rests on.
        reasons: why; notes on a proven item too.
        next: the one command to type next, empty where nothing is left to do.
    """

    id: str
    full: str
    kind: str
    text: str
    required: bool
    verdict: ItemVerdict
    strength: Strength | None
    assurance: Assurance
    evidence: tuple[Digest, ...]
    reasons: tuple[ReasonShape, ...]
    next: str


class GateShape(Struct, frozen=True, forbid_unknown_fields=True):
    """A gate.

    Attributes:
        id, title: as agreed.
        verdict: PASS or HOLD.
        state: `locked` while a gate it comes after holds, else `open`.
        proven: how many required items are proven or waived.
        required: how many there are.
        assurance: the least of them.
        reasons: why it holds, the first blocker first.
        next: command that clears the gate's own reason, empty where items hold it.
        items: all items beneath it, in order.
    """

    id: str
    title: str
    verdict: GateWord
    state: str
    proven: int
    required: int
    assurance: Assurance
    reasons: tuple[ReasonShape, ...]
    next: str
    items: tuple[ItemShape, ...]


class BoardShape(Struct, frozen=True, forbid_unknown_fields=True):
    """The board: every gate decided at one commit.

    Attributes:
        programme: name.
        tenant: ledger.
        bundle: digest of the installed bundle.
        commit: what was judged.
        position: number of ledger events it was judged on.
        at: the instant it was judged at.
        verdict: PASS only if every gate asked for passes and there is one.
        assurance: the least of the gates.
        verified: whether this process checked everything that proven items rest on.
        gates: in order.
    """

    programme: str
    tenant: Digest
    bundle: Digest
    commit: str
    position: int
    at: Instant
    verdict: GateWord
    assurance: Assurance
    verified: bool
    gates: tuple[GateShape, ...]
