"""Options of the kind `trace`."""

from __future__ import annotations

from msgspec import Struct, field

from phaseproof.bundle.kinds import OptionMistake, Options
from phaseproof.errors import Usage
from phaseproof.plan.model import ItemKind
from phaseproof.repo.globs import compile_glob

MAX_LINKS = 100
"""Links of one check."""


class TraceTable(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of a Markdown document, a row for each thing that is traced.

    Attributes:
        path: the document.
        id: the column with the ids.
        heading: heading beneath which it stands; none: every table of the document with that column.
        filled: columns that must not be empty in any row: the owner of an accepted risk.
    """

    path: str
    id: str = "ID"
    heading: str | None = None
    filled: tuple[str, ...] = ()


class TracePlan(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A plan, whose items are traced.

    Attributes:
        path: the plan.
        kinds: kinds of items that count; none: all.
    """

    path: str
    kinds: tuple[ItemKind, ...] = ()


class TraceLink(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What must name what: each row of `source` something of `to`, and everything of `to` is named.

    Attributes:
        source: the table or plan that names, written `from`.
        to: the table or plan that is named, or several of which one must be.
        column: the column of `source` with the ids it names, parted by commas; of a plan the items' text is read.
    """

    source: str = field(name="from")
    to: str | tuple[str, ...] = ()
    column: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """`to` as a list."""
        return (self.to,) if isinstance(self.to, str) else self.to


class TraceOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: trace`: what follows from what, across documents; nothing without an origin or a consequence.

    Attributes:
        tables: name -> a table.
        plans: name -> a plan.
        links: what must name what.
    """

    links: tuple[TraceLink, ...]
    tables: dict[str, TraceTable] = field(default_factory=dict)
    plans: dict[str, TracePlan] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 1 <= len(self.links) <= MAX_LINKS:
            raise OptionMistake(f"give 1 to {MAX_LINKS} links: without one nothing is traced", "links")
        for name, plan in self.plans.items():
            _path(plan.path, "plans", name, "path")
            if name in self.tables:
                raise OptionMistake(f"{name!r} is a table and a plan", "plans", name)
        for name, table in self.tables.items():
            _path(table.path, "tables", name, "path")
            if not table.id or not all(table.filled) or table.heading == "":
                raise OptionMistake("a column or heading is empty", "tables", name)
        used = set()
        for index, link in enumerate(self.links):
            for name in (link.source, *link.targets):
                if name not in self.tables and name not in self.plans:
                    there = ", ".join(sorted([*self.tables, *self.plans])) or "none"
                    raise OptionMistake(f"no table or plan is called {name!r}; there are {there}", "links", index)
                used.add(name)
            if not link.targets or len(set(link.targets)) != len(link.targets) or link.source in link.targets:
                raise OptionMistake("a link leads from one table or plan to others, each once", "links", index)
            if (link.source in self.tables) != bool(link.column):
                words = "of a plan the text of its items is read: leave column out"
                raise OptionMistake(
                    "a table names in a column: add column" if not link.column else words, "links", index
                )
        for group, name in [*(("tables", name) for name in self.tables), *(("plans", name) for name in self.plans)]:
            if name not in used:
                raise OptionMistake(f"no link leads from or to {name!r}", group, name)

    def default_subject(self) -> tuple[str, ...]:
        """The documents and plans that it names."""
        paths = [*(table.path for table in self.tables.values()), *(plan.path for plan in self.plans.values())]
        return tuple(dict.fromkeys(paths))


def _path(path: str, *place: str) -> None:
    try:
        compile_glob(path)
    except Usage as error:
        raise OptionMistake(error.fact, *place) from error
    if any(mark in path for mark in "*?["):
        raise OptionMistake("a document is one file, not a pattern", *place)
