"""Everything that reports tell, gathered once: the board, the documents at the commit, and what was seen of each check.

It comes from the ledger and the judged commit and from nowhere else. Whatever is shown of evidence has had its
signature checked in this process; a piece whose signer the rules never listed is shown as that.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, structs

from phaseproof.authority.view import CheckView, Decided, Run, Signed
from phaseproof.bundle.model import Binding, BundleItem, Check
from phaseproof.decisions import changes
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import inputs_at
from phaseproof.decisions.judging import judged, shown
from phaseproof.decisions.planning import named
from phaseproof.decisions.proof import verify_run
from phaseproof.decisions.state import State
from phaseproof.decisions.verifying import Keys
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.evidence.model import Evidence
from phaseproof.reports.documents import Document, documents
from phaseproof.reports.survivors import Sensed, sensed
from phaseproof.verdict.flake import Attempt, over
from phaseproof.verdict.model import Board

ATTEMPTS = 20
"""Attempts of a check that are shown, the last ones."""
_TAIL = 4096
"""Bytes of a check's output that are looked at for its last lines."""
_LINES = {"positive": 3, "negative": 14, "inconclusive": 14}


class Sighting(Struct, frozen=True):
    """What is known of one check.

    Attributes:
        check: as agreed.
        last: the evidence that counts, else the last there is; None where it never ran.
        seen: that evidence's predicate.
        listed: whether the rules list the key that signed it.
        controls: predicates of its control results.
        sensed: functions of the subject whose loss the check did not notice.
        changed: files that differ since then, where the judged commit holds others.
        history: instant and attempt, oldest first.
        unfinished: runs announced and without a result.
        printed: last lines of what the check printed, not yet fit to be shown (scrub.py).
    """

    check: Check
    last: Run | None = None
    seen: Evidence | None = None
    listed: bool = True
    controls: tuple[Evidence, ...] = ()
    sensed: Sensed = Sensed()
    changed: tuple[str, ...] = ()
    history: tuple[tuple[str, Attempt], ...] = ()
    unfinished: int = 0
    printed: tuple[str, ...] = ()


class Dossier(Struct, frozen=True):
    """Everything that reports tell.

    Attributes:
        board: judged for this report, items in the order of the text.
        checked: signed statements opened and checked for it.
        dirty: files of the working tree that differ from HEAD and were not judged.
        documents: every plan, as it stands at the commit.
        items: full id -> item as agreed.
        bindings: full id -> what stands for it.
        sightings: name of a check -> what is known of it.
        signed: full id of an item, name of a check -> signatures on it, oldest first.
        decided: last recorded decision and its position, None where there is none.
        runners, people: name -> public key URI.
        order: id of a gate or an item -> its place in the texts.
        after, parents, plans: gate -> gates that come first, the gate it stands in, the plan its heading is in.
    """

    board: Board
    checked: int
    dirty: tuple[str, ...]
    documents: tuple[Document, ...]
    items: dict[str, BundleItem]
    bindings: dict[str, Binding]
    sightings: dict[str, Sighting]
    signed: dict[str, tuple[Signed, ...]]
    decided: tuple[int, Decided] | None
    runners: dict[str, str]
    people: dict[str, str]
    order: dict[str, int]
    after: dict[str, tuple[str, ...]]
    parents: dict[str, str | None]
    plans: dict[str, str]


def gather(desk: Desk, state: State, commit: str, *, head: bool = False) -> Dossier:
    """Judge a commit and gather what its reports tell.

    Args:
        desk: where.
        state: the ledger, open.
        commit: full commit id.
        head: whether that is where the working tree stands, so that its changes are worth a word.

    Raises:
        Untrue: something that is shown does not hold.
        Unable: git or the ledger cannot be used.
    """
    done = judged(desk, state, commit)
    board = shown(desk, state, done)
    bundle, tree = state.bundle, desk.repository.tree(commit)
    inputs = inputs_at(desk, bundle, state.reading.plans, tree)
    sights = sightings(state, board, desk.clock())
    checked = done.checked
    rests = {digest for item in board.items for digest in item.judgement.rests}
    for name, sight in sights.items():
        if sight.last is None:
            continue
        checked += (sight.last.fact.envelope not in rests) + len(sight.controls)
        if sight.last.fact.inputs != done.inputs.checks[name].inputs:
            sights[name] = structs.replace(sight, changed=changes.changed(state, sight.last, sight.check, inputs))
    signed: dict[str, list[Signed]] = {}
    for one in state.view.signed:
        signed.setdefault(one.signing.target, []).append(one)
    return Dossier(
        board=board,
        checked=checked,
        dirty=desk.repository.dirty() if head else (),
        documents=documents(desk, state, tree),
        items={item.id: item for item in bundle.items},
        bindings={binding.item: binding for binding in bundle.bindings},
        sightings=sights,
        signed={target: tuple(some) for target, some in signed.items()},
        decided=state.view.decided[-1] if state.view.decided else None,
        runners={name: runner.key for name, runner in bundle.runners.items()},
        people=dict(bundle.people),
        order={name: number for number, name in enumerate(state.reading.order)},
        after={gate.id: gate.after for gate in bundle.gates},
        parents={gate.id: gate.parent for gate in bundle.gates},
        plans={gate.id: gate.plan for gate in bundle.gates},
    )


