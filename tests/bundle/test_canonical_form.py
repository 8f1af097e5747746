"""The one byte form in which values are hashed and signed, against a reference implementation of RFC 8785."""

from __future__ import annotations

import json

import msgspec
import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle import canonical

KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=5) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=25
)


@settings(max_examples=400, deadline=None)
@given(VALUES)
def test_equal_to_the_reference_and_back(value):
    data = canonical.encode(value)
    assert data == rfc8785.dumps(value)
    assert canonical.decode(data) == value
    assert canonical.encode_trusted(value) == data


class Point(msgspec.Struct, frozen=True, omit_defaults=True):
    b: int
    a: tuple[str, ...] = ()


def test_structs_are_objects_with_sorted_keys():
    assert canonical.encode({"z": Point(1, ("x",)), "y": (Point(2),)}) == b'{"y":[{"b":2}],"z":{"a":["x"],"b":1}}'


@pytest.mark.parametrize(
    "value",
    [
        0.5, 1.0, float("nan"), float("inf"), 2**53, -(2**53), 2**70, {"é": 1}, {"a": {"ключ": 1}}, {1: 2}, "\ud800",
        {"a": ["\udfff"]}, {"\ud800": 1}, object(), {1, 2.5}, [0.1],
    ],
    ids=repr,
)  # fmt: skip
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises(ValueError):
        canonical.encode(value)


def test_depth_is_bounded():
    deep: list[object] = []
    for _ in range(63):
        deep = [deep]
    assert canonical.decode(canonical.encode(deep)) == deep
    with pytest.raises(ValueError, match="nested deeper"):
        canonical.encode([[deep, []]])
    with pytest.raises(ValueError, match=r"not JSON|nested deeper"):
        canonical.decode(b"[" * 5_000 + b"]" * 5_000)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b'{"a":1} ', b' {"a":1}', b'{"a": 1}', b'{"b":1,"a":2}', b'{"a":1,"a":1}', b'{"a":1,"a":2}',
        b"1.0", b"1e2", b"-0", b"9007199254740992", b'"\\u0041"', b'"\\/"', b'"\\u00e9"', b'"\xff"', b"nul",
        b'"\\ud800"', b"\xef\xbb\xbf1", b"[1,]", b"NaN", '{"é":1}'.encode(),
    ],
    ids=repr,
)  # fmt: skip
def test_other_bytes_of_a_value_are_refused(data):
    with pytest.raises(ValueError):
        canonical.decode(data)


@settings(max_examples=200, deadline=None)
@given(VALUES, st.integers(0, 3))
def test_no_second_form_of_a_value_decodes(value, style):
    data = canonical.encode(value)
    other = [
        json.dumps(value, indent=1),
        json.dumps(value, ensure_ascii=True),
        json.dumps(value, separators=(",", ": ")),
        json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n",
    ][style].encode()
    if other != data:
        with pytest.raises(ValueError, match=r"canonical|not JSON"):
            canonical.decode(other)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_refused(data):
    try:
        value = canonical.decode(data)
    except ValueError:
        return
    assert canonical.encode(value) == data
