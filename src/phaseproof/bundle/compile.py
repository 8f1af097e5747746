"""Plans and configuration to a bundle (DESIGN 3; FORMATS, section 2). Pure: the same inputs give the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UNSET, Struct, structs

from phaseproof.bundle import agreed_checks, binding, digest, expansions, gates, outline, references
from phaseproof.bundle.config import Config
from phaseproof.bundle.item_names import ItemNames
from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.mistakes import Mistake, Mistakes, quote
from phaseproof.bundle.model import (
    Binding,
    Bundle,
    Environment,
    Flake,
    Gate,
    Policy,
    Reading,
    Role,
    Runner,
    Waivers,
)
from phaseproof.bundle.outline import Outline, Row
from phaseproof.plan.model import READER, Plan


class Note(Struct, frozen=True):
    """Something the author should see that is no mistake.

    Attributes:
        rule: `broad-binding`, `gate-empty`, `reader-differs`, `unbound`.
        where: full id of the item, or id of the section.
        message: one sentence.
    """

    rule: str
    where: str
    message: str


class Compiled(Struct, frozen=True):
    """What a commit compiles to.

    Attributes:
        bundle: version 1 and without predecessor; see `succeed`.
        reading: from which texts, beside the bundle.
        notes: what the author should see, sorted.
    """

    bundle: Bundle
    reading: Reading
    notes: tuple[Note, ...] = ()


def compile(
    plans: Sequence[Plan],
    config: Config,
    kinds: Mapping[str, KindSchema],
    reading: Reading | None = None,
    installed: Bundle | None = None,
) -> Compiled:
    """Compile a programme.

    Args:
        plans: the plans that the configuration lists (`Config.select`), as far as they are in the tree.
        config: the configuration, its mistakes included.
        kinds: check kinds installed, by name.
        reading: from which texts the installed bundle was read.
        installed: the bundle in force: while a plan's text is unchanged and a newer reader sees it differently, its
            installed items stand, and the difference is a `reader-differs` note.

    Raises:
        Mistakes: everything that is wrong, each with its place.
        ValueError: two plans of one path, or one that the configuration does not list.
    """
    by_path = {plan.path: plan for plan in sorted(plans, key=lambda plan: plan.path)}
    stray = set(by_path) - set(config.select(by_path))
    if len(by_path) != len(plans) or stray:
        raise ValueError(f"plans given twice or not listed: {sorted(stray)}")
    mistakes = list(config.mistakes)
    phase_of = references.listed(config, by_path, mistakes)
    unlisted = len(mistakes) > len(config.mistakes) or any(
        one.where.startswith(("plans", "phases")) for one in mistakes
    )
    notes: list[Note] = []
    outlines, older = _outlines(by_path, config, reading, installed, notes)
    mistakes += _empty(config, outlines)
    mistakes += _twins(outlines)
    if unlisted or not by_path or len(mistakes) > len(config.mistakes):
        # Which items there are is not known: to miss them in bindings as well would say the same thing twice.
        agreed_checks.agree(config, kinds, mistakes)
        raise Mistakes(mistakes)
    layout = gates.lay_out(outlines, config.phases, phase_of)
    names = ItemNames(layout.items, by_path)
    checks = agreed_checks.agree(config, kinds, mistakes)
    rows = {f"{one.path}:{row.id}": row for one in outlines for row in one.rows}
    bound = binding.bind(config, layout, names, checks, kinds, mistakes)
    mistakes += expansions.unheld(config, checks, bound.values())
    implied, made = binding.imply(rows, layout.items, bound, config, kinds)
    ordered = references.ordered(config, layout, mistakes)
    holds = references.holds(config, layout, names, mistakes)
    if mistakes:
        raise Mistakes(mistakes)
    bindings = binding.flag_broad(bound | implied)
    notes += _notes(layout, bindings)
    bundle = structs.replace(
        _settings(config),
        items=tuple(layout.items.values()),
        gates=tuple(ordered.values()),
        bindings=tuple(bindings[item] for item in sorted(bindings)),
        checks=tuple(sorted((checks | made).values(), key=lambda check: check.name)),
        holds=holds,
    )
    readers = {plan.reader for plan in by_path.values()}
    read = Reading(
        {path: plan.normal for path, plan in by_path.items()}, max(readers, default=READER), older, layout.order
    )
    return Compiled(bundle, read, tuple(sorted(notes, key=lambda note: (note.where, note.rule, note.message))))


def succeed(new: Bundle, predecessor: Bundle) -> Bundle:
    """A compiled bundle as the successor of the one in force: one version up, and bound to it by its digest."""
    return structs.replace(new, version=predecessor.version + 1, predecessor=digest.of(predecessor))


def _settings(config: Config) -> Bundle:
    policy = config.policy
    assert policy is not None
    waiver = policy.waiver
    return Bundle(
        programme=config.programme,
        roles={name: Role(tuple(sorted(one.members)), one.threshold) for name, one in config.roles.items()},
        people={name: one.key for name, one in config.people.items()},
        runners={name: Runner(one.key, one.independent) for name, one in config.runners.items()},
        reporters={name: Runner(one.key) for name, one in config.reporters.items()},
        policy=Policy(
            protected=policy.protected,
            migrate=tuple(sorted(set(policy.migrate.roles))),
            instrument=tuple(sorted(set(policy.instrument.roles))) if policy.instrument else (),
            strength=policy.strength,
            assurance=policy.assurance,
            waiver=Waivers(tuple(sorted(set(waiver.roles))), waiver.max_days, waiver.max_renewals)
            if waiver
            else Waivers(),
            waivable=tuple(sorted(set(policy.waivable))),
            flake=Flake(policy.flake.window, policy.flake.passes),
            standing=tuple(sorted(set(policy.standing))),
        ),
        environment=Environment(
            config.environment.setup,
            tuple(sorted(set(config.environment.setup_inputs))),
            tuple(sorted(set(config.environment.passes))),
            config.environment.shell,
        ),
        freeze=UNSET if config.freeze is None else msgspec.to_builtins(config.freeze),
        expands=dict(config.expands),
        components={name: msgspec.to_builtins(one) for name, one in config.components.items()},
        repositories={name: msgspec.to_builtins(one) for name, one in config.repositories.items()},
        corrections={plan: config.corrections(plan) for plan in config.reading},
    )


def _outlines(
    plans: Mapping[str, Plan],
    config: Config,
    reading: Reading | None,
    installed: Bundle | None,
    notes: list[Note],
) -> tuple[list[Outline], dict[str, str]]:
    found: list[Outline] = []
    older: dict[str, str] = {}
    for path, plan in plans.items():
        now = outline.of_plan(plan)
        if reading is not None and installed is not None and reading.plans.get(path) == plan.normal:
            version = reading.older.get(path, reading.reader)
            corrected = installed.corrections.get(path, ()) != config.corrections(path)
            if version != plan.reader and not corrected:
                stands = outline.of_installed(installed, path, now.title)
                differences = _differences(stands, now, plan.reader)
                if differences:
                    notes += differences
                    older[path] = version
                    now = stands
        found.append(now)
    return found, older


def _differences(stands: Outline, now: Outline, reader: str) -> list[Note]:
    old, new = stands.facts(), now.facts()
    notes: list[Note] = []
    for name in sorted({*old, *new}):
        if old.get(name) == new.get(name):
            continue
        what = (
            "no longer sees this" if name not in new else "sees this too" if name not in old else "sees this otherwise"
        )
        message = f"reader {reader} {what}; what is installed stands while the text is unchanged"
        notes.append(Note("reader-differs", f"{now.path}:{name}", message))
    return notes


def _empty(config: Config, outlines: Sequence[Outline]) -> list[Mistake]:
    found = []
    barren = {one.path for one in outlines if not one.rows and not one.parts}
    for path, pattern in config.patterns():
        if pattern in barren:
            found.append(config.mistake(path, f"nothing in {quote(pattern)} reads as an item or a gate", word=pattern))
    if outlines and not found and not any(one.rows for one in outlines):
        section = "phases" if config.phases else "plans"
        found.append(config.mistake((section,), "the plans hold no item, so there is nothing to prove"))
    return found


def _twins(outlines: Sequence[Outline]) -> list[Mistake]:
    found = []
    for one in outlines:
        seen: dict[str, Row] = {}
        for row in one.rows:
            other = seen.setdefault(row.id, row)
            if other is not row:
                message = (
                    f"the item of line {other.line} has the id {quote(row.id)} too; end one of them with {{#its-id}}"
                )
                found.append(Mistake(one.path, row.line, 1, "", message))
        parts = [part.id for part in one.parts]
        twins = sorted({part for part in parts if parts.count(part) > 1})
        found += [Mistake(one.path, 1, 1, "", f"two sections have the id {quote(twin)}") for twin in twins]
    return found


def _notes(layout: gates.Layout, bindings: Mapping[str, Binding]) -> list[Note]:
    notes = []
    filled = {gate for item in layout.items.values() for gate in item.gates}
    for gate in layout.gates.values():
        if gate.id not in filled:
            message = (
                f"no item stands beneath {quote(gate.title)}: it holds; “section: other” in “reading” makes it no gate"
            )
            notes.append(Note("gate-empty", gate.id, message))
    for item in layout.items:
        bound = bindings.get(item)
        if bound is None:
            notes.append(Note("unbound", item, "bound to nothing: it holds its gates"))
        elif bound.broad:
            names = ", ".join(binding.checks_of(bound))
            notes.append(Note("broad-binding", item, f"{names} stands for several items without a selection each"))
    return notes


__all__ = ["Compiled", "Gate", "Note", "compile", "succeed"]
