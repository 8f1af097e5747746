"""Each dialect as its writer writes it, in small."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from phaseproof.checks.cases import Case, at_level, counts, identify, merge, selected
from phaseproof.checks.junit import MAX_MESSAGE, Unreadable, parse
from support.bench import COLLECTION, FAILED, SKIPPED, case, report


def read(text: str) -> dict[str, Case]:
    return {found.id: found for found in merge(parse(text.encode()).cases)}


def test_pytest_as_it_really_writes(tmp_path: Path) -> None:
    (tmp_path / "tests" / "unit").mkdir(parents=True)
    (tmp_path / "tests" / "unit" / "test_sums.py").write_text(
        "import pytest\n"
        "@pytest.mark.parametrize('x', [1, 2])\ndef test_ok(x): pass\n"
        "def test_bad(): assert 1 == 2\n"
        "@pytest.mark.skip(reason='later')\ndef test_later(): pass\n"
        "@pytest.mark.xfail\ndef test_known(): assert 0\n"
        "@pytest.fixture\ndef broken(): raise OSError('no database')\n"
        "def test_setup(broken): pass\n"
        "class TestGroup:\n    def test_in(self): pass\n"
    )
    (tmp_path / "tests" / "test_gone.py").write_text("import nothing_of_this_name\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors",
               "--rootdir=.", "--junitxml=out.xml"]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    found = read((tmp_path / "out.xml").read_text())
    assert {name: (one.status, one.contact) for name, one in found.items()} == {
        "tests.unit.test_sums::test_ok[1]": ("passed", ""),
        "tests.unit.test_sums::test_ok[2]": ("passed", ""),
        "tests.unit.test_sums::test_bad": ("failed", ""),
        "tests.unit.test_sums::test_later": ("skipped", ""),
        "tests.unit.test_sums::test_known": ("skipped", ""),
        "tests.unit.test_sums::test_setup": ("error", "setup"),
        "tests.unit.test_sums.TestGroup::test_in": ("passed", ""),
        "pytest::tests.test_gone": ("error", "collection"),
    }
    cases = tuple(found.values())
    assert counts(cases)["executed"] == 4
    assert {one.id for one in at_level("unit/**", cases)} == {one for one in found if "sums" in one}
    assert selected("tests/unit/test_sums.py::TestGroup::test_in", cases)[0].id.endswith("TestGroup::test_in")


SUREFIRE = """<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="https://x y.xsd"
  name="org.demo.CalcTest" time="0.1" tests="4" errors="0" skipped="1" failures="1">
  <properties><property name="a" value="b"/></properties>
  <testcase name="adds" classname="org.demo.CalcTest" time="1,234.5"/>
  <testcase name="later" classname="org.demo.CalcTest"><skipped/></testcase>
  <testcase name="wobbles" classname="org.demo.CalcTest">
    <flakyFailure message="once" type="E"><stackTrace>t</stackTrace><system-out>o</system-out></flakyFailure></testcase>
  <testcase name="fails" classname="org.demo.CalcTest"><failure message="no" type="E">t</failure>
    <rerunFailure message="again" type="E"/></testcase>
