"""What a configuration says about plans, gates and holds, resolved against what was read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import structs

from phaseproof.bundle.config import Config
from phaseproof.bundle.gates import Layout
from phaseproof.bundle.item_names import ItemNames, Unclear
from phaseproof.bundle.mistakes import Mistake, nearest, quote
from phaseproof.bundle.model import Gate, Hold
from phaseproof.bundle.sections import PhaseSource
from phaseproof.bundle.slugs import slug
from phaseproof.plan.model import Plan
from phaseproof.repo.globs import compile_glob


def listed(config: Config, plans: Mapping[str, Plan], mistakes: list[Mistake]) -> dict[str, PhaseSource]:
    """Which phase each plan belongs to; what is listed and not there, and what is listed twice, is noted."""
    phase_of: dict[str, PhaseSource] = {}
    phases = {phase.id: phase for phase in config.phases}
    for path, pattern in config.patterns():
        glob = compile_glob(pattern)
        found = [plan for plan in plans if glob.matches(plan)]
        if not found:
            near = nearest(pattern, plans)
            wild = any(one in pattern for one in "*?[")
            message = f"no plan matches {quote(pattern)}" if wild else f"no file {quote(pattern)} in the tree"
            mistakes.append(config.mistake(path, message, near, word=pattern))
        for plan in found:
            if not plan.isascii() or ":" in plan:
                message = f"{quote(plan)}: paths of plans are ASCII without “:”"
                mistakes.append(config.mistake(path, message, word=pattern))
            if path[0] != "phases":
                continue
            phase = phases[path[1]]
            other = phase_of.setdefault(plan, phase)
            if other is not phase:
                message = f"{quote(plan)} belongs to {quote(other.id)} already; a plan has one phase"
                mistakes.append(config.mistake(path, message, word=pattern))
    for section, keys in (("reading", config.reading), ("expands", config.expands)):
        unknown = [key for key in keys if key not in plans]
        mistakes += [
            config.mistake((section, key), f"{quote(key)} is no plan here", nearest(key, plans), key=True)
            for key in unknown
        ]
    return phase_of


def ordered(config: Config, layout: Layout, mistakes: list[Mistake]) -> dict[str, Gate]:
    """The gates with what comes before each; unknown words, and gates that wait for each other, are noted."""
    after: dict[str, set[str]] = {}
    places: dict[str, tuple[tuple[str, ...], str]] = {}
    wanted: list[tuple[str, tuple[str, ...], str]] = []
    for phase in config.phases:
        wanted += [(slug(phase.id), ("phases", phase.id, "after"), word) for word in phase.after]
    for key, words in config.after.items():
        try:
            gate = find_gate(key, layout)
        except Unclear as unclear:
            mistakes.append(config.mistake(("after", key), unclear.message, unclear.near, key=True))
            continue
        wanted += [(gate, ("after", key), word) for word in words]
    for gate, path, word in wanted:
        try:
            before = find_gate(word, layout)
        except Unclear as unclear:
            mistakes.append(config.mistake(path, unclear.message, unclear.near, word=word))
            continue
        if before in _above(gate, layout.gates):
            message = f"{quote(gate)} stands in {quote(before)} and cannot come after it"
            mistakes.append(config.mistake(path, message, word=word))
            continue
        after.setdefault(gate, set()).add(before)
        places.setdefault(gate, (path, word))
    for cycle in _cycles(after):
        path, word = places[cycle[0]]
        shown = " → ".join([*cycle, cycle[0]])
        mistakes.append(config.mistake(path, f"these gates wait for each other: {shown}", word=word))
    return {
        name: structs.replace(gate, after=tuple(sorted(after.get(name, ())))) for name, gate in layout.gates.items()
    }


def holds(config: Config, layout: Layout, names: ItemNames, mistakes: list[Mistake]) -> dict[str, Hold]:
    """The holds, the precondition of each by its full name."""
    out: dict[str, Hold] = {}
    for name, source in config.holds.items():
        until = source.until
        if until is not None:
            try:
                until = find_gate(until, layout)
            except Unclear as unclear:
                try:
                    until = names.find(until)
                except Unclear as other:
                    near = unclear.near or other.near
                    message = f"no gate and no item {quote(until)}" if "several" not in other.message else other.message
                    mistakes.append(config.mistake(("holds", name, "until"), message, near))
        out[name] = Hold(
            until,
            tuple(sorted(set(source.covers))),
            tuple(sorted(set(source.allows))),
            tuple(sorted(set(source.refs))),
            tuple(sorted(set(source.actions))),
        )
    return out


def find_gate(word: str, layout: Layout) -> str:
    """The gate that a word means: its id, or the slug or heading id of its section.

    Raises:
        Unclear: none, or several.
    """
    if word in layout.gates:
        return word
    fitting = layout.names.get(slug(word), ())
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise Unclear(
            f"{quote(word)} is the name of several gates: {', '.join(fitting[:5])}; write one of them in full"
        )
    raise Unclear(f"no gate {quote(word)}", nearest(word, layout.gates) or nearest(slug(word), layout.gates))


def _above(gate: str, gates: Mapping[str, Gate]) -> Sequence[str]:
    chain = [gate]
    at = gates[gate].parent
    while at is not None and at not in chain:
        chain.append(at)
        at = gates[at].parent
    return chain


def _cycles(after: Mapping[str, set[str]]) -> list[list[str]]:
    """One cycle for each group of gates that wait for each other, each beginning at its first gate by name."""
    found: list[list[str]] = []
    told: set[str] = set()
    for start in sorted(after):
        path: list[str] = []
        trail: list[tuple[str, list[str]]] = [(start, sorted(after[start]))]
        seen = {start}
        while trail and start not in told:
            rest = trail[-1][1]
            if not rest:
                trail.pop()
                continue
            following = rest.pop(0)
            if following == start:
                path = [one for one, _ in trail]
                break
            if following not in seen:
                seen.add(following)
                trail.append((following, sorted(after.get(following, ()))))
        if path:
            found.append(path)
            told.update(path)
    return found
