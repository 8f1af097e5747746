"""A small project with a real pytest suite, and its sensitivity measured by the runner."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from phaseproof.bundle.inputs import Files, Inputs
from phaseproof.bundle.model import Check, KindRef
from phaseproof.checks.kind import Outcome
from phaseproof.checks.registry import decode_options, kind
from phaseproof.digests import Digest, sha256
from phaseproof.runner.job import Job
from phaseproof.runner.run import run_check
from phaseproof.runner.sensitivity.examined import Examined, Judged, Known, Listing, known
from phaseproof.runner.sensitivity.measuring import Request, measure
from support.repository import Repo
from support.running import Ground, ground

PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:hypothesispytest",
          "--junitxml=$PHASEPROOF_OUT/junit.xml")  # fmt: skip
SEED = sha256(b"a checkpoint")

SHOP = {
    "shop/__init__.py": "",
    "shop/prices.py": '''\
"""Prices."""


def total(items):
    """The sum."""
    return sum(items)


def discount(price: int, percent: int) -> int:
    if percent > 50:
        percent = 50
    return price - price * percent // 100


def label(price: int) -> str:
    return f"{price} EUR"


def idle():
    """Nothing."""
''',
    "shop/basket.py": """\
from functools import wraps

from shop.prices import discount, total


def counted(function):
    @wraps(function)
    def wrapper(*args):
        wrapper.calls += 1
        return function(*args)

    wrapper.calls = 0
    return wrapper


class Basket:
    def __init__(self):
        self.items = []

    def add(self, price):
        self.items.append(price)

    @property
    def sum(self):
        return total(self.items)

    @counted
    def reduced(self):
        return discount(self.sum, 10)

    def each(self):
        for item in self.items:
            yield item

    async def later(self) -> int:
        return self.sum
""",
    "tests/test_prices.py": """\
from shop.prices import discount, label, total


def test_total():
    assert total([1, 2]) == 3


def test_discount():
    assert discount(100, 20) == 80
    assert discount(100, 90) == 50


def test_label():
    assert label(3) == "3 EUR"
""",
    "tests/test_basket.py": """\
import asyncio

import pytest

from shop.basket import Basket


@pytest.fixture
def basket():
    made = Basket()
    made.add(10)
    made.add(20)
    return made


def test_sum(basket):
    assert basket.sum == 30


def test_reduced(basket):
    before = Basket.reduced.calls
    assert basket.reduced() == 27
    assert Basket.reduced.calls == before + 1


def test_each(basket):
    assert list(basket.each()) == [10, 20]


def test_later(basket):
    assert asyncio.run(basket.later()) == 30
""",
    "tests/conftest.py": "",
}
"""Twelve functions, one of which does nothing. Without `__init__` only set-up fails; a test misses each other one."""


def blunt(files: Mapping[str, str]) -> dict[str, str]:
    """The same files with every assertion of the tests taken out; what they call stays."""
    return {
        path: text.replace("assert ", "_ = ") if path.startswith("tests/") else text for path, text in files.items()
    }


class Measured:
    """What a measurement came to.

    Attributes:
        result: as the runner gives it.
        listing: its object.
    """

    def __init__(self, result: Examined) -> None:
        self.result = result
        self.listing = msgspec.json.decode(result.listing, type=Listing) if result.listing else None

    def outcomes(self) -> dict[str, str]:
        """Name -> outcome."""
        return {one.function.split(" ", 1)[1]: one.outcome for one in self.judged()}

    def judged(self) -> tuple[Judged, ...]:
        """All functions of the sample."""
        assert self.listing is not None, self.result.sensitivity
        return self.listing.functions

    def known(self) -> Mapping[Digest, Known]:
        """What a later run may use again."""
        return known(self.result.listing, "earlier")


def job(place: Ground, run: Sequence[str] = PYTEST, of: str = "tests", **fields: Any) -> Job:
    """The project's suite as a check."""
    roles = {"subject": ("shop/**",), "instrument": ("tests/**",), **fields}
    check = Check(name="unit", kind=KindRef(of, "phaseproof"), **roles)
    inputs = Inputs(place.site.tree, (), place.site.environment, place.site.repository.read_small)
    found = inputs.of(check)
    files = Files((), (), (), ()) if found.error else inputs.files_of(check)
    judge = kind(of)
    return Job(check, judge, decode_options(judge, {"run": list(run)}), files, found)


def sensitivity(
    place: Ground, made: Job, known: Mapping[Digest, Known] | None = None, seconds: float = 120.0,
    say: Callable[[str], None] = lambda text: None, at_once: int = 2,
) -> Measured:  # fmt: skip
    """Run a check, which must be positive, and measure it."""
    ran = run_check(place.site, made, "0" * 32)
    assert ran.result.outcome is Outcome.POSITIVE, (ran.result, ran.outputs.get("log"))
    result = measure(place.site, made, ran, Request(SEED, sha256(b"check"), known or {}, seconds, at_once, say))
    assert result is not None
    return Measured(result)


@contextmanager
def shop(repo: Repo, tmp: Path, *, sandboxed: bool = True, **fields: Any) -> Iterator[Ground]:
    """A place to run a project's checks, with the pytest that runs this test."""
    with ground(repo, tmp, sandboxed=sandboxed, toolchains=(Path(sys.prefix),), **fields) as made:
        yield made
