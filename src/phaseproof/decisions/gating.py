"""`gates`: run what is required, decide, record."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.bundle import digest
from phaseproof.decisions import board_keeping
from phaseproof.decisions.deciding import record, require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.judging import Judged, gate_ids, judged_on, shown
from phaseproof.decisions.judging import judged as judge_anew
from phaseproof.decisions.rounds import Order, run
from phaseproof.decisions.running import Watcher
from phaseproof.decisions.state import State, open_state, refreshed
from phaseproof.errors import Conflict, Unable
from phaseproof.verdict.judge import judge
from phaseproof.verdict.model import Board

RETRIES = 5
"""How often a decision is taken again when another writer was faster."""


class Request(Struct, frozen=True):
    """What is asked of `gates`.

    Attributes:
        gates: as typed; empty: all.
        commit: full commit id.
        everything: run proven items again too.
        at_once: how many checks at a time.
        trust: `GENESIS[@CHECKPOINT]`, see `open_state`.
    """

    gates: tuple[str, ...]
    commit: str
    everything: bool = False
    at_once: int = 2
    trust: str | None = None


class Decision(Struct, frozen=True):
    """What came of it.

    Attributes:
        judged: the board and what it was judged on.
        shown: that board as people see it: in the order of the text, changed files named.
        only: gates that were asked for, by id; empty: all.
        position: where the decision stands in the ledger, None where it was not recorded.
        interrupted: a run was ended from outside; nothing was decided.
    """

    judged: Judged
    shown: Board
    only: tuple[str, ...]
    position: int | None
    interrupted: bool = False


def decide(desk: Desk, request: Request, watcher: Watcher) -> Decision:
    """Run what the gates require, decide, record.

    Raises:
        Unable: no ledger, no runner key, git or the ledger cannot be used.
        Refused: the bundle does not list this runner; other writers were faster each time.
        Untrue: something the decision rests on does not hold.
    """
    state = open_state(desk, request.trust)
    try:
        only = gate_ids(state, request.gates)
        signer = require_runner(desk, state)
        order = Order(everything=request.everything, at_once=request.at_once, gates=only)
        done = run(desk, state, request.commit, order, watcher)
        state, judged = done.state, done.judged
        if done.outcomes.interrupted:
            return Decision(judged, shown(desk, state, judged), only, None, interrupted=True)
        for attempt in range(RETRIES):
            try:
                appended = record(desk, state, judged, only, signer)
                _keep(desk, refreshed(state), judged)
                return Decision(judged, shown(desk, state, judged), only, appended.event.position)
            except Conflict:
                if attempt == RETRIES - 1:
                    raise
                state, rules = refreshed(state), state.bundle
                if state.bundle == rules:
                    judged = judged_on(desk, state, judged.inputs, only)
                else:  # other rules came into force meanwhile
                    signer, judged = require_runner(desk, state), judge_anew(desk, state, request.commit, only)
        raise AssertionError("the loop above returns or raises")
    finally:
        state.ledger.close()


def overtaken(desk: Desk, name: str, commit: str) -> bool:
    """Whether a name points elsewhere by now than to the commit that was judged for it: what is there was not judged.

    Args:
        desk: where.
        name: as asked for, `HEAD` or a branch.
        commit: full commit id that it stood for at the start.
    """
    try:
        return desk.repository.resolve(name) != commit
    except Unable:
        return True


def _keep(desk: Desk, state: State, judged: Judged) -> None:
    """Keep the board for `status`: judged again with the decision itself in the ledger, for all gates."""
    if digest.of(state.bundle) != judged.board.bundle:
        return
    board = judge(state.bundle, state.view, judged.inputs, desk.now())
    board_keeping.store(desk, state, shown(desk, state, Judged(board, judged.inputs, judged.checked)))
