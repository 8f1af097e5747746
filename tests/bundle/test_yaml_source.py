"""YAML as it is read: what is refused, where, and what a word resolves to."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle import yaml_source
from phaseproof.bundle.mistakes import Mistakes
from phaseproof.bundle.yaml_source import load, plain


def refused(data: bytes | str) -> list[tuple[int, int, str]]:
    with pytest.raises(Mistakes) as error:
        load(data.encode() if isinstance(data, str) else data, "f.yaml")
    assert error.value.exit_code == 2
    return [(one.line, one.column, one.message) for one in error.value.mistakes]


@pytest.mark.parametrize(
    ("data", "line", "column", "words"),
    [
        (b"", 1, 1, "the file is empty"),
        (b"\n# only a comment\n", 1, 1, "the file is empty"),
        (b"~\n", 1, 1, "the file is empty"),
        (b"- a\n", 1, 1, "expected keys and values"),
        (b"word\n", 1, 1, "expected keys and values"),
        (b"\xef\xbb\xbfa: 1\n", 1, 1, "byte order mark"),
        ("a: 1\n".encode("utf-16"), 1, 1, "byte order mark"),
        (b"a: 1\nb: \xe9\n", 2, 4, "the byte 0xe9 is not UTF-8"),
        (b"a: 1\nb: \xed\xa0\x80\n", 2, 4, "is not UTF-8"),
        (b"a:\n\tb: 1\n", 2, 1, "a tab indents this line"),
        (b"a:\n  \tb: 1\n", 2, 3, "a tab indents this line"),
        (b"a: 1\nb: \x00\n", 2, 4, "U+0000"),
        (b"a: \x1b[31m\n", 1, 4, "U+001B"),
        ("a: x\u202ey\n".encode(), 1, 5, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("a: x\u2028y\n".encode(), 1, 5, "U+2028 LINE SEPARATOR"),
        (b"a: 1\rb: 2\n", 1, 5, "U+000D"),
        (b'a: "\\u202e"\n', 1, 4, "U+202E RIGHT-TO-LEFT OVERRIDE"),
        (b'a: "\\0"\n', 1, 4, "U+0000"),
        (b"a: 1\na: 2\n", 2, 1, "the key “a” stands on line 1 already"),
        (b"x:\n  a: 1\n  'a': 2\n", 3, 3, "stands on line 2 already"),
        (b"a: &x 1\n", 1, 4, "the anchor &x"),
        (b"a: *x\n", 1, 4, "the alias *x"),
        (b"<<: {a: 1}\n", 1, 1, "merge keys are not read"),
        (b"a: !!python/object:os.system x\n", 1, 4, "the tag"),
        (b"a: !!str 1\n", 1, 4, "the tag"),
        (b"? [a, b]\n: 1\n", 1, 3, "a key is one word"),
        (b"{a: 1}: 2\n", 1, 1, "a key is one word"),
        (b"%YAML 1.1\n---\na: 1\n", 1, 1, "directives"),
        (b"a: 1\n---\nb: 2\n", 2, 1, "a second document"),
        (b"a: [1, 2\nb: 3\n", 2, 2, "not valid YAML"),
        (b"a: b: c\n", 1, 5, "not valid YAML: mapping values are not allowed"),
        (b"a: 'x\n", 2, 1, "not valid YAML"),
    ],
)  # fmt: skip
def test_refusals_with_their_place(data, line, column, words):
    (found,) = refused(data)
    assert found[:2] == (line, column)
    assert words in found[2]


def test_all_refusals_of_one_file_come_at_once():
    found = refused("a: &x 1\nb: *x\na: 2\nc: !t 3\n<<: 4\n")
    assert [line for line, _, _ in found] == [1, 2, 3, 4, 5]


def test_a_bomb_of_aliases_is_refused_before_it_unfolds():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]
    tracemalloc.start()
    found = refused("\n".join(lines))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 40 + 39 * 9
    assert peak < 20_000_000


@pytest.mark.parametrize(
    "data", [b"[" * 500_000, b"{a: " * 200_000, b"a: " + b"[" * 100, b"- " * 300_000, b"? " * 300_000]
)
def test_deep_nesting_ends_at_the_bound(data):
    ((_, _, message),) = refused(data)
    assert "nested deeper than 64" in message or "not valid YAML" in message


def test_sixty_four_levels_are_read():
    root = load(b"a: " + b"[" * 63 + b"]" * 63, "f.yaml")
    assert plain(root) is not None


def test_a_large_file_is_refused_unread():
    ((line, column, message),) = refused(b"a: " + b"x" * (10 * 1024 * 1024))
    assert (line, column) == (1, 1)
    assert "10,485,763 bytes" in message


def test_many_small_words_are_refused():
    ((line, _, message),) = refused("a:\n" + "- x\n" * 150_000)
    assert "more than 100,000 words" in message
    assert line == yaml_source.MAX_NODES - 1


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True), ("False", False), ("null", None), ("~", None), ("", None), ("0", 0), ("-7", -7), ("+7", 7),
        ("yes", "yes"), ("no", "no"), ("on", "on"), ("OFF", "OFF"), ("y", "y"), ("010", "010"), ("0x1F", "0x1F"),
        ("0o17", "0o17"), ("1_000", "1_000"), ("1:30", "1:30"), ("0.8", "0.8"), ("3.10", "3.10"), ("1e3", "1e3"),
        (".nan", ".nan"), (".inf", ".inf"), ("2024-01-01", "2024-01-01"), ("'true'", "true"), ('"7"', "7"),
        ("9" * 40, "9" * 40), ("=", "="),
    ],
)  # fmt: skip
def test_what_a_word_is(word, value):
    got = plain(load(f"a: {word}\n".encode(), "f"))["a"]
    assert got == value
    assert type(got) is type(value)


def test_keys_are_read_as_written():
    assert plain(load(b"yes: 1\n404: 2\nnull: 3\n~: 4\n", "f")) == {"yes": 1, "404": 2, "null": 3, "~": 4}


def test_places_of_keys_and_values_count_characters_from_one():
    root = load("äöü: {β: [x, 'y']}\nz:\n  - |\n    text\n".encode(), "f")
    (key, value), (_, listed) = root.entries
    assert (key.line, key.column, value.line, value.column) == (1, 1, 1, 6)
    (inner, entries) = value.entries[0]
    assert (inner.column, [one.column for one in entries.entries]) == (7, [11, 14])
    assert (listed.entries[0].line, listed.entries[0].raw) == (3, "text\n")


def test_windows_line_ends_are_read():
    assert plain(load(b"a: 1\r\nb:\r\n  - c\r\n", "f")) == {"a": 1, "b": ["c"]}


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text("ab:-[]{}&*!|>'\"#%@`,?\n\t \r~0é", max_size=80).map(str.encode)))
def test_any_bytes_are_read_or_refused_with_a_place(data):
    try:
        root = load(data, "f")
    except Mistakes as error:
        assert error.mistakes
        assert all(one.line >= 1 and one.column >= 1 for one in error.mistakes)
    else:
        assert isinstance(plain(root), dict)
