"""The sections of `phaseproof.yaml` (FORMATS, section 2): structs that say what is valid, and make its JSON Schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

from phaseproof.bundle.forms import (
    Duration,
    ItemPattern,
    Key,
    Name,
    Path,
    Pattern,
    PlanPattern,
    Ref,
    RefPattern,
    Regex,
    Share,
    Signer,
    Text,
    Timeout,
    Variable,
)  # fmt: skip
from phaseproof.bundle.model import Assurance
from phaseproof.plan.model import ItemKind, SectionKind

Some = Meta(min_length=1)
Sought = Literal["reported", "observed", "isolated", "independent"]
"""Strengths that can be asked for: a tick (`claimed`) never satisfies anything."""


class PhaseSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A phase: the plans it is made of (paths or globs), and the gates that come before it."""

    id: Name
    plans: Annotated[tuple[PlanPattern, ...], Some]
    after: tuple[Text, ...] = ()
    title: Text = ""


class RoleSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A role: who holds it, and how many of them it takes; `all` is every member."""

    members: Annotated[tuple[Signer, ...], Some]
    threshold: Annotated[int, Meta(ge=1)] | Literal["all"] = 1


class PersonSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A person's public key."""

    key: Key


class RunnerSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A runner's or reporter's public key; `independent` grants a runner that strength."""

    key: Key
    independent: bool = False


class ReporterSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A reporter's public key: whose imported results count as `reported`."""

    key: Key


class RolesSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Roles that decide something."""

    roles: Annotated[tuple[Name, ...], Some]


class WaiverSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may accept a risk, and for how long."""

    roles: Annotated[tuple[Name, ...], Some]
    max_days: Annotated[int, Meta(ge=1, le=366)] = 30
    max_renewals: Annotated[int, Meta(ge=0, le=100)] = 1


class FlakeSource(Struct, frozen=True, forbid_unknown_fields=True):
    """How many last runs are looked at, and how many passes in a row clear a flaky check."""

    window: Annotated[int, Meta(ge=2, le=1000)] = 10
    passes: Annotated[int, Meta(ge=1, le=1000)] = 3


class PolicySource(Struct, frozen=True, forbid_unknown_fields=True):
    """The programme's rules."""

    migrate: RolesSource
    protected: Ref | None = None
    instrument: RolesSource | None = None
    strength: Sought = "isolated"
    assurance: Assurance = "self"
    waiver: WaiverSource | None = None
    waivable: tuple[ItemKind, ...] = ()
    flake: FlakeSource = FlakeSource()
    standing: tuple[ItemKind, ...] = ("invariant", "test")


class EnvironmentSource(Struct, frozen=True, forbid_unknown_fields=True):
    """What a check may see; everything else is scrubbed."""

    setup: Text | None = None
    setup_inputs: tuple[Pattern, ...] = ()
    passes: tuple[Variable, ...] = field(default=(), name="pass")
    shell: bool = False


class ControlSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A declared control: a change under which the check must fail."""

    name: Text | None = None
    patch: Path | None = None
    command: Text | None = None
    remove: tuple[Pattern, ...] = ()
    environment: dict[Variable, str] = {}


class CheckSource(Struct, frozen=True):
    """What every check may say; the other keys belong to its kind."""

    kind: Text
    subject: tuple[Pattern, ...] = ()
    instrument: tuple[Pattern, ...] = ()
    controls: tuple[ControlSource, ...] = ()
    min_sensitivity: Share | None = None
    timeout: Timeout = 900
    max_age: Duration | None = None
    external: bool = False
    history: bool = False
    network: bool = False


class BindingSource(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands for an item: exactly one of check, all, any, children, role, record."""

    check: Text | None = None
    all: Annotated[tuple[Text, ...], Some] | None = None
    any: Annotated[tuple[Text, ...], Some] | None = None
    children: Literal[True] | None = None
    role: Text | None = None
    record: Text | None = None
    tests: Annotated[tuple[Text, ...], Some] | None = None
    level: Text | None = None
    strength: Sought | None = None
    assurance: Assurance | None = None
    max_age: Duration | None = None
    at: Ref | None = None
    advisory: bool = False
    recommended: bool = False


class HoldSource(Struct, frozen=True, forbid_unknown_fields=True):
    """A block on a work item, paths, refs or actions, lifted by a record and nothing else."""

    until: Text | None = None
    covers: tuple[Pattern, ...] = ()
    allows: tuple[Pattern, ...] = ()
    refs: tuple[RefPattern, ...] = ()
    actions: tuple[Name, ...] = ()


class FreezeSource(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A hold on everything but an allowed kind of change; `allow` is an expression in CEL."""

    branch: RefPattern
    allow: Text
    base: Ref | None = None
    message: Regex | None = None


class ComponentSource(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a component owns, and whose tables it may read."""

    paths: Annotated[tuple[Pattern, ...], Some]
    tables: tuple[Text, ...] = ()
    reads: tuple[Text, ...] = ()


class RepositorySource(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Another repository of the programme."""

    remote: Text
    at: Ref | None = None
    state: Literal["active", "skeleton"] = "active"


class CorrectionSource(Struct, frozen=True, forbid_unknown_fields=True, rename={"not_item": "not-item"}):
    """A correction of the reader, by the text of a line as `scan` prints it."""

    line: Text
    item: bool | None = None
    not_item: Literal[True] | None = None
    kind: ItemKind | None = None
    id: Text | None = None
    parent: Text | None = None
    section: SectionKind | None = None


class Source(Struct, frozen=True, forbid_unknown_fields=True):
    """A programme: its plans, what stands for each item, who decides, and by which rules.

    `checks` holds what all checks share; the keys of their kinds are read when compiling.
    """

    phaseproof: Literal[1]
    programme: Name
    policy: PolicySource
    plans: tuple[PlanPattern, ...] = ()
    phases: tuple[PhaseSource, ...] = ()
    after: dict[Text, Annotated[tuple[Text, ...], Some]] = {}
    expands: dict[PlanPattern, Path] = {}
    roles: dict[Name, RoleSource] = {}
    people: dict[Signer, PersonSource] = {}
    runners: dict[Signer, RunnerSource] = {}
    reporters: dict[Signer, ReporterSource] = {}
    environment: EnvironmentSource = EnvironmentSource()
    checks: dict[Name, Any] = {}
    bindings: dict[ItemPattern, BindingSource] = {}
    holds: dict[Name, HoldSource] = {}
    freeze: FreezeSource | None = None
    components: dict[Name, ComponentSource] = {}
    repositories: dict[Name, RepositorySource] = {}
    reading: dict[PlanPattern, Annotated[tuple[CorrectionSource, ...], Some]] = {}
