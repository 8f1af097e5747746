"""The compiled programme: items, gates, bindings, checks, roles, policy (DESIGN, "Words"; FORMATS, section 2)."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType

from phaseproof.bundle.inputs_map import CheckInputs as CheckInputs
from phaseproof.bundle.inputs_map import InputsMap as InputsMap
from phaseproof.bundle.reading import Reading as Reading
from phaseproof.digests import Digest
from phaseproof.plan.model import Correction, ItemKind, SectionKind

Strength = Literal["claimed", "reported", "observed", "isolated", "independent"]
STRENGTHS: tuple[Strength, ...] = ("claimed", "reported", "observed", "isolated", "independent")
"""Weakest first."""
Assurance = Literal["self", "separate"]

FORMAT = 1
"""Version of this document's own form."""


class Selection(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which part of one check's result stands for an item.

    Attributes:
        tests: patterns (fnmatch) over test ids; each must match an executed test and all matched must pass.
        level: a level declared in the check.
    """

    tests: tuple[str, ...] = ()
    level: str | None = None


class Binding(Struct, frozen=True, omit_defaults=True):
    """What stands for an item. Exactly one of check, all, any, children, role, record is set.

    Attributes:
        item: full id, `<plan>:<id>`.
        check: name of a check.
        all, any: names of checks.
        children: True derives the item from the items nested in it.
        role: sign-off of a role.
        record: name of the hold whose unblock record proves it.
        selection: part of the check's result.
        strength: minimum strength, None for the policy's.
        assurance: minimum assurance, None for the policy's.
        max_age: seconds that evidence may be old, None for the check's.
        at: ref that the evidence must hold on, None for the commit judged.
        advisory: shown, never required.
        recommended: shown when not given; never holds, never counts as given (sign-offs only).
        broad: True where one check stands for several items without a selection each; shown on the item.
        implied: True where nothing in the configuration asked for it: a role item of a role's name, an artifact row.
    """

    item: str
    check: str | None = None
    all: tuple[str, ...] | None = None
    any: tuple[str, ...] | None = None
    children: bool = False
    role: str | None = None
    record: str | None = None
    selection: Selection | None = None
    strength: Strength | None = None
    assurance: Assurance | None = None
    max_age: int | None = None
    at: str | None = None
    advisory: bool = False
    recommended: bool = False
    broad: bool = False
    implied: bool = False


class KindRef(Struct, frozen=True):
    """A check kind and the distribution it comes from.

    The distribution's version is no part of the bundle (an upgrade of the tool is no change of the rules) but of
    the check's digest in evidence: see `InputsMap.kinds`.
    """

    name: str
    distribution: str


class ControlSpec(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A declared control: a change of the subject or of declared external state under which the check must fail.

    Attributes:
        name: shown to people; derived where not given.
        patch: path of a unified diff in the tree.
        command: arguments or one line run in the checkout before the check.
        remove: globs of subject files taken away.
        environment: variables set for the check.
    """

    name: str | None = None
    patch: str | None = None
    command: str | None = None
    remove: tuple[str, ...] = ()
    environment: dict[str, str] = {}


class Check(Struct, frozen=True, omit_defaults=True):
    """An executable way to get evidence.

    Attributes:
        name: unique in the programme.
        kind: what runs it.
        options: the kind's own options, plain canonical JSON (fractions as decimal strings).
        subject: globs of what is judged; empty: every tracked file but plans and the instrument.
        instrument: globs of what it is judged with.
        controls: declared controls.
        min_sensitivity: decimal string in [0, 1], None where not asked for.
        timeout: seconds.
        max_age: seconds that a result may be old; None without limit.
        external: True where what is judged lies outside the tree.
        history: True to give the check the repository's history (`.git`).
        network: True to leave the network on.
    """

    name: str
    kind: KindRef
    options: dict[str, Any] = {}
    subject: tuple[str, ...] = ()
    instrument: tuple[str, ...] = ()
    controls: tuple[ControlSpec, ...] = ()
    min_sensitivity: str | None = None
    timeout: int = 900
    max_age: int | None = None
    external: bool = False
    history: bool = False
    network: bool = False


class BundleItem(Struct, frozen=True, omit_defaults=True):
    """An item as agreed: id, kind, text and place in the tree; no tick, no position.

    Attributes:
        id: full id, `<plan>:<id>`.
        kind: what sort of item.
        text: its words.
        gates: ids of the gates it counts for, innermost first.
        parent: full id of the item it is nested in.
    """

    id: str
    kind: ItemKind
    text: str
    gates: tuple[str, ...] = ()
    parent: str | None = None


class Gate(Struct, frozen=True, omit_defaults=True):
    """A phase, milestone or gate section: PASS or HOLD (FORMATS, "How verdicts compose").

    Attributes:
        id: short id, unique in the programme (`gate-a`, `p6-1`, `phase-6`); a twin carries its plan: `<plan>:<id>`.
        title: heading.
        kind: kind of the section, `phase` for a phase of the configuration, `other` for the gate over those items of a
            plan that stand under no section of a gate's kind.
        plan: path of the plan; empty for a phase made of several plans.
        parent: id of the gate it stands in.
        after: ids of the gates that must pass or be closed before it.
    """

    id: str
    title: str
    kind: SectionKind
    plan: str = ""
    parent: str | None = None
    after: tuple[str, ...] = ()


class Role(Struct, frozen=True):
    """Who signs. `threshold` counts distinct people with distinct keys; `all` means every member."""

    members: tuple[str, ...]
    threshold: int | Literal["all"] = 1


class Waivers(Struct, frozen=True, omit_defaults=True):
    """Who may accept a risk, and for how long (days)."""

    roles: tuple[str, ...] = ()
    max_days: int = 30
    max_renewals: int = 1


class Flake(Struct, frozen=True):
    """How many of a check's last runs are looked at, and how many passes in a row clear it."""

    window: int = 10
    passes: int = 3


class Policy(Struct, frozen=True, omit_defaults=True):
    """The programme's rules.

    Attributes:
        protected: the only ref on whose commits records and activations are made; None in a programme without.
        migrate: roles whose thresholds make a bundle valid.
        instrument: roles that accept a changed instrument; empty: nobody is asked, and the board says so.
        strength: default minimum strength of evidence.
        assurance: default minimum assurance.
        waiver: who may waive.
        waivable: item kinds besides the default ones that may be waived.
        flake: see `Flake`.
        standing: item kinds judged at every commit, also after closing.
    """

    protected: str | None = None
    migrate: tuple[str, ...] = ()
    instrument: tuple[str, ...] = ()
    strength: Strength = "isolated"
    assurance: Assurance = "self"
    waiver: Waivers = Waivers()
    waivable: tuple[str, ...] = ()
    flake: Flake = Flake()
    standing: tuple[str, ...] = ("invariant", "test")


class Environment(Struct, frozen=True, omit_defaults=True):
    """What a check may see; everything else is scrubbed.

    Attributes:
        setup: one line, split without a shell: fetches dependencies only.
        setup_inputs: globs of the files it may see.
        passes: names of variables passed through.
        shell: run `setup` with bash -euo pipefail.
    """

    setup: str | None = None
    setup_inputs: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    shell: bool = False


class Runner(Struct, frozen=True, omit_defaults=True):
    """A runner's public key, and whether the bundle grants it independence."""

    key: str
    independent: bool = False


class Hold(Struct, frozen=True, omit_defaults=True):
    """A block on a work item, paths, refs or actions."""

    until: str | None = None
    covers: tuple[str, ...] = ()
    allows: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class Bundle(Struct, frozen=True, omit_defaults=True):
    """The compiled programme. Its digest is that of its canonical bytes.

    `content` (bundle/digest.py) is the digest without version and predecessor: what a commit compiles to.

    Attributes:
        programme: name of the programme.
        version: 1 for the first, one more for each successor.
        predecessor: digest of the bundle before, None for the first.
        items: sorted by plan, then id (`P2` before `P10`); see `Reading.order` for the text’s order.
        gates: in order of the configured phases, then of plan and id.
        bindings: sorted by item.
        checks: sorted by name.
        roles, people, runners, reporters: by name; people -> public key URI (`ed25519:<base64url>`).
        policy: the rules.
        environment: what checks may see.
        holds: by name.
        freeze: the freeze rule as configured.
        expands, components, repositories: as configured.
        corrections: by plan.
    """

    programme: str
    version: int = 1
    predecessor: Digest | None = None
    format: int = FORMAT
    items: tuple[BundleItem, ...] = ()
    gates: tuple[Gate, ...] = ()
    bindings: tuple[Binding, ...] = ()
    checks: tuple[Check, ...] = ()
    roles: dict[str, Role] = {}
    people: dict[str, str] = {}
    runners: dict[str, Runner] = {}
    reporters: dict[str, Runner] = {}
    policy: Policy = Policy()
    environment: Environment = Environment()
    holds: dict[str, Hold] = {}
    freeze: dict[str, Any] | UnsetType = UNSET
    expands: dict[str, str] = {}
    components: dict[str, dict[str, Any]] = {}
    repositories: dict[str, dict[str, Any]] = {}
    corrections: dict[str, tuple[Correction, ...]] = {}
