"""The kind `search`: patterns that must, or must not, stand in the subject's files. Reads; runs nothing of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import ClassVar

from msgspec import Struct

from phaseproof.bundle.kinds import OptionMistake, Options
from phaseproof.bundle.model import Selection
from phaseproof.checks.findings import MAX_FINDINGS, fit
from phaseproof.checks.kind import Bench, Control, Finding, NoAnswer, Outcome, Plant, Result, truncation
from phaseproof.checks.pattern_search import Found, Sought, seek
from phaseproof.checks.reading import Unfit, read
from phaseproof.checks.searching import TooSlow, valid
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob

MAX_BYTES = 10_000_000
"""Bytes of one file."""
MAX_PATTERNS = 100
"""Patterns of one check."""
MAX_EXAMPLE = 500
"""Characters of an example."""


class Required(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A pattern that must be there.

    Attributes:
        pattern: Python regular expression; `^` and `$` stand at each line.
        message: what is said where it is not there.
        files: globs of the subject files it is sought in; none: all.
        ignore_case: upper and lower case are one.
        at_least: how often it must be found, over all files, or in each with `each`.
        each: every one of these files must have it.
    """

    pattern: str
    message: str = ""
    files: tuple[str, ...] = ()
    ignore_case: bool = False
    at_least: int = 1
    each: bool = False


