"""Which of the documents with items are plans of this programme, and which are left to their owner, with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from phaseproof.plan.model import Plan

_ORDINARY = re.compile(
    r"(?:readme|changelog|changes|history|contributing|code_of_conduct|security|license|support|governance|claude|agents)\b"
)
_APART = {
    "tests": "it stands among tests", "test": "it stands among tests", "fixtures": "it stands among fixtures",
    "testdata": "it stands among test data", "examples": "it stands among examples",
    "example": "it stands among examples",
    "templates": "it is a template", "template": "it is a template", ".github": "it is a form of the forge",
    "archive": "it is archived", "archived": "it is archived", "vendor": "it is somebody else's",
}  # fmt: skip
_OTHER = "it is a document of another sort (README and the like)"
_NAMED = re.compile(
    r"plan|phase|milestone|roadmap|checklist|task|todo|gate|release|readiness|sprint|spec|story|index|exit|criteria|"
    r"launch|rollout"
)


def choose(plans: Sequence[Plan]) -> tuple[tuple[Plan, ...], tuple[tuple[str, str], ...]]:
    """The plans to list, and path and reason of each document left out.

    Args:
        plans: documents in which the reader finds items.
    """
    reasons = {plan.path: _reason(plan) for plan in plans}
    taken = tuple(plan for plan in plans if not reasons[plan.path])
    if not taken:  # better a README with a road map than nothing
        taken = tuple(one for one in plans if reasons[one.path] == _OTHER and _sure(one))
    left = tuple((path, why) for path, why in reasons.items() if why and path not in {plan.path for plan in taken})
    return taken, left


def _reason(plan: Plan) -> str:
    path = PurePosixPath(plan.path)
    if not plan.path.isascii() or ":" in plan.path or any(one in plan.path for one in "*?[]!\\"):
        return "its path cannot be named in a configuration: letters of ASCII, no “:”, no wildcard"
    for part in path.parts[:-1]:
        if part.lower() in _APART:
            return _APART[part.lower()]
    if "template" in path.stem.lower():
        return "it is a template"
    if _ORDINARY.match(path.stem.lower()):
        return _OTHER
    if not _sure(plan):
        return "it has items, but no box, status, gate or phase, and not the name of a plan"
    return ""


def _sure(plan: Plan) -> bool:
    if any(item.claim.state != "none" for item in plan.items):
        return True
    if any(one.kind in ("phase", "milestone", "gate") and one.explicit for one in plan.sections):
        return True
    return _NAMED.search(PurePosixPath(plan.path).stem.lower()) is not None
