"""Everything about one item, gathered for `explain`."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.authority.view import Run, Signed, Start
from phaseproof.bundle.model import Binding, BundleItem, Check, Gate
from phaseproof.decisions import candidate, changes
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import inputs_at
from phaseproof.decisions.judging import judged
from phaseproof.decisions.reviewing import Review, Reviews
from phaseproof.decisions.sign import find_item
from phaseproof.decisions.state import State
from phaseproof.errors import Unable
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.evidence.model import Evidence
from phaseproof.plan.model import Item
from phaseproof.verdict import flake
from phaseproof.verdict.model import Board, ItemBoard

_TAIL = 4096
"""Bytes of a check's output that are looked at for its last lines."""
_LINES = 12


class Stand(Struct, frozen=True):
    """One check that stands for the item, with what is known of it.

    Attributes:
        check: as agreed.
        last: its last evidence, None where it never ran.
        seen: that evidence's predicate.
        controls: predicates of its control results.
        changed: files that differ since that evidence.
        history: the last attempts, as signs.
        unfinished: runs announced and without a result.
        printed: the last lines of what the check printed, where it did not find things good.
        review: how what it judges with differs from what it is held against, None where it does not.
    """

    check: Check
    last: Run | None
    seen: Evidence | None
    controls: tuple[Evidence, ...]
    changed: tuple[str, ...]
    history: str
    unfinished: tuple[Start, ...]
    printed: tuple[str, ...] = ()
    review: Review | None = None


class Letter(Struct, frozen=True):
    """Everything about one item.

    Attributes:
        item: as agreed.
        line: where it stands in its document at the commit, None where it does not any more.
        written: as the document has it.
        binding: what stands for it, None where nothing does.
        gates: it counts for these.
        verdict: on the board.
        board: the whole board.
        stands: checks that stand for it.
        signed: signatures on it.
    """

    item: BundleItem
    line: int | None
    written: Item | None
    binding: Binding | None
    gates: tuple[Gate, ...]
    verdict: ItemBoard
    board: Board
    stands: tuple[Stand, ...]
    signed: tuple[Signed, ...]


def explain(desk: Desk, state: State, commit: str, name: str) -> Letter:
    """Gather everything about one item.

    Args:
        desk: where.
        state: the ledger.
        commit: full commit id.
        name: full id, or a short one that is unique.

    Raises:
        Usage: no such item.
        Untrue: something it rests on does not hold.
    """
    item = find_item(state.bundle, name)
    tree = desk.repository.tree(commit)
    done = judged(desk, state, commit)
    inputs = inputs_at(desk, state.bundle, state.reading.plans, tree)
    reviews = Reviews(desk, state, tree)
    board = changes.with_changes(reviews.told(done.board), state, inputs)
    written = _written(desk, commit, item.id)
    binding = next((one for one in state.bundle.bindings if one.item == item.id), None)
    names: tuple[str, ...] = ()
    if binding is not None:
        names = (*([binding.check] if binding.check else ()), *(binding.all or ()), *(binding.any or ()))
    checks = {check.name: check for check in state.bundle.checks}
    stands = []
    for check in (checks[one] for one in names if one in checks):
        view = state.view.checks.get(check.name)
        last = view.runs[-1] if view and view.runs else None
        seen = _evidence(state, last.fact.envelope) if last else None
        controls = tuple(_evidence(state, one.envelope) for one in last.fact.controls) if last else ()
        stands.append(
            Stand(
                check=check,
                last=last,
                seen=seen,
                controls=controls,
                changed=changes.changed(state, last, check, inputs) if last else (),
                history=flake.history(view, state.bundle.policy.flake, desk.clock()) if view else "",
                unfinished=view.unfinished if view else (),
                printed=_printed(state, seen) if seen else (),
                review=reviews.of(check.name),
            )
        )
    return Letter(
        item=item,
        line=written.span.line if written else None,
        written=written,
        binding=binding,
        gates=tuple(gate for gate in state.bundle.gates if gate.id in item.gates),
        verdict=next(one for one in board.items if one.id == item.id),
        board=board,
        stands=tuple(stands),
        signed=tuple(s for s in state.view.signed if s.signing.target in (item.id, *names)),
    )


def _evidence(state: State, digest: str) -> Evidence:
    _, payload = unverified(state.ledger.get(digest))
    return evidence_of(read_statement(payload))


def _printed(state: State, seen: Evidence) -> tuple[str, ...]:
    log = seen.objects.get("log")
    if log is None or seen.outcome == "positive":
        return ()
    end = state.ledger.get(log)[-_TAIL:].decode("utf-8", "replace")
    return tuple(line for line in end.splitlines() if line.strip())[-_LINES:]


def _written(desk: Desk, commit: str, full: str) -> Item | None:
    """The item as its document has it at the commit; None where the document or the item is gone."""
    path, _, short = full.partition(":")
    tree = desk.repository.tree(commit)
    try:
        plans = candidate.plans(desk, tree, candidate.configuration(desk, tree))
    except Unable:
        return None
    plan = next((one for one in plans if one.path == path), None)
    return next((one for one in plan.items if one.id == short), None) if plan else None
