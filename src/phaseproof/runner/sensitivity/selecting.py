"""Which selections of a suite notice anything by themselves: an item that takes a part of it rests on that part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phaseproof.bundle import digest
from phaseproof.bundle.model import Selection
from phaseproof.checks.cases import Case, at_level, identify, places, selected
from phaseproof.checks.demands import TestsOptions
from phaseproof.digests import Digest
from phaseproof.runner.job import Job
from phaseproof.runner.sensitivity.examined import Judged
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import Reached
from phaseproof.runner.sensitivity.warm import Tests, Warm

TRIED = 8
"""Functions that the tests of one selection are tried on, where none of them was the first to notice any."""


def noticed(
    job: Job, reached: Reached, order: Sequence[Function], judged: Mapping[str, Judged], tests: Tests, warm: Warm,
    at_once: int,
) -> tuple[Digest, ...]:  # fmt: skip
    """Digests of the selections of which a test failed for a function that was gone.

    Args:
        job: the check, with its selections.
        reached: what the tests reach.
        order: the population, as drawn.
        judged: what came of it.
        tests: function -> tests that reach it.
        warm: tries functions again, with the tests of one selection.
        at_once: processes at a time.
    """
    found: list[Digest] = []
    for selection in job.selections:
        own = {test.name for test in reached.tests if test.passed and belongs(selection, job.options, test.name)}
        known = any(one.outcome == "killed" and one.test in own for one in judged.values())
        if not known:
            mine = {name: tuple(test for test in all_of if test in own) for name, all_of in tests.items()}
            few = [function for function in order if mine.get(function.id)][:TRIED]
            known = any(one.outcome == "killed" for one in warm.examine(few, mine, at_once).values())
        if known:
            found.append(digest.of_selection(selection))
    return tuple(found)


def belongs(selection: Selection, options: Any, node: str) -> bool:
    """Whether a test of pytest's is one of a selection of the kind `tests`; never for another kind.

    Args:
        selection: what an item takes of the suite.
        options: of the check's kind.
        node: pytest's node id.
    """
    if not isinstance(options, TestsOptions):
        return False
    head, bracket, parameters = node.partition("[")
    file, *within = head.split("::")
    if not within:
        return False
    module = ".".join([file.removesuffix(".py").replace("/", "."), *within[:-1]])
    name = within[-1] + bracket + parameters
    case = Case(identify(module, name), "passed", places=places(file=file, classname=module, name=name, suites=()))
    if any(selected(pattern, [case]) for pattern in selection.tests):
        return True
    level = options.levels.get(selection.level) if selection.level is not None else None
    return level is not None and bool(at_level(level, [case]))
