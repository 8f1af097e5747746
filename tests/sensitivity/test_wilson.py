"""What a sample counts for."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phaseproof.evidence.sensitivity import LEAST, Z90, Sensitivity, lower_bound, nonsense, plain, share, wilson


@pytest.mark.parametrize(
    # R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
    # Table I, method 3: 95 % intervals.
    ("killed", "sampled", "bound"),
    [(81, 263, "0.2553"), (15, 148, "0.0624"), (0, 20, "0.0000"), (1, 29, "0.0061")],
)
def test_published_values(killed: int, sampled: int, bound: str) -> None:
    assert round(wilson(killed, sampled, Decimal("1.959963984540054")), 4) == Decimal(bound)


@pytest.mark.parametrize(("sampled", "bound"), [(30, "0.917275"), (100, "0.973657"), (1, "0.269865")])
def test_where_all_are_noticed_the_bound_is_known_in_closed_form(sampled: int, bound: str) -> None:
    """It is n / (n + z²), with z² = 2.705543… (the 90 % quantile of chi-squared with one degree of freedom)."""
    assert abs(lower_bound(sampled, sampled) - sampled / (sampled + Decimal("2.705543454"))) < Decimal("0.0000011")
    assert lower_bound(sampled, sampled) == Decimal(bound)


def reference(k: int, n: int) -> float:
    """The same formula in floats, written another way (Agresti and Coull, 1998, p. 120)."""
    z, p = float(Z90), k / n
    return max(0.0, (2 * k + z * z - z * sqrt(z * z + 4 * k * (1 - p))) / (2 * (n + z * z)))


@given(st.integers(1, 3000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_bound_never_flatters(pair: tuple[int, int]) -> None:
    killed, sampled = pair
    low = lower_bound(killed, sampled)
    assert 0 <= low <= Decimal(killed) / sampled
    assert abs(float(low) - reference(killed, sampled)) < 2e-6
    if killed < sampled:
        assert low <= lower_bound(killed + 1, sampled)
    assert lower_bound(killed, sampled + 1) <= low


def test_the_whole_population_counts_for_itself_and_a_small_sample_for_nothing() -> None:
    assert share(8, 10, 10) == Decimal("0.8")
    assert share(10, 10, 11) == 0
    assert share(LEAST - 1, LEAST - 1, 400) == 0
    assert share(LEAST, LEAST, 400) == lower_bound(LEAST, LEAST) > Decimal("0.9")
    assert share(2, 3, 3) == Decimal("0.666666")
    assert share(0, 0, 0) == 0


@pytest.mark.parametrize("figures", [(-1, 3, 3), (4, 3, 3), (1, 4, 3)])
def test_shares_that_are_none_are_refused(figures: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        share(*figures)


@pytest.mark.parametrize(
    "one",
    [
        Sensitivity(population=10, sampled=10, killed=8, bound="0.9"),
        Sensitivity(population=10, sampled=5, killed=5, bound="1"),
        Sensitivity(population=10, sampled=12, killed=1),
        Sensitivity(population=10, sampled=10, killed=8, unreached=3, bound="0.8"),
        Sensitivity(population=10, sampled=10, killed=-1),
        Sensitivity(reason="sensitivity-failed", bound="1"),
    ],
)
def test_figures_that_do_not_fit_each_other_are_nonsense(one: Sensitivity) -> None:
    assert nonsense(one)


def test_figures_that_fit_are_not() -> None:
    assert not nonsense(Sensitivity(population=10, sampled=10, killed=8, unreached=1, inconclusive=1, bound="0.8"))
    assert not nonsense(Sensitivity(population=99, sampled=30, killed=30, bound=plain(lower_bound(30, 30))))
    assert not nonsense(Sensitivity(reason="sensitivity-empty"))
