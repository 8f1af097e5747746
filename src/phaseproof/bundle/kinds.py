"""What compiling needs to know of a check kind: a value, so that this room imports no kind."""

from __future__ import annotations

from msgspec import Struct


class KindSchema(Struct, frozen=True):
    """A kind of check, as far as configuration goes.

    Attributes:
        name: as written in `kind:`.
        options: frozen struct of its own options; fractions as `decimal.Decimal`, never float.
        distribution: package it comes from.
        version: that package's version.
        selections: names of the selection fields that bindings may use (`tests`, `level`).
        absent: True where a positive result asserts that something is not there (its automatic control plants one).
        needs_subject: True where an empty `subject` makes no sense.
    """

    name: str
    options: type[Struct]
    distribution: str
    version: str
    selections: tuple[str, ...] = ()
    absent: bool = False
    needs_subject: bool = False
