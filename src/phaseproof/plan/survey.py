"""`survey`: documents against each other and against the tree. Pure; the rules are public (FORMATS, "Problems")."""

from __future__ import annotations

from collections.abc import Sequence

from phaseproof.plan.contradictions import contradictions
from phaseproof.plan.indexes import index_problems
from phaseproof.plan.model import Plan, Problem
from phaseproof.plan.ticks import tick_problems
from phaseproof.plan.tree import Tree

RULES = {
    "ticked-without-evidence": "a ticked item cites nothing",
    "cited-path-missing": "a ticked or completed item cites a path that is not in the tree",
    "id-duplicate": "one id stands for two items that are not the same",
    "id-conflict": "a document's own id disagrees with an index, or two ids only look alike",
    "index-missing-file": "an index says that a file exists which does not",
    "index-stale-status": "an index says that a file is not there yet which is",
    "sealed-with-open-items": "something declared finished has open items",
    "parent-ticked-child-open": "something is ticked over open children",
    "section-contradiction": "one phase or item is given different states",
    "exit-before-entry": "something started or finished before what it depends on",
    "self-certifying-evidence": "cited evidence states its own verdict and nothing shows where it came from",
    "correction-unmatched": "a correction in the configuration fits no line",
    "file-unread": "a document could not be read",
}
"""Rule id -> what it means, in a sentence."""


def survey(plans: Sequence[Plan], tree: Tree) -> tuple[Problem, ...]:
    """Every problem that plans show, each on its own, against each other and against the tree.

    Args:
        plans: the documents, as read.
        tree: the files of the repository they stand in.

    Returns:
        The problems, those of each plan included, by path, line and rule.
    """
    found: set[Problem] = set()
    for plan in plans:
        found.update(plan.problems)
        found.update(tick_problems(plan, tree))
    found.update(index_problems(plans, tree))
    found.update(contradictions(plans))
    return tuple(sorted(found, key=lambda p: (p.path, p.line, p.rule, p.message)))
