"""`migrate`: a change of rules in three steps: propose, approve, activate (DESIGN 3). There is no force."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from phaseproof.authority import threshold
from phaseproof.authority.view import Proposal, Proposed
from phaseproof.bundle import canonical, compare, digest
from phaseproof.bundle.compare import Migration
from phaseproof.bundle.compile import succeed
from phaseproof.bundle.mistakes import quote
from phaseproof.bundle.model import Bundle
from phaseproof.decisions import candidate, people
from phaseproof.decisions.approval import approval
from phaseproof.decisions.deciding import require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.lineage import load_bundle
from phaseproof.decisions.protected import require_protected
from phaseproof.decisions.state import State
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import Digest, sha256, short
from phaseproof.errors import Refused, Usage
from phaseproof.evidence.keys import FileSigner, public_of
from phaseproof.ledger.model import Entry


class Pending(Struct, frozen=True):
    """A proposal with what it changes and who has signed.

    Attributes:
        digest: of the bundle it would install.
        bundle: that bundle.
        migration: what it changes.
        counts: signatures it needs, its predecessor's roles' and its own.
    """

    digest: Digest
    bundle: Bundle
    migration: Migration
    counts: tuple[threshold.Count, ...]

    @property
    def approved(self) -> bool:
        """Whether every threshold is met."""
        return threshold.valid(self.counts)


def propose(desk: Desk, state: State, commit: str, reasons: dict[str, str] | None = None) -> Pending:
    """Compile a commit and put its bundle forward as successor of the one in force.

    Args:
        desk: where.
        state: the ledger.
        commit: full commit id.
        reasons: item id or change -> why, for what is removed or weakened.

    Raises:
        Refused: nothing has changed (`nothing-to-migrate`); something is removed or weakened without a reason
            (`reason-missing`).
        Unable, Mistakes: the commit does not compile.
    """
    compiled = candidate.compile_at(desk, desk.repository.tree(commit), state.reading, state.bundle)
    if digest.content(compiled.bundle) == digest.content(state.bundle):
        raise Refused("nothing-to-migrate", f"commit {commit[:7]} compiles to the rules in force", "phaseproof status")
    successor = succeed(compiled.bundle, state.bundle)
    migration = compare.compare(state.bundle, successor, _full_keys(state.bundle, reasons or {}))
    lacking = [change for change in migration.weakenings if change.key in migration.unexplained]
    if lacking:
        more = f"\n  and {len(lacking) - 5} more" if len(lacking) > 5 else ""
        told = "".join(f"\n  {change.sentence}" for change in lacking[:5])
        keys = dict.fromkeys(_short_key(state.bundle, change.key) for change in lacking)
        names = {change.key for change in migration.changes} | {item.id for item in successor.items}
        strange = [key for key in _full_keys(state.bundle, reasons or {}) if key not in names]
        if strange:
            more += f"\nno change is called {', '.join(quote(key) for key in strange[:5])}"
        raise Refused(
            "reason-missing",
            f"more could pass under the new rules than under the old, and nobody has said why:{told}{more}",
            "phaseproof migrate propose " + " ".join(f"--reason '{key}=WHY'" for key in keys),
        )
    objects = [canonical.encode(value) for value in (successor, compiled.reading, migration)]
    bundle, reading, mapping = (sha256(data) for data in objects)
    waiting = _find(state, bundle)
    if waiting is None:
        proposal = Proposal(bundle, reading, mapping, digest.of(state.bundle), commit)
        state.ledger.append([
            Entry(
                stream="bundle", expected=state.ledger.next_seq("bundle"), type="bundle-proposed", at=desk.now(),
                actor="", payload=msgspec.to_builtins(proposal), objects=dict(zip((bundle, reading, mapping), objects,
                                                                                   strict=True)),
            )
        ])  # fmt: skip
    return Pending(bundle, successor, migration, _counts(state, successor, bundle))


def pending(state: State, which: str | None = None) -> Pending:
    """A proposal that follows the bundle in force.

    Args:
        state: the ledger.
        which: first digits of its digest; None where there is but one: a signature is for what its giver has seen.

    Raises:
        Usage: there is none (`proposal-unknown`), or several fit (`proposal-ambiguous`).
    """
    installed = digest.of(state.bundle)
    fit = [one for one in state.view.proposals if one.proposal.predecessor == installed]
    if which is not None:
        wanted = which.removeprefix("sha256:")
        fit = [one for one in fit if one.proposal.bundle[7:].startswith(wanted)] if wanted else []
    several = list(dict.fromkeys(one.proposal.bundle[7:15] for one in fit))
    if len({one.proposal.bundle for one in fit}) > 1:
        raise Usage("proposal-ambiguous", f"{len(several)} proposals wait: {', '.join(several)}",
                    "give the first digits of the one you mean")  # fmt: skip
    if not fit:
        raise Usage("proposal-unknown", "there is no such proposal", "phaseproof migrate propose")
    proposal = fit[-1].proposal
    bundle = load_bundle(state.ledger, proposal.bundle)
    migration = compare.compare(state.bundle, bundle, _reasons(state, proposal))
    return Pending(proposal.bundle, bundle, migration, _counts(state, bundle, proposal.bundle))


def approve(desk: Desk, state: State, waiting: Pending, by: str | None = None) -> Pending:
    """Sign a proposal.

    Args:
        desk: where.
        state: the ledger.
        waiting: what is signed.
        by: person; None for the one whose key lies here.

    Raises:
        Refused: signed already (`already-signed`), or in none of the roles.
        Unable: no key.
    """
    roles = [(b, name) for b in (state.bundle, waiting.bundle) for name in b.policy.migrate]
    members = {member for bundle, name in roles for member in bundle.roles[name].members}
    known = waiting.bundle if by is None or by in waiting.bundle.people else state.bundle
    name = people.person(desk, known, by, members)
    if any(name in count.given for count in waiting.counts) and not any(name in c.lacking for c in waiting.counts):
        raise Refused("already-signed", f"{name} has signed {short(waiting.digest)}", "phaseproof migrate activate")
    signer = people.signer(desk, known, name)
    state.ledger.append([approval(state.ledger, waiting.bundle, waiting.digest, name, signer, desk.now())])
    return waiting


def activate(desk: Desk, state: State, waiting: Pending, commit: str, by: str | None = None) -> Pending:
    """Put an approved bundle in force, from a protected commit that compiles to it.

    Args:
        desk: where.
        state: the ledger.
        waiting: the approved proposal.
        commit: full commit id.
        by: person of the successor who signs for the act; None for the runner's key.

    Raises:
        Refused: not approved by its threshold (`not-approved`), the commit is not protected (`not-protected`) or
            compiles to another bundle (`bundle-differs`), or neither bundle lists the runner's key
            (`runner-unlisted`).
    """
    if not waiting.approved:
        lacking = "; ".join(str(count) for count in waiting.counts if not count.met)
        raise Refused("not-approved", f"{short(waiting.digest)} {lacking}", "phaseproof migrate approve")
    require_protected(desk, state.bundle, commit)
    require_protected(desk, waiting.bundle, commit)
    compiled = candidate.compile_at(desk, desk.repository.tree(commit), state.reading, state.bundle)
    if digest.content(compiled.bundle) != digest.content(waiting.bundle):
        raise Refused("bundle-differs", f"commit {commit[:7]} does not compile to the approved bundle",
                      "phaseproof migrate propose")  # fmt: skip
    reading = canonical.encode(compiled.reading)
    signer = people.signer(desk, waiting.bundle, by) if by else _runner(desk, state, waiting)
    content = {"bundle": waiting.digest, "reading": sha256(reading), "commit": commit}
    draft = Draft("activate", "bundle", state.ledger.next_seq("bundle"), by or desk.runner, content)
    state.ledger.append([
        entry(state.ledger, draft, signer, desk.now(), "bundle-activated", content, {sha256(reading): reading})
    ])  # fmt: skip
    return waiting


def _runner(desk: Desk, state: State, waiting: Pending) -> FileSigner:
    """The runner's key, listed by the bundle in force or by the one that follows."""
    following = waiting.bundle.runners.get(desk.runner)
    signer = desk.runner_key()
    if following is not None and public_of(following.key) == signer.public:
        return signer
    return require_runner(desk, state)


def _full_keys(bundle: Bundle, reasons: dict[str, str]) -> dict[str, str]:
    """Reasons under the keys that changes have: an item may be named by its short id."""
    shorts: dict[str, list[str]] = {}
    for item in bundle.items:
        shorts.setdefault(item.id.split(":", 1)[-1], []).append(item.id)
    return {(shorts[key][0] if len(shorts.get(key, ())) == 1 else key): why for key, why in reasons.items()}


def _short_key(bundle: Bundle, key: str) -> str:
    """The key of a change as `_full_keys` understands it: an item's short id, where one item alone has it."""
    short_id = key.split(":", 1)[-1]
    return short_id if list(_full_keys(bundle, {short_id: ""})) == [key] else key


def _find(state: State, bundle: Digest) -> Proposed | None:
    return next((one for one in state.view.proposals if one.proposal.bundle == bundle), None)


def _reasons(state: State, proposal: Proposal) -> dict[str, str]:
    kept = msgspec.json.decode(state.ledger.get(proposal.migration), type=Migration)
    return kept.reasons


def _counts(state: State, bundle: Bundle, own: Digest) -> tuple[threshold.Count, ...]:
    return threshold.standing(bundle, own, state.view.signed, state.bundle)
