"""Problems of what one plan claims: ticks without evidence, paths that are not there, open children, early exits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from phaseproof.plan.marks import BEGUN, FINISHED, NOT_BEGUN
from phaseproof.plan.model import Claim, Item, Plan, Problem, Section
from phaseproof.plan.tree import Tree

_CITES = re.compile(
    r"https?://|#\d+\b|\b[0-9a-f]{7,40}\b|\b(?:commit|PR|MR|issue|run|build|ticket)\s+[#\w-]*\d|\b[A-Z]{2,10}-\d+\b"
)
_GONE = re.compile(
    r"\b(?:remov\w*|delet\w*|drop(?:s|ped)?|renam\w*|mov(?:e|es|ed|ing)|deprecat\w*|retir\w*|replac\w*|migrat\w*|"
    r"no longer|without|absent|not exist)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"[<>{}*\[\]]|\b(?:path/to|your[-_]|xxx|nnn|yyyy|example\.)|###", re.IGNORECASE)
_PASS = frozenset(
    (
        "pass",
        "passed",
        "ok",
        "success",
        "successful",
        "true",
        "green",
        "complete",
        "completed",
        "done",
        "verified",
        "approved",
    )
)
_VERDICTS = ("status", "verdict", "result", "outcome", "pass", "passed", "success")
_PRODUCERS = re.compile(
    r"producer|produced_by|generated_by|generator|command|cmd|argv|logs?|log_path|runner|tool|run_id|run_url|"
    r"workflow|job|stdout|exit_code|exitcode|script|builder|invocation",
    re.IGNORECASE,
)
_OPENISH = NOT_BEGUN | {"DRAFT", "DRAFTED", "IN PROGRESS", "BLOCKED", "FAILED", "FAIL", "OPEN", "IN REVIEW"}


def is_done(claim: Claim) -> bool:
    """Whether a claim says done."""
    return claim.state == "checked" or claim.state in FINISHED


def is_open(claim: Claim) -> bool:
    """Whether a claim says not done."""
    return claim.state == "unchecked" or claim.state in _OPENISH


def short(text: str) -> str:
    """A text for a message."""
    words = text[:200].replace("**", "").replace("`", "")
    return words if len(words) <= 60 else words[:59].rstrip() + "…"


def tick_problems(plan: Plan, tree: Tree) -> Iterator[Problem]:
    """Problems that one plan shows by itself or against the tree."""
    for item in plan.items:
        yield from _of_item(plan, item, tree)
    yield from _parents(plan)
    yield from _sealed(plan)
    yield from _entry(plan)


def _of_item(plan: Plan, item: Item, tree: Tree) -> Iterator[Problem]:
    if not is_done(item.claim):
        return
    line, words = item.span.line, short(item.text)
    if item.claim.state == "checked" and not item.references and not _CITES.search(item.text):
        yield Problem(plan.path, line, "ticked-without-evidence", "warning", f"“{words}” is ticked and cites nothing")
    gone: bool | None = None
    for reference in item.references:
        if _PLACEHOLDER.search(reference.path):
            continue
        where = tree.find(reference.path, plan.path)
        if where is None:
            gone = _GONE.search(item.text) is not None if gone is None else gone
            if not gone:
                said = f"“{words}” is done, yet {reference.path} is not in the tree"
                yield Problem(plan.path, reference.line, "cited-path-missing", "error", said)
        elif where.endswith(".json"):
            yield from _certifies(plan, reference.line, where, tree)


def _certifies(plan: Plan, line: int, path: str, tree: Tree) -> Iterator[Problem]:
    data = tree.read(path)
    if data is None:
        return
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    if not isinstance(value, dict):
        return
    verdict = next((f'"{k}": {json.dumps(value[k])}' for k in _VERDICTS if str(value.get(k)).lower() in _PASS), None)
    if verdict is None:
        return
    for key, told in value.items():
        if _PRODUCERS.fullmatch(str(key)) and told:
            looks_path = isinstance(told, str) and "log" in key.lower() and "/" in told and "://" not in told
            if not looks_path or tree.find(told, path) is not None:
                return
    yield Problem(
        plan.path,
        line,
        "self-certifying-evidence",
        "error",
        f"{path} states its own verdict ({verdict}) and names no producer, command or log in the tree",
    )


def _parents(plan: Plan) -> Iterator[Problem]:
    by_id = {item.id: item for item in plan.items}
    told: set[str] = set()
    for item in plan.items:
        above = by_id.get(item.parent) if item.parent else None
        if above is not None and is_done(above.claim) and is_open(item.claim) and above.id not in told:
            told.add(above.id)
            yield Problem(
                plan.path,
                above.span.line,
                "parent-ticked-child-open",
                "error",
                f"“{short(above.text)}” is ticked, yet “{short(item.text)}” beneath it is open (line {item.span.line})",
            )
    sections = {s.id: s for s in plan.sections}
    beneath = _beneath(plan)
    for item in plan.items:
        named = sections.get(item.name) if item.explicit else None
        if named is not None and named.line != item.span.line and is_done(item.claim):
            still = next((i for i in beneath.get(named.id, ()) if is_open(i.claim) and i is not item), None)
            if still is not None:
                yield Problem(
                    plan.path,
                    item.span.line,
                    "parent-ticked-child-open",
                    "error",
                    f"{named.id} is ticked, yet “{short(still.text)}” in it is open (line {still.span.line})",
                )
    for section in plan.sections:
        if section.kind != "milestone":
            continue
        inside = beneath.get(section.id, ())
        ticked = [i for i in inside if i.kind == "acceptance" and i.claim.state == "checked"]
        still = next((i for i in inside if i.kind == "task" and i.claim.state == "unchecked"), None)
        if (
            ticked
            and still is not None
            and not any(i.kind == "acceptance" and i.claim.state == "unchecked" for i in inside)
        ):
            yield Problem(
                plan.path,
                ticked[0].span.line,
                "parent-ticked-child-open",
                "error",
                f"acceptance of {section.id} is ticked, yet its task “{short(still.text)}” is open (line "
                f"{still.span.line})",
            )


def _beneath(plan: Plan) -> dict[str, list[Item]]:
    """Items of each section, those of sections within it included."""
    up = {s.id: s.parent for s in plan.sections}
    found: dict[str, list[Item]] = {}
    for item in plan.items:
        section, depth = item.section, 0
        while section is not None and depth < 100:
            found.setdefault(section, []).append(item)
            section, depth = up.get(section), depth + 1
    return found


def _sealed(plan: Plan) -> Iterator[Problem]:
    beneath = _beneath(plan)
    for section in plan.sections:
        if not is_done(section.claim):
            continue
        still = [i for i in beneath.get(section.id, ()) if is_open(i.claim)]
        if still:
            word = section.claim.raw if section.claim.state != "checked" else "done"
            yield Problem(
                plan.path, section.line, "sealed-with-open-items", "error",
                f"{name_of(section)} is declared {word}, yet {len(still)} of its items are open, first "
                f"“{short(still[0].text)}” (line {still[0].span.line})",
            )  # fmt: skip


def name_of(section: Section) -> str:
    """What a message calls a section."""
    return section.id if section.explicit else f"“{short(section.title)}”"


def _entry(plan: Plan) -> Iterator[Problem]:
    """Exit ticked before entry, and units begun before what they depend on."""
    beneath = _beneath(plan)
    units = sum(s.kind in ("phase", "milestone") for s in plan.sections)
    for section in plan.sections:
        if section.kind not in ("phase", "milestone") or (section.level == 1 and units > 1):
            continue
        inside = beneath.get(section.id, ())
        entry = next((i for i in inside if i.kind == "precondition" and is_open(i.claim)), None)
        left = next((i for i in inside if i.kind == "exit" and is_done(i.claim)), None)
        if entry is not None and left is not None:
            yield Problem(
                plan.path,
                left.span.line,
                "exit-before-entry",
                "error",
                f"exit criterion “{short(left.text)}” is ticked, yet entry criterion “{short(entry.text)}” is open "
                f"(line {entry.span.line})",
            )
    by_id = {s.id: s for s in plan.sections}
    for section in plan.sections:
        state = section.claim.state
        if state not in BEGUN and state != "checked":
            continue
        for named in section.after:
            first = by_id.get(named)
            if first is not None and first is not section and is_open(first.claim):
                yield Problem(
                    plan.path,
                    section.line,
                    "exit-before-entry",
                    "error",
                    f"{name_of(section)} is {section.claim.raw or 'done'}, yet it depends on {first.id}, which is "
                    f"{first.claim.raw or 'open'} (line {first.line})",
                )
