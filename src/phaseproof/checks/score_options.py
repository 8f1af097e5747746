"""Options of the kind `score`."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct, field

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks.figures import FigureOptions

MAX_COMPONENTS = 100
"""Components of one score."""
MAX_DIGITS = 12
"""Digits of a weight, floor or threshold: what is weighed stays exact within a decimal's 28."""


class Component(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A component of a score.

    Attributes:
        figure: name of its figure in the reports, groups parted by points: `security.score`.
        weight: its share of the composite; all weights sum to exactly 1.
        floor: least figure; beneath it the score is refuted whatever the composite.
    """

    figure: str
    weight: Decimal
    floor: Decimal | None = None


class ScoreOptions(FigureOptions, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Options of `kind: score`: components weighed into one figure, with floors, a threshold and a letter.

    Attributes:
        read: the reports with the figures, as for `metrics`.
        run: the command that writes them; none: they stand in the tree. It must end with 0.
        shell: give the line to `bash -euo pipefail -c`.
        components: name -> figure, weight, floor.
        worst: lower end of the scale of every component.
        best: upper end of that scale.
        threshold: least composite.
        grades: letter -> least composite that earns it.
        grade: least letter.
    """

    components: dict[str, Component]
    worst: Decimal = Decimal(0)
    best: Decimal = Decimal(1)
    threshold: Decimal | None = None
    grades: dict[str, Decimal] = field(default_factory=dict)
    grade: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= len(self.components) <= MAX_COMPONENTS:
            raise OptionMistake(f"a score has 1 to {MAX_COMPONENTS} components", "components")
        if self.worst >= self.best:
            raise OptionMistake("worst lies below best", "worst")
        for name, component in self.components.items():
            if not component.weight > 0:
                raise OptionMistake("a weight is more than 0", "components", name, "weight")
            if not component.figure:
                raise OptionMistake("a figure has a name", "components", name, "figure")
            self._on_scale(component.floor, "components", name, "floor")
            self._exact(component.weight, "components", name, "weight")
        total = sum((component.weight for component in self.components.values()), Decimal(0))
        if total != 1:
            raise OptionMistake(f"the weights sum to {total:f}, not to 1", "components")
        self._on_scale(self.threshold, "threshold")
        for letter, least in self.grades.items():
            if least != self.worst:
                self._on_scale(least, "grades", letter)
        if len(set(self.grades.values())) != len(self.grades):
            raise OptionMistake("two grades begin at one composite", "grades")
        if self.grade is not None and self.grade not in self.grades:
            raise OptionMistake(f"{self.grade!r} is none of the grades", "grade")
        if self.grade is not None and self.grades[self.grade] == self.worst:
            raise OptionMistake(f"every composite earns {self.grade!r}: nothing would be refused", "grade")
        if self.threshold is None and self.grade is None and all(c.floor is None for c in self.components.values()):
            raise OptionMistake("it demands nothing: give a threshold, a grade or a floor", "components")

    def _on_scale(self, value: Decimal | None, *place: str) -> None:
        if value is None:
            return
        self._exact(value, *place)
        if not self.worst < value <= self.best:
            raise OptionMistake(f"lies above {self.worst:f}, or nothing would be refused, and at most at {self.best:f}",
                                *place)  # fmt: skip

    def _exact(self, value: Decimal, *place: str) -> None:
        digits = value.as_tuple()
        if len(digits.digits) > MAX_DIGITS or not isinstance(digits.exponent, int) or abs(digits.exponent) > MAX_DIGITS:
            raise OptionMistake(f"has more than {MAX_DIGITS} digits", *place)
