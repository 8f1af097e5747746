"""Gates and items of a programme, from outlines and configured phases (FORMATS, "How verdicts compose").

1. Every section that is a phase, a milestone or a gate is a gate; its id is the slug of its section's id.
2. Every configured phase is a gate over its plans. Where exactly one outermost phase section of its plans has its
   slug, the two are one gate.
3. A plan of no configured phase whose items stand under no gate gets a gate over those items, named after its file
   and of kind `other`: nothing that was read is left without a gate.
4. In a flat document the only phase section, with nothing beneath it, is the phase of the whole plan (outline).
5. Gates whose slugs are equal carry their plan, `<plan>:<slug>`; a configured phase keeps its slug.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from msgspec import Struct

from phaseproof.bundle.model import BundleItem, Gate
from phaseproof.bundle.outline import Outline, Part, natural, stem, words
from phaseproof.bundle.sections import PhaseSource
from phaseproof.bundle.slugs import slug


class Layout(Struct, frozen=True):
    """Gates and items before anything is bound.

    Attributes:
        gates: by id, in the bundle's order; `after` still empty.
        items: by full id, in the bundle's order.
        names: slug -> ids of the gates that it may mean.
        order: ids of gates and items in the order of the texts.
    """

    gates: dict[str, Gate]
    items: dict[str, BundleItem]
    names: dict[str, tuple[str, ...]]
    order: tuple[str, ...]


class _Ids:
    """Ids of the gates of sections: (plan, section) -> gate."""

    def __init__(
        self, outlines: Sequence[Outline], phases: Sequence[PhaseSource], phase_of: Mapping[str, PhaseSource]
    ) -> None:
        self.merged = _merged(outlines, phases, phase_of)
        reserved = {slug(phase.id) for phase in phases}
        shorts = {(one.path, part.id): slug(part.id) for one in outlines for part in one.parts}
        loose = {one.path: _loose_name(one) for one in outlines if one.path not in phase_of and _is_loose(one)}
        everywhere = Counter([*shorts.values(), *loose.values()])
        within = Counter((path, short) for (path, _), short in shorts.items())
        within.update(loose.items())
        self.of: dict[tuple[str, str], str] = {}
        for (path, section), short in shorts.items():
            if (path, section) in self.merged:
                self.of[path, section] = slug(self.merged[path, section].id)
            elif short and everywhere[short] == 1 and short not in reserved:
                self.of[path, section] = short
            else:
                unique = short and within[path, short] == 1
                self.of[path, section] = f"{path}:{short if unique else section}"
        self.loose: dict[str, str] = {}
        for path, short in loose.items():
            alone = short and everywhere[short] == 1 and short not in reserved
            self.loose[path] = short if alone else f"{path}:{short}"


def _merged(
    outlines: Sequence[Outline], phases: Sequence[PhaseSource], phase_of: Mapping[str, PhaseSource]
) -> dict[tuple[str, str], PhaseSource]:
    out: dict[tuple[str, str], PhaseSource] = {}
    for phase in phases:
        fitting = [
            (one.path, part.id)
            for one in outlines
            for part in one.parts
            if phase_of.get(one.path) is phase
            and part.kind == "phase"
            and part.parent is None
            and slug(part.id) == slug(phase.id)
        ]
        if len(fitting) == 1:
            out[fitting[0]] = phase
    return out


def _loose_name(outline: Outline) -> str:
    taken = {slug(part.id) for part in outline.parts} | {part.id for part in outline.parts}
    name = stem(outline.path) or "plan"
    while name in taken:
        name += "-items"
    return name


def _is_loose(outline: Outline) -> bool:
    return any(row.part is None for row in outline.rows)


def lay_out(outlines: Sequence[Outline], phases: Sequence[PhaseSource], phase_of: Mapping[str, PhaseSource]) -> Layout:
    """Gates and items of all plans.

    Args:
        outlines: one per plan, ids unique in each, sorted by path.
        phases: configured phases, in their order.
        phase_of: plan -> the phase it belongs to.
    """
    ids = _Ids(outlines, phases, phase_of)
    gates: dict[str, Gate] = {}
    for phase in phases:
        own = next((key for key, one in ids.merged.items() if one is phase), None)
        title = words(phase.title) or (_part(outlines, own).title if own else phase.id)
        gates[slug(phase.id)] = Gate(slug(phase.id), title, "phase", own[0] if own else "")
    ranks = {slug(phase.id): number for number, phase in enumerate(phases)}
    sections: list[tuple[int, str, Gate]] = []
    for one in outlines:
        above = phase_of.get(one.path)
        top = slug(above.id) if above else None
        for part in one.parts:
            if (one.path, part.id) in ids.merged:
                continue
            parent = ids.of[one.path, part.parent] if part.parent is not None else top
            gate = Gate(ids.of[one.path, part.id], part.title, part.kind, one.path, parent)
            sections.append((ranks.get(top or "", len(phases)), one.path, gate))
        if one.path in ids.loose:
            gate = Gate(ids.loose[one.path], one.title or one.path, "other", one.path)
            sections.append((len(phases), one.path, gate))
    for _, _, gate in sorted(sections, key=lambda entry: (entry[0], entry[1], natural(entry[2].id))):
        gates[gate.id] = gate
    items = _items(outlines, ids, phase_of)
    names: dict[str, tuple[str, ...]] = {}
    for one in outlines:
        for part in one.parts:
            names[slug(part.id)] = (*names.get(slug(part.id), ()), ids.of[one.path, part.id])
    names |= {phase: (phase,) for phase in ranks}
    for gate_id in gates:
        names.setdefault(slug(gate_id), (gate_id,))
    texts = [
        *(slug(phase.id) for phase in phases),
        *(ids.of[one.path, part.id] for one in outlines for part in one.parts),
        *(f"{one.path}:{row.id}" for one in outlines for row in one.rows),
    ]
    return Layout(gates, items, names, tuple(dict.fromkeys(texts)))


def _part(outlines: Sequence[Outline], key: tuple[str, str]) -> Part:
    return next(part for one in outlines for part in one.parts if (one.path, part.id) == key)


def _items(outlines: Sequence[Outline], ids: _Ids, phase_of: Mapping[str, PhaseSource]) -> dict[str, BundleItem]:
    out: dict[str, BundleItem] = {}
    for one in outlines:
        parents = {part.id: part.parent for part in one.parts}
        phase = phase_of.get(one.path)
        for row in sorted(one.rows, key=lambda row: natural(row.id)):
            chain: list[str] = []
            at = row.part
            while at is not None and ids.of[one.path, at] not in chain:
                chain.append(ids.of[one.path, at])
                at = parents.get(at)
            if phase is not None and slug(phase.id) not in chain:
                chain.append(slug(phase.id))
            if not chain:
                chain.append(ids.loose[one.path])
            full = f"{one.path}:{row.id}"
            parent = f"{one.path}:{row.parent}" if row.parent is not None else None
            out[full] = BundleItem(full, row.kind, row.text, tuple(chain), parent)
    return out
