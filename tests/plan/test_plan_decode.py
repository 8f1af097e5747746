"""Bytes: every encoding, every line ending, one reading."""

from __future__ import annotations

import codecs

import pytest

from phaseproof.plan.read import read

TEXT = "# Phase 2\n\n## Exit criteria\n\n- [x] Größe geprüft\n- [ ] Länge geprüft\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        codecs.BOM_UTF32_LE + TEXT.encode("utf-32-le"),
        TEXT.encode("latin-1"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode(),
    ],
)
def test_one_text_in_any_encoding(data: bytes) -> None:
    assert read(data, "p.md") == read(TEXT.encode(), "p.md")


def test_a_truncated_utf16_text_is_read() -> None:
    assert read((codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"))[:-1], "p.md").items


def test_columns_count_characters_of_the_line() -> None:
    item = read("# Phase 2\n\n## Exit criteria\n\n1. ☐ ä ö ü\n".encode(), "p.md").items[0]
    assert (item.span.line, item.span.column) == (5, 6)
    assert item.claim.mark is not None
    assert (item.claim.mark.start, item.claim.mark.stop, item.claim.mark.form) == (4, 5, "glyph")


def test_nothing_is_a_plan_without_items() -> None:
    found = read(b"", "p.md")
    assert (found.items, found.sections, found.title) == ((), (), "p.md")


def test_a_text_with_more_items_than_anybody_plans_says_so() -> None:
    found = read(b"# Phase 1\n\n## Tasks\n\n" + b"- [ ] a\n" * 20_050, "p.md")
    assert len(found.items) == 20_000
    assert any(p.rule == "file-unread" and p.severity == "error" for p in found.problems)
