"""`install`: a tenant's first bundle. On a tenant that has one it always refuses (FORMATS, section 5)."""

from __future__ import annotations

import secrets
from contextlib import suppress

from msgspec import Struct

from phaseproof.authority import threshold
from phaseproof.bundle import canonical
from phaseproof.bundle import digest as digests
from phaseproof.bundle.compile import Compiled
from phaseproof.bundle.model import Bundle
from phaseproof.decisions import candidate, known, people
from phaseproof.decisions.approval import approval
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.protected import require_protected
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import Digest, sha256, short
from phaseproof.errors import Refused, Unable
from phaseproof.evidence.envelope import Signer
from phaseproof.ledger.opening import create, open_ledger
from phaseproof.ledger.sqlite import SqliteLedger


class Installation(Struct, frozen=True):
    """What was installed.

    Attributes:
        tenant: the new tenant's id: keep it apart from the repository, for `--trust`.
        bundle: digest of its first bundle.
        person: who installed it, and signed it first.
        lacking: signatures still to come, as counts; empty where it is valid.
        items, gates, checks: how many it has.
    """

    tenant: Digest
    bundle: Digest
    person: str
    lacking: tuple[threshold.Count, ...]
    items: int
    gates: int
    checks: int


def install(desk: Desk, commit: str, by: str | None = None) -> Installation:
    """Compile a commit, make its tenant, install its bundle and sign it.

    Args:
        desk: where.
        commit: full commit id.
        by: person; None for the one whose key lies here.

    Raises:
        Refused: this repository has a ledger with a bundle (`already-installed`), or is known to have had one
            (`known-elsewhere`), or the commit is not on the protected ref (`not-protected`).
        Unable, Mistakes: it does not compile; no key.
    """
    compiled = candidate.compile_at(desk, desk.repository.tree(commit))
    bundle = compiled.bundle
    require_protected(desk, bundle, commit)
    name = people.person(desk, bundle, by, among=_signers(bundle))
    found = _empty(desk, bundle)
    try:
        signer = people.signer(desk, bundle, name)
        ledger = found or _made(desk, bundle)
    except BaseException:
        if found is not None:
            found.close()
        raise
    try:
        put(desk, ledger, compiled, commit, name, signer)
        seen = ledger.checkpoint()
    finally:
        ledger.close()
    known.remember(desk, bundle.programme, known.Known(seen.tenant, seen.size, seen.root))
    return Installation(
        seen.tenant, digests.of(bundle), name, _after_one(bundle, name), len(bundle.items), len(bundle.gates),
        len(bundle.checks),
    )  # fmt: skip


def put(desk: Desk, ledger: SqliteLedger, compiled: Compiled, commit: str, person: str, signer: Signer) -> None:
    """Append a first bundle and the signature of who installs it, in one commit.

    Args:
        desk: whose clock it is.
        ledger: of a tenant without a bundle.
        compiled: what is installed.
        commit: where it was compiled.
        person: who installs.
        signer: that person's key.
    """
    at, head = desk.now(), ledger.checkpoint()
    digest = digests.of(compiled.bundle)
    content = {"bundle": digest, "reading": canonical.digest(compiled.reading), "commit": commit}
    made = [canonical.encode(compiled.bundle), canonical.encode(compiled.reading)]
    objects = {sha256(data): data for data in made}
    draft = Draft("install", "bundle", 0, person, content)
    ledger.append([
        entry(ledger, draft, signer, at, "bundle-installed", content, objects, head),
        approval(ledger, compiled.bundle, digest, person, signer, at, head),
    ])  # fmt: skip


def _signers(bundle: Bundle) -> set[str]:
    return {member for role in bundle.policy.migrate for member in bundle.roles[role].members}


def _after_one(bundle: Bundle, person: str) -> tuple[threshold.Count, ...]:
    """What is still lacking after one person's signature."""
    counts = []
    for role in bundle.policy.migrate:
        members = bundle.roles[role].members
        given = (person,) if person in members else ()
        rest = tuple(member for member in members if member not in given)
        counts.append(threshold.Count(role, threshold.needed(bundle.roles[role]), given, (), rest))
    return tuple(one for one in counts if not one.met)


def _made(desk: Desk, bundle: Bundle) -> SqliteLedger:
    payload = {"programme": bundle.programme, "nonce": secrets.token_hex(16)}
    ledger = create(desk.folder, at=desk.now(), actor="", payload=payload)
    hide(desk)
    return ledger


def hide(desk: Desk) -> None:
    """Keep a ledger that stands in the repository out of its commits.

    Without it a careless `git add` is refused later (`ledger-tracked`).
    """
    if desk.folder.is_relative_to(desk.repository.root):
        with suppress(OSError):
            (desk.folder / ".gitignore").write_text("*\n", encoding="ascii")


def _empty(desk: Desk, bundle: Bundle) -> SqliteLedger | None:
    """A ledger that is here and has no bundle, left by an install that was broken off; None where there is none."""
    try:
        ledger = open_ledger(desk.folder)
    except Unable as error:
        if error.rule != "no-ledger":
            raise
        require_unknown(desk, bundle.programme)
        return None
    if ledger.next_seq("bundle") > 0:
        tenant = ledger.tenant
        ledger.close()
        raise Refused(
            "already-installed",
            f"tenant {short(tenant)} has a bundle; a second install would be a change of rules nobody approved",
            "phaseproof migrate propose",
        )
    try:
        require_unknown(desk, bundle.programme, ledger.tenant)
    except BaseException:
        ledger.close()
        raise
    return ledger


def require_unknown(desk: Desk, programme: str, tenant: Digest = "") -> None:
    """Refuse to begin anew where a programme is known to have a ledger.

    Args:
        desk: where.
        programme: its name.
        tenant: the ledger that is here, empty where there is none.

    Raises:
        Refused: `known-elsewhere`.
    """
    for last in known.recall(desk, programme):
        if last.tenant != tenant:
            raise Refused(
                "known-elsewhere",
                f"programme {programme} has a ledger, {short(last.tenant)}, and it is not here",
                f"bring it to {desk.folder}, or name it with --ledger; "
                f"if it was given up on purpose, take its line out of {desk.home / known.NAME}",
            )
