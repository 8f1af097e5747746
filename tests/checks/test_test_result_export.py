from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2

from phaseproof.checks.attestation import test_result as predicate_of
from phaseproof.checks.kind import Outcome
from support.bench import FAILED, SKIPPED, case, judged, report

CONFIGURATION: list[dict[str, Any]] = [{"name": "phaseproof.yaml", "digest": {"sha256": "0" * 64}}]


def predicate(folder: Path, text: str, code: int, **options: Any) -> dict[str, Any]:
    result = judged(folder, text, code=code, **options)
    return predicate_of(result.outputs["tests.json"].read_bytes(), result.outcome, CONFIGURATION)


def test_it_is_what_in_totos_own_library_reads(tmp_path: Path) -> None:
    found = predicate(tmp_path, report(case("a"), case("b", FAILED), case("c", SKIPPED)), 1, max_skips=1)
    message = ParseDict(found, test_result_pb2.TestResult())
    assert message.result == "FAILED"
    assert list(message.passed_tests) == ["tests.unit.test_a::a"]
    assert list(message.failed_tests) == ["tests.unit.test_a::b"]
    assert list(message.warned_tests) == []
    assert message.configuration[0].name == "phaseproof.yaml"


def test_passed_means_that_every_demand_was_met(tmp_path: Path) -> None:
    green = report(case("a"))
    assert predicate(tmp_path / "a", green, 0)["result"] == "PASSED"
    assert predicate(tmp_path / "b", green, 0, min_tests=2)["result"] == "FAILED"


def test_contradictions_and_missing_configuration_are_refused(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a", FAILED)), code=1)
    tests = result.outputs["tests.json"].read_bytes()
    with pytest.raises(ValueError, match="contradicts"):
        predicate_of(tests, Outcome.POSITIVE, CONFIGURATION)
    with pytest.raises(ValueError, match="configuration"):
        predicate_of(tests, Outcome.NEGATIVE, [])
    with pytest.raises(ValueError, match="JSON"):
        predicate_of(b"nonsense", Outcome.NEGATIVE, CONFIGURATION)
