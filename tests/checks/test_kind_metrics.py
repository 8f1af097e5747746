"""The kind `metrics`."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks.figures import OUT, Source
from phaseproof.checks.kind import Outcome, Result
from phaseproof.checks.metrics import Metrics, MetricsOptions
from support.bench import FolderBench

GOOD = {"p95": 240, "errors": 0, "runs": [1, 2]}
EXPECT = ("metrics.p95 < 250", "metrics.errors == 0", "size(metrics.runs) > 0 && metrics.runs.all(r, r < 3)")


def committed(folder: Path, report: Any, expect: str | tuple[str, ...] = EXPECT, name: str = "r.json") -> Result:
    """What it says of a report that stands in the tree."""
    text = report if isinstance(report, str) else json.dumps(report)
    options = MetricsOptions(read=(Source(name),), expect=expect)
    return Metrics().run(options, FolderBench(folder, {name: text}), ())


def produced(folder: Path, script: str, **more: Any) -> tuple[Result, FolderBench]:
    """What it says of what a shell script writes."""
    bench = FolderBench(folder, more.pop("files", {}))
    options = MetricsOptions(
        read=more.pop("read", (Source(f"{OUT}r.json"),)), run=("sh", "-c", script), expect="metrics.p95 < 250"
    )
    return Metrics().run(options, bench, ()), bench


def test_figures_as_expected_are_positive_and_kept(tmp_path: Path) -> None:
    result = committed(tmp_path, GOOD)
    assert (result.outcome, result.cases) == (Outcome.POSITIVE, 3)
    assert result.summary == "p95 = 240, errors = 0, runs = 2 entries"
    assert result.metrics == {"p95": Decimal("240.0"), "errors": Decimal("0.0")}


def test_a_figure_that_is_not_as_expected_is_negative_and_told(tmp_path: Path) -> None:
    result = committed(tmp_path, {**GOOD, "p95": 312.5})
    assert result.outcome is Outcome.NEGATIVE
    assert [finding.message for finding in result.findings] == ['p95 = 312.5: not (metrics["p95"] < 250)']


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        ({"errors": 0, "runs": [1]}, "metric-missing"),
        ({**GOOD, "p95": "240"}, "metric-missing"),
        ({**GOOD, "p95": None}, "metric-missing"),
        ({**GOOD, "runs": [1, "x"]}, "expression-unanswered"),
        ('{"p95": NaN, "errors": 0, "runs": [1]}', "output-unreadable"),
        ("", "output-unreadable"),
        ("{}", "no-cases"),
        ("not json", "output-unreadable"),
    ],
)
def test_what_cannot_be_judged_is_inconclusive(tmp_path: Path, report: Any, reason: str) -> None:
    result = committed(tmp_path, report)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason), result


def test_a_missing_report_is_inconclusive(tmp_path: Path) -> None:
    options = MetricsOptions(read=(Source("r.json"),), expect="metrics.a < 1")
    result = Metrics().run(options, FolderBench(tmp_path), ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "inputs-unreadable")


def test_a_command_measures_and_its_report_is_kept(tmp_path: Path) -> None:
    result, _ = produced(tmp_path, 'echo \'{"p95": 10}\' > "$PHASEPROOF_OUT/r.json"')
    assert (result.outcome, result.exit_code) == (Outcome.POSITIVE, 0), result
    assert json.loads(result.outputs["report-1.json"].read_text()) == {"p95": 10}
    assert "log" in result.outputs


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ('echo \'{"p95": 10}\' > "$PHASEPROOF_OUT/r.json"; exit 1', "command-failed"),
        ("true", "output-unreadable"),
        (
            'echo \'{"p95": 10}\' > "$PHASEPROOF_OUT/r.json"; touch -d 2001-01-01 "$PHASEPROOF_OUT/r.json"',
            "output-unreadable",
        ),
        ('echo \'{"p95": 10}\' > good.json; ln -s "$PWD/good.json" "$PHASEPROOF_OUT/r.json"', "output-unreadable"),
        ("kill -9 $$", "signal"),
        ("exec no-such-program", "not-started"),
    ],
)
def test_a_command_that_did_not_measure_says_nothing(tmp_path: Path, script: str, reason: str) -> None:
    result, _ = produced(tmp_path, script)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason), result


def test_a_report_that_stood_there_before_the_command_is_no_report(tmp_path: Path) -> None:
    result, _ = produced(tmp_path, "true", files={"r.json": '{"p95": 1}'}, read=(Source("r.json"),))
    assert (result.reason, result.command) == ("output-unreadable", ("sh", "-c", "true"))
    assert "was there before" in result.summary


def test_two_reports_stand_under_their_names(tmp_path: Path) -> None:
    read = (Source("a.json", name="a"), Source("b.csv", name="b"))
    options = MetricsOptions(read=read, expect="metrics.a.x < metrics.b.columns.y.max")
    bench = FolderBench(tmp_path, {"a.json": '{"x": 1}', "b.csv": "y\n2\n"})
    assert Metrics().run(options, bench, ()).outcome is Outcome.POSITIVE


def test_one_name_in_two_reports_is_inconclusive(tmp_path: Path) -> None:
    read = (Source("a.json"), Source("b.json", name="x"))
    bench = FolderBench(tmp_path, {"a.json": '{"x": 1}', "b.json": '{"y": 1}'})
    result = Metrics().run(MetricsOptions(read=read, expect="metrics.x < 2"), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")


@pytest.mark.parametrize(
    ("changes", "place", "words"),
    [
        ({"expect": ()}, ("expect",), "is empty"),
        ({"expect": "metrics.a"}, ("expect",), "not yes or no"),
        ({"expect": ("metrics.a < 1", "metric.b < 1")}, ("expect", 1), "unknown variable"),
        ({"expect": "metrics.l.all(x, x < 1)"}, ("expect",), "size("),
        ({"read": ()}, ("read",), "nothing to judge"),
        ({"read": (Source("r.txt"),)}, ("read", 0, "file"), "add format"),
        ({"read": (Source(f"{OUT}r.json"),)}, ("read", 0, "file"), "add run"),
        ({"read": (Source("*.json"),)}, ("read", 0, "file"), "not a pattern"),
        ({"read": (Source("r.json", name="a b"),)}, ("read", 0, "name"), "letters"),
        ({"read": (Source("r.json"), Source("s.json"))}, ("read",), "two reports of one name"),
        ({"read": (Source("r.json", name="speed"),)}, ("expect",), "no report is called 'a'"),
        ({"run": "a | b"}, ("run",), "only a shell understands"),
        ({"shell": True}, ("shell",), "without run"),
    ],
)
def test_mistakes_are_placed_on_their_option(changes: dict[str, Any], place: tuple[Any, ...], words: str) -> None:
    with pytest.raises(OptionMistake) as caught:
        MetricsOptions(**{"read": (Source("r.json"),), "expect": "metrics.a < 1", **changes})
    assert caught.value.place == place
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("name", "report", "expect"),
    [
        ("r.json", json.dumps(GOOD), EXPECT),
        ("r.json", '{"share": 0.97}', "metrics.share >= 0.9"),
        ("r.json", '{"mean": 5.5}', "metrics.mean > 5 && metrics.mean < 6"),
        ("r.csv", "n,ms\nx,3\n", "metrics.columns.ms.max < 10"),
        ("r.xml", '<coverage lines-valid="10" lines-covered="10"/>', "metrics.percent_covered >= 90"),
    ],
)
def test_the_control_puts_other_figures_in_place(tmp_path: Path, name: str, report: str, expect: Any) -> None:
    options = MetricsOptions(read=(Source(name),), expect=expect)
    bench = FolderBench(tmp_path, {name: report})
    assert Metrics().run(options, bench, ()).outcome is Outcome.POSITIVE
    changed, emptied = Metrics().controls(options, [name], lambda path: report.encode())
    assert (changed.name, emptied.name) == ("figures changed", "subject truncated")
    bench.apply(changed)
    result = Metrics().run(options, bench, ())
    assert result.outcome is Outcome.NEGATIVE, result
    bench.apply(emptied)
    assert Metrics().run(options, bench, ()).outcome is Outcome.INCONCLUSIVE


def test_an_expectation_that_nothing_fails_has_no_control_that_notices() -> None:
    options = MetricsOptions(read=(Source("r.json"),), expect="metrics.p95 < 2 || metrics.p95 >= 2")
    controls = Metrics().controls(options, ["r.json"], lambda path: b'{"p95": 1}')
    assert [control.name for control in controls] == ["subject truncated"]


def test_where_a_command_measures_its_subject_is_emptied() -> None:
    options = MetricsOptions(read=(Source(f"{OUT}r.json"),), run="bench", expect="metrics.p95 < 2")
    controls = Metrics().controls(options, ["src/a.py"], lambda path: b"")
    assert [control.name for control in controls] == ["subject truncated"]
