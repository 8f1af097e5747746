"""What a configuration must agree on with itself; what needs plans or kinds is asked when compiling."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

from phaseproof.bundle.mistakes import Mistake, nearest, quote
from phaseproof.bundle.sections import BindingSource, CheckSource, ControlSource
from phaseproof.bundle.slugs import slug
from phaseproof.bundle.yaml_source import Mapping, Node, Sequence

if TYPE_CHECKING:
    from phaseproof.bundle.config import Config

_OWN_VARIABLES = ("HOME", "TMPDIR", "TEMP", "TMP", "PATH")
"""A check has its own; passing the caller's would undo that."""
_STEERING = re.compile(
    r"LD_|DYLD_|PYTHON(?!HASHSEED\Z)|PYTEST_|COVERAGE_|GIT_|(BASH_)?ENV\Z|NODE_OPTIONS\Z|NODE_PATH\Z|PERL5|RUBY(OPT|LIB)\Z"
    r"|_?JAVA_(TOOL_)?OPTIONS\Z|MAVEN_OPTS\Z|GRADLE_OPTS\Z|MAKEFLAGS\Z"
)
"""Variables by which whoever starts a run decides what code a check runs: only their names would be agreed on."""


def check(config: Config) -> Iterator[Mistake]:
    """Everything a configuration contradicts itself in, in the order of its sections."""
    yield from _phases(config)
    yield from _roles(config)
    yield from _signers(config)
    yield from _policy(config)
    yield from _environment(config)
    for name, one in config.checks.items():
        yield from _check(config, name, one)
    for item, binding in config.bindings.items():
        yield from _binding(config, item, binding)
    yield from _later(config)
    yield from _reading(config)


def _phases(config: Config) -> Iterator[Mistake]:
    if config.root.get("plans") is None and config.root.get("phases") is None:
        yield config.mistake((), "lists no plan: “plans:” or “phases:” is missing")
    elif not any(isinstance(one, Sequence) and one.entries for one in (config.at("plans"), config.at("phases"))):
        yield config.mistake(("phases",), "lists no plan")
    seen: dict[str, str] = {}
    for phase in config.phases:
        same = seen.setdefault(slug(phase.id), phase.id)
        if same != phase.id or [one.id for one in config.phases].count(phase.id) > 1:
            yield config.mistake(("phases",), f"two phases have the id {quote(phase.id)}", word=phase.id)
        for plan in sorted(set(phase.plans)):
            if phase.plans.count(plan) > 1:
                yield config.mistake(("phases", phase.id, "plans"), f"{quote(plan)} stands twice", word=plan)


def _roles(config: Config) -> Iterator[Mistake]:
    people = config.keys_of("people")
    slugs: dict[str, str] = {}
    for name in config.roles:
        if slugs.setdefault(slug(name), name) != name:
            yield config.mistake(("roles", name), f"reads like the role {quote(slugs[slug(name)])}", key=True)
    for name, role in config.roles.items():
        for member in role.members:
            if member not in people:
                yield config.mistake(
                    ("roles", name, "members"), f"unknown person {quote(member)}", nearest(member, people), word=member
                )
        for member in sorted(set(role.members)):
            if role.members.count(member) > 1:
                yield config.mistake(("roles", name, "members"), f"{quote(member)} stands twice", word=member)
        count = len(set(config.words_of("roles", name, "members")))
        if role.threshold != "all" and role.threshold > count:
            yield config.mistake(
                ("roles", name, "threshold"), f"{role.threshold} of {count} members can never sign; at most {count}"
            )


def _signers(config: Config) -> Iterator[Mistake]:
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    sections = (("people", config.people), ("runners", config.runners), ("reporters", config.reporters))
    for section, entries in sections:
        for name, one in entries.items():
            owner = f"{section}.{name}"
            other = keys.setdefault(one.key, owner)
            if other != owner:
                yield config.mistake((section, name, "key"), f"this is the key of {other}; each signer has its own")
            twin = names.setdefault(name, section)
            if twin != section:
                yield config.mistake((section, name), f"{quote(name)} is a name in {twin} already", key=True)


def _policy(config: Config) -> Iterator[Mistake]:
    policy = config.policy
    if policy is None:
        return
    known = config.keys_of("roles")
    groups = (("migrate", policy.migrate), ("instrument", policy.instrument), ("waiver", policy.waiver))
    for section, group in groups:
        for role in group.roles if group is not None else ():
            if role not in known:
                yield config.mistake(
                    ("policy", section, "roles"), f"unknown role {quote(role)}", nearest(role, known), word=role
                )
    if policy.flake.passes > policy.flake.window:
        yield config.mistake(
            ("policy", "flake", "passes"), f"{policy.flake.passes} passes do not fit in {policy.flake.window} runs"
        )


