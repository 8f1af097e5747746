"""Which files changed since a piece of evidence: for the board and for `explain`."""

from __future__ import annotations

import msgspec
from msgspec import structs

from phaseproof.authority.view import Run
from phaseproof.bundle.inputs import Inputs, Unanswered
from phaseproof.bundle.model import Check
from phaseproof.decisions.state import State
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.verdict.model import Board, ItemBoard, Reason

_NAMED = 3
"""Paths named in one reason; the rest is counted."""


def changed(state: State, run: Run, check: Check, inputs: Inputs) -> tuple[str, ...]:
    """Paths that differ between what a run read and what the check would read now, sorted.

    Args:
        state: the ledger.
        run: the evidence.
        check: its check.
        inputs: the reader of the judged commit's inputs.

    Raises:
        Untrue: the evidence or its manifest cannot be read.
    """
    _, payload = unverified(state.ledger.get(run.fact.envelope))
    manifest = evidence_of(read_statement(payload)).inputs.manifest
    try:
        now = _listed(inputs.manifest(inputs.files_of(check), history=check.history))
    except Unanswered:
        return ()
    old = _listed(state.ledger.get(manifest))
    return tuple(sorted(path for path in {*old, *now} if old.get(path) != now.get(path)))


def named(paths: tuple[str, ...]) -> str:
    """A few paths, and how many more."""
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    return ", ".join(paths[:_NAMED]) + more


def with_changes(board: Board, state: State, inputs: Inputs) -> Board:
    """The board with the changed files named in `inputs-changed` reasons; verdicts stay as they are."""
    checks = {check.name: check for check in state.bundle.checks}
    known: dict[str, str] = {}

    def told(item: ItemBoard) -> ItemBoard:
        judgement = item.judgement
        if judgement.verdict != "stale" or judgement.check not in checks:
            return item
        if not any(reason.code == "inputs-changed" for reason in judgement.reasons):
            return item
        if judgement.check not in known:
            view = state.view.checks[judgement.check]
            known[judgement.check] = named(changed(state, view.runs[-1], checks[judgement.check], inputs))
        detail = known[judgement.check]
        if not detail:
            return item
        others = tuple(reason for reason in judgement.reasons if reason.code != "inputs-changed")
        reasons = (*others, Reason("inputs-changed", detail))
        return structs.replace(item, judgement=structs.replace(judgement, reasons=reasons))

    return structs.replace(board, items=tuple(told(item) for item in board.items))


def _listed(manifest: bytes) -> dict[str, tuple[str, ...]]:
    try:
        rows = msgspec.json.decode(manifest, type=list[tuple[str | dict[str, str], str, str]])
    except msgspec.DecodeError as error:
        raise Untrue("manifest-unreadable", f"a manifest of inputs cannot be read: {error}") from error
    return {
        path if isinstance(path, str) else bytes.fromhex(path["bytes"]).decode("utf-8", "replace"): (mode, oid)
        for path, mode, oid in rows
    }
