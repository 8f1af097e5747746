"""A test suite that writes the report it is told to, for tests of the kind `tests`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Result
from phaseproof.checks.tests import Tests
from support.bench import FolderBench

WRITES = 'cat given.xml > "$PHASEPROOF_OUT/junit.xml"; exit {code}'


def case(name: str, body: str = "", classname: str = "tests.unit.test_a", **attributes: str) -> str:
    """One `testcase` element."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testcase classname="{classname}" name="{name}" time="0.01"{more}>{body}</testcase>'


def report(*cases: str, attributes: str = "") -> str:
    """A report of one suite."""
    return f'<?xml version="1.0"?><testsuites><testsuite name="s"{attributes}>{"".join(cases)}</testsuite></testsuites>'


FAILED = '<failure message="assert 1 == 2">trace</failure>'
SKIPPED = '<skipped message="not today"/>'
COLLECTION = '<error message="collection failure">ImportError</error>'


def judged(
    folder: Path,
    given: str | bytes,
    *,
    code: int = 0,
    selections: Sequence[Selection] = (),
    accepted: bytes | None = None,
    script: str = WRITES,
    **options: Any,
) -> Result:
    """What the kind `tests` says of a run that writes `given` as its report and ends with `code`."""
    bench = FolderBench(folder, {"given.xml": given})
    if accepted is not None:
        bench.objects["tests.json"] = accepted
    made = TestsOptions(run=("sh", "-c", script.format(code=code)), **options)
    return Tests().run(made, bench, selections)


def rules(result: Result) -> list[str]:
    """Rules of the findings that speak against it."""
    return [finding.rule for finding in result.findings if finding.level == "error"]