def _environment(config: Config) -> Iterator[Mistake]:
    environment = config.environment
    for name in environment.passes:
        if name.startswith("PHASEPROOF_") or name in _OWN_VARIABLES:
            yield config.mistake(
                ("environment", "pass"), f"{quote(name)} cannot be passed: a check has its own, or none", word=name
            )
        elif _STEERING.match(name):
            message = f"{quote(name)} cannot be passed: its value says what code a check runs; set it in `run`"
            yield config.mistake(("environment", "pass"), message, word=name)
    if environment.setup is None:
        if environment.shell or environment.setup_inputs:
            yield config.mistake(("environment",), "“setup” is missing: “shell” and “setup_inputs” are for it")
    elif not environment.shell:
        yield from _line(config, ("environment", "setup"), environment.setup)


def _line(config: Config, path: tuple[str, ...], line: str) -> Iterator[Mistake]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        yield config.mistake(path, f"this line cannot be split into words: {error}")
        return
    if not words:
        yield config.mistake(path, "expected a command, got nothing")


def _check(config: Config, name: str, one: CheckSource) -> Iterator[Mistake]:
    path = ("checks", name)
    if one.external and "max_age" not in config.keys_of(*path):
        yield config.mistake((*path, "external"), "what lies outside the tree changes unseen: “max_age” is missing")
    if one.external and not one.controls and "controls" not in config.keys_of(*path):
        yield config.mistake(
            (*path, "external"), "what lies outside the tree has no automatic control: declare “controls”"
        )
    if one.external and one.subject:
        yield config.mistake((*path, "subject"), "a check of what lies outside the tree has no subject in it")
    listed = config.at(*path, "controls")
    for entry in listed.entries if isinstance(listed, Sequence) else ():
        if isinstance(entry, Mapping) and not set(_keys(entry)) - {"name"}:
            message = "a control changes nothing: patch, command, remove or environment"
            yield Mistake(config.path, entry.line, entry.column, ".".join((*path, "controls")), message)
    seen: set[str] = set()
    for control in one.controls:
        named = control_name(control)
        if named in seen:
            yield config.mistake((*path, "controls"), f"two controls are named {quote(named)}")
        seen.add(named)


def control_name(control: ControlSource) -> str:
    """What people are shown: the name given, else what the control does."""
    if control.name:
        return control.name
    if control.patch:
        return f"patch {control.patch}"
    if control.command:
        return f"after {control.command}"
    if control.remove:
        return f"without {', '.join(control.remove)}"
    return "with " + ", ".join(sorted(control.environment))


_TARGETS = ("check", "all", "any", "children", "role", "record")


def _binding(config: Config, item: str, one: BindingSource) -> Iterator[Mistake]:
    path = ("bindings", item)
    written = [key for key in _TARGETS if key in config.keys_of(*path)]
    if len(written) != 1:
        got = " and ".join(f"“{key}”" for key in written) if written else "none"
        yield config.mistake(path, f"expected one of {', '.join(_TARGETS)}; got {got}")
        return
    target = written[0]
    checks = config.keys_of("checks")
    for key, names in (("check", (one.check,) if one.check else ()), ("all", one.all or ()), ("any", one.any or ())):
        for name in names:
            if name not in checks:
                yield config.mistake((*path, key), f"unknown check {quote(name)}", nearest(name, checks), word=name)
            if names.count(name) > 1:
                yield config.mistake((*path, key), f"{quote(name)} stands twice", word=name)
    for key, value, section in (("role", one.role, "roles"), ("record", one.record, "holds")):
        known = config.keys_of(section)
        if value is not None and value not in known:
            word = "role" if key == "role" else "hold"
            yield config.mistake((*path, key), f"unknown {word} {quote(value)}", nearest(value, known))
    by_check = target in ("check", "all", "any")
    for key in ("strength", "assurance", "max_age", "at"):
        if getattr(one, key) is not None and not by_check:
            yield config.mistake((*path, key), f"“{key}” says nothing of “{target}”; it is for checks", key=True)
    for key in ("tests", "level"):
        if getattr(one, key) is not None and target != "check":
            yield config.mistake((*path, key), f"“{key}” selects from one check; it stands beside “check”", key=True)
    if one.recommended and target != "role":
        yield config.mistake((*path, "recommended"), "“recommended” is for sign-offs; use “advisory” here", key=True)


def _later(config: Config) -> Iterator[Mistake]:
    for name, repository in config.repositories.items():
        if repository.remote.startswith("-") or "::" in repository.remote:
            yield config.mistake(
                ("repositories", name, "remote"), f"expected a folder or an address, got {quote(repository.remote)}"
            )


def _reading(config: Config) -> Iterator[Mistake]:
    for plan, corrections in config.reading.items():
        seen: set[str] = set()
        for one in corrections:
            if _keys(config.place("reading", plan, one.line)) == ("line",):
                yield config.mistake(
                    ("reading", plan), "corrects nothing: not-item, item, kind, id, parent or section", word=one.line
                )
            if one.not_item and any(change is not None for change in (one.item, one.kind, one.id, one.parent)):
                yield config.mistake(
                    ("reading", plan), "a line that is no item has no kind, id or parent", word=one.line
                )
            if one.line in seen:
                yield config.mistake(("reading", plan), f"the line {quote(one.line)} is corrected twice", word=one.line)
            seen.add(one.line)


def _keys(node: Node) -> tuple[str, ...]:
    return tuple(key.raw for key, _ in node.entries) if isinstance(node, Mapping) else ()
