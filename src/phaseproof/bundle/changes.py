"""Every difference between two bundles, each with a sentence, each strengthening or weakening (DESIGN 3).

Nothing is looked for: every field of every entry is compared, and what no rule of `strengthening` knows is weakening.
A field that a later version adds is therefore weakening when it changes until somebody puts it on the list.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec import UNSET, Struct, structs

from phaseproof.bundle import canonical, strengthening
from phaseproof.bundle.item_mapping import Mapped
from phaseproof.bundle.mistakes import quote
from phaseproof.bundle.model import Binding, Bundle, Check

_TARGETS = ("check", "all", "any", "children", "role", "record")
_ENTRIES = ("roles", "people", "runners", "reporters", "holds", "expands", "components", "repositories", "corrections")
_WORDS = {
    "items": "item", "gates": "gate", "bindings": "binding of", "checks": "check", "roles": "role", "people": "person",
    "runners": "runner", "reporters": "reporter", "holds": "hold", "expands": "stub", "components": "component",
    "repositories": "repository", "corrections": "corrections of", "policy": "policy", "environment": "environment",
    "policy.waiver": "waivers", "policy.flake": "flaky checks",
}  # fmt: skip


class Change(Struct, frozen=True, omit_defaults=True):
    """One difference.

    Attributes:
        section: where in the bundle: `items`, `checks`, `policy`, ...
        name: which entry; empty where the section has none.
        field: which field of it; empty where the entry came or went.
        sentence: what changed, for a person.
        weakening: False only for what stands on the closed list of strengthenings.
    """

    section: str
    name: str
    field: str
    sentence: str
    weakening: bool

    @property
    def key(self) -> str:
        """What a reason is given under: the item's id, else the dotted name of the place."""
        if self.section in ("items", "bindings"):
            return self.name
        return ".".join(part for part in (self.section, self.name, self.field) if part)


def of(old: Bundle, new: Bundle, mapping: tuple[Mapped, ...]) -> tuple[Change, ...]:
    """All differences but version and predecessor, sorted; none exactly where the contents are equal.

    Args:
        old: the bundle in force.
        new: the one proposed.
        mapping: what became of the old items.
    """
    moved = {one.item: one.to for one in mapping if one.to is not None}
    found = [
        *_items(old, new, mapping),
        *_bindings(old, new, moved),
        *_gates(old, new),
        *_keyed("checks", {one.name: one for one in old.checks}, {one.name: one for one in new.checks}),
    ]
    for section in _ENTRIES:
        found += _keyed(section, getattr(old, section), getattr(new, section))
    found += _policy(old, new)
    found += _fields("environment", "", old.environment, new.environment)
    for field in ("programme", "format", "freeze"):
        before, after = getattr(old, field), getattr(new, field)
        if before != after:
            first = field == "freeze" and before is UNSET
            found.append(Change(field, "", "", f"{field} {_told(before, after)}", not first))
    if not found and canonical.digest(_bare(old)) != canonical.digest(_bare(new)):
        found.append(Change("order", "", "", "the same entries stand in another order", True))
    return tuple(sorted(found, key=lambda one: (not one.weakening, one.section, one.name, one.field)))


def _bare(bundle: Bundle) -> Bundle:
    return structs.replace(bundle, version=1, predecessor=None)


def _items(old: Bundle, new: Bundle, mapping: tuple[Mapped, ...]) -> Iterator[Change]:
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    moved = {one.item: one.to for one in mapping if one.to is not None}
    for one in mapping:
        item = before[one.item]
        if one.to is None:
            yield Change("items", one.item, "", f"item {quote(one.item)} is removed: {quote(item.text)}", True)
            continue
        now = after[one.to]
        if one.fate == "renamed":
            yield Change("items", one.item, "id", f"item {quote(one.item)} is now {quote(one.to)}", False)
        if one.fate == "replaced":
            words = f"item {quote(one.item)} says {quote(now.text)}, it said {quote(item.text)}"
            yield Change("items", one.item, "text", words, True)
        parent = moved.get(item.parent or "", item.parent)
        compared = structs.replace(item, id=now.id, text=now.text, parent=parent)
        yield from _fields("items", one.item, compared, now)
    for name in sorted(after.keys() - set(moved.values())):
        yield Change("items", name, "", f"item {quote(name)} is added: {quote(after[name].text)}", False)


def _bindings(old: Bundle, new: Bundle, moved: Mapping[str, str]) -> Iterator[Change]:
    known = {item.id for item in old.items}
    before = {moved.get(one.item, one.item): one for one in old.bindings if one.item in moved or one.item not in known}
    after = {one.item: one for one in new.bindings}
    names = {to: name for name, to in moved.items()}
    for item in sorted({*before, *after}):
        name = names.get(item, item)
        was, now = before.get(item), after.get(item)
        if now is None:
            yield Change("bindings", name, "", f"{quote(name)} is bound to nothing any more and holds", False)
        elif was is None:
            added = item not in names and any(one.id == item for one in new.items)
            said = "" if added else "was bound to nothing and held; "
            yield Change("bindings", name, "", f"{quote(name)}: {said}{_stands(now)} stands for it now", not added)
        else:
            yield from _binding(name, was, now, old, new)


