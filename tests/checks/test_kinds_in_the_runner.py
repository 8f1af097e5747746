"""The kinds on the bench that the runner gives them: a commit, a clean checkout, a sandbox where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phaseproof.bundle.model import Selection
from phaseproof.checks.growth import read_listing
from phaseproof.checks.kind import Outcome
from phaseproof.checks.registry import decode_options, kind
from phaseproof.runner.controls import cases
from phaseproof.runner.job import Job
from support.repository import make_repository
from support.running import PYTHON, Ground, both, ground

SUITE = """\
import os, sys, unittest
sys.path.insert(0, "src")
from xml.sax.saxutils import quoteattr
class Notes(unittest.TestResult):
    def startTestRun(self): self.cases = []
    def add(self, test, body=""):
        head, _, name = test.id().rpartition(".")
        self.cases.append(f"<testcase classname={quoteattr(head)} name={quoteattr(name)}>{body}</testcase>")
    def addSuccess(self, test): self.add(test)
    def addFailure(self, test, err): super().addFailure(test, err); self.add(test, "<failure/>")
    def addError(self, test, err): super().addError(test, err); self.add(test, "<error/>")
class Sums(unittest.TestCase):
    def test_total(self):
        import prices
        self.assertEqual(prices.total([1, 2]), 3)
notes = Notes(); notes.startTestRun()
unittest.defaultTestLoader.loadTestsFromTestCase(Sums).run(notes)
with open(sys.argv[1], "w") as file: file.write("<testsuite name='s'>" + "".join(notes.cases) + "</testsuite>")
sys.exit(not notes.wasSuccessful())
"""
FILES = {
    "src/prices.py": "def total(items):\n    return sum(items)\n",
    "tests/suite.py": SUITE,
    "docs/guide.md": "---\nowner: dana\n---\n# Guide\n\nSee [prices](../src/prices.py).\n",
    "docs/limits.json": '{"limit": 3}\n',
    "docs/limits.schema.json": '{"type": "object", "required": ["limit"]}\n',
}


@pytest.fixture(params=both())
def place(request: Any, tmp_path: Path) -> Iterator[Ground]:
    repo = make_repository(tmp_path / "repo", FILES)
    with ground(repo, tmp_path, sandboxed=request.param) as made:
        yield made


def job(place: Ground, name: str, options: dict[str, Any], *selections: Selection, **fields: Any) -> Job:
    used = kind(name)
    made = place.job(kind_of=used, **fields)
    return msgspec.structs.replace(made, options=decode_options(used, options), selections=selections)


def test_a_suite_and_its_control(place: Ground) -> None:
    options = {"run": [PYTHON, "tests/suite.py", "$PHASEPROOF_OUT/junit.xml"], "grow": True}
    asked = job(
        place, "tests", options, Selection(tests=("test_total",)), subject=("src/**",), instrument=("tests/**",)
    )
    ran = place.run(asked)
    assert (ran.result.outcome, ran.result.summary) == (Outcome.POSITIVE, "1 passed"), ran
    assert ran.result.selections == {0: Outcome.POSITIVE}
    assert [record.executed for record in read_listing(ran.outputs["tests.json"]).tests] == [True]
    (control,) = cases(asked, place.site)
    emptied = place.run(asked, control)
    assert emptied.result.outcome is Outcome.NEGATIVE, emptied
    again = msgspec.structs.replace(asked, accepted=lambda name: ran.outputs[name])
    assert place.run(again).result.outcome is Outcome.POSITIVE


def test_an_artifact_and_its_controls(place: Ground) -> None:
    options = {"path": "docs/guide.md", "front_matter": ["owner"], "links": True, "forbidden": ["assumed"]}
    asked = job(place, "artifact", {**options, "committed_within": "36500d"}, subject=("docs/guide.md", "src/**"))
    assert place.run(asked).result.outcome is Outcome.POSITIVE
    controls = cases(asked, place.site)
    assert [control.name for control in controls] == ["subject truncated", "violation planted"]
    assert [place.run(asked, control).result.outcome for control in controls] == [Outcome.NEGATIVE] * 2
    narrow = job(place, "artifact", options, subject=("docs/guide.md",))
    assert [finding.rule for finding in place.run(narrow).result.findings] == ["link-broken"]


def test_a_schema_and_its_controls(place: Ground) -> None:
    options = {"path": "docs/limits.json", "schema": "docs/limits.schema.json"}
    asked = job(place, "artifact", options, subject=("docs/limits.json",), instrument=("docs/limits.schema.json",))
    assert place.run(asked).result.outcome is Outcome.POSITIVE
    assert [place.run(asked, control).result.outcome for control in cases(asked, place.site)] == [Outcome.NEGATIVE] * 2
