"""Verdicts with their reasons."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from phaseproof.bundle.model import STRENGTHS, Assurance, Strength
from phaseproof.digests import Digest
from phaseproof.instants import Instant

ItemVerdict = Literal["error", "refuted", "flaky", "hollow", "stale", "missing", "waived", "proven"]
ORDER: tuple[ItemVerdict, ...] = ("error", "refuted", "flaky", "hollow", "stale", "missing", "waived", "proven")
"""When several apply, the first of these is shown (FORMATS, "How verdicts compose")."""
GateWord = Literal["PASS", "HOLD"]


class Reason(Struct, frozen=True, omit_defaults=True):
    """A reason code and the fact behind it; sentences stand in reasons.py."""

    code: str
    detail: str = ""


class Judgement(Struct, frozen=True, omit_defaults=True):
    """What is known of one item, or of one check that stands for it.

    Attributes:
        verdict: see `ORDER`.
        reasons: why; notes on a proven item too.
        strength: of the evidence it rests on, None without evidence.
        assurance: of that evidence.
        rests: envelopes it rests on: whoever says PASS opens and verifies each.
        check: name of the check that decided it, where there is one.
        refuted: the last result for this content was negative, whatever is shown: a run that has been announced or
            given up since then does not unsay it.
    """

    verdict: ItemVerdict
    reasons: tuple[Reason, ...] = ()
    strength: Strength | None = None
    assurance: Assurance = "self"
    rests: tuple[Digest, ...] = ()
    check: str = ""
    refuted: bool = False


class ItemBoard(Struct, frozen=True, omit_defaults=True):
    """An item on the board.

    Attributes:
        id: full id.
        short: id without its plan where that is unique, else the full one.
        kind, text: as agreed.
        required: whether its gates wait for it.
        judgement: what is known.
        next: the one command to type next, empty where nothing is left to do.
    """

    id: str
    short: str
    kind: str
    text: str
    required: bool
    judgement: Judgement
    next: str = ""


class GateBoard(Struct, frozen=True, omit_defaults=True):
    """A gate on the board.

    Attributes:
        id, title: as agreed.
        verdict: PASS or HOLD; there is no third.
        state: `locked` while a gate it comes after holds, else `open`.
        required: number of required items beneath it.
        proven: how many of them are proven or waived.
        items: full ids of all items beneath it, in order.
        reasons: why it holds, the first blocker first.
        assurance: the least of its required items.
        next: command that clears the gate's own reason, empty where items hold it.
        parent: the gate that it stands in, empty for none.
    """

    id: str
    title: str
    verdict: GateWord
    state: str
    required: int
    proven: int
    items: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()
    assurance: Assurance = "self"
    next: str = ""
    parent: str = ""


class Board(Struct, frozen=True):
    """Everything decided, as a value: the same inputs give the same board on any machine.

    Attributes:
        programme: name.
        tenant: ledger.
        bundle: digest of the installed bundle.
        commit: what was judged.
        size: number of ledger events it was judged on.
        at: the instant it was judged at.
        verdict: PASS only if every gate passes and there is one.
        assurance: the least of the gates.
        gates: in order.
        items: in order of plans.
    """

    programme: str
    tenant: Digest
    bundle: Digest
    commit: str
    size: int
    at: Instant
    verdict: GateWord
    assurance: Assurance
    gates: tuple[GateBoard, ...]
    items: tuple[ItemBoard, ...]


def worst(judgements: tuple[Judgement, ...]) -> Judgement:
    """The first verdict of `ORDER` among several, with what all of them rest on.

    Raises:
        ValueError: none given; callers never have none (an empty `all` is a configuration error).
    """
    if not judgements:
        raise ValueError("no judgement")
    least = min(judgements, key=lambda one: ORDER.index(one.verdict))
    rests = together(judgements)
    strength = least.strength
    assurance: Assurance = "separate" if all(one.assurance == "separate" for one in judgements) else "self"
    reasons = least.reasons
    if least.verdict == "proven":
        reasons = tuple(dict.fromkeys(reason for one in judgements for reason in one.reasons))
        seen = [one.strength for one in judgements if one.strength is not None]
        strength = min(seen, key=STRENGTHS.index) if seen else None
    refuted = any(one.refuted for one in judgements)
    return Judgement(least.verdict, reasons, strength, assurance, rests, least.check, refuted)


def together(judgements: tuple[Judgement, ...]) -> tuple[Digest, ...]:
    """Everything that any of some judgements rests on."""
    return tuple(dict.fromkeys(digest for one in judgements for digest in one.rests))
