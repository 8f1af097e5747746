"""The suite, or whoever wrote it, writes a report of tests that did not run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Outcome
from phaseproof.checks.tests import Tests
from support.bench import FAILED, FolderBench, case, judged, report, rules

FORGED = report(*(case(f"t{index}") for index in range(40)), attributes=' tests="40"')


def test_a_forged_report_is_as_green_with_the_subject_emptied(tmp_path: Path) -> None:
    """What no reading of the report can tell, the control tells: its result is positive, so the check is hollow."""
    bench = FolderBench(tmp_path, {"given.xml": FORGED, "src/a.py": "x = 1\n"})
    options = TestsOptions(run=("sh", "-c", 'cat given.xml > "$PHASEPROOF_OUT/junit.xml"'))
    assert Tests().run(options, bench, ()).outcome is Outcome.POSITIVE
    (bench.out / "junit.xml").unlink()
    (control,) = Tests().controls(options, ["src/a.py"], lambda path: b"")
    bench.apply(control)
    assert (bench.root / "src/a.py").read_bytes() == b""
    assert Tests().run(options, bench, ()).outcome is Outcome.POSITIVE


@pytest.mark.parametrize("junit", ["$PHASEPROOF_OUT/junit.xml", "build/report.xml", "build/*.xml"])
def test_a_report_that_was_there_before_the_tests_reports_nothing(tmp_path: Path, junit: str) -> None:
    bench = FolderBench(tmp_path, {"build/report.xml": FORGED})
    (bench.out / "junit.xml").write_text(FORGED)
    result = Tests().run(TestsOptions(run="true", junit=junit), bench, [Selection(tests=("*",))])
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")
    assert result.selections == {0: Outcome.INCONCLUSIVE}


def test_a_report_older_than_the_run_is_not_its_report(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"given.xml": FORGED})
    os.utime(bench.root / "given.xml", (1_000_000_000, 1_000_000_000))
    options = TestsOptions(run=("sh", "-c", 'cp -p given.xml "$PHASEPROOF_OUT/junit.xml"'))
    result = Tests().run(options, bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")
    assert "older" in result.summary


def test_a_suite_that_claims_forty_tests_has_as_many_as_it_shows(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a"), attributes=' tests="40"'), min_tests=40)
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, ["too-few-tests"])


def test_copies_of_one_test_are_one_test(tmp_path: Path) -> None:
    result = judged(tmp_path, report(*[case("a")] * 40), min_tests=40)
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, ["too-few-tests"])


def test_names_that_look_alike_are_one_test(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("é"), case("e\u0301"), case(" é ")), min_tests=2)
    assert rules(result) == ["too-few-tests"]


def test_a_failure_cut_out_of_the_report_is_missed(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a"), attributes=' tests="2" failures="1"'))
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, ["count-disagrees"])


def test_a_second_report_cannot_outvote_a_failure(tmp_path: Path) -> None:
    script = 'cat given.xml > "$PHASEPROOF_OUT/a.xml"; echo \'{}\' > "$PHASEPROOF_OUT/b.xml"; exit 1'
    result = judged(
        tmp_path,
        report(case("a", FAILED)),
        script=script.replace("{}", report(case("a"))),
        junit="$PHASEPROOF_OUT/*.xml",
        selections=[Selection(tests=("a",))],
    )
    assert (result.outcome, result.selections) == (Outcome.NEGATIVE, {0: Outcome.NEGATIVE})
    assert rules(result) == ["test-flaky"]


def test_repeating_until_green_is_seen_in_what_pytest_prints(tmp_path: Path) -> None:
    script = 'cat given.xml > "$PHASEPROOF_OUT/junit.xml"; echo "=== 3 passed, 2 rerun in 0.12s ==="'
    result = judged(tmp_path, report(case("a")), script=script)
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, ["test-flaky"])


def test_a_name_with_escapes_does_not_write_on_the_terminal(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("&#x9b;2J\u202e", '<failure message="&#x85;\u009b31m"/>')), code=1)
    assert result.findings[0].message.isprintable()
    assert result.outputs["tests.json"].read_text().isprintable()


def test_a_test_without_a_name_is_no_test(tmp_path: Path) -> None:
    result = judged(tmp_path, "<testsuite><testcase/></testsuite>")
    assert result.outcome is Outcome.INCONCLUSIVE