class Refused(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A pattern that must not be there.

    Attributes:
        pattern: Python regular expression; `^` and `$` stand at each line.
        message: what is said where it is there.
        files: globs of the subject files it is sought in; none: all.
        ignore_case: upper and lower case are one.
        at_most: how often it may be found over all files.
        example: text that the pattern finds, on lines of its own. The control writes it into a file; it may be left
            out where the pattern is plain text.
    """

    pattern: str
    message: str = ""
    files: tuple[str, ...] = ()
    ignore_case: bool = False
    at_most: int = 0
    example: str = ""

    @property
    def shown(self) -> str:
        """The example, or the pattern as plain text."""
        return self.example or self.pattern


class SearchOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: search`: patterns that must, or must not, stand in the subject's files.

    Attributes:
        must: patterns that must be there.
        must_not: patterns that must not be there.
    """

    must: tuple[Required, ...] = ()
    must_not: tuple[Refused, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.demands) <= MAX_PATTERNS:
            raise ValueError(f"give 1 to {MAX_PATTERNS} patterns under must or must_not")
        for index, demand in enumerate(self.demands):
            place = ("must", index) if index < len(self.must) else ("must_not", index - len(self.must))
            try:
                valid(demand.pattern)
            except ValueError as error:
                raise OptionMistake(str(error), *place, "pattern") from error
            for glob in demand.files:
                try:
                    compile_glob(glob)
                except Usage as error:
                    raise OptionMistake(error.fact, *place, "files") from error
        for index, required in enumerate(self.must):
            if required.at_least < 1:
                raise OptionMistake("is at least 1", "must", index, "at_least")
        for index, refused in enumerate(self.must_not):
            if refused.at_most < 0:
                raise OptionMistake("is at least 0", "must_not", index, "at_most")
            if not refused.example and any(mark in refused.pattern for mark in "\\^$.|?*+()[]{}"):
                raise OptionMistake("add an example: text that this pattern finds, for its control to plant",
                                    "must_not", index)  # fmt: skip
            if len(refused.shown) > MAX_EXAMPLE or "\0" in refused.shown:
                raise OptionMistake(f"has at most {MAX_EXAMPLE} characters", "must_not", index, "example")

    @property
    def demands(self) -> tuple[Required | Refused, ...]:
        """All of them, those of `must` first."""
        return (*self.must, *self.must_not)


class Search:
    """Seeks patterns and counts."""

    name: ClassVar[str] = "search"
    options: ClassVar[type[Struct]] = SearchOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = True

    def run(self, options: SearchOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Seek. See `Kind.run`; each file that was looked through is a case."""
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)
        try:
            found, sizes = _look(options, bench)
        except NoAnswer as error:
            return Result(Outcome.INCONCLUSIVE, reason=error.reason, summary=error.fact, selections=none)
        except TooSlow as error:
            return Result(Outcome.INCONCLUSIVE, reason="pattern-too-slow", summary=str(error), selections=none)
        findings = list(_judge(options, found))
        if not any(sizes.values()):
            findings.append(Finding("nothing-to-search", f"all of its {len(sizes)} files are empty"))
        fitted = fit(findings, bench.root, bench.out)
        refused = [sum(one.count for one in per.values()) for per in found[len(options.must) :]]
        count = f"{len(sizes)} {'file' if len(sizes) == 1 else 'files'} looked through"
        return Result(
            Outcome.NEGATIVE if fitted else Outcome.POSITIVE,
            summary=fitted[0].message if fitted else f"{count}, nothing amiss",
            metrics={"files": Decimal(len(sizes)), "violations": Decimal(sum(refused))},
            findings=fitted, selections=none, cases=len(sizes),
        )  # fmt: skip

    def controls(
        self, options: SearchOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Each pattern that must not be there planted in turn; where some must be there, its files emptied."""
        made = []
        for index, demand in enumerate(options.must_not):
            files = _files(demand, subject)
            if files:
                lines = f"\n{demand.shown}\n" * (demand.at_most + 1)
                plant = Plant(files[0], read(files[0]) + lines.encode())
                words = f"{demand.shown!r} written into {plant.path}"
                made.append(Control(f"violation planted: must_not {index + 1}", (plant,), words))
        return [*made, truncation(subject)] if options.must and subject else made


def _files(demand: Required | Refused, subject: Sequence[str]) -> list[str]:
    globs = [compile_glob(glob) for glob in demand.files]
    return [path for path in subject if not globs or any(glob.matches(path) for glob in globs)]


def _look(options: SearchOptions, bench: Bench) -> tuple[list[dict[str, Found]], dict[str, int]]:
    """What was found, per demand and file, and how many bytes each file that was looked through has."""
    wanted: dict[str, list[int]] = {}
    for index, demand in enumerate(options.demands):
        files = _files(demand, bench.subject)
        if not files:
            where = f": {', '.join(demand.files)}" if demand.files else ""
            raise NoAnswer("pattern-empty", f"no subject file to seek {demand.pattern!r} in{where}")
        for path in files:
            wanted.setdefault(path, []).append(index)
    found: list[dict[str, Found]] = [{} for _ in options.demands]
    sizes: dict[str, int] = {}

    def texts() -> Iterator[tuple[str, list[int]]]:
        for number, example in enumerate(options.must_not, len(options.must)):
            yield example.shown, [number]
        for path, indexes in wanted.items():
            bench.progress(path)
            text = _text(bench, path)
            sizes[path] = len(text)
            yield text, indexes

    answers = seek([Sought(one.pattern, one.ignore_case) for one in options.demands], texts())
    for example in options.must_not:
        if not next(answers)[0].count:
            raise NoAnswer("example-unmatched", f"{example.pattern!r} does not find its example {example.shown!r}")
    for (path, indexes), answer in zip(wanted.items(), answers, strict=True):
        for index, one in zip(indexes, answer, strict=True):
            found[index][path] = one
    return found, sizes


def _text(bench: Bench, path: str) -> str:
    try:
        text = read(bench.root, path, MAX_BYTES).decode("utf-8-sig")
    except Unfit as error:
        raise NoAnswer("inputs-unreadable", f"{path} {error.fact}; narrow `subject` or `files`") from error
    except UnicodeDecodeError as error:
        raise NoAnswer("inputs-unreadable", f"{path} is no UTF-8 text; narrow `subject` or `files`") from error
    if "\0" in text:
        raise NoAnswer("inputs-unreadable", f"{path} is no text; narrow `subject` or `files`")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _judge(options: SearchOptions, found: Sequence[dict[str, Found]]) -> Iterator[Finding]:
    for demand, per in zip(options.must, found, strict=False):
        told = demand.message or f"{demand.pattern!r} must be there"
        if demand.each:
            for path, one in per.items():
                if one.count < demand.at_least:
                    yield Finding("pattern-missing", _counted(told, one.count, demand.at_least), path=path)
        else:
            total = sum(one.count for one in per.values())
            if total < demand.at_least:
                yield Finding("pattern-missing", _counted(told, total, demand.at_least))
    for refused, per in zip(options.must_not, found[len(options.must) :], strict=True):
        told = refused.message or f"{refused.pattern!r} must not be there"
        total = sum(one.count for one in per.values())
        if total <= refused.at_most:
            continue
        if refused.at_most:
            yield Finding("pattern-found", f"{told}: found {total} times, at most {refused.at_most} are allowed")
        places = ((path, line) for path, one in per.items() for line in one.lines)
        for (path, line), _ in zip(places, range(MAX_FINDINGS), strict=False):
            yield Finding("pattern-found", told, path=path, line=line)


def _counted(told: str, count: int, least: int) -> str:
    return f"{told}: found {count} times, at least {least} are demanded" if least > 1 else told
