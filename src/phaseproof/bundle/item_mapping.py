"""Where each item of a bundle went in its successor: total, and the same whatever the order of the items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from typing import Literal

from msgspec import Struct

from phaseproof.bundle.model import BundleItem

Fate = Literal["kept", "renamed", "replaced", "removed"]

LIKE = 0.6
"""Share of equal text (difflib's ratio) from which a new item is taken for an old one in other words."""
_PAIRS = 10_000
_TEXT = 300


class Mapped(Struct, frozen=True, omit_defaults=True):
    """What became of an item.

    Attributes:
        item: full id in the old bundle.
        fate: `kept`: same id and words; `renamed`: same words, another id; `replaced`: other words; `removed`.
        to: full id in the new bundle, None where it was removed.
        reason: why, empty where nobody has said.
    """

    item: str
    fate: Fate
    to: str | None = None
    reason: str = ""


def match(old: Sequence[BundleItem], new: Sequence[BundleItem]) -> tuple[Mapped, ...]:
    """Map every old item exactly once, and no two of them to one new item; sorted by old id.

    In this order: the same id; the same words and kind, in the same plan before another; like words in the same plan,
    the likest first. What is left was removed.
    """
    before = {item.id: item for item in old}
    after = {item.id: item for item in new}
    fates: dict[str, Mapped] = {}
    for name in before.keys() & after.keys():
        same = before[name].text == after[name].text
        fates[name] = Mapped(name, "kept" if same else "replaced", name)
    gone = [before[name] for name in sorted(before.keys() - fates.keys())]
    come = [after[name] for name in sorted(after.keys() - fates.keys())]
    for plan_of in (_plan, _nowhere):
        pairs = _equal(gone, come, plan_of)
        fates |= {one.id: Mapped(one.id, "renamed", other.id) for one, other in pairs}
        gone, come = _rest(gone, come, pairs)
    pairs = _alike(gone, come)
    fates |= {one.id: Mapped(one.id, "replaced", other.id) for one, other in pairs}
    gone, _ = _rest(gone, come, pairs)
    fates |= {one.id: Mapped(one.id, "removed") for one in gone}
    return tuple(fates[name] for name in sorted(fates))


_Pairs = list[tuple[BundleItem, BundleItem]]


def _plan(item: BundleItem) -> str:
    return item.id.partition(":")[0]


def _nowhere(item: BundleItem) -> str:
    del item
    return ""


def _rest(
    gone: Iterable[BundleItem], come: Iterable[BundleItem], pairs: _Pairs
) -> tuple[list[BundleItem], list[BundleItem]]:
    left = {one.id for one, _ in pairs}
    right = {other.id for _, other in pairs}
    return [one for one in gone if one.id not in left], [one for one in come if one.id not in right]


def _equal(gone: Sequence[BundleItem], come: Sequence[BundleItem], plan_of: type[str] | object) -> _Pairs:
    assert callable(plan_of)
    waiting: defaultdict[tuple[str, str, str], list[BundleItem]] = defaultdict(list)
    for one in reversed(come):
        waiting[plan_of(one), one.kind, one.text].append(one)
    pairs: _Pairs = []
    for one in gone:
        fitting = waiting[plan_of(one), one.kind, one.text]
        if fitting:
            pairs.append((one, fitting.pop()))
    return pairs


def _alike(gone: Sequence[BundleItem], come: Sequence[BundleItem]) -> _Pairs:
    if len(gone) * len(come) > _PAIRS:
        return []
    found: list[tuple[float, str, str]] = []
    matcher = SequenceMatcher(autojunk=False)
    for other in come:
        matcher.set_seq2(other.text[:_TEXT].casefold())
        for one in gone:
            if _plan(one) != _plan(other):
                continue
            matcher.set_seq1(one.text[:_TEXT].casefold())
            if matcher.real_quick_ratio() >= LIKE and matcher.quick_ratio() >= LIKE and matcher.ratio() >= LIKE:
                found.append((-matcher.ratio(), one.id, other.id))
    before = {item.id: item for item in gone}
    after = {item.id: item for item in come}
    pairs: _Pairs = []
    for _, name, other_name in sorted(found):
        if name in before and other_name in after:
            pairs.append((before.pop(name), after.pop(other_name)))
    return pairs
