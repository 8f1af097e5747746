"""`report sarif`: valid by the standard's own schema, on the right lines, the same from run to run."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import quay
from jsonschema import Draft4Validator, FormatChecker
from large import large

from phaseproof.reports import sarif
from phaseproof.reports.scrub import Scrubber
from support.shop import Shop

SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def faults(log: Any) -> list[str]:
    return [error.message for error in Draft4Validator(SCHEMA, format_checker=FormatChecker()).iter_errors(log)]


@pytest.fixture(scope="module")
def log(troubled: Shop) -> Any:
    done = troubled.run("report", "sarif")
    assert done.code == 0, done.text
    return json.loads(done.out)


def results(log: Any, word: str) -> list[Any]:
    return [one for one in log["runs"][0]["results"] if word in one["message"]["text"]]


def test_it_is_valid(log: Any, passing: Shop) -> None:
    assert faults(log) == []
    assert faults(json.loads(passing.run("report", "sarif").out)) == []


def test_the_schema_would_notice(log: Any) -> None:
    wrong = copy.deepcopy(log)
    wrong["runs"][0]["results"][0]["level"] = "fatal"
    wrong["runs"][0]["tool"] = {}
    assert len(faults(wrong)) == 2


def test_every_blocker_is_an_error_on_its_own_line(log: Any) -> None:
    lines = quay.PLAN.splitlines()
    for word, verdict, rule in (("Q-2", "refuted", "check-failed"), ("Q-3", "hollow", "control-passed"),
                                ("Q-4", "stale", "inputs-changed"), ("Q-5", "missing", "unbound")):  # fmt: skip
        (one,) = [one for one in results(log, f"{word} is ") if one["level"] == "error"]
        assert f"{word} is {verdict}" in one["message"]["text"]
        assert one["ruleId"] == rule
        place = one["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "docs/CRANE.md"
        assert f"{word} " in lines[place["region"]["startLine"] - 1]
    assert not results(log, "Q-1 is")


def test_rules_are_listed_once_and_pointed_at(log: Any) -> None:
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for one in log["runs"][0]["results"]:
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
    assert all("{detail}" not in rule["shortDescription"]["text"] for rule in rules)


def test_findings_of_checks_are_results_too(log: Any) -> None:
    found = [one for one in log["runs"][0]["results"] if one["ruleId"].startswith("finding/")]
    assert any(one["message"]["text"].startswith("brakes: ") for one in found)


def test_fingerprints_tell_results_apart_and_stay(log: Any, troubled: Shop) -> None:
    marks = [one["partialFingerprints"]["phaseproof/v1"] for one in log["runs"][0]["results"]]
    assert len(set(marks)) == len(marks)
    again = json.loads(troubled.run("report", "sarif").out)
    assert [one["partialFingerprints"]["phaseproof/v1"] for one in again["runs"][0]["results"]] == marks


def test_a_path_out_of_the_tree_is_no_place() -> None:
    for path in ("/etc/passwd", "../secret", "a/../../b", "C:\\Users\\x", ""):
        assert not sarif._inside(path), path
    assert sarif._inside("src/a b.py")
    assert sarif._place("src/a b.py", 0) == [{"physicalLocation": {"artifactLocation": {"uri": "src/a%20b.py"}}}]


def test_a_log_that_is_cut_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MOST", 3)
    dossier, _ = large(30)
    made = sarif.log(dossier, Scrubber())
    run = made["runs"][0]
    assert len(run["results"]) == 3
    assert "more results were left out" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
    assert faults(json.loads(json.dumps(made))) == []