def _binding(name: str, was: Binding, now: Binding, old: Bundle, new: Bundle) -> Iterator[Change]:
    if any(getattr(was, key) != getattr(now, key) for key in _TARGETS):
        more = strengthening.target(was, now)
        sentence = f"{quote(name)}: {_stands(now)} stands for it, it was {_stands(was)}"
        yield Change("bindings", name, "target", sentence, not more)
    neutral = {key: getattr(now, key) for key in (*_TARGETS, "item")}
    if was.strength != now.strength:
        neutral["strength"] = None
        wanted, got = was.strength or old.policy.strength, now.strength or new.policy.strength
        rule = strengthening.FIELDS["bindings", "strength"]
        words = f"{quote(name)}: its strength {_told(wanted, got)}{_followed(now.strength)}"
        yield Change("bindings", name, "strength", words, not rule(wanted, got, was, now))
    if was.assurance != now.assurance:
        neutral["assurance"] = None
        held, given = was.assurance or old.policy.assurance, now.assurance or new.policy.assurance
        rule = strengthening.FIELDS["bindings", "assurance"]
        words = f"{quote(name)}: its assurance {_told(held, given)}{_followed(now.assurance)}"
        yield Change("bindings", name, "assurance", words, not rule(held, given, was, now))
    overridden = {key: neutral[key] for key in ("strength", "assurance") if key in neutral}
    yield from _fields("bindings", name, structs.replace(was, **neutral), structs.replace(now, **overridden))


def _gates(old: Bundle, new: Bundle) -> Iterator[Change]:
    before = {gate.id: gate for gate in old.gates}
    after = {gate.id: gate for gate in new.gates}
    yield from _keyed("gates", before, after)
    # Gates keep the order of the configured phases; it shows and decides nothing.
    stay = [name for name in before if name in after]
    if stay != [name for name in after if name in before]:
        yield Change("gates", "", "order", "gates stand in another order", False)


def _policy(old: Bundle, new: Bundle) -> Iterator[Change]:
    parts = ("waiver", "flake")
    same = {part: getattr(new.policy, part) for part in parts}
    yield from _fields("policy", "", structs.replace(old.policy, **same), new.policy)
    for part in parts:
        yield from _fields(f"policy.{part}", "", getattr(old.policy, part), getattr(new.policy, part))


def _keyed(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    word = _WORDS[section]
    for name in sorted({*before, *after}):
        if name not in after:
            weak = section not in strengthening.REMOVED
            yield Change(section, name, "", f"{word} {quote(name)} is removed", weak)
        elif name not in before:
            weak = section not in strengthening.ADDED
            yield Change(section, name, "", f"{word} {quote(name)} is added", weak)
        elif isinstance(after[name], Struct):
            yield from _fields(section, name, before[name], after[name])
        elif before[name] != after[name]:
            yield Change(section, name, "value", f"{word} {quote(name)} {_told(before[name], after[name])}", True)


def _fields(section: str, name: str, before: Struct, after: Struct) -> Iterator[Change]:
    word = " ".join(part for part in (_WORDS[section], quote(name) if name else "") if part)
    for field in type(before).__struct_fields__:
        was, now = getattr(before, field), getattr(after, field)
        if was == now:
            continue
        if isinstance(before, Check) and isinstance(after, Check) and field == "options":
            yield from _options(before, after)
            continue
        rule = strengthening.FIELDS.get((section, field))
        strong = rule is not None and rule(was, now, before, after)
        yield Change(section, name, field, f"{word}: {field.replace('_', ' ')} {_told(was, now)}", not strong)


def _options(before: Check, after: Check) -> Iterator[Change]:
    own = before.kind == after.kind and after.kind.distribution == strengthening.OWN
    for option in sorted({*before.options, *after.options}):
        default, rule = strengthening.OPTIONS.get((after.kind.name, option), (None, None))
        was, now = before.options.get(option, default), after.options.get(option, default)
        if before.options.get(option, UNSET) == after.options.get(option, UNSET):
            continue
        strong = own and rule is not None and rule(was, now, before, after)
        sentence = f"check {quote(after.name)}: {option.replace('_', ' ')} {_told(was, now)}"
        yield Change("checks", after.name, f"options.{option}", sentence, not strong)


def _stands(binding: Binding) -> str:
    for key in ("check", "role", "record"):
        value = getattr(binding, key)
        if value is not None:
            return f"{key} {quote(value)}"
    for key in ("all", "any"):
        names = getattr(binding, key)
        if names:
            return f"{key} of {', '.join(quote(one) for one in names)}"
    return "what is nested in it" if binding.children else "nothing"


def _followed(explicit: str | None) -> str:
    return ", following the policy" if explicit is None else ""


def _told(was: Any, now: Any) -> str:
    lists = isinstance(was, (tuple, list)) and isinstance(now, (tuple, list))
    if lists and all(isinstance(one, str) for one in (*was, *now)) and set(was) != set(now):
        lost = ", ".join(quote(one) for one in was if one not in now)
        got = ", ".join(quote(one) for one in now if one not in was)
        parts = ((f"no longer holds {lost}") if lost else "", f"now holds {got}" if got else "")
        return "; ".join(part for part in parts if part) + ("" if now else "; nothing is left")
    return f"is now {_shown(now)}, it was {_shown(was)}"


def _shown(value: Any) -> str:
    if value is None or value is UNSET or value in ((), {}, []):
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (str, int)):
        return quote(str(value)) if isinstance(value, str) else str(value)
    return quote(msgspec.json.encode(value, order="sorted").decode())
