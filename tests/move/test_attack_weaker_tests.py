"""A test file that was made weaker, each in its way: whoever is asked to accept it is told what is less."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.instrument import Difference, compare, summary, told
from phaseproof.checks.python_tests import read

PATH = "tests/test_prices.py"
BEFORE = """\
import unittest
import pytest
from prices import total, rounded


def check(value, wanted):
    assert value == wanted
    assert isinstance(value, int)


def test_total():
    check(total([1, 2]), 3)
    assert total([]) == 0
    with pytest.raises(ValueError):
        total(None)


@pytest.mark.parametrize("value", [1, 2, 3])
def test_rounded(value):
    assert rounded(value) == value


class TestSums:
    def test_two(self):
        assert total([1, 1]) == 2


class Odd(unittest.TestCase):
    def test_odd(self):
        self.assertEqual(total([1]), 1)
        self.assertRaises(ValueError, total, None)
"""
TOTAL = "tests/test_prices.py::test_total"
LAST = "    assert total([]) == 0\n"
RAISES = "    with pytest.raises(ValueError):\n        total(None)\n"
TWO = f"{PATH}::TestSums::test_two"
DEEP = f"    {LAST}"


def after(old: str, new: str) -> Difference:
    assert old in BEFORE
    return compare({PATH: BEFORE.encode()}, {PATH: BEFORE.replace(old, new, 1).encode()})


def weak(found: Difference) -> dict[str, list[str]]:
    return {
        "gone": list(found.gone),
        "skipped": list(found.skipped),
        "fewer": [f"{one.name} {one.before}-{one.after}" for one in found.fewer],
        "cases": [f"{one.name} {one.before}-{one.after}" for one in found.cases],
        "hooks": list(found.hooks),
        "unreadable": list(found.unreadable),
    }


def only(found: Difference, **expected: list[str]) -> None:
    assert weak(found) == {name: expected.get(name, []) for name in weak(found)}


def test_what_is_read() -> None:
    module = read(BEFORE.encode())
    assert module is not None
    assert {name: (one.assertions, one.cases) for name, one in module.tests.items()} == {
        "test_total": (2, 1), "test_rounded": (1, 3), "TestSums::test_two": (1, 1), "Odd::test_odd": (2, 1),
    }  # fmt: skip
    assert {name: one.assertions for name, one in module.helpers.items()} == {"check": 2}


def test_an_assertion_removed() -> None:
    only(after(LAST, ""), fewer=[f"{TOTAL} 2-1"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LAST, "    assert True\n"),
        (LAST, "    assert 'total of nothing is nothing'\n"),
        (LAST, "    if False:\n" + DEEP),
        (LAST, "    while 0:\n" + DEEP),
        (LAST, "    try:\n" + DEEP + "    except AssertionError:\n        pass\n"),
        (LAST, "    try:\n" + DEEP + "    except:\n        print('no')\n"),
        (LAST, "    try:\n" + DEEP + "    except (ValueError, Exception):\n        return\n"),
        (LAST, "    with contextlib.suppress(AssertionError):\n" + DEEP),
        (LAST, "    total([]) == 0\n"),
        (LAST, "    # assert total([]) == 0\n"),
        (RAISES, f"    return\n{RAISES}"),
    ],
)  # fmt: skip
def test_an_assertion_that_cannot_fail_any_more(old: str, new: str) -> None:
    only(after(old, new), fewer=[f"{TOTAL} 2-1"])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (LAST, "    if total:\n" + DEEP),
        (LAST, "    try:\n" + DEEP + "    except KeyError:\n        pass\n"),
        (LAST, "    try:\n" + DEEP + "    except AssertionError:\n        raise\n"),
        (LAST, "    with open('x') as file:\n" + DEEP),
        (LAST, "    for n in range(3):\n" + DEEP),
    ],
)  # fmt: skip
def test_what_can_still_fail_is_only_changed(old: str, new: str) -> None:
    found = after(old, new)
    only(found)
    assert found.changed == (TOTAL,)


def test_everything_behind_an_early_return() -> None:
    only(after("def test_total():\n", "def test_total():\n    return\n"), fewer=[f"{TOTAL} 2-0"])


def test_a_helper_that_asserts_less() -> None:
    only(after("    assert isinstance(value, int)\n", ""), fewer=[f"{PATH}::check 2-1"])
    gone = after("def check(value, wanted):\n    assert value == wanted\n    assert isinstance(value, int)\n", "")
    only(gone, fewer=[f"{PATH}::check 2-0"])


@pytest.mark.parametrize(
    ("old", "new", "gone"),
    [
        ("def test_total", "def xtest_total", [TOTAL]),
        ("def test_total", "def check_total", [TOTAL]),
        ("class TestSums", "class Sums", [TWO]),
        ("class TestSums:\n", "class TestSums:\n    def __init__(self):\n        pass\n\n", [TWO]),
        ("(unittest.TestCase)", "", [f"{PATH}::Odd::test_odd"]),
        ("class TestSums:\n", "class TestSums:\n    __test__ = False\n\n", [TWO]),
        ("@pytest.mark.param", "test_total = None\n\n\n@pytest.mark.param", [TOTAL]),
        ("@pytest.mark.param", "del test_total\n\n\n@pytest.mark.param", [TOTAL]),
        ("class TestSums", "class TestSums:\n    pass\n\n\nclass TestSums:\n    pass\n\n\nclass XSums", [TWO]),
        ("def test_total():\n", "if False:\n  def test_total():\n      pass\ndef helper():\n", [TOTAL]),
    ],
)  # fmt: skip
def test_a_test_that_is_not_collected_any_more(old: str, new: str, gone: list[str]) -> None:
    assert list(after(old, new).gone) == gone


def test_a_test_written_over_by_an_empty_one() -> None:
    only(after("@pytest.mark.param", "def test_total():\n    pass\n\n\n@pytest.mark.param"), fewer=[f"{TOTAL} 2-0"])


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("def test_total", "@pytest.mark.skip\ndef test_total", "pytest.mark.skip"),
        ("def test_total", "@pytest.mark.skip(reason='slow')\ndef test_total", "pytest.mark.skip(reason='slow')"),
        ("def test_total", "@pytest.mark.skipif(True)\ndef test_total", "pytest.mark.skipif(True)"),
        ("def test_total", "@pytest.mark.xfail\ndef test_total", "pytest.mark.xfail"),
        ("def test_total", "@unittest.expectedFailure\ndef test_total", "unittest.expectedFailure"),
        (LAST, LAST + "    pytest.skip('later')\n", "pytest.skip('later')"),
        (LAST, LAST + "    if now():\n        pytest.xfail('x')\n", "pytest.xfail('x')"),
        (LAST, LAST + "    raise unittest.SkipTest('x')\n", "unittest.SkipTest('x')"),
    ],
)  # fmt: skip
def test_a_test_that_is_skipped_or_expected_to_fail(old: str, new: str, why: str) -> None:
    assert f"{TOTAL} ({why})" in after(old, new).skipped


@pytest.mark.parametrize(
    "line",
    ["pytestmark = pytest.mark.skip", "pytestmark = [pytest.mark.xfail(strict=False)]",
     "pytest.skip('not here', allow_module_level=True)", "numpy = pytest.importorskip('numpy')",
     "if True:\n    pytest.skip('x', allow_module_level=True)"],
)  # fmt: skip
def test_a_whole_file_that_is_skipped(line: str) -> None:
    found = after("import pytest\n", f"import pytest\n\n{line}\n")
    assert len(found.skipped) == 4


def test_a_whole_class_that_is_skipped() -> None:
    assert after("class Odd", "@unittest.skip('x')\nclass Odd").skipped == (
        f"{PATH}::Odd::test_odd (unittest.skip('x'))",
    )
    assert len(after("class TestSums:\n", "class TestSums:\n    pytestmark = pytest.mark.xfail\n\n").skipped) == 1


def test_fewer_parameters() -> None:
    only(after("[1, 2, 3]", "[1]"), cases=["tests/test_prices.py::test_rounded 3-1"])


def test_a_file_that_is_gone_renamed_or_broken() -> None:
    tests = [f"{PATH}::{name}" for name in ("test_total", "test_rounded", "TestSums::test_two", "Odd::test_odd")]
    assert list(compare({PATH: BEFORE.encode()}, {}).gone) == tests
    renamed = compare({PATH: BEFORE.encode()}, {"tests/prices_checks.py": BEFORE.encode()})
    assert list(renamed.gone) == tests and renamed.new == ()
    broken = compare({PATH: BEFORE.encode()}, {PATH: b"def test_total(:\n"})
    assert (list(broken.gone), broken.unreadable) == (tests, (PATH,))


CONFTEST = {
    "def pytest_runtest_makereport(item, call):\n    call.excinfo = None\n": "pytest_runtest_makereport",
    "def pytest_sessionfinish(session, exitstatus):\n    session.exitstatus = 0\n": "pytest_sessionfinish",
    "def pytest_collection_modifyitems(items):\n    items.clear()\n": "pytest_collection_modifyitems",
    "import pytest\n@pytest.hookimpl\ndef pytest_pyfunc_call(pyfuncitem):\n    yield\n": "pytest_pyfunc_call",
    "import pytest\n@pytest.fixture(autouse=True)\ndef quiet(monkeypatch):\n    yield\n": "quiet",
    "collect_ignore = ['test_prices.py']\n": "collect_ignore",
    "collect_ignore_glob: list[str] = ['*']\n": "collect_ignore_glob",
    "pytest_plugins = ['quiet']\n": "pytest_plugins",
}  # fmt: skip


@pytest.mark.parametrize("source", CONFTEST)
def test_a_conftest_that_swallows_failures(source: str) -> None:
    name = f"tests/conftest.py::{CONFTEST[source]}"
    new = compare({}, {"tests/conftest.py": source.encode()})
    assert new.hooks == (f"{name} new",)
    before = b"def " + CONFTEST[source].encode() + b"():\n    'nothing'\n"
    if "def " in source:
        changed = compare({"tests/conftest.py": before}, {"tests/conftest.py": source.encode()})
        assert any(hook.startswith(name) for hook in changed.hooks)
    assert summary(new).startswith("1 hook into the test runner")


def test_new_tests_and_other_files_are_told_after_what_weakens() -> None:
    found = compare(
        {PATH: BEFORE.encode(), "pytest.ini": b"[pytest]\n", "tests/data.bin": b"\0\1"},
        {
            PATH: BEFORE.replace("def test_total", "def test_sum").encode(),
            "pytest.ini": b"[pytest]\naddopts = --maxfail=100 -k 'not total'\n",
            "tests/data.bin": b"\0\2",
        },
    )
    assert summary(found) == f"1 test gone: {TOTAL}; 1 new; 2 other files"
    lines = told(found)
    assert lines[0].split() == ["gone", TOTAL]
    assert "pytest.ini (+1 −0)" in lines[2] and lines[3].endswith("tests/data.bin")


def test_comments_and_layout_are_no_change_of_a_test() -> None:
    found = after(
        "    assert total([]) == 0\n", "    # nothing costs nothing\n    assert (\n        total([]) == 0\n    )\n"
    )
    assert (found.changed, found.files) == ((), (PATH,))
    assert summary(found) == f"1 file: {PATH}"


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=400),
        st.text(st.characters(codec="utf-8"), max_size=400).map(lambda text: text.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_are_read_or_not_read_and_nothing_else(data: bytes) -> None:
    found = compare({PATH: BEFORE.encode()}, {PATH: data, "conftest.py": data})
    assert found.gone or found.files == ()
    assert summary(found) and told(found)


@pytest.mark.parametrize(
    "source",
    ["(" * 100_000, "-" * 50_000 + "1", "a = " + "+".join(["1"] * 20_000), "x" * 3_000_000, "[" * 500 + "]" * 500],
)
def test_hostile_sources_end_as_unreadable_or_read(source: str) -> None:
    found = compare({PATH: BEFORE.encode()}, {PATH: source.encode()})
    assert len(found.gone) == 4
