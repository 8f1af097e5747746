"""A test run as in-toto's own predicate, for readers who know nothing of this program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from phaseproof.checks.growth import read_listing
from phaseproof.checks.kind import Outcome

TEST_RESULT = "https://in-toto.io/attestation/test-result/v0.1"
"""Predicate type (in-toto attestation framework, spec/predicates/test-result.md, version 0.1.0)."""


def test_result(
    tests: bytes, outcome: Outcome, configuration: Sequence[Mapping[str, Any]], url: str = ""
) -> dict[str, Any]:
    """The `test-result/v0.1` predicate of a run of the kind `tests`.

    `PASSED` stands for a positive outcome only: a run whose tests all passed but which lacks a level, or has lost
    tests, is `FAILED`. Tests that were not executed are in none of the lists: the predicate has no word for them.

    Args:
        tests: the run's `tests.json`.
        outcome: what the run came to; anything but positive is `FAILED`.
        configuration: in-toto ResourceDescriptors of what configured it; at least one.
        url: where the run can be seen.

    Raises:
        ValueError: `tests` is not a list of tests, there is no configuration, or a positive run has failures.
    """
    if not configuration:
        raise ValueError("the predicate demands at least one ResourceDescriptor of the configuration")
    records = read_listing(tests).tests
    passed = [record.id for record in records if record.status == "passed"]
    failed = [record.id for record in records if record.status in ("failed", "error")]
    if outcome is Outcome.POSITIVE and (failed or not passed):
        raise ValueError("a positive run with failures, or without a test that passed, contradicts itself")
    predicate: dict[str, Any] = {
        "result": "PASSED" if outcome is Outcome.POSITIVE else "FAILED",
        "configuration": [dict(descriptor) for descriptor in configuration],
        "passedTests": passed,
        "warnedTests": [],
        "failedTests": failed,
    }
    return {**predicate, "url": url} if url else predicate
