"""What the events say, and nothing else: the state that every verdict and decision stands on.

A view holds facts as the ledger's index has them. Signatures are checked elsewhere, by the process that says PASS
(decisions/proof.py): checking one per event would make every read forty times slower.
"""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from phaseproof.digests import ZERO, Digest
from phaseproof.evidence.model import Fact


class Start(Struct, frozen=True, gc=False):
    """A run that was announced.

    Attributes:
        position: where.
        at: UTC instant of the announcement.
        run: its id.
        check_digest, inputs, commit: what it set out to judge.
        limit: seconds after which it cannot still be running.
        ended: reason it was given up, None while open.
    """

    position: int
    at: str
    run: str
    check_digest: Digest
    inputs: Digest
    commit: str
    limit: int
    ended: str | None = None


class Run(Struct, frozen=True, gc=False):
    """A piece of evidence and where it stands in the ledger.

    Attributes:
        position: where.
        fact: what it says.
        at: UTC instant of its event.
        start: the announcement that it ended, None where there was none of its content.
    """

    position: int
    fact: Fact
    at: str = ""
    start: Start | None = None


class CheckView(Struct, frozen=True):
    """All that is known of one check.

    Attributes:
        runs: evidence, oldest first.
        unfinished: announced runs without a result, oldest first.
        controls: control results, oldest first.
    """

    runs: tuple[Run, ...] = ()
    unfinished: tuple[Start, ...] = ()
    controls: tuple[Run, ...] = ()


class Signing(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A signature in force, as its event's payload has it.

    Attributes:
        envelope: digest of the signed statement.
        person: who.
        key: id of the key.
        purpose: what kind of thing was signed.
        target: full item id, check name or bundle digest.
        content: digest of the exact content signed.
        role: as what; empty for a bundle.
    """

    envelope: Digest
    person: str
    key: str
    purpose: Literal["item", "instrument", "bundle"]
    target: str
    content: Digest
    role: str = ""


class Signed(Struct, frozen=True, gc=False):
    """A signature and where it stands."""

    position: int
    at: str
    signing: Signing


class Proposal(Struct, frozen=True, forbid_unknown_fields=True):
    """A bundle put forward to follow the one in force.

    Attributes:
        bundle, reading, migration: digests of objects.
        predecessor: digest of the bundle it would follow.
        commit: where it was compiled.
    """

    bundle: Digest
    reading: Digest
    migration: Digest
    predecessor: Digest
    commit: str


class Proposed(Struct, frozen=True):
    """A proposal and where it stands."""

    position: int
    at: str
    proposal: Proposal


class Decided(Struct, frozen=True, forbid_unknown_fields=True):
    """A recorded decision on gates, as its event's payload has it."""

    envelope: Digest
    verdict: str
    inputs: Digest
    bundle: Digest
    commit: str
    at: str
    size: int
    key: str
    runner: str
    gates: tuple[str, ...] = ()


class Installed(Struct, frozen=True, forbid_unknown_fields=True):
    """A bundle that came into force.

    Attributes:
        bundle, reading: digests of objects.
        envelope: the signed statement that put it there.
        commit: where it was compiled.
    """

    bundle: Digest
    reading: Digest
    envelope: Digest
    commit: str


class InForce(Struct, frozen=True):
    """A bundle in force, and since when."""

    position: int
    at: str
    installed: Installed


class View(Struct, frozen=True):
    """A tenant's state at one ledger position.

    Attributes:
        tenant: its id.
        size: number of events folded.
        head: digest of the last of them.
        genesis: payload of the first.
        last_at: latest instant of any event: one written with a clock set back does not set it back.
        bundles: bundles that came into force, oldest first; the last is the installed one.
        proposals: bundles put forward, oldest first.
        checks: by name.
        signed: signatures, oldest first.
        decided: decisions on gates, with the position each stands at, oldest first.
    """

    tenant: Digest = ZERO
    size: int = 0
    head: Digest = ZERO
    genesis: dict[str, Any] = {}
    last_at: str = ""
    bundles: tuple[InForce, ...] = ()
    proposals: tuple[Proposed, ...] = ()
    checks: dict[str, CheckView] = {}
    signed: tuple[Signed, ...] = ()
    decided: tuple[tuple[int, Decided], ...] = ()

    @property
    def installed(self) -> InForce | None:
        """The bundle in force, None before the first."""
        return self.bundles[-1] if self.bundles else None
