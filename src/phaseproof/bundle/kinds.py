"""What compiling needs to know of a check kind: a value, so that this room imports no kind."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class OptionMistake(ValueError):
    """What `__post_init__` of a kind's options raises where one option is at fault: it is told at that option's place.

    Attributes:
        place: keys, and places in lists, from the options down to what is at fault.
    """

    def __init__(self, message: str, *place: str | int) -> None:
        super().__init__(message)
        self.place = place


class Options(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of a kind's own options: what compiling asks of them beyond their fields.

    A kind of another distribution may use a plain frozen struct instead; `needs_declared_control`,
    `default_subject` and `default_instrument` of this module answer for it then.
    """

    def needs_declared_control(self) -> bool:
        """Whether these options assert an absence that no automatic control can violate (DESIGN 7)."""
        return False

    def default_subject(self) -> tuple[str, ...]:
        """Globs of the subject where the check declares none; empty: every tracked file but plans."""
        return ()

    def default_instrument(self) -> tuple[str, ...]:
        """Globs of the instrument where the check declares none."""
        return ()

    def resolved(self, expands: Mapping[str, str]) -> Options:
        """These options with what the rest of the configuration says put in.

        Args:
            expands: expansion -> stub, as configured.

        Raises:
            OptionMistake: the two do not agree.
        """
        del expands
        return self


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


def needs_declared_control(options: Struct) -> bool:
    """Whether a check with these options must declare a control of its own (DESIGN 7)."""
    return isinstance(options, Options) and options.needs_declared_control()


def default_subject(options: Struct) -> tuple[str, ...]:
    """Globs of the subject where the check declares none; empty: every tracked file but plans."""
    return options.default_subject() if isinstance(options, Options) else ()


def default_instrument(options: Struct) -> tuple[str, ...]:
    """Globs of the instrument where the check declares none."""
    return options.default_instrument() if isinstance(options, Options) else ()
