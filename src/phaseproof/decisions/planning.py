"""Which checks to run, how, and for which items."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache, partial

from msgspec import Struct

from phaseproof.bundle import digest
from phaseproof.bundle.inputs import Files, Inputs, Unanswered
from phaseproof.bundle.model import STRENGTHS, Binding, Bundle, Check, InputsMap, Selection
from phaseproof.checks import registry
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.proof import verify_run
from phaseproof.decisions.state import State
from phaseproof.errors import PhaseproofError, Unable, Usage
from phaseproof.evidence.envelope import keyid, read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.evidence.keys import public_of
from phaseproof.runner.job import Job
from phaseproof.verdict.model import Board
from phaseproof.verdict.pieces import strength_of

SETTLED = ("proven", "waived")


class Plan(Struct, frozen=True):
    """What a `run` will do.

    Attributes:
        jobs: checks to run.
        impossible: check name -> why it cannot even be tried; its items say so on the board.
    """

    jobs: tuple[Job, ...]
    impossible: dict[str, str]


def checks_for(bundle: Bundle, board: Board, items: Collection[str], *, everything: bool) -> tuple[str, ...]:
    """Names of the checks that stand for items, leaving out what is settled unless everything is asked for.

    Args:
        bundle: the bundle in force.
        board: what is known.
        items: full ids; empty: all.
        everything: run proven ones again too.
    """
    verdicts = {item.id: item.judgement.verdict for item in board.items}
    wanted = _beneath(bundle, items) if items else set(verdicts)
    names: dict[str, None] = {}
    for binding in bundle.bindings:
        if binding.item in wanted and (everything or verdicts[binding.item] not in SETTLED):
            names.update(dict.fromkeys(named(binding)))
    return tuple(names)


def named(binding: Binding) -> tuple[str, ...]:
    """Checks that a binding names."""
    return (*((binding.check,) if binding.check else ()), *(binding.all or ()), *(binding.any or ()))


def plan(desk: Desk, state: State, inputs: InputsMap, worked: Inputs, names: Iterable[str]) -> Plan:
    """Make jobs of checks.

    Args:
        desk: where.
        state: the ledger.
        inputs: the commit's inputs map.
        worked: the reader of that commit's inputs.
        names: checks.

    Raises:
        Usage: no such check (`check-unknown`).
    """
    checks = {check.name: check for check in state.bundle.checks}
    bound = by_check(state.bundle)
    jobs: list[Job] = []
    impossible: dict[str, str] = {}
    for name in dict.fromkeys(names):
        check = checks.get(name)
        if check is None:
            raise Usage("check-unknown", f"there is no check {name!r}", "phaseproof status --all")
        held = inputs.checks[name]
        if held.error is not None:
            impossible[name] = f"{held.error}: {held.detail}"
            continue
        try:
            kind = registry.kind(check.kind.name)
            options = registry.decode_options(kind, check.options)
            files: Files = worked.files_of(check)
        except (PhaseproofError, Unanswered) as error:
            impossible[name] = error.fact
            continue
        jobs.append(
            Job(check, kind, options, files, held, selections(bound.get(name, ())),
                _isolated(state.bundle, bound.get(name, ())), _accepted(desk, state, check, inputs.commit))
        )  # fmt: skip
    return Plan(tuple(jobs), impossible)


def by_check(bundle: Bundle) -> dict[str, tuple[Binding, ...]]:
    """Check name -> the bindings that name it, in the order of items."""
    found: dict[str, list[Binding]] = {}
    for binding in bundle.bindings:
        for name in dict.fromkeys(named(binding)):
            found.setdefault(name, []).append(binding)
    return {name: tuple(bindings) for name, bindings in found.items()}


def selections(bindings: Iterable[Binding]) -> tuple[Selection, ...]:
    """All distinct selections that bindings ask of one check, in their order."""
    asked = (binding.selection for binding in bindings if binding.selection is not None)
    return tuple({digest.of_selection(one): one for one in asked}.values())


def _isolated(bundle: Bundle, bindings: Iterable[Binding]) -> bool:
    """Whether any binding of a check asks for more than a run in the working tree."""
    asked = [binding.strength or bundle.policy.strength for binding in bindings]
    return any(STRENGTHS.index(one) > STRENGTHS.index("observed") for one in asked) or not asked


def _beneath(bundle: Bundle, items: Collection[str]) -> set[str]:
    """Items and everything nested in them."""
    found = set(items)
    for item in bundle.items:
        if item.parent in found:
            found.add(item.id)
    return found


def _accepted(desk: Desk, state: State, check: Check, commit: str) -> Callable[[str], bytes | None]:
    """Reads outputs of the nearest accepted evidence: the last on the protected ref's history that stood for anything.

    In a programme without such a ref, on the commit's own history; where nothing of that was ever accepted, the last
    there is: another beginning is no way around it. What is read is verified first.
    """

    def read(name: str) -> bytes | None:
        view = state.view.checks.get(check.name)
        protected = state.bundle.policy.protected
        tip = desk.repository.ref(protected) if protected else commit
        if tip is None:
            raise Unable("baseline-unreachable", f"{protected}, on which it was accepted, is not in this clone",
                         f"git fetch origin {protected}")  # fmt: skip
        publics = {name: public_of(runner.key) for name, runner in state.bundle.runners.items()} | state.guests
        by_id = {keyid(public): public for public in publics.values()}
        names = {name: keyid(public) for name, public in publics.items()}
        runs = [
            run
            for run in reversed(view.runs if view is not None else ())
            if "positive" in (run.fact.outcome, *run.fact.selections.values())
            and run.fact.commit != commit
            and strength_of(run.fact, state.bundle, names) is not None
        ]
        ancestor = cache(partial(_ancestor, desk, tip))
        near = next((run for run in runs if ancestor(run.fact.commit)), None)
        if near is None and protected is None:
            near = next(iter(runs), None)
        if near is None:
            return None
        verify_run(state.ledger, near, by_id)
        _, payload = unverified(state.ledger.get(near.fact.envelope))
        stored = evidence_of(read_statement(payload)).objects.get(name)
        return state.ledger.get(stored) if stored else None

    return read


def _ancestor(desk: Desk, tip: str, commit: str) -> bool:
    """Whether a commit is in a history; a commit that is gone from the repository is not.

    Raises:
        Unable: this clone's history is cut off (`history-shallow`), so that nobody can tell.
    """
    try:
        return desk.repository.is_ancestor(commit, tip)
    except Unable as error:
        if error.rule != "object-missing":
            raise
        if desk.repository.shallow:
            raise Unable("history-shallow", f"the history of {tip[:12]} is cut off in this clone",
                         "git fetch --unshallow") from error  # fmt: skip
        return False
