"""What the documents of the working tree should say: a plan's items and sections beside the board of a commit.

An item of the working tree is proven where the installed bundle has it under the same id, of the same kind and in the
same words, and the board proves it. What is new, reworded or bound to nothing is not: nobody has agreed to it yet.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from phaseproof.bundle.model import Bundle, Gate
from phaseproof.bundle.outline import GATES, words
from phaseproof.bundle.slugs import slug
from phaseproof.plan.model import Plan, Section
from phaseproof.reasons import sentence
from phaseproof.verdict.model import Board, GateBoard, ItemBoard


class Standing(Struct, frozen=True):
    """What is true of a plan's items and sections.

    Attributes:
        proven: item id -> whether it is proven.
        passing: section id -> whether it passes.
        why: item or section id -> why not, in a few words; empty where it is.
        next: item or section id -> the command that leads on.
    """

    proven: dict[str, bool]
    passing: dict[str, bool]
    why: dict[tuple[bool, str], str]
    next: dict[tuple[bool, str], str]


class Standings:
    """Answers for the plans of one programme at one commit.

    Args:
        bundle: the bundle in force.
        board: of the commit.
    """

    def __init__(self, bundle: Bundle, board: Board) -> None:
        self._agreed = {item.id: item for item in bundle.items}
        self._items = {item.id: item for item in board.items}
        self._gates: dict[str, tuple[Gate, GateBoard]] = {}
        boards = {gate.id: gate for gate in board.gates}
        for gate in bundle.gates:
            self._gates[gate.id] = (gate, boards[gate.id])

    def of(self, plan: Plan) -> Standing:
        """What is true of a plan as the working tree has it."""
        proven: dict[str, bool] = {}
        why: dict[tuple[bool, str], str] = {}
        following: dict[tuple[bool, str], str] = {}
        found: dict[str, ItemBoard | None] = {}
        for item in plan.items:
            full = f"{plan.path}:{item.id}"
            agreed = self._agreed.get(full)
            same = agreed is not None and (agreed.kind, agreed.text) == (item.kind, words(item.text))
            board = found[item.id] = self._items.get(full) if same else None
            proven[item.id] = board is not None and board.judgement.verdict == "proven"
            key = (False, item.id)
            if board is None:
                reworded = agreed is not None
                why[key] = "its words are not the agreed ones" if reworded else "nobody has agreed to it yet"
                following[key] = "phaseproof migrate propose"
            else:
                why[key], following[key] = "" if proven[item.id] else _why(board), board.next
        passing = {section.id: False for section in plan.sections}
        beneath = _beneath(plan, found)
        for section in plan.sections:
            gate = self._gate(plan.path, section) if section.kind in GATES else None
            key = (True, section.id)
            if gate is not None:
                passing[section.id] = gate.verdict == "PASS"
                why[key] = "" if passing[section.id] else f"its gate holds: {gate.proven} of {gate.required} proven"
            elif section.kind in GATES:
                why[key] = "nobody has agreed to it yet"
            else:
                passing[section.id], why[key] = _together(beneath.get(section.id, ()))
            following[key] = "phaseproof status"
        return Standing(proven, passing, why, following)

    def _gate(self, path: str, section: Section) -> GateBoard | None:
        """The gate of a section, by the ids that compiling gives it (bundle/gates.py)."""
        for name in (f"{path}:{section.id}", f"{path}:{slug(section.id)}", slug(section.id)):
            known = self._gates.get(name)
            if known is not None and known[0].plan == path:
                return known[1]
        return None


def _why(board: ItemBoard) -> str:
    reasons = board.judgement.reasons
    said = sentence(reasons[0].code, reasons[0].detail) if reasons else ""
    return f"{board.judgement.verdict}: {said}" if said else board.judgement.verdict


def _beneath(plan: Plan, found: Mapping[str, ItemBoard | None]) -> dict[str, list[ItemBoard | None]]:
    up = {section.id: section.parent for section in plan.sections}
    inside: dict[str, list[ItemBoard | None]] = {}
    for item in plan.items:
        at, seen = item.section, set[str]()
        while at is not None and at not in seen:
            seen.add(at)
            inside.setdefault(at, []).append(found[item.id])
            at = up.get(at)
    return inside


def _together(items: list[ItemBoard | None] | tuple[()]) -> tuple[bool, str]:
    """A section that is no gate passes as a gate would: every required item proven or waived, one of them proven."""
    required = [one for one in items if one is None or one.required]
    good = sum(one is not None and one.judgement.verdict in ("proven", "waived") for one in required)
    proven = any(one is not None and one.judgement.verdict == "proven" for one in required)
    passes = proven and good == len(required)
    return passes, "" if passes else f"{good} of {len(required)} of its items are proven"
