from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Outcome
from phaseproof.checks.registry import decode_options
from phaseproof.checks.tests import Tests
from support.bench import COLLECTION, FAILED, SKIPPED, FolderBench, case, judged, report, rules

GREEN = report(case("a"), case("b"), case("c", classname="tests.integration.test_b"))
PYTEST = "python -m pytest -q -p no:cacheprovider --junitxml=$PHASEPROOF_OUT/junit.xml"


def test_a_real_suite_passes_and_its_control_fails_it(tmp_path: Path) -> None:
    bench = FolderBench(
        tmp_path,
        {
            "src/prices.py": "def total(items):\n    return sum(items)\n",
            "tests/unit/test_prices.py": (
                "import sys; sys.path.insert(0, 'src')\n"
                "def test_total():\n    import prices\n    assert prices.total([1, 2]) == 3\n"
            ),
        },
    )
    options = TestsOptions(run=PYTEST, levels={"L1": "unit/**"})
    result = Tests().run(options, bench, [Selection(tests=("test_total",)), Selection(level="L1")])
    assert (result.outcome, result.cases, result.summary) == (Outcome.POSITIVE, 1, "1 passed")
    assert result.selections == {0: Outcome.POSITIVE, 1: Outcome.POSITIVE}
    assert result.metrics["tests"] == 1
    assert all(isinstance(value, Decimal) and value.is_finite() for value in result.metrics.values())
    assert str(tmp_path) not in repr((result.command, result.findings, result.summary))

    (control,) = Tests().controls(options, ["src/prices.py"], lambda path: b"")
    (bench.out / "junit.xml").unlink()
    bench.apply(control)
    emptied = Tests().run(options, bench, [Selection(tests=("test_total",))])
    assert emptied.outcome is Outcome.NEGATIVE
    assert emptied.selections == {0: Outcome.NEGATIVE}


def test_errors_at_collection_alone_are_no_judgement(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"tests/test_a.py": "from nowhere_at_all import x\ndef test_x(): pass\n"})
    result = Tests().run(TestsOptions(run=PYTEST), bench, [Selection(tests=("*",))])
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "collection-failed")
    assert result.selections == {0: Outcome.INCONCLUSIVE}


def test_a_failed_set_up_alone_is_no_judgement(tmp_path: Path) -> None:
    setup = '<error message="failed on setup with &quot;OSError: no database&quot;"/>'
    result = judged(tmp_path / "a", report(case("a"), case("b", setup)), code=1)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "test-setup-failed")
    assert judged(tmp_path / "b", report(case("a", FAILED), case("b", setup)), code=1).outcome is Outcome.NEGATIVE


def test_a_failure_is_negative_and_told_with_its_place(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a"), case("b", FAILED, file="tests/a.py", line="7")), code=1)
    assert (result.outcome, result.summary) == (Outcome.NEGATIVE, "1 passed, 1 failed")
    (finding,) = result.findings
    assert (finding.rule, finding.path, finding.line) == ("test-failed", "tests/a.py", 7)
    assert "assert 1 == 2" in finding.message


def test_a_failure_beside_a_collection_error_is_negative(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a", FAILED), case("b", COLLECTION)), code=1)
    assert result.outcome is Outcome.NEGATIVE


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 127", "not-started"),
        ("kill -15 $$", "signal"),
        ("exit 0", "output-unreadable"),
        (': > "$PHASEPROOF_OUT/junit.xml"', "output-unreadable"),
        ('echo "<testsuites>" > "$PHASEPROOF_OUT/junit.xml"', "output-unreadable"),
    ],
)
def test_no_report_no_judgement(tmp_path: Path, script: str, reason: str) -> None:
    result = judged(tmp_path, GREEN, script=script)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason)


def test_exit_code_and_report_must_agree(tmp_path: Path) -> None:
    everything = [Selection(tests=("a",))]
    lies = judged(tmp_path / "a", report(case("a"), case("b", FAILED)), code=0, selections=everything)
    assert lies.outcome is Outcome.NEGATIVE
    assert "exit-disagrees" in rules(lies)
    assert lies.selections == {0: Outcome.NEGATIVE}
    other = judged(tmp_path / "b", GREEN, code=1, selections=everything)
    assert (other.outcome, rules(other)) == (Outcome.NEGATIVE, ["exit-disagrees"])
    assert other.selections == {0: Outcome.NEGATIVE}


