"""The kind `metrics`: figures, measured by a command or committed, held against expressions in CEL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, ClassVar

from msgspec import Struct

from phaseproof.bundle.cel_rules import Expression, agreed
from phaseproof.bundle.cel_syntax import Misspelt
from phaseproof.bundle.kinds import OptionMistake
from phaseproof.bundle.model import Selection
from phaseproof.checks import figure_controls
from phaseproof.checks.expressions import ask, flat
from phaseproof.checks.figures import FigureOptions, Figures, decimal, listed
from phaseproof.checks.findings import fit
from phaseproof.checks.kind import Bench, Control, Finding, NoAnswer, Outcome, Result


class MetricsOptions(FigureOptions, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Options of `kind: metrics`: figures from reports, and what is expected of them.

    Attributes:
        read: the reports with the figures: JSON, CSV, pytest-benchmark's JSON, coverage as JSON or Cobertura XML.
        run: the command that writes them: one line, split without a shell, or a list; none: they stand in the tree.
            `$PHASEPROOF_OUT` stands for the folder for its outputs. It must end with 0.
        shell: give the line to `bash -euo pipefail -c`.
        expect: an expression in CEL over `metrics`, or several; each must be true. Every figure named must be there
            and finite, and a list that is looked through needs a `size(…) > 0` guard.
    """

    expect: str | tuple[str, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.expressions:
            raise OptionMistake("expect is empty: nothing would be judged", "expect")
        known = self._names()
        for index, source in enumerate(self.expressions):
            place = ("expect",) if isinstance(self.expect, str) else ("expect", index)
            try:
                expression = _agreed(source)
            except Misspelt as error:
                raise OptionMistake(str(error), *place) from error
            for path in expression.paths:
                if known is not None and path[1] not in known:
                    raise OptionMistake(f"no report is called {path[1]!r}; there are {', '.join(known)}", *place)

    @property
    def expressions(self) -> tuple[str, ...]:
        """`expect` as a list."""
        return (self.expect,) if isinstance(self.expect, str) else self.expect

    def _names(self) -> tuple[str, ...] | None:
        """What stands at the top of `metrics`, where every report has a name."""
        names = [source.name for source in self.read if source.name is not None]
        return tuple(sorted(names)) if len(names) == len(self.read) else None


class Metrics:
    """Gathers figures and asks the expressions."""

    name: ClassVar[str] = "metrics"
    options: ClassVar[type[Struct]] = MetricsOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: MetricsOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Measure and judge. See `Kind.run`; each expression is a case."""
        figures = Figures(options, bench)
        try:
            values = figures.gather()
            answers = [(_agreed(source), _holds(source, values)) for source in options.expressions]
        except NoAnswer as error:
            return figures.no_answer(error, len(selections))
        findings = fit(
            [Finding("expectation-failed", _told(one, values)) for one, met in answers if not met],
            bench.root, bench.out,
        )  # fmt: skip
        met = ", ".join(dict.fromkeys(figure for one, _ in answers for figure in _shown(one, values)))
        return Result(
            Outcome.NEGATIVE if findings else Outcome.POSITIVE,
            summary=findings[0].message if findings else met[:300],
            metrics=listed(values), findings=findings, outputs=figures.outputs,
            selections=dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE),
            cases=len(answers), command=figures.command, exit_code=figures.exit_code,
        )  # fmt: skip

    def controls(
        self, options: MetricsOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Other figures in the reports that stand in the tree; else its subject emptied."""
        return figure_controls.controls(
            options, subject, read, lambda values: all(_holds(source, values) for source in options.expressions)
        )


@lru_cache(maxsize=256)
def _agreed(source: str) -> Expression:
    return agreed(source, {"metrics": None})


def _holds(source: str, values: dict[str, Any]) -> bool:
    return ask(_agreed(source), {"metrics": values})


def _told(expression: Expression, values: dict[str, Any]) -> str:
    return f"{', '.join(_shown(expression, values))}: not {expression.text}"


def _shown(expression: Expression, values: dict[str, Any]) -> list[str]:
    """The figures of an expression, as a person reads them: `p95 = 240`."""
    shown = []
    for path in expression.paths:
        value: Any = values
        for step in path[1:]:
            value = value[step]
        figure = f"{decimal(value):f}" if isinstance(value, float) else f"{len(value)} entries"
        shown.append(f"{flat(path)} = {figure.removesuffix('.0')}")
    return shown
