"""What a session answers was written where the project's code runs: read strictly, and for no more than it says."""

from __future__ import annotations

import pytest

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.runner.sensitivity.population import functions
from phaseproof.runner.sensitivity.probing import Reached, TestSeen, read_reached, read_tried
from phaseproof.runner.sensitivity.selecting import belongs
from phaseproof.runner.sensitivity.warm import reaching

ORDER = functions("a.py", b"def f(): x()\ndef g(): x()\n")


def test_only_passing_tests_and_known_functions_count_the_quickest_first() -> None:
    seen = (
        TestSeen("slow", "t.py", 3.0, True, (0, 1)), TestSeen("failing", "t.py", 0.1, False, (0, 1)),
        TestSeen("quick", "t.py", 1.0, True, (0,)), TestSeen("odd", "t.py", 0.1, True, (7, -1)),
    )  # fmt: skip
    assert reaching(Reached(seen, (), (), 0.0, True), ORDER) == {
        "a.py:1 f": ("quick", "slow"), "a.py:2 g": ("slow",),
    }  # fmt: skip


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b"\xff", b'{"tests": [], "outside": [], "early": [], "ready": 0}',
                                  b'{"tests": 1, "outside": [], "early": [], "ready": 0, "warm": true}'])  # fmt: skip
def test_an_answer_that_is_none_is_none(data: bytes) -> None:
    assert read_reached(data) is None
    assert read_tried(data) == ()


def test_half_a_line_ends_an_answer() -> None:
    line = b'{"id": 1, "outcome": "killed", "soiled": false, "test": "t"}\n'
    assert [one.id for one in read_tried(line * 2 + line[:20])] == [1, 1]
    assert read_tried(line.replace(b"killed", b"excellent") + line) == ()


@pytest.mark.parametrize(
    ("selection", "node", "is_one"),
    [
        (Selection(tests=("test_a",)), "tests/unit/test_m.py::test_a[1-x::y]", True),
        (Selection(tests=("tests/unit/test_m.py::Some::test_a",)), "tests/unit/test_m.py::Some::test_a", True),
        (Selection(tests=("test_b*",)), "tests/unit/test_m.py::test_a", False),
        (Selection(level="L1"), "tests/unit/test_m.py::test_a", True),
        (Selection(level="L1"), "tests/other/test_m.py::test_a", False),
        (Selection(level="L9"), "tests/unit/test_m.py::test_a", False),
        (Selection(tests=("*",)), "notes.txt", False),
    ],
)
def test_tests_of_a_selection(selection: Selection, node: str, is_one: bool) -> None:
    options = TestsOptions(run="pytest", levels={"L1": "unit/**"})
    assert belongs(selection, options, node) is is_one
    assert not belongs(selection, None, node)
