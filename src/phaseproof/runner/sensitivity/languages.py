"""What sensitivity must know of a language: one object each, and nothing else of ours names one.

A language that has no probe (a plugin of its test runner that tells which tests reach which functions) is examined by
running the whole check once for every function.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

from phaseproof.runner.sensitivity import population, rewriting
from phaseproof.runner.sensitivity.population import Function


class Language(Protocol):
    """A language whose functions can be made to do nothing.

    Attributes:
        name: as `sensitivity.json` has it.
        suffixes: of its files.
        probed: pytest can run its tests.
    """

    name: ClassVar[str]
    suffixes: ClassVar[tuple[str, ...]]
    probed: ClassVar[bool]

    def functions(self, path: str, source: bytes) -> tuple[Function, ...]:
        """The population of a file. Raises `Unable` (`sensitivity-failed`) where it cannot be read."""
        ...

    def rewritten(self, source: bytes, function: Function) -> bytes:
        """A file with one function made to do nothing, every other line in its place. Raises as `functions`."""
        ...


class Python:
    """Python, read by the `ast` of the Python that runs us."""

    name: ClassVar[str] = "python"
    suffixes: ClassVar[tuple[str, ...]] = (".py", ".pyw")
    probed: ClassVar[bool] = True

    def functions(self, path: str, source: bytes) -> tuple[Function, ...]:
        """See `population.functions`."""
        return population.functions(path, source)

    def rewritten(self, source: bytes, function: Function) -> bytes:
        """See `rewriting.rewritten`."""
        return rewriting.rewritten(source, function)


LANGUAGES: tuple[Language, ...] = (Python(),)


def language_of(path: str) -> Language | None:
    """The language of a file by its name; None where it has none that is known here."""
    return next((one for one in LANGUAGES if path.endswith(one.suffixes)), None)