def sightings(state: State, board: Board, now: float) -> dict[str, Sighting]:
    """What is known of each check, its evidence opened and verified.

    Args:
        state: the ledger.
        board: what was judged on it: evidence that counts there is shown before any later one.
        now: seconds since the epoch.

    Raises:
        Untrue: something that is shown does not hold.
    """
    # What decided stands first among what an item rests on; behind it stand controls and earlier attempts.
    counts = dict.fromkeys(digest for item in board.items for digest in item.judgement.rests)
    rests = {digest: number for number, digest in enumerate(counts)}
    keys = Keys(state)
    return {
        check.name: _sighting(state, check, state.view.checks.get(check.name, CheckView()), rests, keys, now)
        for check in state.bundle.checks
    }


def checks_of(binding: Binding | None) -> tuple[str, ...]:
    """Names of the checks that stand for an item."""
    return named(binding) if binding is not None else ()


def _sighting(
    state: State, check: Check, view: CheckView, rests: Mapping[Digest, int], keys: Keys, now: float
) -> Sighting:  # fmt: skip
    history = _history(view, now)
    open_runs = len(view.unfinished)
    if not view.runs:
        return Sighting(check, history=history, unfinished=open_runs)
    counting = [run for run in view.runs if run.fact.envelope in rests]
    last = min(counting, key=lambda run: rests[run.fact.envelope], default=view.runs[-1])
    listed = _holds(state, last, keys)
    seen = _evidence(state, last.fact.envelope)
    known = {run.fact.envelope: run for run in view.controls}
    controls = []
    for record in last.fact.controls:
        run = known.get(record.envelope)
        if run is None:
            raise Untrue("evidence-missing", f"no event names control result {record.envelope}", "phaseproof verify")
        _holds(state, run, keys)
        controls.append(_evidence(state, record.envelope))
    return Sighting(
        check=check,
        last=last,
        seen=seen,
        listed=listed,
        controls=tuple(controls),
        sensed=sensed(state.ledger, seen),
        history=history,
        unfinished=open_runs,
        printed=_printed(state, seen),
    )


def _holds(state: State, run: Run, keys: Keys) -> bool:
    """Whether a listed key signed it; a signature that does not hold is no matter of taste."""
    listed = dict(keys.runners(run.position))
    if run.fact.key not in listed:
        return False
    verify_run(state.ledger, run, listed)
    return True


def _evidence(state: State, digest: Digest) -> Evidence:
    _, payload = unverified(state.ledger.get(digest))
    return evidence_of(read_statement(payload))


def _history(view: CheckView, now: float) -> tuple[tuple[str, Attempt], ...]:
    """Attempts that have ended: evidence, and runs that were given up."""
    listed: list[tuple[str, Attempt]] = []
    for run in view.runs:
        fact = run.fact
        passed = None if fact.outcome == "inconclusive" else fact.outcome == "positive"
        note = fact.reason or fact.outcome if passed is None else ("passed" if passed else "failed")
        listed.append((run.at, Attempt(run.position, (fact.check_digest, fact.inputs), passed, note)))
    listed += [
        (start.at, Attempt(start.position, (start.check_digest, start.inputs), False, "abandoned"))
        for start in view.unfinished
        if over(start, now)
    ]
    return tuple(sorted(listed, key=lambda one: one[1].position)[-ATTEMPTS:])


def _printed(state: State, seen: Evidence) -> tuple[str, ...]:
    log = seen.objects.get("log")
    if log is None:
        return ()
    end = state.ledger.get(log)[-_TAIL:].decode("utf-8", "replace")
    return tuple(line for line in end.splitlines() if line.strip())[-_LINES[seen.outcome] :]
