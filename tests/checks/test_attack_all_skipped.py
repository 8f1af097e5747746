"""Silencing tests instead of mending them."""

from __future__ import annotations

from pathlib import Path

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Outcome
from phaseproof.checks.tests import Tests
from support.bench import SKIPPED, FolderBench, case, judged, report, rules

ASK = [Selection(tests=("test_a",))]


def test_a_suite_of_skips_has_judged_nothing(tmp_path: Path) -> None:
    text = report(*(case(f"t{index}", SKIPPED) for index in range(12)))
    result = judged(tmp_path, text, max_skips=100, selections=[Selection(tests=("*",))])
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "no-tests")
    assert "12 were skipped" in result.summary
    assert result.selections == {0: Outcome.INCONCLUSIVE}


def test_every_way_pytest_has_to_silence_a_test(tmp_path: Path) -> None:
    marks = {
        "skip": "@pytest.mark.skip\ndef test_a(): assert 0\n",
        "skipif": "@pytest.mark.skipif(True, reason='x')\ndef test_a(): assert 0\n",
        "xfail": "@pytest.mark.xfail\ndef test_a(): assert 0\n",
        "inside": "def test_a():\n    pytest.skip('x')\n    assert 0\n",
        "importorskip": "def test_a():\n    pytest.importorskip('no_such_module_here')\n    assert 0\n",
    }
    for name, body in marks.items():
        bench = FolderBench(tmp_path / name, {"test_x.py": f"import pytest\ndef test_other(): pass\n{body}"})
        run = "python -m pytest -q -p no:cacheprovider --junitxml=$PHASEPROOF_OUT/junit.xml"
        result = Tests().run(TestsOptions(run=run), bench, ASK)
        assert result.outcome is Outcome.NEGATIVE, name
        assert "too-many-skipped" in rules(result)
        assert result.selections == {0: Outcome.NEGATIVE}, name


def test_a_skipped_test_that_an_item_asks_for_never_proves_it(tmp_path: Path) -> None:
    text = report(case("other"), case("test_a", SKIPPED))
    result = judged(tmp_path, text, skips=("test_a",), max_skips=9, selections=ASK)
    assert result.outcome is Outcome.POSITIVE
    assert result.selections == {0: Outcome.NEGATIVE}


def test_one_skipped_parameter_is_enough(tmp_path: Path) -> None:
    text = report(case("test_a[1]"), case("test_a[2]", SKIPPED))
    assert judged(tmp_path, text, max_skips=1, selections=ASK).selections == {0: Outcome.NEGATIVE}
