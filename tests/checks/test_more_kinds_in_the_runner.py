"""search, metrics, score, trace and stub as the runner runs them: good passes, broken refutes, controls are noticed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phaseproof.checks.kind import Outcome
from phaseproof.checks.registry import decode_options, kind
from phaseproof.runner.controls import cases
from phaseproof.runner.job import Job
from support.repository import make_repository
from support.running import PYTHON, Ground, both, ground

BENCH = """\
import json, os, sys
sys.path.insert(0, "src")
import queue_of_labels
seconds = queue_of_labels.seconds_for(100)
with open(sys.argv[1], "w") as file:
    json.dump({"per_label": seconds / 100}, file)
"""
FILES = {
    "src/queue_of_labels.py": "def seconds_for(count):\n    return count * 0.001\n",
    "bench/measure.py": BENCH,
    "bench/constant.py": "import sys\nopen(sys.argv[1], 'w').write('{\"per_label\": 0.001}')\n",
    "controls/slow.patch": "--- a/src/queue_of_labels.py\n+++ b/src/queue_of_labels.py\n@@ -1,2 +1,2 @@\n"
    " def seconds_for(count):\n-    return count * 0.001\n+    return count * 1.0\n",
    "reports/score.json": '{"safety": 0.95, "speed": 0.8}\n',
    "docs/decisions.md": "| ID | Work |\n|---|---|\n| D-1 | W-1 |\n",
    "docs/work.md": "| ID | What |\n|---|---|\n| W-1 | a queue |\n",
    "docs/r6-stub.md": "# R6\n\n## Requirements\n\n- R6.1 A queue.\n",
    "docs/r6.md": "# R6\n\n## Tasks\n\n- [ ] T1 A queue of labels (R6.1).\n",
}
OUT = "$PHASEPROOF_OUT/m.json"
CHECKS: dict[str, dict[str, Any]] = {
    "search": {
        "subject": ("src/**",),
        "options": {
            "must": [{"pattern": "def seconds_for"}],
            "must_not": [{"pattern": r"\bprint\(", "example": "print(1)"}],
        },
    },
    "metrics": {
        "subject": ("src/**",),
        "instrument": ("bench/**",),
        "controls": ({"name": "slow", "patch": "controls/slow.patch"},),
        "options": {
            "run": [PYTHON, "bench/measure.py", OUT], "read": [{"file": OUT}], "expect": "metrics.per_label < 0.01",
        },
    },
    "score": {
        "subject": ("reports/score.json",),
        "options": {
            "read": [{"file": "reports/score.json"}],
            "components": {
                "safety": {"figure": "safety", "weight": "0.6", "floor": "0.9"},
                "speed": {"figure": "speed", "weight": "0.4"},
            },
            "threshold": "0.85",
        },
    },
    "trace": {
        "subject": ("docs/decisions.md", "docs/work.md"),
        "options": {
            "tables": {"decisions": {"path": "docs/decisions.md"}, "work": {"path": "docs/work.md"}},
            "links": [{"from": "decisions", "column": "Work", "to": "work"}],
        },
    },
    "stub": {
        "subject": ("docs/r6.md",),
        "instrument": ("docs/r6-stub.md",),
        "options": {"expansion": "docs/r6.md", "stub": "docs/r6-stub.md"},
    },
}  # fmt: skip
NOTICED = {
    "search": {"violation planted: must_not 1", "subject truncated"},
    "metrics": {"slow"},
    "score": {"figures changed"},
    "trace": {"subject truncated", "orphan planted"},
    "stub": {"subject truncated", "item dropped"},
}
BROKEN = {
    "search": ("src/queue_of_labels.py", FILES["src/queue_of_labels.py"] + "print(seconds_for(1))\n"),
    "metrics": ("src/queue_of_labels.py", "def seconds_for(count):\n    return count * 0.5\n"),
    "score": ("reports/score.json", '{"safety": 0.89, "speed": 1.0}\n'),
    "trace": ("docs/work.md", FILES["docs/work.md"] + "| W-2 | nobody decided this |\n"),
    "stub": ("docs/r6.md", "# R6\n\n## Tasks\n\n- [ ] T1 A queue of labels.\n"),
}


@pytest.fixture(params=both())
def make(request: Any, tmp_path: Path) -> Iterator[Any]:
    stack = []

    def made(changes: dict[str, str] | None = None) -> Ground:
        folder = tmp_path / str(len(stack))
        repo = make_repository(folder / "repo", {**FILES, **(changes or {})})
        entered = ground(repo, folder, sandboxed=request.param)
        stack.append(entered)
        return entered.__enter__()

    yield made
    for entered in stack:
        entered.__exit__(None, None, None)


def job(place: Ground, name: str, **changes: Any) -> Job:
    from phaseproof.bundle.model import ControlSpec

    asked = {**CHECKS[name], **changes}
    used = kind(name)
    options = decode_options(used, asked.pop("options"))
    controls = tuple(ControlSpec(**one) for one in asked.pop("controls", ()))
    return msgspec.structs.replace(place.job(kind_of=used, controls=controls, **asked), options=options)


@pytest.mark.parametrize("name", CHECKS)
def test_good_is_positive_and_its_controls_are_noticed(make: Any, name: str) -> None:
    place = make()
    asked = job(place, name)
    ran = place.run(asked)
    assert ran.result.outcome is Outcome.POSITIVE, ran
    outcomes = {case.name: place.run(asked, case).result.outcome for case in cases(asked, place.site)}
    assert Outcome.POSITIVE not in outcomes.values()
    assert {case for case, outcome in outcomes.items() if outcome is Outcome.NEGATIVE} == NOTICED[name], outcomes


@pytest.mark.parametrize("name", CHECKS)
def test_broken_is_negative(make: Any, name: str) -> None:
    path, text = BROKEN[name]
    place = make({path: text})
    assert place.run(job(place, name)).result.outcome is Outcome.NEGATIVE


def test_a_measurement_that_measures_nothing_passes_its_controls(make: Any) -> None:
    place = make()
    options = {**CHECKS["metrics"]["options"], "run": [PYTHON, "bench/constant.py", OUT]}
    asked = job(place, "metrics", options=options)
    assert place.run(asked).result.outcome is Outcome.POSITIVE
    outcomes = {case.name: place.run(asked, case).result.outcome for case in cases(asked, place.site)}
    assert outcomes == {"subject truncated": Outcome.POSITIVE, "slow": Outcome.POSITIVE}


def test_an_expectation_that_everything_meets_has_no_control_that_notices(make: Any) -> None:
    place = make()
    options = {"read": [{"file": "reports/score.json"}], "expect": "metrics.speed < 2 || metrics.speed >= 2"}
    asked = job(place, "metrics", options=options, subject=("reports/**",), instrument=(), controls=())
    assert place.run(asked).result.outcome is Outcome.POSITIVE
    outcomes = {case.name: place.run(asked, case).result.outcome for case in cases(asked, place.site)}
    assert outcomes == {"subject truncated": Outcome.INCONCLUSIVE}


def test_without_its_extra_a_check_is_inconclusive_and_names_it(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "cel", None)
    place = make()
    result = place.run(job(place, "metrics")).result
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "extra-missing")
    assert "`expressions`" in result.summary
