"""The kind `score`: weighted components, hard floors, a composite, a letter. Decimal arithmetic, nothing rounded.

A floor stands for itself: a component beneath it refutes, however good the composite. A figure outside its scale is
no figure: one of 130 out of 100 would pay for another's failure.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from phaseproof.bundle.model import Selection
from phaseproof.checks import figure_controls
from phaseproof.checks.figures import Figures, decimal
from phaseproof.checks.findings import fit
from phaseproof.checks.kind import Bench, Control, Finding, NoAnswer, Outcome, Result
from phaseproof.checks.reading import keep
from phaseproof.checks.score_options import ScoreOptions

DIGITS = 400
"""Of the composite: down to the smallest double times a weight, so that nothing is rounded."""


class Tally(Struct, frozen=True):
    """What the components come to.

    Attributes:
        values: component -> its figure.
        composite: their weighted sum.
        grade: its letter; empty where there are no grades.
    """

    values: dict[str, Decimal]
    composite: Decimal
    grade: str


class Score:
    """Gathers figures and weighs them."""

    name: ClassVar[str] = "score"
    options: ClassVar[type[Struct]] = ScoreOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: ScoreOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Measure and weigh. See `Kind.run`; each component is a case."""
        figures = Figures(options, bench)
        try:
            found = tally(options, figures.gather())
        except NoAnswer as error:
            return figures.no_answer(error, len(selections))
        findings = fit(_findings(options, found), bench.root, bench.out)
        grade = f", grade {found.grade}" if found.grade else ""
        sheet = {"composite": _plain(found.composite), "grade": found.grade, "components": {
            name: {"value": _plain(value), "weight": _plain(options.components[name].weight)}
            for name, value in found.values.items()}}  # fmt: skip
        data = msgspec.json.format(msgspec.json.encode(sheet, order="sorted"), indent=2) + b"\n"
        return Result(
            Outcome.NEGATIVE if findings else Outcome.POSITIVE,
            summary=f"{_plain(found.composite)}{grade}" + (f"; {findings[0].message}" if findings else ""),
            metrics={"composite": found.composite, **{f"components.{k}": v for k, v in found.values.items()}},
            findings=findings,
            outputs={**figures.outputs, "score.json": keep(bench.out, "score.json", data)},
            selections=dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE),
            cases=len(found.values), command=figures.command, exit_code=figures.exit_code,
        )  # fmt: skip

    def controls(
        self, options: ScoreOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Other figures in the reports that stand in the tree; else its subject emptied."""
        return figure_controls.controls(
            options, subject, read, lambda values: not _findings(options, tally(options, values))
        )


def tally(options: ScoreOptions, values: dict[str, Any]) -> Tally:
    """Weigh figures.

    Args:
        options: components with their weights.
        values: figures as gathered.

    Raises:
        NoAnswer: `metric-missing`, or `score-out-of-scale`.
    """
    found = {}
    for name, component in options.components.items():
        value = _figure(values, component.figure)
        if not options.worst <= value <= options.best:
            scale = f"{_plain(options.worst)} to {_plain(options.best)}"
            raise NoAnswer("score-out-of-scale", f"{name} is {_plain(value)}, its scale is {scale}")
        found[name] = value
    with localcontext(prec=DIGITS):
        composite = sum((options.components[name].weight * value for name, value in found.items()), Decimal(0))
    grade = ""
    if options.grades:
        reached = [(least, letter) for letter, least in options.grades.items() if composite >= least]
        grade = max(reached)[1] if reached else "none"
    return Tally(found, composite, grade)


def _figure(values: dict[str, Any], path: str) -> Decimal:
    """The figure at `group.name`; a name with points of its own is found, too, where it is the only way to read it."""
    found = list(_at(values, path))
    if len(found) != 1:
        what = "several figures are" if found else "no figure is"
        raise NoAnswer("metric-missing", f"{what} called {path}")
    if not isinstance(found[0], float):
        raise NoAnswer("metric-missing", f"{path} is no number")
    return decimal(found[0])


def _at(value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        return
    if path in value:
        yield value[path]
    for end in (index for index, mark in enumerate(path) if mark == "."):
        if path[:end] in value:
            yield from _at(value[path[:end]], path[end + 1 :])


def _findings(options: ScoreOptions, found: Tally) -> list[Finding]:
    findings = []
    for name, value in found.values.items():
        floor = options.components[name].floor
        if floor is not None and value < floor:
            findings.append(Finding("below-floor", f"{name} is {_plain(value)}, its floor is {_plain(floor)}"))
    if options.threshold is not None and found.composite < options.threshold:
        words = f"the composite is {_plain(found.composite)}, the threshold is {_plain(options.threshold)}"
        findings.append(Finding("below-threshold", words))
    if options.grade is not None and found.composite < options.grades[options.grade]:
        findings.append(Finding("below-grade", f"grade {found.grade}, at least {options.grade} is demanded"))
    return findings


def _plain(value: Decimal) -> str:
    shown = f"{value:f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
