"""Plans as rows and their words as HTML: nothing is lost, nothing joined, nothing gets out."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.reports.inline import inline
from phaseproof.reports.rows import rows

MARKS = st.sampled_from(
    ["# ", "## ", "- ", "* ", "1. ", "- [x] ", "- [ ] ", "> ", "| a | b |", "|---|---|", "```", "~~~", "---", "    ",
     "\t", "", "===", "<b>", "</pre>", "words", "`", "**", "](", "<script>"]
)  # fmt: skip
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=12)
LINES = st.lists(st.lists(MARKS, max_size=3).map("".join) | WORDS, max_size=30)
TEXT = """# Title

Some *words*
that go on.

- [x] done
  and so on
    - nested
1. one

> said

```sh
run it
```

| A | B |
|---|---|
| 1 | a\\|b |

---
"""


class Tags(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.crossed = False
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        assert not attrs or (tag, attrs) == ("span", [("class", "to")])

    def handle_endtag(self, tag: str) -> None:
        self.crossed |= not self.open or self.open.pop() != tag

    def handle_data(self, data: str) -> None:
        self.words += data


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=60) | st.lists(MARKS, max_size=8).map(" ".join))
def test_words_become_our_own_tags_only_and_those_nest(text: str) -> None:
    read = Tags(str(inline(text)))
    assert set(read.tags) <= {"b", "i", "s", "code", "span"}
    assert not read.crossed
    assert read.open == []


@settings(max_examples=200, deadline=None)
@given(LINES, st.sets(st.integers(1, 30), max_size=8))
def test_lines_come_in_order_once_and_no_row_joins_two_items(lines: list[str], starts: set[int]) -> None:
    made = rows(lines, starts)
    assert all(row.first <= row.last for row in made)
    assert all(before.last < after.first for before, after in pairwise(made))
    for row in made:
        if row.kind in ("entry", "paragraph", "code"):
            assert len([at for at in starts if row.first < at <= row.last]) == 0


@settings(max_examples=200, deadline=None)
@given(LINES)
def test_every_word_of_a_text_is_in_some_row(lines: list[str]) -> None:
    told = [f"{line} word{number}" for number, line in enumerate(lines)]
    shown = " ".join(f"{row.text} {' '.join(row.cells)}" for row in rows(told)).split()
    fences = {number for number, line in enumerate(lines) if line.lstrip().startswith(("```", "~~~"))}
    assert {f"word{number}" for number in range(len(lines)) if number not in fences} <= set(shown)


def test_blocks_as_their_authors_meant_them() -> None:
    made = [(row.kind, row.first, row.text, row.mark, row.level) for row in rows(TEXT.split("\n"))]
    assert made == [
        ("heading", 1, "Title", "", 1),
        ("paragraph", 3, "Some *words*\nthat go on.", "", 0),
        ("entry", 6, "done\nand so on", "☑", 0),
        ("entry", 8, "nested", "•", 1),
        ("entry", 9, "one", "1.", 0),
        ("quote", 11, "said", "", 0),
        ("code", 14, "run it", "", 0),
        ("cells", 17, "", "", 0),
        ("cells", 19, "", "", 0),
        ("rule", 21, "", "", 0),
    ]  # fmt: skip
    assert [row.cells for row in rows(TEXT.split("\n")) if row.kind == "cells"] == [("A", "B"), ("1", "a|b")]


def test_words_keep_their_emphasis_and_lose_their_targets() -> None:
    assert str(inline("**a *b* c** `x<y` ~~z~~")) == "<b>a <i>b</i> c</b> <code>x&lt;y</code> <s>z</s>"
    told = str(inline("see [here](javascript:alert(1)) ![pic](http://a.example/x.png)"))
    assert "<a" not in told
    assert "<img" not in told
    assert "here" in told
    assert "picture: pic" in told


def test_what_cannot_be_seen_is_written_out() -> None:
    assert str(inline("pass\u202eko")) == "pass\\u{202e}ko"


def test_long_lines_of_marks_take_no_time() -> None:
    for mark in ("*", "_", "`", "[", "~", "[x](", "**a", "\\"):
        assert str(inline(mark * 60_000))
        assert str(inline(mark * 900))
