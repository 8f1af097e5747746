"""The order of a population is the seed's and nobody else's choice."""

from __future__ import annotations

import hashlib
import random

from hypothesis import given
from hypothesis import strategies as st

from phaseproof.digests import sha256
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.sampling import in_order


def population(count: int) -> list[Function]:
    return [
        Function(f"src/m{n % 7}.py", f"f{n}", n + 1, n + 1, n + 2, f"f{n}", ("return None",), "0") for n in range(count)
    ]


@given(st.integers(0, 60), st.binary(max_size=8), st.randoms())
def test_the_order_does_not_depend_on_the_order_given(count: int, seed: bytes, chance: random.Random) -> None:
    given_in = population(count)
    chance.shuffle(given_in)
    drawn = in_order(sha256(seed), given_in)
    assert drawn == in_order(sha256(seed), population(count))
    assert sorted(drawn, key=lambda one: one.line) == population(count)


def test_anybody_can_work_the_order_out() -> None:
    seed = sha256(b"a checkpoint's root")
    expected = sorted((f"src/m{n % 7}.py:{n + 1} f{n}" for n in range(40)),
                      key=lambda id: hashlib.sha256(f"{seed}\n{id}".encode()).digest())  # fmt: skip
    assert [one.id for one in in_order(seed, population(40))] == expected


def test_another_seed_draws_another_sample() -> None:
    firsts = {in_order(sha256(bytes([n])), population(200))[0].id for n in range(50)}
    assert len(firsts) > 30
