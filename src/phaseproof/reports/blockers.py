"""What blocks, in the order in which to clear it: the same order for the page, the Markdown summary and SARIF."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.reasons import sentence
from phaseproof.reports.advice import advice
from phaseproof.reports.board import homes_of
from phaseproof.verdict.model import Board, GateBoard, ItemBoard, Reason
from phaseproof.verdict.way_out import for_gate

SETTLED = ("proven", "waived")
_GENERAL = frozenset({"bundle-provisional", "bundle-differs", "bundle-unreadable", "clock"})


class Blocker(Struct, frozen=True):
    """One thing that keeps a gate on HOLD.

    Attributes:
        gate: the innermost gate that it holds.
        item: the item, None where the gate itself has a reason.
        reasons: why, the first first.
        next: the command to type next; empty where a person has something to do.
        advice: what a person has to do, in one sentence; empty where a command is all.
    """

    gate: GateBoard
    item: ItemBoard | None
    reasons: tuple[Reason, ...]
    next: str
    advice: str = ""

    @property
    def said(self) -> str:
        """Why, as sentences."""
        return "; ".join(sentence(reason.code, reason.detail) for reason in self.reasons)


def blockers(board: Board) -> tuple[Blocker, ...]:
    """Everything that holds a gate, each thing once: open gates before locked ones, small ones before large ones.

    What holds all gates comes first (the rules, the clock), then items, then what follows from other gates.
    """
    items = {item.id: item for item in board.items}
    homes = homes_of(board.gates)
    general: dict[Reason, Blocker] = {}
    own: list[Blocker] = []
    for gate in sorted(board.gates, key=lambda one: (one.state == "locked", len(one.items))):
        if gate.verdict == "PASS":
            continue
        holding = [items[name] for name in gate.items if items[name].required]
        holding = [item for item in holding if item.judgement.verdict not in SETTLED]
        own += [_of(gate, item) for item in holding if homes[item.id] == gate.id]
        for reason in gate.reasons:
            blocker = Blocker(gate, None, (reason,), for_gate((reason,)))
            if reason.code in _GENERAL:
                general.setdefault(reason, blocker)
            elif reason.code != "item-holds" and not (reason.code == "nothing-proven" and holding):
                own.append(blocker)
    return (*general.values(), *own)


def _of(gate: GateBoard, item: ItemBoard) -> Blocker:
    person = item.next.startswith("phaseproof explain ")
    said = advice(item.short, item.judgement) if person else ""
    return Blocker(gate, item, item.judgement.reasons, "" if said else item.next, said)
