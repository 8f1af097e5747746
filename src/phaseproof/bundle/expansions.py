"""Stubs that the configuration says are expanded: each is held to by a check that an item rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from phaseproof.bundle.config import Config
from phaseproof.bundle.mistakes import Mistake, quote
from phaseproof.bundle.model import Binding, Check

KIND = "stub"


def unheld(config: Config, checks: Mapping[str, Check], bindings: Iterable[Binding]) -> Iterator[Mistake]:
    """Entries of `expands` that nothing holds anybody to: a promise that no gate would miss is refused."""
    used = {name for one in bindings if not one.advisory for name in (one.check, *(one.all or ()), *(one.any or ()))}
    held = {
        (check.options.get("expansion"), check.options.get("stub"))
        for name, check in checks.items()
        if check.kind.name == KIND and name in used
    }
    for expansion, stub in config.expands.items():
        if (expansion, stub) not in held:
            way = f"bind an item to a check {{kind: {KIND}, expansion: {expansion}}}"
            message = f"nothing holds {quote(expansion)} to its stub: {way}"
            yield config.mistake(("expands", expansion), message, key=True)
