"""`report md`: short enough for a comment, in the order in which to act, and nothing of it acts by itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import quay
from hypothesis import given, settings
from hypothesis import strategies as st
from large import large

from phaseproof.reports.scrub import Scrubber
from phaseproof.reports.summary import _text, summary
from support.shop import Shop


@pytest.fixture(scope="module")
def text(troubled: Shop) -> str:
    done = troubled.run("report", "md")
    assert done.code == 0, done.text
    return done.out


def test_verdict_then_blockers_then_gates(text: str) -> None:
    order = ["HOLD: quay-crane", "1. **refuted** ", "2. **hollow** ", "3. **stale** ", "`phaseproof run Q-4`",
             "| Gate A: Safe to lift | HOLD | 1 of 5 |", "signed statements checked"]  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert text.startswith("## ")


def test_a_pass_has_no_blockers(passing: Shop) -> None:
    said = passing.run("report", "md").out
    assert said.startswith("## ✅ PASS: quay-crane")
    assert "What blocks" not in said


def test_hostile_text_is_plain_text(text: str) -> None:
    assert not re.search(r"(?<!\\)<script", text)
    assert r"\<script\>" in text


def test_no_secret_no_home(text: str, troubled: Shop) -> None:
    for word in (quay.LEAK, "/home/olga", str(troubled.folder), str(Path.home())):
        assert word not in text


def test_it_fits_a_comment_whatever_the_programme() -> None:
    said = summary(large(400)[0], Scrubber())
    assert len(said) < 65_000
    assert len(re.findall(r"^\d+\. ", said, re.MULTILINE)) == 30
    assert re.search(r"… and \d+ more: `phaseproof status --all`", said)


@pytest.mark.parametrize(
    ("hostile", "never"),
    [("@everyone look", "@everyone"), ("fixes #1", "#1"), ("see https://evil.example", "https://"),
     ("see www.evil.example", "www.evil"), ("a | b", " | "), ("![x](y)", "!["), ("`code`", " `"), ("# big", "\n# "),
     ("- one\n- two", "\n- "), ("a <b>", "<b>"), ("mail me@evil.example", "me@evil")],
)  # fmt: skip
def test_texts_neither_call_nor_link_nor_break_out(hostile: str, never: str) -> None:
    assert never not in "\n" + _text(hostile, Scrubber(hosts=()))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_text_is_one_line_without_open_marks(words: str) -> None:
    said = _text(words, Scrubber(hosts=()))
    assert "\n" not in said
    assert not re.search(r"(?<!\\)(?:\\\\)*[`*_\[\]|]", said)
    assert "<" not in said.replace("<!-- -->", "").replace("\\<", "")
