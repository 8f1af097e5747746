"""Problems between documents: one phase or item in two states, one id for two things.

Documents are compared where they belong together: they stand in one folder, or one names the other. Elsewhere
`Phase 1` of one programme says nothing about `Phase 1` of another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from phaseproof.plan.marks import BEGUN, FINISHED, NOT_BEGUN
from phaseproof.plan.model import Claim, Item, Plan, Problem, Section
from phaseproof.plan.ticks import is_open, short

_CODED = re.compile(r"[A-Z][A-Z0-9]*-\d+[a-z]?\Z|[A-Z]\d+(?:\.\d+)+\Z")
_WORDS = re.compile(r"[^\W_]{3,}")


def contradictions(plans: Sequence[Plan]) -> Iterator[Problem]:
    """Problems that need two places to see."""
    kin = _Kin()
    yield from _sections(plans, kin)
    yield from _items(plans, kin)
    yield from _rows(plans, kin)


class _Kin:
    """Which documents belong together; each pair is looked at once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], bool] = {}
        self._names: dict[int, dict[str, list[str]]] = {}

    def related(self, one: Plan, other: Plan) -> bool:
        if one is other or one.path.rpartition("/")[0] == other.path.rpartition("/")[0]:
            return True
        pair = (id(one), id(other))
        known = self._known.get(pair)
        if known is None:
            known = self._known[pair] = self._known[pair[::-1]] = self._cites(one, other) or self._cites(other, one)
        return known

    def _cites(self, one: Plan, other: Plan) -> bool:
        names = self._names.get(id(one))
        if names is None:
            names = self._names[id(one)] = {}
            for reference in one.references:
                names.setdefault(reference.path.rsplit("/", 1)[-1], []).append(reference.path)
        path = other.path
        return any(path == p or path.endswith("/" + p) for p in names.get(path.rsplit("/", 1)[-1], ()))


def _class(claim: Claim) -> str:
    if claim.state == "checked" or claim.state in FINISHED:
        return "done"
    if claim.state in NOT_BEGUN:
        return "not begun"
    if claim.state in BEGUN or claim.state in ("unchecked", "DRAFT", "BLOCKED"):
        return "open"
    return ""


def _sections(plans: Sequence[Plan], kin: _Kin) -> Iterator[Problem]:
    found: dict[str, list[tuple[Plan, Section]]] = {}
    for plan in plans:
        for section in plan.sections:
            if section.explicit and section.kind in ("phase", "milestone", "gate") and _class(section.claim):
                found.setdefault(section.id.split("~")[0].casefold(), []).append((plan, section))
    for claims in found.values():
        for index, (plan, section) in enumerate(claims[1:40], 1):
            for other_plan, other in claims[:index]:
                if (
                    _class(section.claim) != _class(other.claim)
                    and "done" in (_class(section.claim), _class(other.claim))
                    and kin.related(plan, other_plan)
                ):
                    yield Problem(
                        plan.path, section.line, "section-contradiction", "error",
                        f"{section.id} is {_said(section.claim)} here and {_said(other.claim)} in "
                        f"{other_plan.path}:{other.line}",
                    )  # fmt: skip
                    break
    yield from _sealed_elsewhere(plans, found, kin)


def _said(claim: Claim) -> str:
    return claim.state if claim.state in ("checked", "unchecked") else claim.raw


def _sealed_elsewhere(
    plans: Sequence[Plan], claims: dict[str, list[tuple[Plan, Section]]], kin: _Kin
) -> Iterator[Problem]:
    """A phase that one document declares finished while another lists its open items."""
    for plan in plans:
        for section in plan.sections:
            if not section.explicit or section.kind != "phase" or _class(section.claim) == "done":
                continue
            for other_plan, other in claims.get(section.id.casefold(), ()):
                if other_plan is plan or _class(other.claim) != "done" or not kin.related(plan, other_plan):
                    continue
                still = [i for i in plan.items if is_open(i.claim) and _stands_in(plan, i, section)]
                if still:
                    yield Problem(
                        plan.path, still[0].span.line, "sealed-with-open-items", "error",
                        f"{len(still)} items of {section.id} are open here, first “{short(still[0].text)}”; "
                        f"{other_plan.path}:{other.line} declares it {_said(other.claim)}",
                    )  # fmt: skip
                    break


def _stands_in(plan: Plan, item: Item, section: Section) -> bool:
    up = {s.id: s.parent for s in plan.sections}
    at, depth = item.section, 0
    while at is not None and depth < 100:
        if at == section.id:
            return True
        at, depth = up.get(at), depth + 1
    return section.level == 1


def _items(plans: Sequence[Plan], kin: _Kin) -> Iterator[Problem]:
    found: dict[str, list[tuple[Plan, Item]]] = {}
    for plan in plans:
        for item in plan.items:
            if item.explicit:
                found.setdefault(item.name.casefold(), []).append((plan, item))
    for told in found.values():
        for index, (plan, item) in enumerate(told[1:40], 1):
            for other_plan, other in told[:index]:
                if not kin.related(plan, other_plan) or (plan is not other_plan and not _CODED.match(item.name)):
                    continue
                same = _alike(item.text, other.text)
                if not same and plan is not other_plan and item.kind == other.kind == "artifact":
                    yield Problem(
                        plan.path,
                        item.span.line,
                        "id-duplicate",
                        "error",
                        f"{item.id} is “{short(item.text)}” here and “{short(other.text)}” in "
                        f"{other_plan.path}:{other.span.line}",
                    )
                    break
                states = {_class(item.claim), _class(other.claim)}
                if same and "done" in states and states & {"open", "not begun"} and item.kind == other.kind:
                    yield Problem(
                        plan.path, item.span.line, "section-contradiction", "error",
                        f"{item.name} is {_said(item.claim)} here and {_said(other.claim)} in "
                        f"{other_plan.path}:{other.span.line}",
                    )  # fmt: skip
                    break


def _rows(plans: Sequence[Plan], kin: _Kin) -> Iterator[Problem]:
    """Rows of an index that give a phase another state than the phase's own document, which the index names."""
    tops: dict[str, list[tuple[Plan, Section]]] = {}
    for plan in plans:
        top = plan.sections[0] if plan.sections else None
        if top is not None and top.level == 1 and top.explicit and top.kind in ("phase", "milestone", "gate"):
            tops.setdefault(top.id.casefold(), []).append((plan, top))
    for plan in plans:
        for item in plan.items:
            mark, said = item.claim.mark, _class(item.claim)
            if not item.explicit or not said or mark is None or mark.form != "cell":
                continue
            for other, top in tops.get(item.name.casefold(), ()):
                told = _class(top.claim)
                if other is plan or not kin.related(plan, other) or not told or told == said:
                    continue
                if "done" in (said, told):
                    yield Problem(
                        plan.path, item.span.line, "section-contradiction", "error",
                        f"{item.name} is {item.claim.raw} here and {_said(top.claim)} in {other.path}:{top.line}",
                    )  # fmt: skip
                    break


def _alike(one: str, other: str) -> bool:
    first, second = {w.casefold() for w in _WORDS.findall(one)}, {w.casefold() for w in _WORDS.findall(other)}
    return not first or not second or len(first & second) * 2 >= min(len(first), len(second))
