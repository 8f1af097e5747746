"""How many changed functions a check notices: what evidence says of it, and what may be concluded from a sample.

Wilson's score interval (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22,
1927, pp. 209-212): for k of n, with z the normal quantile,

    (k/n + z²/2n ± z √(k/n (1 - k/n)/n + z²/4n²)) / (1 + z²/n)

Its lower end at 90 % (both ends together leave 10 %, so the true share lies below it in 5 % of samples) is what a
sample counts for.
"""

from __future__ import annotations

from decimal import ROUND_FLOOR, Context, Decimal

from msgspec import Struct

from phaseproof.digests import Digest

LEAST = 30
"""Functions that a sample must hold (DESIGN 7)."""
Z90 = Decimal("1.6448536269514722")
"""The 95th percentile of the normal distribution: the ends of a 90 % interval."""
SHOWN = 8
"""Survivors that evidence names itself; all stand in the object `sensitivity.json`."""

_EXACT = Context(prec=40)
_STEP = Decimal("0.000001")


class Sensitivity(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What replacing functions one at a time came to.

    Attributes:
        population: functions of the subject that do something.
        sampled: how many of them were judged; all, or the beginning of the order that `seed` gives.
        killed: how many of those the check noticed. All others count as survivors, whatever the reason.
        unreached: how many of those judged no test reaches: they survive without a run.
        inconclusive: how many of those judged gave no answer (time, a crash, set-up only): survivors as well.
        bound: what the check is known to notice, at least: a decimal in [0, 1]; see `share`.
        seed: digest that the order of the population is derived from.
        survivors: the first of them, `path:line name`.
        noticed: digests of selections of which a test of their own noticed a function.
        reason: reason code where nothing could be measured; then the figures say nothing.
        detail: the fact behind that.
    """

    population: int = 0
    sampled: int = 0
    killed: int = 0
    unreached: int = 0
    inconclusive: int = 0
    bound: str = "0"
    seed: Digest = ""
    survivors: tuple[str, ...] = ()
    noticed: tuple[Digest, ...] = ()
    reason: str = ""
    detail: str = ""


def lower_bound(killed: int, sampled: int) -> Decimal:
    """Lower end of Wilson's 90 % interval, rounded down to six places; 0 for an empty sample.

    Args:
        killed: successes.
        sampled: trials.

    Raises:
        ValueError: fewer than none, or more successes than trials.
    """
    if not 0 <= killed <= sampled:
        raise ValueError(f"{killed} of {sampled} is no share")
    return wilson(killed, sampled, Z90).quantize(_STEP, ROUND_FLOOR)


def wilson(killed: int, sampled: int, z: Decimal) -> Decimal:
    """Lower end of Wilson's interval, to some forty digits; 0 for an empty sample.

    Args:
        killed: successes, at most `sampled`.
        sampled: trials.
        z: quantile of the normal distribution that belongs to the interval.
    """
    if sampled == 0:
        return Decimal(0)
    exact = _EXACT
    n, z2 = Decimal(sampled), exact.multiply(z, z)
    p = exact.divide(Decimal(killed), n)
    spread = exact.divide(exact.multiply(p, exact.subtract(Decimal(1), p)), n)
    spread = exact.sqrt(exact.add(spread, exact.divide(z2, exact.multiply(4 * n, n))))
    middle = exact.add(p, exact.divide(z2, 2 * n))
    low = exact.subtract(middle, exact.multiply(z, spread))
    return max(Decimal(0), exact.divide(low, exact.add(Decimal(1), exact.divide(z2, n))))


def share(killed: int, sampled: int, population: int) -> Decimal:
    """The share of a population that is known to be noticed, at least; six places, rounded down.

    The whole population gives its own share. A sample of at least `LEAST` gives its lower bound; a smaller one nothing.

    Raises:
        ValueError: the figures do not fit each other.
    """
    if not 0 <= killed <= sampled <= population:
        raise ValueError(f"{killed} of {sampled} of {population} is no sample")
    if population and sampled == population:
        return _EXACT.divide(Decimal(killed), Decimal(population)).quantize(_STEP, ROUND_FLOOR)
    return lower_bound(killed, sampled) if sampled >= LEAST else Decimal(0)


def nonsense(one: Sensitivity) -> str:
    """What is wrong with figures that somebody signed; empty where they fit each other."""
    if min(one.population, one.sampled, one.killed, one.unreached, one.inconclusive) < 0:
        return "sensitivity counts fewer than none"
    if one.killed + one.unreached + one.inconclusive > one.sampled or one.sampled > one.population:
        return f"sensitivity counts {one.killed} of {one.sampled} of {one.population}"
    if one.noticed and not one.killed and one.sampled == one.population:
        return "sensitivity names selections that notice, and no function that was noticed"
    expected = "0" if one.reason else plain(share(one.killed, one.sampled, one.population))
    if one.bound != expected:
        return f"sensitivity says {one.bound!r} where its figures give {expected}"
    return ""


def plain(figure: Decimal) -> str:
    """A share as text without trailing zeros: `0.8`, `1`, `0`."""
    text = format(figure, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
