"""Bytes to text and lines. No bytes are refused: a plan is read as it is (FORMATS, section 1)."""

from __future__ import annotations

import codecs
import re

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SURROGATES = re.compile("[\ud800-\udfff]")


def decode(data: bytes) -> str:
    """Text of a file: UTF-8, UTF-16 or UTF-32 with a byte order mark, else Latin-1.

    The mark is dropped; what it promises but does not keep is replaced, never an error. A BOM counts
    for no column.
    """
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _SURROGATES.sub("\ufffd", data[len(mark) :].decode(name, "replace"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def unify(text: str) -> str:
    """The text with line feeds for every sort of line ending CommonMark knows (section 2.1)."""
    if "\r" in text:
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return text
