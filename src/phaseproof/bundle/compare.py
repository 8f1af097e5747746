"""What a successor changes: where every item went, what is weaker, and which gates it touches (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import quote

from msgspec import Struct, structs

from phaseproof.bundle import changes, digest
from phaseproof.bundle.binding import checks_of
from phaseproof.bundle.changes import Change
from phaseproof.bundle.item_mapping import Mapped, match
from phaseproof.bundle.model import Bundle
from phaseproof.digests import Digest


class Migration(Struct, frozen=True, omit_defaults=True):
    """From one bundle to its successor.

    Attributes:
        old, new: digests of both.
        mapping: every item of the old bundle exactly once, sorted.
        added: items of the new one that no old item became, sorted.
        changes: every difference, weakenings first.
        reasons: key of a change or id of an item -> why; what is not ASCII in a key is percent-encoded.
    """

    old: Digest
    new: Digest
    mapping: tuple[Mapped, ...]
    added: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    reasons: dict[str, str] = {}

    @property
    def weakenings(self) -> tuple[Change, ...]:
        """What is named in red."""
        return tuple(change for change in self.changes if change.weakening)

    @property
    def unexplained(self) -> tuple[str, ...]:
        """Keys of weakenings that nobody has given a reason for."""
        keys = dict.fromkeys(change.key for change in self.weakenings)
        return tuple(key for key in keys if not self.reasons.get(_ascii(key), "").strip())


def compare(old: Bundle, new: Bundle, reasons: Mapping[str, str] | None = None) -> Migration:
    """Compare a bundle with its successor.

    Args:
        old: the bundle in force.
        new: the one proposed.
        reasons: why, by key of a change or id of an item.
    """
    given = {_ascii(key): why for key, why in (reasons or {}).items()}
    mapping = match(old.items, new.items)
    taken = {one.to for one in mapping}
    return Migration(
        old=digest.of(old),
        new=digest.of(new),
        mapping=tuple(structs.replace(one, reason=given.get(_ascii(one.item), "")) for one in mapping),
        added=tuple(sorted(item.id for item in new.items if item.id not in taken)),
        changes=changes.of(old, new, mapping),
        reasons=given,
    )


def differs(old: Bundle, new: Bundle) -> tuple[str, ...]:
    """Ids of the items and gates, of either bundle, on which two bundles differ; sorted.

    What concerns policy, environment, signers of evidence or anything not told apart here touches every gate.
    """
    mapping = match(old.items, new.items)
    touched: set[str] = set()
    for change in changes.of(old, new, mapping):
        touched |= _touched(change, old, new)
    moved = {one.item: one.to for one in mapping if one.to is not None and one.to != one.item}
    touched |= {moved[name] for name in touched & moved.keys()}
    for bundle in (old, new):
        for item in bundle.items:
            if item.id in touched:
                touched.update(item.gates)
    return tuple(sorted(touched))


def _ascii(key: str) -> str:
    # Keys of canonical JSON are ASCII; what is ASCII already stays, so that doing it twice changes nothing.
    return "".join(one if one.isascii() else quote(one) for one in key)


def _touched(change: Change, old: Bundle, new: Bundle) -> set[str]:
    both = (old, new)
    match change.section:
        case "items" | "bindings":
            return {change.name}
        case "checks":
            return {one.item for bundle in both for one in bundle.bindings if change.name in checks_of(one)}
        case "gates" if change.field == "order":
            return set()
        case "gates":
            return {change.name, *_within(change.name, both)}
        case "roles" if not _decides({change.name}, both):
            return _signed_off({change.name}, both)
        case "people":
            roles = {name for bundle in both for name, role in bundle.roles.items() if change.name in role.members}
            if not _decides(roles, both):
                return _signed_off(roles, both)
        case _:
            pass
    return {gate.id for bundle in both for gate in bundle.gates}


def _within(name: str, bundles: Iterable[Bundle]) -> set[str]:
    """The gates above a gate and those beneath it."""
    found: set[str] = set()
    for bundle in bundles:
        parents = {gate.id: gate.parent for gate in bundle.gates}
        for gate in parents:
            chain = [gate]
            while (above := parents.get(chain[-1])) is not None and above not in chain:
                chain.append(above)
            if name in chain:
                found.update(chain)
    return found


def _decides(roles: set[str], bundles: Iterable[Bundle]) -> bool:
    """Whether one of these roles decides more than its own sign-offs."""
    return any(
        roles & {*bundle.policy.migrate, *bundle.policy.instrument, *bundle.policy.waiver.roles} for bundle in bundles
    )


def _signed_off(roles: set[str], bundles: Iterable[Bundle]) -> set[str]:
    return {one.item for bundle in bundles for one in bundle.bindings if one.role in roles}
