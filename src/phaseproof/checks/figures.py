"""Figures that a command of the check wrote, or that stand in the tree: found, read, and never older than the run."""

from __future__ import annotations

import os
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec import Struct

from phaseproof.bundle.kinds import OptionMistake, Options
from phaseproof.checks.demands import OUT
from phaseproof.checks.figure_formats import Empty, Format, format_of, parse
from phaseproof.checks.invocation import arguments, undecided
from phaseproof.checks.kind import Bench, NoAnswer, Outcome, Result
from phaseproof.checks.reading import Unfit, keep, opened
from phaseproof.checks.reports import CLOCK_GRAIN
from phaseproof.checks.structured import Malformed
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob

MAX_BYTES = 32_000_000
"""Bytes of one report."""
MAX_KEPT = 500
"""Figures of one run that go into evidence by name; the reports themselves are kept whole."""


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A report with figures.

    Attributes:
        file: its path: below `$PHASEPROOF_OUT`, where the command writes it, or in the tree.
        format: how it is read; by default what the end of its name says: `.json`, `.csv`, `.xml` (coverage).
        name: name under which its figures stand: `metrics.<name>.…`; by default at the top.
    """

    file: str
    format: Format | None = None
    name: str | None = None

    @property
    def form(self) -> Format:
        """How it is read."""
        return self.format or format_of(self.file) or "json"

    @property
    def produced(self) -> bool:
        """Whether the command writes it to its out folder."""
        return self.file.startswith(OUT)


class FigureOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Where figures come from; the part of the options that kinds over figures share.

    Attributes:
        read: the reports with the figures.
        run: the command that writes them; none: they stand in the tree.
        shell: give the line to `bash -euo pipefail -c`.
    """

    read: tuple[Source, ...]
    run: str | tuple[str, ...] | None = None
    shell: bool = False

    def __post_init__(self) -> None:
        if self.run is not None:
            try:
                arguments(self.run, shell=self.shell)
            except ValueError as error:
                raise OptionMistake(str(error), "run") from error
        elif self.shell:
            raise OptionMistake("shell means nothing without run", "shell")
        if not self.read:
            raise OptionMistake("read names no report: there is nothing to judge", "read")
        for index, source in enumerate(self.read):
            self._source(source, index)
        names = [source.name for source in self.read]
        if len(set(names)) != len(names):
            raise OptionMistake("two reports of one name: give each a name of its own", "read")

    def _source(self, source: Source, index: int) -> None:
        place = ("read", index, "file")
        path = source.file.removeprefix(OUT)
        try:
            compile_glob(path)
        except Usage as error:
            raise OptionMistake(error.fact, *place) from error
        if any(mark in path for mark in "*?["):
            raise OptionMistake("a report is one file, not a pattern", *place)
        if source.produced and self.run is None:
            raise OptionMistake("nothing is run that could write it: add run", *place)
        if source.format is None and format_of(path) is None:
            raise OptionMistake("its name does not say how to read it: add format", *place)
        if source.name is not None and not (source.name.isidentifier() and source.name.isascii()):
            raise OptionMistake("a name is letters, digits and _", "read", index, "name")

    def default_subject(self) -> tuple[str, ...]:
        """Its reports, where nothing is run."""
        return () if self.run is not None else tuple(source.file for source in self.read)


