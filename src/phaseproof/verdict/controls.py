"""Whether it was shown that a check can fail (DESIGN 7)."""

from __future__ import annotations

from collections.abc import Mapping

from phaseproof.digests import Digest
from phaseproof.evidence.model import ControlRecord, Fact
from phaseproof.verdict.model import Reason


def hollow(fact: Fact, shown: Mapping[Digest, Fact], chosen: Digest | None) -> Reason | None:
    """Why a piece of evidence proves nothing; None where a control came to a negative result and none passed.

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
