"""What `run` and `gates` do: plan, run, look again, and run flaky checks until they are cleared or fail."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from msgspec import Struct

from phaseproof.bundle import digest
from phaseproof.bundle.model import InputsMap
from phaseproof.decisions.deciding import require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import Alter, inputs_at, inputs_map, unaltered
from phaseproof.decisions.judging import Judged, judged_on
from phaseproof.decisions.planning import checks_for, plan
from phaseproof.decisions.recording import Scribe
from phaseproof.decisions.running import Outcomes, Turn, Watcher
from phaseproof.decisions.state import State, refreshed
from phaseproof.decisions.steady import steady
from phaseproof.evidence.keys import FileSigner
from phaseproof.evidence.model import Fact
from phaseproof.repo.tree import Tree
from phaseproof.runner.job import Job
from phaseproof.runner.site import Site
from phaseproof.verdict import flake


class Order(Struct, frozen=True):
    """What is to be run.

    Attributes:
        items: full ids; empty: all.
        checks: names of checks, whatever they stand for.
        everything: run what is proven again too.
        at_once: how many checks at a time.
        gates: gates whose items are meant; empty: no restriction by gate.
        verify: open and check everything that proven items rest on afterwards; without it nothing may be decided.
    """

    items: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()
    everything: bool = False
    at_once: int = 2
    gates: tuple[str, ...] = ()
    verify: bool = True


class Done(Struct, frozen=True):
    """How it ended.

    Attributes:
        state: the ledger, folded again; it replaces the one given.
        judged: the board afterwards, what it rests on checked.
        outcomes: what ran.
        impossible: check -> why it could not even be tried.
    """

    state: State
    judged: Judged
    outcomes: Outcomes
    impossible: dict[str, str]


def run(desk: Desk, state: State, commit: str, order: Order, watcher: Watcher, alter: Alter = unaltered) -> Done:
    """Run what an order asks for, and judge.

    Args:
        desk: where.
        state: the ledger; use the one that comes back afterwards.
        commit: full commit id.
        order: what to run.
        watcher: who is told.
        alter: see `inputs_map`.

    Raises:
        Unable: no runner key, or the ledger or runner's folders cannot be written.
        Refused: the bundle does not list the runner's key.
        Untrue: what the board rests on does not hold.
    """
    tree = desk.repository.tree(commit)
    inputs = inputs_map(desk, state, tree, alter)
    before = judged_on(desk, state, inputs, order.gates, verify=False)
    names = order.checks or checks_for(state.bundle, before.board, _items(state, order), everything=order.everything)
    worked = inputs_at(desk, state.bundle, state.reading.plans, tree)
    todo = plan(desk, state, inputs, worked, names)
    outcomes = Outcomes(())
    if todo.jobs:
        signer = require_runner(desk, state)
        rules = state.bundle
        state, outcomes = _turns(desk, state, tree, inputs, signer, todo.jobs, order.at_once, watcher)
        if state.bundle != rules:
            inputs = inputs_map(desk, state, tree, alter)  # other rules came into force meanwhile
    return Done(state, judged_on(desk, state, inputs, order.gates, order.verify), outcomes, todo.impossible)


def _items(state: State, order: Order) -> Collection[str]:
    if order.items or not order.gates:
        return order.items
    wanted = _with_earlier(state, order.gates)
    return tuple(item.id for item in state.bundle.items if wanted & set(item.gates))


def _with_earlier(state: State, gates: Sequence[str]) -> set[str]:
    """Gates, those they stand in, and all that must pass before."""
    known = {gate.id: gate for gate in state.bundle.gates}
    found: set[str] = set()
    todo = list(gates)
    while todo:
        name = todo.pop()
        gate = known.get(name)
        if gate is None or name in found:
            continue
        found.add(name)
        todo += gate.after
        above = known.get(gate.parent) if gate.parent else None
        while above is not None:
            todo += above.after
            above = known.get(above.parent) if above.parent else None
    return found


def _turns(
    desk: Desk, state: State, tree: Tree, inputs: InputsMap, signer: FileSigner, jobs: Sequence[Job], at_once: int,
    watcher: Watcher,
) -> tuple[State, Outcomes]:  # fmt: skip
    scribe = Scribe(
        tenant=state.ledger.tenant,
        bundle=state.bundle,
        bundle_digest=digest.of(state.bundle),
        tree=tree,
        signer=signer,
        runner=desk.runner,
        versions=inputs.kinds,
    )
    facts: list[Fact] = []
    left: tuple[str, ...] = ()
    hidden = [desk.folder, desk.home]
    seen = steady(desk, state.bundle, state.reading.plans, tree)
    with Site(desk.repository, seen.tree, state.bundle.environment, cache=desk.folder / "cache", hidden=hidden,
              clock=desk.clock, seal=signer.sign, held=seen.contents) as site:  # fmt: skip
        todo = list(jobs)
        for _ in range(state.bundle.policy.flake.passes + 1):
            turn = Turn(desk, state, site, scribe, watcher)
            left = turn.take(todo, at_once)
            facts += turn.facts
            state = refreshed(state)
            if turn.interrupted:
                return state, Outcomes(tuple(facts), interrupted=True, left=left)
            todo = _flaky(desk, state, todo, turn.facts)
            if not todo:
                break
    return state, Outcomes(tuple(facts), left=left)


def _flaky(desk: Desk, state: State, jobs: Sequence[Job], facts: Sequence[Fact]) -> list[Job]:
    """Jobs of which something passed just now and still owes passes in a row: the check, or a selection of it."""
    rule, now = state.bundle.policy.flake, desk.clock()
    last = {fact.check: fact for fact in facts}

    def owes(job: Job) -> bool:
        fact = last.get(job.check.name)
        if fact is None:
            return False
        view = state.view.checks[fact.check]
        passed = [chosen for chosen, outcome in fact.selections.items() if outcome == "positive"]
        whole = fact.outcome == "positive" and flake.missing_passes(view, rule, now) > 0
        return whole or any(flake.missing_passes(view, rule, now, chosen) for chosen in passed)

    return [job for job in jobs if owes(job)]
