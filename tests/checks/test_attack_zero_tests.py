"""A gate over nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Outcome
from phaseproof.checks.tests import Tests
from support.bench import FolderBench, judged, report


@pytest.mark.parametrize("code", [0, 1, 5])
@pytest.mark.parametrize(
    "text", [report(), "<testsuites/>", "<testsuite tests='40'/>", "<testsuites><testsuite name='a'/></testsuites>"]
)
def test_a_report_of_no_test_is_no_judgement(tmp_path: Path, text: str, code: int) -> None:
    result = judged(tmp_path, text, code=code, selections=[Selection(tests=("*",))])
    assert (result.outcome, result.reason, result.cases) == (Outcome.INCONCLUSIVE, "no-tests", 0)
    assert result.selections == {0: Outcome.INCONCLUSIVE}


def test_tests_deselected_to_nothing_are_no_judgement(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"test_x.py": "def test_a(): assert 0\n"})
    run = "python -m pytest -q -p no:cacheprovider -k nothing --junitxml=$PHASEPROOF_OUT/junit.xml"
    result = Tests().run(TestsOptions(run=run), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "no-tests")
