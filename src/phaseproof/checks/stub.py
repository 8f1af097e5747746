"""The kind `stub`: a plan that was a stub has been expanded, and no requirement of the stub was dropped on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import ClassVar

import msgspec
from msgspec import Struct

from phaseproof.bundle.kinds import OptionMistake, Options
from phaseproof.bundle.model import Selection
from phaseproof.checks.findings import fit
from phaseproof.checks.kind import Bench, Control, Finding, NoAnswer, Outcome, Plant, Result, truncation
from phaseproof.checks.reading import Unfit, read
from phaseproof.checks.trace_rows import mentions
from phaseproof.errors import Usage
from phaseproof.plan.ids import visible
from phaseproof.plan.model import Item, ItemKind
from phaseproof.repo.globs import compile_glob

MAX_BYTES = 10_000_000
"""Bytes of one plan."""
MAX_PAIRS = 4_000_000
"""Requirements times items."""


class StubOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: stub`: every requirement of a stub plan is named by an item of its expansion.

    Attributes:
        expansion: the plan that expands the stub.
        stub: the stub; by default the one that `expands` in the configuration gives for this expansion.
        kinds: kinds of the stub's items that are requirements; none: all of its items.
    """

    expansion: str
    stub: str | None = None
    kinds: tuple[ItemKind, ...] = ()

    def __post_init__(self) -> None:
        for name, path in (("expansion", self.expansion), ("stub", self.stub)):
            if path is None:
                continue
            try:
                compile_glob(path)
            except Usage as error:
                raise OptionMistake(error.fact, name) from error
            if any(mark in path for mark in "*?["):
                raise OptionMistake("a plan is one file, not a pattern", name)
        if self.stub == self.expansion:
            raise OptionMistake("a stub is not its own expansion", "stub")

    def resolved(self, expands: Mapping[str, str]) -> StubOptions:
        """With the stub that the configuration gives."""
        given = expands.get(self.expansion)
        if given is None and self.stub is None:
            raise OptionMistake("no stub: name it here, or under “expands”", "expansion")
        if given is not None and self.stub not in (None, given):
            raise OptionMistake(f"“expands” says that {self.expansion} expands {given}", "stub")
        return msgspec.structs.replace(self, stub=self.stub or given)

    def default_subject(self) -> tuple[str, ...]:
        """The expansion."""
        return (self.expansion,)

    def default_instrument(self) -> tuple[str, ...]:
        """The stub: what the expansion is judged with."""
        return (self.stub,) if self.stub is not None else ()


class Stub:
    """Reads both plans and looks for what was dropped."""

    name: ClassVar[str] = "stub"
    options: ClassVar[type[Struct]] = StubOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: StubOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Compare. See `Kind.run`; each requirement is a case."""
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)
        try:
            wanted = _requirements(options, _data(bench, options.stub))
            items = _items(_data(bench, options.expansion), options.expansion)
            if len(wanted) * len(items) > MAX_PAIRS:
                raise NoAnswer("inputs-unreadable", f"more than {MAX_PAIRS} pairs of requirements and items")
        except NoAnswer as error:
            return Result(Outcome.INCONCLUSIVE, reason=error.reason, summary=error.fact, selections=none)
        findings = fit(_dropped(options, wanted, items), bench.root, bench.out)
        return Result(
            Outcome.NEGATIVE if findings else Outcome.POSITIVE,
            summary=findings[0].message if findings else f"{len(wanted)} requirements, each named by an item",
            metrics={"requirements": Decimal(len(wanted)), "dropped": Decimal(len(findings))},
            findings=findings, selections=none, cases=len(wanted),
        )  # fmt: skip

    def controls(self, options: StubOptions, subject: Sequence[str], read: Callable[[str], bytes]) -> Sequence[Control]:
        """The expansion emptied; and all of it kept but the items that name one requirement."""
        if options.expansion not in subject:
            return (truncation(subject),) if subject else ()
        made = [truncation([options.expansion])]
        try:
            wanted = _requirements(options, read(options.stub or ""))
        except (NoAnswer, KeyError):
            return made
        identity = next((item.id for item in wanted if item.explicit), None)
        plant = _without(read(options.expansion), identity) if identity is not None else None
        if plant is not None:
            words = f"every line with {identity} taken out of {options.expansion}"
            made.append(Control("item dropped", (Plant(options.expansion, plant),), words))
        return made


def _data(bench: Bench, path: str | None) -> bytes:
    if path is None:
        raise NoAnswer("inputs-unreadable", "it is not said which stub was expanded")
    try:
        return read(bench.root, path, MAX_BYTES)
    except Unfit as error:
        raise NoAnswer("inputs-unreadable", f"{path} {error.fact}") from error


def _items(data: bytes, path: str) -> tuple[Item, ...]:
    from phaseproof.plan.read import read as read_plan

    return read_plan(data, path).items


def _requirements(options: StubOptions, data: bytes) -> list[Item]:
    wanted = [item for item in _items(data, options.stub or "") if not options.kinds or item.kind in options.kinds]
    if not wanted:
        raise NoAnswer("no-cases", f"{options.stub} asks for nothing: no item is read from it")
    return wanted


def _dropped(options: StubOptions, wanted: Sequence[Item], items: Sequence[Item]) -> Iterator[Finding]:
    texts = [(visible(item.id), _plain(item.text)) for item in items]
    for one in wanted:
        identity, words = visible(one.id), _plain(one.text)
        if not any(_names(identity, words, one.explicit, *item) for item in texts):
            told = f"{one.id} of the stub ({one.text[:120]}) is named by no item of {options.expansion}"
            yield Finding("stub-item-dropped", told, options.stub or "", one.span.line)


def _names(identity: str, words: str, explicit: bool, own: str, text: str) -> bool:
    """Whether an item names a requirement: by its id, or, where it has none of its own, by its words."""
    if explicit:
        return own == identity or mentions(text, identity.casefold())
    return own == identity or words in text


def _plain(text: str) -> str:
    return " ".join(visible(text).casefold().split())


def _without(data: bytes, identity: str) -> bytes | None:
    try:
        lines = data.decode("utf-8").splitlines(keepends=True)
    except UnicodeDecodeError:
        return None
    return "".join(line for line in lines if identity.casefold() not in visible(line).casefold()).encode()
