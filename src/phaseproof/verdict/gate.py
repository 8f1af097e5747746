"""Gates judged: PASS or HOLD. The rules stand in judge.py, numbered 13 to 16."""

from __future__ import annotations

from collections.abc import Mapping

from phaseproof.authority import threshold
from phaseproof.bundle import digest
from phaseproof.bundle.model import Assurance, BundleItem, Gate
from phaseproof.instants import seconds
from phaseproof.verdict.check import SKEW, Case
from phaseproof.verdict.item import Items
from phaseproof.verdict.model import GateBoard, Judgement, Reason
from phaseproof.verdict.way_out import for_gate

_DONE = ("proven", "waived")


class Gates:
    """Judges the gates of one case, each once.

    Args:
        items: the items' judge.
        judged: every item's judgement.
    """

    def __init__(self, items: Items, judged: Mapping[str, Judgement]) -> None:
        self._case = items.case
        self._items = items
        self._judged = judged
        self._gates = {gate.id: gate for gate in items.case.bundle.gates}
        self._beneath: dict[str, list[BundleItem]] = {}
        for item in items.case.bundle.items:
            for name in item.gates:
                self._beneath.setdefault(name, []).append(item)
        self._general = _general(items.case)
        self._done: dict[str, GateBoard] = {}

    def all(self) -> dict[str, GateBoard]:
        """Every gate's board, by id."""
        for gate in self._gates.values():
            self._judge(gate, frozenset())
        return self._done

    def _judge(self, gate: Gate, above: frozenset[str]) -> GateBoard:
        """One gate; `above` are the gates that wait for it, so that a circle holds instead of turning."""
        if gate.id in self._done:
            return self._done[gate.id]
        reasons = list(self._general)
        if gate.id in self._case.inputs.differs:
            reasons.append(Reason("bundle-differs", self._differing(gate)))
        waiting = above | {gate.id}
        late = [name for name in self._before(gate) if not self._passes(name, waiting)]
        reasons += [Reason("after-holds", name) for name in late]
        beneath = self._beneath.get(gate.id, [])
        required = [item for item in beneath if self._items.required(item)]
        holding = [item for item in required if self._judged[item.id].verdict not in _DONE]
        if not required:
            reasons.append(Reason("gate-empty"))
        elif not any(self._judged[item.id].verdict == "proven" for item in required):
            reasons.append(Reason("nothing-proven"))
        reasons += [Reason("item-holds", item.id) for item in holding]
        board = GateBoard(
            id=gate.id,
            title=gate.title,
            verdict="HOLD" if reasons else "PASS",
            state="locked" if late else "open",
            required=len(required),
            proven=len(required) - len(holding),
            items=tuple(item.id for item in beneath),
            reasons=tuple(reasons),
            assurance=self._assurance(required),
            next=for_gate(reasons),
            parent=gate.parent or "",
        )
        self._done[gate.id] = board
        return board

    def _differing(self, gate: Gate) -> str:
        """Items beneath a gate on which the commit's own rules differ, else the gate itself."""
        differs = set(self._case.inputs.differs)
        names = [item.id.split(":", 1)[-1] for item in self._beneath.get(gate.id, []) if item.id in differs]
        return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "") or gate.id

    def _passes(self, name: str, waiting: frozenset[str]) -> bool:
        gate = self._gates.get(name)
        return gate is not None and name not in waiting and self._judge(gate, waiting).verdict == "PASS"

    def _before(self, gate: Gate) -> tuple[str, ...]:
        """Gates that come first: its own, and those of the gates it stands in."""
        names: list[str] = []
        at: Gate | None = gate
        seen: set[str] = set()
        while at is not None and at.id not in seen:
            seen.add(at.id)
            names += at.after
            at = self._gates.get(at.parent) if at.parent else None
        return tuple(dict.fromkeys(names))

    def _assurance(self, required: list[BundleItem]) -> Assurance:
        separate = bool(required) and all(self._judged[item.id].assurance == "separate" for item in required)
        return "separate" if separate else "self"


def _general(case: Case) -> tuple[Reason, ...]:
    """Rule 13, as far as it touches every gate."""
    reasons = []
    if case.view.last_at and not _reached(case.view.last_at, case.now):
        reasons.append(Reason("clock", f"the ledger's last event is of {case.view.last_at}"))
    counts = threshold.standing(case.bundle, digest.of(case.bundle), case.view.signed)
    if not threshold.valid(counts):
        lacking = "; ".join(str(one) for one in counts if not one.met) or "no role may sign it"
        reasons.append(Reason("bundle-provisional", lacking))
    if case.inputs.bundle is None:
        reasons.append(Reason("bundle-unreadable", case.inputs.bundle_error or "no reason given"))
    return tuple(reasons)


def _reached(last: str, now: float) -> bool:
    try:
        return seconds(last) <= now + SKEW
    except ValueError:
        return False
