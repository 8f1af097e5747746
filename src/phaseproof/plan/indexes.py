"""Problems of artifact indexes: files that are not there, statuses left behind, ids that disagree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from phaseproof.plan.marks import FINISHED, NOT_BEGUN
from phaseproof.plan.model import Item, Plan, Problem, Section
from phaseproof.plan.ticks import is_done, short
from phaseproof.plan.tree import Tree

_THERE = FINISHED | {"DRAFT", "DRAFTED", "AUTHORED", "ACTIVE", "APPROVED", "IN REVIEW", "ACCEPTED", "checked"}
_SEALED = frozenset(("SEALED", "FINAL", "APPROVED", "CLOSED", "COMPLETE", "COMPLETED"))


def index_problems(plans: Sequence[Plan], tree: Tree) -> Iterator[Problem]:
    """Problems of items that list a file, against the tree and the other documents."""
    by_path = {plan.path: plan for plan in plans}
    sealed = _seals(plans)
    for plan in plans:
        for item in plan.items:
            if item.kind not in ("artifact", "precondition") or not item.references or item.claim.mark is None:
                continue
            yield from _listed(plan, item, tree, by_path, sealed)


def _listed(
    plan: Plan, item: Item, tree: Tree, by_path: dict[str, Plan], sealed: dict[str, tuple[str, int, str]]
) -> Iterator[Problem]:
    path = item.references[0].path
    line, state = item.span.line, item.claim.state
    where = tree.find(path, plan.path)
    name = item.id if item.explicit else "it"
    if where is None:
        seal = _phase_seal(plan, item, by_path)
        if item.claim.mark is not None and item.claim.mark.form == "cell" and (state in _THERE or seal is not None):
            yet = f"yet {seal}" if seal is not None and state not in _THERE else f"yet its status is {item.claim.raw}"
            yield Problem(
                plan.path,
                line,
                "index-missing-file",
                "error",
                f"{name} “{short(item.text)}” → {path} is not in the tree, {yet}",
            )
        return
    document = by_path.get(where)
    if (
        document is not None
        and item.explicit
        and document.identity
        and document.identity.casefold() != item.name.casefold()
    ):
        yield Problem(
            document.path,
            document.identity_line,
            "id-conflict",
            "error",
            f"this document calls itself {document.identity}; {plan.path}:{line} lists it as {item.id}",
        )
    if state in NOT_BEGUN:
        yield Problem(
            plan.path,
            line,
            "index-stale-status",
            "error",
            f"{name} “{short(item.text)}” is {item.claim.raw} here; {where} exists",
        )
    elif state == "DRAFT":
        told = sealed.get(where) or (sealed.get(item.name.casefold()) if item.explicit else None)
        if told is not None and told[0] != plan.path:
            yield Problem(
                plan.path,
                line,
                "index-stale-status",
                "error",
                f"{name} “{short(item.text)}” is DRAFT here; {told[0]}:{told[1]} says {told[2]}",
            )


def _seals(plans: Sequence[Plan]) -> dict[str, tuple[str, int, str]]:
    """What some document calls sealed, by path and by explicit id: where and in which word."""
    found: dict[str, tuple[str, int, str]] = {}
    for plan in plans:
        top = plan.sections[0] if plan.sections else None
        if top is not None and top.level == 1 and top.claim.state in _SEALED:
            found.setdefault(plan.path, (plan.path, top.line, top.claim.raw))
            if plan.identity:
                found.setdefault(plan.identity.casefold(), (plan.path, top.line, top.claim.raw))
        for item in plan.items:
            if item.explicit and item.kind == "artifact" and item.claim.state in _SEALED:
                found.setdefault(item.name.casefold(), (plan.path, item.span.line, item.claim.raw))
    return found


def _phase_seal(plan: Plan, item: Item, by_path: dict[str, Plan]) -> str | None:
    """The place where a document of the same phase declares it finished."""
    phase = phase_of(plan, item)
    if phase is None:
        return None
    folder = plan.path.rpartition("/")[0]
    for path, other in by_path.items():
        if path.rpartition("/")[0] != folder:
            continue
        for section in other.sections:
            if section.kind == "phase" and section.id.casefold() == phase.id.casefold() and is_done(section.claim):
                mark = section.claim.mark
                return f"{path}:{mark.line if mark else section.line} declares {section.id} {section.claim.raw}"
    return None


def phase_of(plan: Plan, item: Item) -> Section | None:
    """The phase an item stands in."""
    by_id = {s.id: s for s in plan.sections}
    section, depth = by_id.get(item.section or ""), 0
    while section is not None and section.kind != "phase" and depth < 100:
        section, depth = by_id.get(section.parent or ""), depth + 1
    return section or next((s for s in plan.sections if s.kind == "phase" and s.level == 1), None)