def test_one_suite_stands_for_several_items_each_by_its_selection(tmp_path: Path) -> None:
    result = judged(
        tmp_path,
        report(case("a"), case("b", FAILED), case("c", SKIPPED), case("d", classname="tests.integration.x")),
        code=1,
        levels={"L1": "unit/**", "L2": "integration/**"},
        selections=[
            Selection(tests=("a",)),
            Selection(tests=("b",)),
            Selection(tests=("c",)),
            Selection(tests=("a", "nothing*")),
            Selection(tests=("?",)),
            Selection(level="L2"),
            Selection(level="L1"),
            Selection(level="L9"),
            Selection(),
            Selection(tests=("a",), level="L2"),
        ],
    )
    good = {index for index, outcome in result.selections.items() if outcome is Outcome.POSITIVE}
    assert good == {0, 5, 9}
    assert set(result.selections) == set(range(10))


def test_a_level_needs_an_executed_test(tmp_path: Path) -> None:
    levels = {"L1": "unit/**", "L2": "integration/**", "L3": "load/**"}
    assert judged(tmp_path / "a", GREEN, levels={"L1": "unit/**", "L2": "integration/**"}).outcome is Outcome.POSITIVE
    empty = judged(tmp_path / "b", GREEN, levels=levels)
    assert (empty.outcome, rules(empty)) == (Outcome.NEGATIVE, ["level-empty"])
    skipped = report(case("a"), case("l", SKIPPED, classname="tests.load.x"))
    result = judged(tmp_path / "c", skipped, levels={"L3": "load/**"}, max_skips=1)
    assert rules(result) == ["level-empty"]


def test_a_level_leaves_out_the_skips_it_may_have(tmp_path: Path) -> None:
    text = report(case("a"), case("b", SKIPPED))
    asked: dict[str, Any] = {"levels": {"L1": "unit/**"}, "selections": [Selection(level="L1")]}
    assert judged(tmp_path / "a", text, skips=("b",), **asked).selections == {0: Outcome.POSITIVE}
    assert judged(tmp_path / "b", text, max_skips=1, **asked).selections == {0: Outcome.NEGATIVE}


def test_min_tests_counts_what_was_executed(tmp_path: Path) -> None:
    text = report(case("a"), case("b"), case("c", SKIPPED))
    assert judged(tmp_path / "a", text, min_tests=2, max_skips=1).outcome is Outcome.POSITIVE
    assert rules(judged(tmp_path / "b", text, min_tests=3, max_skips=1)) == ["too-few-tests"]


def test_skips_are_shown_and_need_leave(tmp_path: Path) -> None:
    text = report(case("a"), case("b", SKIPPED), case("c", SKIPPED))
    none = judged(tmp_path / "a", text)
    assert none.outcome is Outcome.NEGATIVE
    assert rules(none) == ["too-many-skipped", "test-skipped", "test-skipped"]
    assert "skips" in none.summary
    left = judged(tmp_path / "b", text, skips=("b", "c"))
    assert (left.outcome, left.summary) == (Outcome.POSITIVE, "1 passed, 2 skipped")
    assert [finding.level for finding in left.findings] == ["note", "note"]
    assert judged(tmp_path / "c", text, max_skips=2).outcome is Outcome.POSITIVE
    assert judged(tmp_path / "d", text, skips=("b",)).outcome is Outcome.NEGATIVE
    assert judged(tmp_path / "e", text, skips=("b",), max_skips=1).outcome is Outcome.POSITIVE


def test_must_include_names_executed_tests(tmp_path: Path) -> None:
    assert judged(tmp_path / "a", GREEN, must_include=("a", "tests.integration.*")).outcome is Outcome.POSITIVE
    assert rules(judged(tmp_path / "b", GREEN, must_include=("a", "z"))) == ["test-missing"]
    text = report(case("a"), case("b", SKIPPED))
    assert rules(judged(tmp_path / "c", text, must_include=("b",), max_skips=1)) == ["test-missing"]


