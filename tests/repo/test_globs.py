"""Globs, against a reference that backtracks over characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob


def one(pattern: str, text: str) -> bool:
    """Reference for one component."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(one(pattern[1:], text[skip:]) for skip in range(len(text) + 1))
    if not text:
        return False
    if pattern[0] == "?":
        return one(pattern[1:], text[1:])
    if pattern[0] == "[":
        end = pattern.index("]", 3 if pattern[1] == "!" else 2)
        body = pattern[1:end]
        members = {c for c in body.removeprefix("!") if c != "-"}
        if "-" in body:
            members |= {chr(c) for c in range(ord("a"), ord("c") + 1)}
        return ((text[0] in members) != body.startswith("!")) and one(pattern[end + 1 :], text[1:])
    return pattern[0] == text[0] and one(pattern[1:], text[1:])


def reference(pattern: list[str], path: list[str]) -> bool:
    if not pattern:
        return True  # what lies below is covered
    if pattern[0] == "**":
        if all(part == "**" for part in pattern):
            return bool(path)
        return any(reference(pattern[1:], path[skip:]) for skip in range(len(path) + 1))
    return bool(path) and one(pattern[0], path[0]) and reference(pattern[1:], path[1:])


atoms = st.sampled_from(["a", "b", ".", "*", "?", "[ab]", "[!a]", "[a-c]", "[!a-c]"])
components = st.one_of(
    st.just("**"),
    st.lists(atoms, min_size=1, max_size=5).map("".join).filter(lambda c: c not in (".", "..") and "**" not in c),
)
names = st.text("abcd.", min_size=1, max_size=5)


@settings(max_examples=600, deadline=None)
@given(st.lists(components, min_size=1, max_size=5), st.lists(names, min_size=1, max_size=5))
def test_as_the_reference(pattern, path):
    assert compile_glob("/".join(pattern)).matches("/".join(path)) == reference(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("src/**", ["src/a", "src/a/b"], ["src", "srcs/a", "lib/src/a"]),
        ("**/*.py", ["a.py", "x/y/a.py"], ["a.pyc", "a.py~"]),
        ("docs", ["docs", "docs/a"], ["docs2", "a/docs"]),
        ("docs/", ["docs/a"], ["docs2/a"]),
        ("**", ["a", "a/b", ".hidden"], []),
        ("a/**/b", ["a/b", "a/x/y/b"], ["a/xb", "ab"]),
        ("*", ["a", ".env", "a/b"], []),
        ("[*].md", ["*.md"], ["a.md"]),
        ("a\n.txt", ["a\n.txt"], ["a"]),
        ("*.txt", ["a\nb.txt"], ["a.txt\n"]),
        ("café/\udce9", ["café/\udce9"], ["café/x"]),
        ("[]a]", ["]", "a"], ["b"]),
        ("[^a]", ["^", "a"], ["b"]),
    ],
)
def test_examples(pattern, yes, no):
    glob = compile_glob(pattern)
    assert glob.select([*yes, *no]) == yes


@pytest.mark.parametrize(
    "pattern",
    ["", "!src/**", "/etc/passwd", "../x", "a/../b", "./a", "a//b", "a\\b", "C:/x", "a**b", "**.py", "[a", "[z-a]",
     "a/[/]b", "a\0b", "x" * 1025, "/", "[]", "[!]"],
)  # fmt: skip
def test_patterns_that_cannot_be_used_are_refused(pattern):
    with pytest.raises(Usage) as error:
        compile_glob(pattern)
    assert error.value.rule == "glob-invalid"


def test_attack_a_pattern_that_backtracks_for_ever():
    # With plain groups instead of atomic ones none of these three ends within a life-time.
    long = "a" * 250
    assert not compile_glob("*a" * 40 + "b").matches(long)
    assert not compile_glob("/".join(["**", "a"] * 20) + "/b").matches("/".join(["a"] * 200))
    assert not compile_glob("/".join(["**", "a*a"] * 20) + "/b").matches("/".join(["a" * 20] * 100))
