"""Which pieces of evidence count for one check, and which announced runs are without a result."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from phaseproof.authority.view import CheckView, Run, Start, View
from phaseproof.bundle.model import STRENGTHS, Bundle, Strength
from phaseproof.digests import Digest
from phaseproof.evidence.model import Fact

Keys = Mapping[str, str]
"""Runner name -> key id."""


class Pieces(Struct, frozen=True):
    """What a ledger says of one check, as far as it counts.

    Attributes:
        strong: evidence as strong as asked, oldest first.
        weak: evidence of a listed runner that is weaker, oldest first: what failed in it failed.
        unfinished: announced runs without a result of a runner, oldest first.
        controls: results of controls as strong as asked, by envelope.
        happened: the same in the order in which it happened, None where that is the order here (orders.py).
    """

    strong: tuple[Run, ...]
    weak: tuple[Run, ...]
    unfinished: tuple[Start, ...]
    controls: dict[Digest, Fact]
    happened: Pieces | None = None


def strength_of(fact: Fact, bundle: Bundle, keys: Keys) -> Strength | None:
    """The strength that a bundle grants to a piece of evidence; None where its signer is nobody's runner.

    `independent` belongs to a runner because the bundle says so, and to evidence that names what kept the check apart
    (DESIGN 5); any other is capped at `isolated`.
    """
    if fact.runner not in keys or keys[fact.runner] != fact.key:
        return None
    listed = bundle.runners.get(fact.runner)
    granted = listed is not None and listed.independent and bool(fact.mechanism.strip())
    return "isolated" if fact.strength == "independent" and not granted else fact.strength


def fits(strength: Strength | None, wanted: Strength) -> bool:
    """Whether evidence of a strength satisfies what is asked; `claimed` satisfies nothing (DESIGN 4)."""
    return strength is not None and strength != "claimed" and STRENGTHS.index(strength) >= STRENGTHS.index(wanted)


def pieces_of(view: View, name: str, bundle: Bundle, keys: Keys, wanted: Strength) -> Pieces:
    """Sort what is known of a check.

    Args:
        view: the ledger's state.
        name: the check.
        bundle: whose runners count.
        keys: of those runners.
        wanted: how strong evidence must be.
    """
    known = view.checks.get(name, CheckView())
    since = view.installed.position if view.installed is not None else 0
    strong: list[Run] = []
    weak: list[Run] = []
    unfinished = list(known.unfinished)
    for run in known.runs:
        strength = strength_of(run.fact, bundle, keys)
        if fits(strength, wanted):
            strong.append(run)
        elif strength is not None:
            weak.append(run)
        elif run.start is not None and run.position > since:
            # Announcements are unsigned, and so would this result be. Older ones may be of runners that have gone.
            unfinished.append(run.start)
    controls = {
        one.fact.envelope: one.fact for one in known.controls if fits(strength_of(one.fact, bundle, keys), wanted)
    }
    unfinished.sort(key=lambda start: start.position)
    return Pieces(tuple(strong), tuple(weak), tuple(unfinished), controls)
