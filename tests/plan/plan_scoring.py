"""Scores a reading against labels made by hand: lines first, then one line off; borderline lines count for nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from phaseproof.plan.model import Item, Plan
from phaseproof.plan.read import read

DOCUMENTS = Path(__file__).parent / "fixtures"


class Score(NamedTuple):
    f1: float
    kinds: float
    ids: float
    states: float
    missed: list[dict[str, Any]]
    extra: list[Item]


def labels() -> list[str]:
    """Names of the labelled documents."""
    return sorted(path.stem for path in DOCUMENTS.glob("*.json"))


def plan_of(name: str) -> tuple[Plan, dict[str, Any]]:
    """A document as read, and its labels."""
    truth = json.loads((DOCUMENTS / f"{name}.json").read_text("utf-8"))
    path = truth.get("as", truth["doc"])
    return read((DOCUMENTS / truth["doc"]).read_bytes(), path), truth


def score(plan: Plan, truth: dict[str, Any]) -> Score:
    want, soft = truth["items"], {b["line"] for b in truth["borderline"]}
    free, left, pairs = list(plan.items), list(want), []
    for near in (0, 1):
        still = []
        for label in left:
            hit = next((i for i in free if abs(i.span.line - label["line"]) <= near), None)
            if hit is None:
                still.append(label)
            else:
                free.remove(hit)
                pairs.append((label, hit))
        left = still
    extra = [item for item in free if item.span.line not in soft]
    found, total = len(pairs), max(1, len(pairs))
    f1 = 2 * found / (2 * found + len(extra) + len(left)) if found or extra or left else 1.0
    named = [(label, item) for label, item in pairs if label["id"]]
    return Score(
        f1,
        sum(item.kind == label["kind"] for label, item in pairs) / total if pairs else 1.0,
        sum(item.name.lower() == label["id"].lower() for label, item in named) / len(named) if named else 1.0,
        sum(label["state"].lower() in (i.claim.state.lower(), i.claim.raw.lower()) for label, i in pairs) / total
        if pairs
        else 1.0,
        left,
        extra,
    )
