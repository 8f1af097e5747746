"""Whether it was shown that a check can fail: by controls, and by sensitivity where it is asked for (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from phaseproof.bundle.model import Check
from phaseproof.digests import Digest
from phaseproof.evidence.model import ControlRecord, Fact
from phaseproof.evidence.sensitivity import Sensitivity, plain, share
from phaseproof.verdict.model import ItemVerdict, Reason

NAMED = 3
"""Survivors that a reason names."""


def shown_to_fail(
    check: Check, fact: Fact, shown: Mapping[Digest, Fact], chosen: Digest | None
) -> Iterator[tuple[ItemVerdict, Reason]]:
    """What keeps a positive piece of evidence from proving anything; nothing where its check was seen to fail.

    A check that asks for sensitivity must have it, besides what its controls say. Where it has, that shows that it can
    fail, also where its controls came to no result; of a selection, where a test of its own noticed a function.

    Args:
        check: as agreed.
        fact: the evidence.
        shown: results of controls that may count, by envelope.
        chosen: digest of the item's selection, where it has one.
    """
    reason = hollow(fact, shown, chosen)
    if reason is not None and reason.code == "control-passed":
        yield "hollow", reason
        if fact.sensitivity is None:
            return  # nor would it be measured
        reason = None
    lacking = None
    if check.min_sensitivity is not None:
        lacking = _insensitive(fact.sensitivity, Decimal(check.min_sensitivity))
        if lacking is not None:
            yield lacking
    own = chosen is None or (fact.sensitivity is not None and chosen in fact.sensitivity.noticed)
    told = check.min_sensitivity is not None and lacking is None and own
    if reason is not None and not told:
        yield "hollow", reason


def _insensitive(one: Sensitivity | None, least: Decimal) -> tuple[ItemVerdict, Reason] | None:
    """What is wrong with a check's sensitivity; worked out from the counts, whatever `bound` says."""
    if one is None:
        return "hollow", Reason("sensitivity-missing")
    if one.reason:
        return "error", Reason(one.reason, one.detail)
    if one.population == 0:
        return "error", Reason("sensitivity-empty", "no function was judged")
    known = share(one.killed, one.sampled, one.population)
    if known >= least:
        return None
    counts = f"{one.killed} of {one.sampled} noticed"
    best = Decimal(one.killed + one.population - one.sampled) / one.population
    if one.sampled < one.population and best >= least:
        figures = f"{counts}, of {one.population}: at least {plain(known)} is known, wanted {plain(least)}"
        return "error", Reason("sensitivity-budget", figures)
    more = one.sampled - one.killed - len(one.survivors[:NAMED])
    names = ", ".join(one.survivors[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return "hollow", Reason("sensitivity-low", f"{counts}, wanted {plain(least)}; not noticed: {names}")


def hollow(fact: Fact, shown: Mapping[Digest, Fact], chosen: Digest | None) -> Reason | None:
    """Why controls show nothing; None where one came to a negative result and none passed.

    A control counts if its own result stands in the ledger: of this check and these inputs, as strong as the evidence
    must be, and with the outcome that the evidence says.

    Args:
        fact: the evidence.
        shown: results of controls that may count, by envelope.
        chosen: digest of the item's selection, where it has one.
    """
    if not fact.controls:
        return Reason("control-missing")
    passing = [one.name for one in fact.controls if one.outcome == "positive"]
    if passing:
        return Reason("control-passed", ", ".join(passing))
    backed = [one for one in fact.controls if _backed(fact, one, shown.get(one.envelope))]
    noticed = [one for one in backed if one.outcome == "negative"]
    if chosen is not None:
        blind = [one.name for one in noticed if one.selections.get(chosen) == "positive"]
        noticed = [one for one in noticed if one.selections.get(chosen) == "negative"]
        if not noticed and blind:
            return Reason("control-passed", ", ".join(blind))
    if noticed:
        return None
    lost = [one.name for one in fact.controls if one not in backed]
    if lost:
        return Reason("control-missing", ", ".join(lost))
    return Reason("control-inconclusive", ", ".join(f"{one.name} ({one.reason or one.outcome})" for one in backed))


def _backed(fact: Fact, record: ControlRecord, result: Fact | None) -> bool:
    return (
        result is not None
        and (result.check_digest, result.inputs) == (fact.check_digest, fact.inputs)
        and (result.control, result.outcome, result.selections) == (record.name, record.outcome, record.selections)
    )
