"""Two orders of what is known of a check: as it was recorded, and as it happened.

In a ledger of one writer they are the same. Where evidence was brought from another clone (docs/adr/0008), its place
says when it was brought, and whoever brings it chooses that: an old pass could be laid behind a newer failure. When a
run finished stands in what its runner signed. Neither order alone is trusted: both are judged, and the worse counts.
"""

from __future__ import annotations

from msgspec import structs

from phaseproof.authority.view import Run, Start
from phaseproof.verdict.model import ORDER, Judgement, together
from phaseproof.verdict.pieces import Pieces


def both(pieces: Pieces) -> Pieces:
    """Pieces as they were recorded, with `happened` set where that is another order."""
    return structs.replace(pieces, happened=as_it_happened(pieces))


def as_it_happened(pieces: Pieces) -> Pieces | None:
    """The same pieces in the order in which runs finished and were announced; None where that is their order anyway.

    Places are dealt out anew, so that whoever compares them compares instants. Instants have one spelling, in which
    text order is time order; one that is none sorts somewhere, and holds by rule 9 wherever it is judged.
    """
    known: list[Run | Start] = sorted((*pieces.strong, *pieces.weak, *pieces.unfinished), key=lambda one: one.position)
    happened = sorted(known, key=_instant)
    if happened == known:
        return None
    places = [one.position for one in known]
    moved: list[Run | Start] = [
        structs.replace(one, position=place) for one, place in zip(happened, places, strict=True)
    ]
    strong = {run.fact.envelope for run in pieces.strong}
    runs = [one for one in moved if isinstance(one, Run)]
    return Pieces(
        strong=tuple(run for run in runs if run.fact.envelope in strong),
        weak=tuple(run for run in runs if run.fact.envelope not in strong),
        unfinished=tuple(one for one in moved if isinstance(one, Start)),
        controls=pieces.controls,
    )


def worse(one: Judgement, other: Judgement) -> Judgement:
    """The worse of two judgements of one check, `one` where they are equal; it rests on what both rest on."""
    shown = min((one, other), key=lambda judgement: ORDER.index(judgement.verdict))
    return structs.replace(shown, rests=together((one, other)), refuted=one.refuted or other.refuted)


def _instant(one: Run | Start) -> str:
    return one.fact.finished if isinstance(one, Run) else one.at
