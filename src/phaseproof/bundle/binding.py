"""Bindings: which check, sign-off or record stands for which item (FORMATS, "How verdicts compose")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from msgspec import structs

from phaseproof.bundle.agreed_checks import implied_artifact
from phaseproof.bundle.config import Config
from phaseproof.bundle.gates import Layout
from phaseproof.bundle.item_names import ItemNames, Unclear
from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.mistakes import Mistake, nearest, quote
from phaseproof.bundle.model import Binding, BundleItem, Check, Selection
from phaseproof.bundle.outline import Row
from phaseproof.bundle.sections import BindingSource
from phaseproof.bundle.slugs import slug


def bind(
    config: Config,
    layout: Layout,
    names: ItemNames,
    checks: Mapping[str, Check],
    kinds: Mapping[str, KindSchema],
    mistakes: list[Mistake],
) -> dict[str, Binding]:
    """The bindings that the configuration asks for, wildcards expanded, by full id.

    A binding that names its item beats one that covers it by a wildcard; two of the same sort are a mistake.
    """
    chosen: dict[str, tuple[bool, str]] = {}
    parents = {item.parent for item in layout.items.values()}
    for key, source in config.bindings.items():
        path = ("bindings", key)
        try:
            found = names.match(key)
        except Unclear as unclear:
            if not _is_gate(key, layout, source):
                mistakes.append(_unknown(config, path, key, layout, unclear))
            continue
        wild = found != (key,) and names.short.get(key) != found
        for item in found:
            before = chosen.get(item)
            if before is not None and before[0] == wild:
                mistakes.append(config.mistake(path, f"{quote(before[1])} binds {quote(item)} already", key=True))
                break
            if before is None or before[0]:
                chosen[item] = (wild, key)
        if source.children and not wild and found[0] not in parents:
            mistakes.append(config.mistake((*path, "children"), "no item is nested in this one"))
    mistakes += _selections(config, checks, kinds)
    return {item: _binding(item, config.bindings[key]) for item, (_, key) in sorted(chosen.items())}


def imply(
    rows: Mapping[str, Row],
    items: Mapping[str, BundleItem],
    bound: Mapping[str, Binding],
    config: Config,
    kinds: Mapping[str, KindSchema],
) -> tuple[dict[str, Binding], dict[str, Check]]:
    """What binds itself: a role item to the role of that name, an artifact row to a check of its path; nothing else.

    Args:
        rows: by full id.
        items: by full id.
        bound: what the configuration binds; it comes first.
        config: for its roles.
        kinds: for the kind `artifact`; without it artifact rows stay unbound.

    Returns:
        Bindings by item, and the checks they need by name.
    """
    roles = {slug(name): name for name in config.roles}
    artifact = kinds.get("artifact")
    bindings: dict[str, Binding] = {}
    checks: dict[str, Check] = {}
    for item, row in rows.items():
        if item in bound:
            continue
        if items[item].kind == "signoff" and slug(row.text) in roles:
            bindings[item] = Binding(item, role=roles[slug(row.text)], implied=True)
        elif items[item].kind == "artifact" and artifact is not None and row.paths:
            made = [implied_artifact(path, artifact) for path in row.paths]
            wanted = [check for check in made if check is not None]
            if not wanted or len(wanted) != len(made):
                continue
            checks |= {check.name: check for check in wanted}
            listed = tuple(sorted(check.name for check in wanted))
            one = listed[0] if len(listed) == 1 else None
            bindings[item] = Binding(item, check=one, all=None if one else listed, implied=True)
    return bindings, checks


def flag_broad(bindings: Mapping[str, Binding]) -> dict[str, Binding]:
    """Mark each binding by which one check, with one selection or none, stands for more than one item."""
    uses: Counter[tuple[str, Selection | None]] = Counter()
    for binding in bindings.values():
        if not binding.implied:
            uses.update((name, binding.selection) for name in checks_of(binding))
    totals: Counter[str] = Counter()
    for (name, _), count in uses.items():
        totals[name] += count
    out: dict[str, Binding] = {}
    for item, binding in bindings.items():
        broad = not binding.implied and any(
            totals[name] > 1 if binding.selection is None else uses[name, binding.selection] > 1
            for name in checks_of(binding)
        )
        out[item] = structs.replace(binding, broad=broad)
    return out


def checks_of(binding: Binding) -> tuple[str, ...]:
    """Names of the checks a binding rests on."""
    return (*((binding.check,) if binding.check else ()), *(binding.all or ()), *(binding.any or ()))


def _binding(item: str, source: BindingSource) -> Binding:
    selection = None
    if source.tests is not None or source.level is not None:
        selection = Selection(tuple(sorted(set(source.tests or ()))), source.level)
    return Binding(
        item=item,
        check=source.check,
        all=tuple(sorted(source.all)) if source.all else None,
        any=tuple(sorted(source.any)) if source.any else None,
        children=bool(source.children),
        role=source.role,
        record=source.record,
        selection=selection,
        strength=source.strength,
        assurance=source.assurance,
        max_age=source.max_age,
        at=source.at,
        advisory=source.advisory,
        recommended=source.recommended,
    )


def _is_gate(key: str, layout: Layout, source: BindingSource) -> bool:
    # A gate derives from what stands beneath it in any case: saying so is no mistake.
    return bool(source.children) and len(layout.names.get(slug(key), ())) == 1


def _unknown(config: Config, path: tuple[str, ...], key: str, layout: Layout, unclear: Unclear) -> Mistake:
    if slug(key) in layout.names:
        message = f"{quote(key)} is a gate, not an item: it passes when the items beneath it do"
        return config.mistake(path, message, key=True)
    place = config.place(*path, key=True)
    return Mistake(config.path, place.line, place.column, "bindings", unclear.message, unclear.near)


def _selections(config: Config, checks: Mapping[str, Check], kinds: Mapping[str, KindSchema]) -> list[Mistake]:
    found: list[Mistake] = []
    for key, source in config.bindings.items():
        check = checks.get(source.check or "")
        if check is None:
            continue
        fields = kinds[check.kind.name].selections
        for field in ("tests", "level"):
            if getattr(source, field) is not None and field not in fields:
                message = f"a check of kind {check.kind.name} has no {quote(field)} to select"
                found.append(config.mistake(("bindings", key, field), message, key=True))
        levels = check.options.get("levels")
        if source.level is not None and "level" in fields and source.level not in (levels or {}):
            near = nearest(source.level, levels or {})
            declared = ", ".join(levels or {}) or "none"
            message = f"the check {quote(check.name)} declares no level {quote(source.level)}; it has {declared}"
            found.append(config.mistake(("bindings", key, "level"), message, near))
    return found