</testsuite>"""


def test_surefire_with_reruns() -> None:
    found = read(SUREFIRE)
    assert {name.partition("::")[2]: (one.status, one.flaky) for name, one in found.items()} == {
        "adds": ("passed", False),
        "later": ("skipped", False),
        "wobbles": ("failed", True),
        "fails": ("failed", False),
    }
    assert found["org.demo.CalcTest::adds"].seconds == Decimal("1234.5")
    assert at_level("org/demo/**", tuple(found.values()))


def test_gradle_reruns_as_cases_of_their_own_are_one_failing_flaky_test() -> None:
    found = read(report(case("t", FAILED), case("t"), case("u"), case("u")))
    assert len(found) == 2
    assert (found["tests.unit.test_a::t"].status, found["tests.unit.test_a::t"].flaky) == ("failed", True)
    assert (found["tests.unit.test_a::u"].status, found["tests.unit.test_a::u"].attempts) == ("passed", 2)


def test_jest_junit() -> None:
    text = """<testsuites name="jest tests" tests="3" failures="0" errors="1" time="1.2">
      <testsuite name="basket" errors="0" failures="0" skipped="1" timestamp="2024-01-01T00:00:00" time="0.5" tests="2">
        <testcase classname="basket adds items" name="basket adds items" time="0.01" file="test/unit/basket.test.js"/>
        <testcase classname="basket todo" name="basket todo" time="0"><skipped/></testcase></testsuite>
      <testsuite name="test/unit/broken.test.js" errors="1" tests="1"><testcase classname="Test suite failed to run"
        name="Test suite failed to run" time="0"><error>Cannot find module './x'</error></testcase></testsuite>
    </testsuites>"""
    found = read(text)
    assert found["basket adds items::basket adds items"].status == "passed"
    assert [one.contact for one in found.values() if one.status == "error"] == ["collection"]
    assert [one.id for one in at_level("unit/**", tuple(found.values()))] == [
        "Test suite failed to run::Test suite failed to run",
        "basket adds items::basket adds items",
    ]


def test_vitest_names_files_as_classes() -> None:
    found = read(
        '<testsuites><testsuite name="test/unit/a.test.ts" tests="2">'
        '<testcase classname="test/unit/a.test.ts" name="math &gt; adds" time="0.001"/>'
        '<testcase classname="test/unit/a.test.ts" name="math &gt; subs"><skipped/></testcase></testsuite></testsuites>'
    )
    assert found["test/unit/a.test.ts::math > adds"].executed
    assert len(at_level("unit/**", tuple(found.values()))) == 2


def test_go_junit_report() -> None:
    found = read(
        '<testsuites tests="2"><testsuite name="example.org/m/store" tests="2" failures="1">'
        '<testcase name="TestPut/empty_key" classname="example.org/m/store" time="0.00">'
        "<system-out>x</system-out></testcase>"
        '<testcase name="TestGet" classname="example.org/m/store"><failure message="Failed"><![CDATA[boom]]></failure>'
        '</testcase></testsuite><testsuite name="example.org/m/bad"><testcase name="[build failed]" '
        'classname="example.org/m/bad"><error message="Build error">x</error></testcase></testsuite></testsuites>'
    )
    assert found["example.org/m/store::TestPut/empty_key"].status == "passed"
    assert found["example.org/m/store::TestGet"].message == "Failed"
    assert found["example.org/m/bad::[build failed]"].contact == "collection"
    assert [one.id for one in at_level("store/**", tuple(found.values()))] == [
        "example.org/m/store::TestGet",
        "example.org/m/store::TestPut/empty_key",
    ]


def test_googletest_and_ctest_say_it_in_attributes() -> None:
    found = read(
        '<testsuites><testsuite name="A"><testcase name="ran" status="run" result="completed" classname="A"/>'
        '<testcase name="off" status="notrun" result="suppressed" classname="A"/>'
        '<testcase name="skip" status="run" result="skipped" classname="A"/>'
        '<testcase name="bad" status="fail" classname="A"/>'
        '<testcase name="odd" status="perhaps" classname="A"/></testsuite></testsuites>'
    )
    assert {name[3:]: one.status for name, one in found.items()} == {
        "ran": "passed", "off": "skipped", "skip": "skipped", "bad": "failed", "odd": "error",
    }  # fmt: skip


def test_unittest_and_nose_placeholders_are_collection_errors() -> None:
    for name in ("unittest.loader._FailedTest", "nose.failure.Failure"):
        found = read(report(case("test_x", "<error type='ImportError' message='x'/>", classname=name)))
        assert [one.contact for one in found.values()] == ["collection"]


def test_suites_within_suites_and_errors_of_a_suite() -> None:
    found = read(
        '<testsuite name="outer"><testsuite name="inner"><testcase name="a"/></testsuite><testcase name="b"/>'
        '<testsuite name="third"><error message="could not start"/></testsuite></testsuite>'
    )
    assert {name: one.status for name, one in found.items()} == {
        "inner::a": "passed", "outer::b": "passed", "third::(suite)": "error",
    }  # fmt: skip


def test_a_skip_and_a_failure_in_one_case_is_a_failure() -> None:
    assert [one.status for one in read(report(case("t", SKIPPED + FAILED))).values()] == ["failed"]


def test_a_pass_and_a_skip_of_one_id_is_a_skip() -> None:
    assert [one.status for one in read(report(case("t"), case("t", SKIPPED))).values()] == ["skipped"]


def test_a_collection_error_beside_a_run_of_the_same_id_is_no_mere_contact() -> None:
    (one,) = read(report(case("t", COLLECTION), case("t"))).values()
    assert (one.status, one.contact) == ("error", "")


@pytest.mark.parametrize(
    ("classname", "name", "expected"),
    [
        ("a.b", "c", "a.b::c"),
        ("", "c", "c"),
        ("a", "", "a"),
        (" a  b\n", "c\td", "a b::c d"),
        ("a", "x\x1b[31m\u202ered\u200b", "a::x\\x1b[31m\\u202ered\\u200b"),
        ("a", "e\u0301", "a::\u00e9"),
    ],
)
def test_ids_are_printable_and_in_one_form(classname: str, name: str, expected: str) -> None:
    assert identify(classname, name) == expected


def test_long_ids_stay_apart() -> None:
    a, b = identify("c", "x" * 5_000 + "a"), identify("c", "x" * 5_000 + "b")
    assert a != b
    assert len(a) <= 500


@pytest.mark.parametrize("time", ["", "nan", "-3", "inf", "x", "1e999999", "9" * 400])
def test_odd_times_are_bounded(time: str) -> None:
    (one,) = read(f'<testsuite><testcase name="a" time="{time}"/></testsuite>').values()
    assert 0 <= one.seconds <= 10**7


@pytest.mark.parametrize(
    "text",
    [
        "", "   \n", "not xml", "<testsuites>", "<html></html>", "<testcase name='a'/>", "<a/>" * 2,
        "<assemblies><assembly/></assemblies>", '{"tests": 40}', "<testsuite><testcase></testsuite>",
        '<?xml version="1.0" encoding="no-such"?><testsuite/>', '<?xml version="1.0" encoding="zip"?><testsuite/>',
    ],
)  # fmt: skip
def test_what_is_no_report_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text.encode())


def test_other_encodings_are_read() -> None:
    text = '<?xml version="1.0" encoding="{}"?><testsuite><testcase classname="a" name="é"/></testsuite>'
    for encoding in ("utf-8", "utf-16", "iso-8859-1"):
        assert [one.id for one in parse(text.format(encoding).encode(encoding)).cases] == ["a::é"]


def test_messages_are_bounded() -> None:
    (one,) = read(report(case("t", f'<failure message="{"m" * 9_000}">{"t" * 100_000}</failure>'))).values()
    assert len(one.message) == MAX_MESSAGE
    (one,) = read(report(case("t", f"<failure>{'t ' * 100_000}</failure>"))).values()
    assert len(one.message) == MAX_MESSAGE


def test_patterns_select_ids_names_and_parameters() -> None:
    cases = merge(parse(report(case("test_a[x]"), case("test_a[y]"), case("test_b"), case("a::b")).encode()).cases)
    unit = "tests.unit.test_a::"
    expected = {
        "test_a": {"test_a[x]", "test_a[y]"},
        "test_a[x]": {"test_a[x]"},
        "test_*": {"test_a[x]", "test_a[y]", "test_b"},
        "tests.unit.*": {"test_a[x]", "test_a[y]", "test_b", "a::b"},
        "tests/unit/test_a.py::test_b": {"test_b"},
        "b": {"a::b"},
        "TEST_B": set(),
        "nothing": set(),
        "est_b": set(),
    }
    for pattern, names in expected.items():
        assert {one.id for one in selected(pattern, cases)} == {unit + name for name in names}, pattern
