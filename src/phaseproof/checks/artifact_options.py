"""Options of the kind `artifact`."""

from __future__ import annotations

import re
from typing import Any

from msgspec import Struct

from phaseproof.bundle.kinds import Options
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob

_DURATION = re.compile(r"([1-9][0-9]{0,5})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
MAX_WORDS = 500
"""Forbidden words of one check."""


class TableDemand(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table that must be there.

    Attributes:
        columns: columns that it must have, without regard to case.
        heading: heading beneath which it stands; none: anywhere.
        filled: no cell of these columns may be empty.
        min_rows: least number of rows.
    """

    columns: tuple[str, ...]
    heading: str | None = None
    filled: bool = True
    min_rows: int = 1


class ArtifactOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: artifact`: a document that must be there, not be empty, and say what it must.

    Attributes:
        path: the file, a folder, or a glob; each file it matches is judged.
        paths: several of them; each must match a file.
        schema: path of a JSON Schema in the tree that the file (JSON or YAML) must fit.
        front_matter: keys that its front matter must have with a value, or a JSON Schema that it must fit.
        headings: headings that it must have, each with text beneath it.
        tables: tables that it must have.
        forbidden: words and phrases that it must not contain, outside fenced code.
        normative: headings of the sections in which words are forbidden; none: everywhere.
        links: relative links and their anchors must lead to files of this check.
        committed_within: the last commit that changed it may be this old at most (`90d`); give the check a `max_age`
            too, or a run of yesterday stands for today.
        min_words: least number of words of prose.
    """

    path: str | None = None
    paths: tuple[str, ...] = ()
    schema: str | None = None
    front_matter: tuple[str, ...] | dict[str, Any] | None = None
    headings: tuple[str, ...] = ()
    tables: tuple[TableDemand, ...] = ()
    forbidden: tuple[str, ...] = ()
    normative: tuple[str, ...] = ()
    links: bool = False
    committed_within: str | None = None
    min_words: int = 0

    def __post_init__(self) -> None:
        if (self.path is None) == (not self.paths):
            raise ValueError("give either path or paths")
        try:
            for pattern in (*self.patterns, *((self.schema,) if self.schema is not None else ())):
                compile_glob(pattern)
        except Usage as error:
            raise ValueError(error.fact) from error
        if self.schema is not None and any(char in self.schema for char in "*?["):
            raise ValueError("schema names one file")
        texts = (*self.headings, *self.forbidden, *self.normative)
        if any(not any(char.isalnum() for char in text) for text in texts):
            raise ValueError("a heading or word is empty")
        if len(self.forbidden) > MAX_WORDS:
            raise ValueError(f"more than {MAX_WORDS} forbidden words")
        if self.normative and not self.forbidden:
            raise ValueError("normative means nothing without forbidden")
        if self.front_matter is not None and not self.front_matter:
            raise ValueError("front_matter demands nothing")
        if any(not table.columns or not all(table.columns) or table.min_rows < 1 for table in self.tables):
            raise ValueError("a table needs columns and at least one row")
        if self.min_words < 0:
            raise ValueError("min_words is at least 0")
        if self.committed_within is not None:
            self.seconds()

    @property
    def patterns(self) -> tuple[str, ...]:
        """Path or paths."""
        return self.paths or (self.path or "",)

    def seconds(self) -> int:
        """`committed_within` in seconds.

        Raises:
            ValueError: it is no duration.
        """
        match = _DURATION.fullmatch(self.committed_within or "")
        if match is None:
            raise ValueError("committed_within is a number and s, m, h, d or w: 90d")
        return int(match[1]) * _UNITS[match[2]]

    def default_subject(self) -> tuple[str, ...]:
        """What it names; everything where it must resolve links."""
        return () if self.links else self.patterns

    def default_instrument(self) -> tuple[str, ...]:
        """Its schema."""
        return (self.schema,) if self.schema is not None else ()
