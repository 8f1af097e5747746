"""Reports read to figures."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.figure_formats import Empty, Format, parse
from phaseproof.checks.structured import Malformed

COBERTURA = (
    '<?xml version="1.0" ?>\n<coverage line-rate="1" lines-valid="200" lines-covered="150"{more}><x/></coverage>'
)
BENCHMARKS = {"benchmarks": [{"name": "test_a[1]", "stats": {"mean": 0.5, "rounds": 7, "outliers": "1;2"}}]}
COVERAGE = {
    "totals": {"percent_covered": 75, "num_statements": 200, "percent_covered_display": "75"},
    "files": {"a.py": {"summary": {"percent_covered": 75.0}}},
}


@pytest.mark.parametrize(
    ("form", "text", "figures"),
    [
        ("json", '{"a": 1, "b": {"c": 2.5}, "d": [1, "x", true]}', {"a": 1.0, "b": {"c": 2.5}, "d": [1.0, "x", True]}),
        ("json", "[1, 2]", {"rows": [1.0, 2.0]}),
        (
            "csv",
            "name,ms\nx,1\ny,3\n",
            {
                "rows": [{"name": "x", "ms": 1.0}, {"name": "y", "ms": 3.0}],
                "columns": {"ms": {"min": 1.0, "max": 3.0, "mean": 2.0, "sum": 4.0, "count": 2.0}},
            },
        ),
        (
            "pytest-benchmark",
            json.dumps(BENCHMARKS),
            {
                "test_a[1]": {"mean": 0.5, "rounds": 7.0},
                "benchmarks": [{"name": "test_a[1]", "mean": 0.5, "rounds": 7.0}],
            },
        ),
        (
            "coverage",
            json.dumps(COVERAGE),
            {"percent_covered": 75.0, "num_statements": 200.0, "files": [{"path": "a.py", "percent_covered": 75.0}]},
        ),
        (
            "coverage",
            COBERTURA.format(more=""),
            {"num_statements": 200.0, "covered_lines": 150.0, "missing_lines": 50.0, "percent_covered": 75.0},
        ),
    ],
)
def test_figures(form: Format, text: str, figures: dict[str, Any]) -> None:
    assert parse(text.encode(), form) == figures


@pytest.mark.parametrize(
    ("form", "text", "words"),
    [
        ("json", "", "empty"),
        ("json", "  \n", "empty"),
        ("json", '{"a": NaN}', "NaN"),
        ("json", '{"a": Infinity}', "Infinity"),
        ("json", '{"a": 1e999}', "too large"),
        ("json", '{"a": 9007199254740993}', "too large to be exact"),
        ("json", '{"a": 1, "a": 2}', "twice"),
        ("json", "3", "a single value"),
        ("csv", "a,a\n1,2\n", "each once"),
        ("csv", "a,b\n1\n", "row 2 has 1 cells"),
        ("csv", "a\nnan\n", "no finite number"),
        ("csv", "a\n-INF\n", "no finite number"),
        ("csv", "a\n1e9999\n", "too large"),
        ("csv", 'a\n"1\n', "not CSV"),
        ("pytest-benchmark", '{"a": 1}', "no list"),
        ("pytest-benchmark", '{"benchmarks": [{"stats": {}}]}', "no name"),
        ("pytest-benchmark", json.dumps({"benchmarks": BENCHMARKS["benchmarks"] * 2}), "two benchmarks"),
        ("coverage", '{"totals": {"percent_covered": 100}}', "not written by coverage.py"),
        ("coverage", "<testsuite/>", "not <coverage>"),
        ("coverage", "<coverage", "not XML"),
        ("coverage", '<coverage line-rate="1"/>', "no count"),
        ("coverage", '<coverage lines-valid="2" lines-covered="3"/>', "more lines as covered"),
        ("coverage", '<!DOCTYPE a [<!ENTITY b "c">]><coverage lines-valid="2" lines-covered="2"/>', "not XML"),
    ],
)
def test_what_is_no_report(form: Format, text: str, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        parse(text.encode(), form)
    assert words in caught.value.fact


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", "{}"),
        ("csv", "a,b\n"),
        ("pytest-benchmark", '{"benchmarks": []}'),
        ("coverage", '{"totals": {"percent_covered": 100, "num_statements": 0}, "files": {}}'),
        ("coverage", '<coverage line-rate="1" lines-valid="0" lines-covered="0"/>'),
    ],
)
def test_a_report_of_nothing_is_told_apart(form: Format, text: str) -> None:
    with pytest.raises(Empty):
        parse(text.encode(), form)


def test_a_column_with_a_hole_has_no_statistics() -> None:
    assert parse(b"a,b\n1,\n2,3\n", "csv")["columns"].keys() == {"a"}


def test_what_xml_says_of_its_own_rate_is_not_read() -> None:
    assert parse(COBERTURA.format(more="").encode(), "coverage")["percent_covered"] == 75


@settings(deadline=None)
@given(
    st.sampled_from(["json", "csv", "pytest-benchmark", "coverage"]), st.binary(max_size=60) | st.text().map(str.encode)
)
def test_no_bytes_do_anything_but_parse_or_be_refused(form: Format, data: bytes) -> None:
    with contextlib.suppress(Malformed, Empty):
        assert isinstance(parse(data, form), dict)
