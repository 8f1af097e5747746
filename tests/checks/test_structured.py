from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.structured import Malformed, from_json, from_yaml, line_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_json_comes_back(value: Any) -> None:
    assert from_json(json.dumps(value)) == value


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_values_or_malformed(text: str) -> None:
    for reader in (from_json, from_yaml):
        try:
            reader(text)
        except Malformed as error:
            assert error.fact and error.line >= 1
    assert line_of(text, ("a", 0)) >= 1


def test_yaml_reads_the_core_schema_and_nothing_of_yaml_1_1() -> None:
    text = "a: yes\nb: on\nc: 2024-01-01\nd: 0o7\ne: 1_000\nf: 12:30\ng: ~\nh: true\ni: 1.5e3\nj: -7\nk: '1'\nl: 010\n"
    assert from_yaml(text) == {
        "a": "yes", "b": "on", "c": "2024-01-01", "d": "0o7", "e": "1_000", "f": "12:30", "g": None, "h": True,
        "i": 1500.0, "j": -7, "k": "1", "l": 10,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: &x 1\nb: *x\n", 1),
        ("b: *x\n", 1),
        ("a: 1\nb: !!python/object:os.system x\n", 2),
        ("a: !!str 1\n", 1),
        ("a: 1\na: 2\n", 2),
        ("? [a]\n: 1\n", 1),
        ("<<: {a: 1}\n", 1),
        ("a: 1\n---\nb: 2\n", 2),
        ("a: .inf\n", 1),
        ("a: .nan\n", 1),
        ("a:\n\t- b\n", 2),
        ("a: [\n", 2),
        ("[" * 100 + "]" * 100, 1),
        ("[" * 100_000, 1),
        ("{a: " * 100_000, 1),
        ("a: \x00", 1),
    ],
)
def test_what_is_not_read(text: str, line: int) -> None:
    with pytest.raises(Malformed) as caught:
        from_yaml(text)
    assert caught.value.line == line


def test_lines_are_those_of_the_whole_file() -> None:
    with pytest.raises(Malformed) as caught:
        from_yaml("a: 1\na: 2\n", first_line=5)
    assert caught.value.line == 6
    assert line_of("a:\n  - x\n  - y\n", ("a", 1)) == 3
    assert line_of("a:\n  - x\n", ("a", 9)) == 2
    assert line_of("a: 1\n", ("b",), 7) == 7


def test_too_many_values_are_refused() -> None:
    with pytest.raises(Malformed, match="values"):
        from_yaml("- 1\n" * 250_000)