class Figures:
    """One gathering of figures: what was run and kept stays known where it fails.

    Attributes:
        values: the figures by name, groups within groups.
        command, exit_code, outputs: as in `Result`.
    """

    def __init__(self, options: FigureOptions, bench: Bench) -> None:
        self._options, self._bench = options, bench
        self.values: dict[str, Any] = {}
        self.command: tuple[str, ...] = ()
        self.exit_code: int | None = None
        self.outputs: dict[str, Path] = {}

    def gather(self) -> dict[str, Any]:
        """Run the command, where there is one, and read the reports.

        Raises:
            NoAnswer: it failed, or a report is missing, stale, not this format, or measures nothing.
        """
        if self._options.run is not None:
            self._run(arguments(self._options.run, shell=self._options.shell))
        for index, source in enumerate(self._options.read):
            found = read_figures(self._data(source, index), source)
            self.values = merged(self.values, found, source)
        return self.values

    def no_answer(self, error: NoAnswer, selections: int) -> Result:
        """The result where nothing can be said."""
        none = dict.fromkeys(range(selections), Outcome.INCONCLUSIVE)
        return Result(
            Outcome.INCONCLUSIVE, reason=error.reason, summary=" ".join(error.fact.split())[:1000],
            outputs=self.outputs, selections=none, command=self.command, exit_code=self.exit_code,
        )  # fmt: skip

    def _run(self, command: tuple[str, ...]) -> None:
        self.command = command
        for source in self._options.read:
            root, path = _place(source, self._bench)
            if os.path.lexists(root / path):
                raise NoAnswer("output-unreadable", f"{source.file} was there before the command ran")
        self._bench.progress("measuring")
        execution = self._bench.execute(command)
        self.exit_code = execution.exit_code
        if execution.started:
            self.outputs["log"] = keep(self._bench.out, "log.txt", execution.output)
        if trouble := undecided(execution):
            raise NoAnswer(*trouble)
        if execution.exit_code != 0:
            raise NoAnswer("command-failed", f"exit {execution.exit_code}: what it wrote is not believed")

    def _data(self, source: Source, index: int) -> bytes:
        root, path = _place(source, self._bench)
        try:
            file = opened(root, path)
        except Unfit as error:
            raise self._unreadable(f"{source.file} {error.fact}") from error
        with os.fdopen(file, "rb") as stream:
            old = os.fstat(file).st_mtime < self._bench.now - CLOCK_GRAIN
            try:
                data = stream.read(MAX_BYTES + 1)
            except OSError as error:
                raise self._unreadable(f"{source.file} cannot be read: {error.strerror}") from error
        if self._options.run is not None and old:
            raise NoAnswer("output-unreadable", f"{source.file} is older than this run")
        if len(data) > MAX_BYTES:
            raise self._unreadable(f"{source.file} is larger than {MAX_BYTES // 1_000_000} MB")
        if self._options.run is not None:
            name = f"report-{index + 1}.{path.rpartition('.')[2]}"
            self.outputs[name] = keep(self._bench.out, name, data)
        return data

    def _unreadable(self, fact: str) -> NoAnswer:
        return NoAnswer("output-unreadable" if self._options.run is not None else "inputs-unreadable", fact)


def read_figures(data: bytes, source: Source) -> dict[str, Any]:
    """The figures of a report's bytes.

    Raises:
        NoAnswer: `output-unreadable`, or `no-cases` where it measures nothing.
    """
    try:
        return parse(data, source.form)
    except Empty as error:
        raise NoAnswer("no-cases", f"{source.file}: {error}") from error
    except Malformed as error:
        raise NoAnswer("output-unreadable", f"{source.file}: {error.fact}") from error


def merged(values: dict[str, Any], found: dict[str, Any], source: Source) -> dict[str, Any]:
    """Figures with those of one more report.

    Raises:
        NoAnswer: `output-unreadable`: a name would mean two figures.
    """
    more = {source.name: found} if source.name is not None else found
    twice = sorted(values.keys() & more.keys())
    if twice:
        raise NoAnswer("output-unreadable", f"{twice[0]} stands in two reports: give {source.file} a `name`")
    return {**values, **more}


def listed(values: Mapping[str, Any]) -> dict[str, Decimal]:
    """Figures for evidence: flat name -> decimal, at most `MAX_KEPT`; lists and what is no number are left out."""
    found: dict[str, Decimal] = {}
    waiting: list[tuple[str, Any]] = [("", dict(values))]
    while waiting and len(found) < MAX_KEPT:
        name, value = waiting.pop()
        if isinstance(value, dict):
            inner = sorted(value.items(), reverse=True)
            waiting += [(f"{name}.{key}" if name else key, one) for key, one in inner]
        elif isinstance(value, float):
            found[name.encode("ascii", "backslashreplace").decode()] = decimal(value)
    return found


def decimal(value: float) -> Decimal:
    """The shortest decimal that means the same double."""
    return Decimal(repr(value))


def _place(source: Source, bench: Bench) -> tuple[Path, str]:
    return (bench.out, source.file.removeprefix(OUT)) if source.produced else (bench.root, source.file)
