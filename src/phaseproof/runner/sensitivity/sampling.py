"""The order in which a population is examined: nobody's choice.

A sample is the beginning of this order. Its seed is a digest that was fixed before the run (the ledger's last
checkpoint), so that neither who writes the code nor who starts the run picks which functions are looked at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from phaseproof.digests import Digest
from phaseproof.runner.sensitivity.population import Function


def in_order(seed: Digest, population: Iterable[Function]) -> tuple[Function, ...]:
    """A population in the order that a seed gives it, whatever order it comes in.

    Functions are sorted by SHA-256 of seed, path, line and name; anybody who has the three works the same order out.

    Args:
        seed: a digest.
        population: functions, each once.
    """

    def rank(function: Function) -> tuple[bytes, str]:
        text = f"{seed}\n{function.id}".encode("utf-8", "surrogateescape")
        return hashlib.sha256(text).digest(), function.id

    return tuple(sorted(population, key=rank))
