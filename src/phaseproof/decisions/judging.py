"""Judging a commit: the inputs map, the board, and the check of everything its proven items rest on."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct, structs

from phaseproof.bundle.model import InputsMap
from phaseproof.decisions import reviewing
from phaseproof.decisions.changes import with_changes
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import inputs_at, inputs_map
from phaseproof.decisions.naming import gates_named
from phaseproof.decisions.proof import rests_on, verify_rests
from phaseproof.decisions.state import State
from phaseproof.verdict.judge import judge
from phaseproof.verdict.model import Board


class Judged(Struct, frozen=True):
    """A board, what it was judged on, and how many pieces of evidence and signatures were opened for it."""

    board: Board
    inputs: InputsMap
    checked: int


def gate_ids(state: State, names: Collection[str]) -> tuple[str, ...]:
    """Gates of the bundle by id or title, loosely written. Raises `Usage` as `gates_named`."""
    return gates_named({gate.id: gate.title for gate in state.bundle.gates}, names)


def judged(desk: Desk, state: State, commit: str, only: Collection[str] = (), verify: bool = True) -> Judged:
    """Judge a commit.

    Args:
        desk: where.
        state: the ledger.
        commit: full commit id.
        only: gates the board's verdict is asked for.
        verify: open and check everything that proven items rest on.

    Raises:
        Untrue: something it rests on does not hold.
        Unable: git failed.
    """
    inputs = inputs_map(desk, state, desk.repository.tree(commit))
    return judged_on(desk, state, inputs, only, verify)


def judged_on(desk: Desk, state: State, inputs: InputsMap, only: Collection[str] = (), verify: bool = True) -> Judged:
    """Judge a commit whose inputs map is known. Raises as `judged`."""
    board = judge(state.bundle, state.view, inputs, desk.now(), only, state.guests)
    checked = verify_rests(state.ledger, state.view, state.bundle, rests_on(board), state.guests) if verify else 0
    return Judged(board, inputs, checked)


def shown(desk: Desk, state: State, done: Judged) -> Board:
    """The board for people and programs: items in the order of the text, changes named; verdicts are the same."""
    board = _in_text_order(done.board, state.reading.order)
    codes = {reason.code for item in board.items for reason in item.judgement.reasons}
    if not codes & {"inputs-changed", *reviewing.CODES}:
        return board
    tree = desk.repository.tree(done.inputs.commit)
    board = reviewing.Reviews(desk, state, tree).told(board)
    return with_changes(board, state, inputs_at(desk, state.bundle, state.reading.plans, tree))


def _in_text_order(board: Board, order: Sequence[str]) -> Board:
    """A board whose items stand as their documents have them; the bundle's own order does not depend on the text."""
    rank = {name: number for number, name in enumerate(order)}
    last = len(rank)
    return structs.replace(
        board,
        items=tuple(sorted(board.items, key=lambda item: rank.get(item.id, last))),
        gates=tuple(
            structs.replace(gate, items=tuple(sorted(gate.items, key=lambda name: rank.get(name, last))))
            for gate in board.gates
        ),
    )