def test_grow_compares_with_the_accepted_suite(tmp_path: Path) -> None:
    first = judged(tmp_path / "a", report(case("a"), case("b"), case("s", SKIPPED)), grow=True, max_skips=1)
    assert first.outcome is Outcome.POSITIVE
    assert "no-baseline" in [finding.rule for finding in first.findings]
    before = first.outputs["tests.json"].read_bytes()

    def again(name: str, *cases: str, **options: Any) -> list[str]:
        options = {"grow": True, "max_skips": 5, **options}
        return rules(judged(tmp_path / name, report(*cases), accepted=before, **options))

    assert again("b", case("a"), case("b"), case("new")) == []
    assert again("c", case("a")) == ["test-gone"]
    assert again("d", case("a"), case("b", SKIPPED)) == ["test-silenced"]
    assert again("e", case("a"), retired=("b",)) == []
    assert again("f", case("a"), grow=False) == []


def record(name: str) -> bytes:
    text = '{"attempts":1,"executed":true,"flaky":false,"id":"%s","seconds":"0.000","status":"passed"}'
    return (text % name).encode()


@pytest.mark.parametrize(
    "before",
    [
        b"",
        b"{}",
        b'{"format":2,"tests":[]}',
        b'{ "format":1,"tests":[]}',
        b"\xff",
        b'{"format":1,"tests":[%s,%s]}' % (record("b"), record("a")),
        b'{"format":1,"tests":[%s,%s]}' % (record("a"), record("a")),
    ],
)
def test_a_baseline_that_cannot_be_read_is_no_baseline(tmp_path: Path, before: bytes) -> None:
    result = judged(tmp_path, GREEN, grow=True, accepted=before)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")


def test_reports_of_several_files_are_one_suite(tmp_path: Path) -> None:
    script = (
        'mkdir -p build/reports; cat given.xml > build/reports/TEST-a.xml; sed "s/name=\\"a\\"/name=\\"z\\"/" given.xml'
        " > build/reports/TEST-b.xml"
    )
    result = judged(tmp_path, report(case("a"), case("b")), script=script, junit="build/**/TEST-*.xml")
    assert (result.outcome, result.cases) == (Outcome.POSITIVE, 3)


def test_what_a_suite_says_of_its_size_is_noted(tmp_path: Path) -> None:
    result = judged(tmp_path, report(case("a"), attributes=' tests="3"'))
    assert result.outcome is Outcome.POSITIVE
    assert [(finding.rule, finding.level) for finding in result.findings] == [("count-disagrees", "note")]


def test_findings_are_bounded(tmp_path: Path) -> None:
    cases = [case(f"t{index}", FAILED) for index in range(1_500)]
    result = judged(tmp_path, report(*cases), code=1)
    assert len(result.findings) == 1_000
    assert result.findings[-1].message == "and 501 more"
    assert result.metrics["failed"] == 1_500


def test_findings_carry_no_path_of_the_machine(tmp_path: Path) -> None:
    text = report(case("a", f'<failure message="{tmp_path}/tree/src/a.py: no"/>', file=f"{tmp_path}/tree/tests/a.py"))
    (finding,) = judged(tmp_path, text, code=1).findings
    assert (finding.path, str(tmp_path) in finding.message) == ("tests/a.py", False)


@pytest.mark.parametrize(
    "plain",
    [
        {"run": "x", "min_tests": 0},
        {"run": "x", "max_skips": -1},
        {"run": "x", "levels": {"L1": "/abs/**"}},
        {"run": "x", "levels": {"": "a/**"}},
        {"run": "x", "junit": "../junit.xml"},
        {"run": "x", "junit": "$PHASEPROOF_OUT/../../x.xml"},
        {"run": "x", "must_include": [""]},
        {"run": "x", "retired": ["a"]},
        {"run": "a && b"},
        {"junit": "a.xml"},
        {"run": "x", "min_test": 3},
    ],
)
def test_options_that_cannot_be_meant_are_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="do not fit"):
        decode_options(Tests(), plain)


def test_the_configuration_of_the_documentation_decodes() -> None:
    plain = {"run": PYTEST, "levels": {"L1": "unit/**", "L2": "integration/**"}, "min_tests": 40, "grow": True}
    assert msgspec.to_builtins(decode_options(Tests(), plain))["min_tests"] == 40
