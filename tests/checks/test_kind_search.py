"""The kind `search`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks import pattern_search
from phaseproof.checks.kind import Outcome, Result
from phaseproof.checks.search import Refused, Required, Search, SearchOptions
from support.bench import FolderBench, rules

FILES = {"src/a.py": "# Licence: X\nlog('a')\n", "src/b.py": "# Licence: X\n\nlog('b')\n", "docs/a.md": "print(1)\n"}
PRINT = Refused(r"\bprint\(", "write to the log", ("src/**",), example="print(1)")
LICENCE = Required("^# Licence: ", "each file names its licence", ("src/**",), each=True)


def searched(folder: Path, files: Any = FILES, **options: Any) -> Result:
    return Search().run(SearchOptions(**options), FolderBench(folder, files), ())


def test_what_must_be_there_is_and_what_must_not_is_not(tmp_path: Path) -> None:
    result = searched(tmp_path, must=(LICENCE,), must_not=(PRINT,))
    assert (result.outcome, result.cases) == (Outcome.POSITIVE, 2), result


def test_what_must_not_be_there_is_told_with_its_place(tmp_path: Path) -> None:
    files = {**FILES, "src/b.py": "x\r\nprint(2)\r\nprint(3)"}
    result = searched(tmp_path, files, must_not=(PRINT,))
    assert result.outcome is Outcome.NEGATIVE
    assert [(one.message, one.path, one.line) for one in result.findings] == [
        ("write to the log", "src/b.py", 2),
        ("write to the log", "src/b.py", 3),
    ]


@pytest.mark.parametrize(
    ("demand", "outcome"),
    [
        (Required("log"), Outcome.POSITIVE),
        (Required("log", at_least=2), Outcome.POSITIVE),
        (Required("log", at_least=3), Outcome.NEGATIVE),
        (Required("LOG"), Outcome.NEGATIVE),
        (Required("LOG", ignore_case=True), Outcome.POSITIVE),
        (Required("log", each=True), Outcome.NEGATIVE),
        (Required("log", each=True, files=("src/*.py",)), Outcome.POSITIVE),
    ],
)
def test_counts(tmp_path: Path, demand: Required, outcome: Outcome) -> None:
    assert searched(tmp_path, must=(demand,)).outcome is outcome


@pytest.mark.parametrize(("at_most", "outcome"), [(1, Outcome.NEGATIVE), (2, Outcome.POSITIVE)])
def test_a_few_may_be_allowed(tmp_path: Path, at_most: int, outcome: Outcome) -> None:
    assert searched(tmp_path, must_not=(Refused("Licence", at_most=at_most),)).outcome is outcome


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({}, "pattern-empty"),
        ({"docs/a.md": "x"}, "pattern-empty"),
        ({"src/a.py": b"\xff\xfe\x00p"}, "inputs-unreadable"),
        ({"src/a.py": "p\0rint"}, "inputs-unreadable"),
    ],
)
def test_what_cannot_be_looked_through_is_no_absence(tmp_path: Path, files: Any, reason: str) -> None:
    result = searched(tmp_path, files, must_not=(PRINT,))
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason)


def test_a_link_among_the_files_is_no_absence(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"docs/x": "print(1)"})
    (bench.root / "src").mkdir()
    (bench.root / "src/a.py").symlink_to("../docs/x")
    result = Search().run(SearchOptions(must_not=(PRINT,)), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "inputs-unreadable")


def test_empty_files_are_free_of_nothing(tmp_path: Path) -> None:
    result = searched(tmp_path, {"src/a.py": ""}, must_not=(PRINT,))
    assert (result.outcome, rules(result)) == (Outcome.NEGATIVE, ["nothing-to-search"])


def test_a_pattern_that_does_not_find_its_example_says_nothing(tmp_path: Path) -> None:
    result = searched(tmp_path, must_not=(Refused(r"^print\b$", example="print(1)"),))
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "example-unmatched")


@pytest.mark.parametrize(
    ("options", "place", "words"),
    [
        ({}, None, "1 to 100 patterns"),
        ({"must": (Required("("),)}, ("must", 0, "pattern"), "no regular expression"),
        ({"must_not": (Refused("x*", example="x"),)}, ("must_not", 0, "pattern"), "matches nothing at all"),
        ({"must_not": (Refused("a"), Refused(r"b\(c"))}, ("must_not", 1), "add an example"),
        ({"must": (Required("a", at_least=0),)}, ("must", 0, "at_least"), "at least 1"),
        ({"must_not": (Refused("a", at_most=-1),)}, ("must_not", 0, "at_most"), "at least 0"),
        ({"must": (Required("a", files=("/x",)),)}, ("must", 0, "files"), "/x"),
    ],
)
def test_mistakes(options: dict[str, Any], place: Any, words: str) -> None:
    with pytest.raises(ValueError) as caught:
        SearchOptions(**options)
    assert words in str(caught.value)
    assert place is None or (isinstance(caught.value, OptionMistake) and caught.value.place == place)


def test_each_control_is_noticed(tmp_path: Path) -> None:
    options = SearchOptions(must=(LICENCE,), must_not=(PRINT, Refused("Licence", at_most=2)))
    subject = sorted(FILES)
    controls = Search().controls(options, subject, lambda path: FILES[path].encode())
    names = ["violation planted: must_not 1", "violation planted: must_not 2", "subject truncated"]
    assert [control.name for control in controls] == names
    for index, control in enumerate(controls):
        bench = FolderBench(tmp_path / str(index), FILES)
        assert Search().run(options, bench, ()).outcome is Outcome.POSITIVE
        bench.apply(control)
        assert Search().run(options, bench, ()).outcome is Outcome.NEGATIVE


def test_as_many_are_planted_as_are_one_too_many(tmp_path: Path) -> None:
    options = SearchOptions(must_not=(Refused("TODO", at_most=4),))
    (control,) = Search().controls(options, ["src/a.py"], lambda path: b"x\n")
    bench = FolderBench(tmp_path, {"src/a.py": "x\n"})
    bench.apply(control)
    assert Search().run(options, bench, ()).metrics["violations"] == 5


def test_emptied_files_are_no_control_of_an_absence() -> None:
    controls = Search().controls(SearchOptions(must_not=(PRINT,)), ["src/a.py"], lambda path: b"")
    assert [control.name for control in controls] == ["violation planted: must_not 1"]


def test_many_findings_are_bounded_and_all_are_counted(tmp_path: Path) -> None:
    files = {f"src/{index}.py": "print(1)\n" * 100 for index in range(30)}
    result = searched(tmp_path, files, must_not=(PRINT,))
    assert len(result.findings) == 1000
    assert result.metrics["violations"] == 3000


def test_a_search_that_cannot_be_made_says_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pattern_search, "_CHILD", "raise SystemExit")
    result = searched(tmp_path, must_not=(PRINT,))
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "pattern-too-slow")
