"""`verify`: everything a ledger holds, checked again, and every decision on gates replayed.

The passes, in order: the store and its chain (ledger/audit.py); the line of bundles, and that each came into force from
a protected commit; each envelope that an event
names, opened with the keys that counted at that position and compared with its event; each signed checkpoint; each
decision on gates folded and judged again from its own prefix and inputs map, and, where git still has the commit, that
inputs map worked out again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct

from phaseproof.authority.fold import Folder
from phaseproof.authority.view import Decided, InForce, Run, Signed, View
from phaseproof.bundle.model import Bundle, InputsMap
from phaseproof.decisions import lineage, replaying
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import of_checks
from phaseproof.decisions.proof import verify_run
from phaseproof.decisions.signatures import Heads, event_at, in_place, verify_signing
from phaseproof.decisions.state import State
from phaseproof.digests import Digest
from phaseproof.errors import PhaseproofError, Unable, Untrue
from phaseproof.evidence.envelope import keyid, open_envelope
from phaseproof.evidence.keys import public_of
from phaseproof.ledger import audit
from phaseproof.ledger import checkpoint as notes

Progress = Callable[[str], None]


class Verified(Struct, frozen=True):
    """What was checked, and what does not hold.

    Attributes:
        tenant: the ledger.
        events, envelopes, checkpoints, decisions: how many were checked.
        recomputed: decisions whose inputs map was worked out again from git.
        findings: what does not hold, each naming its record; empty where everything does.
    """

    tenant: Digest
    events: int
    envelopes: int
    checkpoints: int
    decisions: int
    recomputed: int
    findings: tuple[str, ...]


def verify(desk: Desk, state: State, progress: Progress) -> Verified:
    """Check everything.

    Args:
        desk: where.
        state: the ledger, open.
        progress: told what is being done.

    Raises:
        Untrue: the store itself cannot be read far enough to go on.
    """
    findings: list[str] = []
    progress("store, chain and objects")
    keys = Keys(state)
    report = audit.examine(state.ledger)
    findings += (f"{one.record}: {one.fact} [{one.rule}]" for one in report.findings)
    heads = Heads()
    progress("signatures")
    steps = statements(state, keys, heads)
    envelopes = len(steps)
    steps += [partial(_protected, desk, state, one) for one in state.view.bundles]
    stored = state.ledger.checkpoints()
    steps += [partial(_checkpoint, number, one.note or "", keys) for number, one in enumerate(stored, start=1)]
    for step in steps:
        _try(findings, step)
    _try(findings, partial(heads.insist, state.ledger))
    progress("decisions, replayed")
    recomputed = _replay(desk, state, findings)
    return Verified(
        state.ledger.tenant, state.view.size, envelopes, len(stored), len(state.view.decided), recomputed,
        tuple(dict.fromkeys(findings)),
    )  # fmt: skip


def statements(state: State, keys: Keys, heads: Heads, since: int = 0) -> list[Callable[[], object]]:
    """One step for each signed statement of a ledger: it opens the statement and compares it with its event.

    Args:
        state: the ledger.
        keys: whose keys count.
        heads: takes what signers saw, for the caller to insist on.
        since: events before this position are left out.
    """
    runs = (run for check in state.view.checks.values() for run in (*check.runs, *check.controls))
    steps: list[Callable[[], object]] = [partial(_run, state, run, keys) for run in runs if run.position >= since]
    steps += [partial(_signed, state, one, keys, heads) for one in state.view.signed if one.position >= since]
    return steps + [
        partial(verify_decision, state, position, digest, keys, heads)
        for position, digest in _decisions(state.view)
        if position >= since
    ]


class Keys:
    """Whose keys counted at a position: those of every bundle in force up to it."""

    def __init__(self, state: State) -> None:
        self._bundles: list[tuple[int, Bundle]] = [
            (one.position, lineage.load_bundle(state.ledger, one.installed.bundle)) for one in state.view.bundles
        ]
        self._proposed: list[tuple[int, Bundle]] = [
            (one.position, lineage.load_bundle(state.ledger, one.proposal.bundle)) for one in state.view.proposals
        ]

    def bundles(self, position: int) -> list[Bundle]:
        """Bundles whose people may have signed at a position: those in force and those proposed before it."""
        return [bundle for at, bundle in (*self._bundles, *self._proposed) if at <= position]

    def runners(self, position: int) -> Mapping[str, bytes]:
        """Key id -> key of every runner listed up to a position."""
        listed = [r for at, bundle in self._bundles if at <= position for r in bundle.runners.values()]
        return {keyid(public): public for public in (public_of(runner.key) for runner in listed)}

    def everybody(self, position: int) -> Mapping[str, bytes]:
        """Key id -> key of every runner and person that may have signed at a position."""
        people = [uri for bundle in self.bundles(position) for uri in bundle.people.values()]
        return {**self.runners(position), **{keyid(public): public for public in map(public_of, people)}}

    def names(self) -> dict[str, bytes]:
        """Runner name -> key, over all bundles, for checkpoint notes."""
        return {name: public_of(r.key) for _, bundle in self._bundles for name, r in bundle.runners.items()}

    def in_force(self, position: int) -> Bundle | None:
        """The bundle in force for a decision at a position."""
        before = [bundle for at, bundle in self._bundles if at < position]
        return before[-1] if before else None


def _try(findings: list[str], step: Callable[[], object]) -> None:
    try:
        step()
    except PhaseproofError as error:
        findings.append(f"{error.fact} [{error.rule}]")


def _run(state: State, run: Run, keys: Keys) -> None:
    try:
        verify_run(state.ledger, run, dict(keys.runners(run.position)))
    except Untrue as error:
        raise Untrue(error.rule, f"event {run.position} (evidence of {run.fact.check}): {error.fact}") from error


def _signed(state: State, signed: Signed, keys: Keys, heads: Heads) -> None:
    try:
        verify_signing(state.ledger, signed, keys.bundles(signed.position), heads)
    except Untrue as error:
        raise Untrue(
            error.rule, f"event {signed.position} (signature of {signed.signing.person}): {error.fact}"
        ) from error


def _decisions(view: View) -> list[tuple[int, Digest]]:
    listed = [(one.position, one.installed.envelope) for one in view.bundles]
    return [*listed, *((position, decided.envelope) for position, decided in view.decided)]


def verify_decision(state: State, position: int, envelope: Digest, keys: Keys, heads: Heads) -> None:
    """Open a decision's envelope, check it, and compare it with its event.

    Args:
        state: the ledger.
        position: of its event.
        envelope: digest.
        keys: whose keys counted there.
        heads: takes what its signer saw, for the caller to insist on.

    Raises:
        Untrue: it does not verify, or says something else than its event.
    """
    try:
        event = event_at(state.ledger, position)
        opened = open_envelope(state.ledger.get(envelope), keys.everybody(position))
        decision = in_place(opened, event, heads)
        said = {name: value for name, value in event.payload.items() if name in decision.content}
        stated = {name: value for name, value in decision.content.items() if name in event.payload}
        unstated = set(event.payload) - set(decision.content) - {"envelope"}
        if said != stated or unstated:
            raise Untrue("index-altered", "it says something else than the statement it names")
    except Untrue as error:
        raise Untrue(error.rule, f"event {position}: {error.fact}") from error


def _protected(desk: Desk, state: State, one: InForce) -> None:
    """Whether rules came into force from a commit of the protected ref as this clone has it: a branch that was moved
    for the occasion is not what others have. Where the clone cannot tell, nothing is said."""
    bundle = lineage.load_bundle(state.ledger, one.installed.bundle)
    name = bundle.policy.protected
    if name is None:
        return
    try:
        tip = desk.repository.ref(name)
        if tip is None or desk.repository.is_ancestor(one.installed.commit, tip):
            return
    except Unable as error:
        if error.rule != "object-missing" or desk.repository.shallow:
            return
    raise Untrue("not-protected", f"event {one.position}: rules came into force from commit "
                 f"{one.installed.commit[:7]}, which is not on {name}")  # fmt: skip


def _checkpoint(number: int, note: str, keys: Keys) -> None:
    try:
        notes.verify(note, keys.names())
    except Untrue as error:
        raise Untrue(error.rule, f"checkpoint {number}: {error.fact}") from error


def _replay(desk: Desk, state: State, findings: list[str]) -> int:
    """Fold again up to each decision and judge again; one pass over the ledger for all of them."""
    wanted: dict[int, list[tuple[int, Decided]]] = {}
    for position, decided in state.view.decided:
        wanted.setdefault(decided.size, []).append((position, decided))
    folder = Folder()
    recomputed = 0
    for event, digest in state.ledger.events():
        folder.take(event, digest)
        for position, decided in wanted.get(event.position + 1, ()):
            recomputed += _again(desk, state, folder.view(), position, decided, findings)
    return recomputed


def _again(desk: Desk, state: State, view: View, position: int, decided: Decided, findings: list[str]) -> int:
    try:
        again = replaying.again(state.ledger, view, position, decided)
        return _from_git(desk, state, again.bundle, again.inputs, position, again.reading)
    except Untrue as error:
        findings.append(f"{error.fact} [{error.rule}]")
        return 0


def _from_git(desk: Desk, state: State, bundle: Bundle, inputs: InputsMap, position: int, reading: Digest) -> int:
    try:
        tree = desk.repository.tree(inputs.commit)
    except Unable:
        return 0  # the commit is gone from this clone: the recorded map stands, and the count says so
    plans = lineage.load_reading(state.ledger, reading).plans
    again = of_checks(desk, bundle, plans, tree)
    if tree.id != inputs.tree or again != inputs.checks:
        changed = [name for name in again if again[name] != inputs.checks.get(name)] or ["the tree itself"]
        raise Untrue("inputs-differ", f"event {position}: commit {inputs.commit[:7]} holds other inputs than recorded: "
                     + ", ".join(changed[:5]))  # fmt: skip
    return 1
