"""What came of a population: the figures for evidence, the object with every function, the findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.checks.kind import Finding
from phaseproof.digests import Digest
from phaseproof.evidence.sensitivity import SHOWN, Sensitivity, plain, share
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.reuse import lasting_names

OBJECT = "sensitivity.json"
"""Name of the output that lists every function judged."""
MAX_FINDINGS = 200
"""Survivors that stand as findings."""

Outcome = Literal["killed", "survived", "unreached", "inconclusive"]


class Judged(Struct, frozen=True, omit_defaults=True):
    """One function, and whether anybody missed it.

    Attributes:
        function: `path:line name`.
        outcome: killed: a test failed that passes with it. survived: no test did. unreached: no test calls it.
            inconclusive: they gave no answer. All but the first are survivors.
        test: the test that failed, or the check's own words.
        why: why there is no answer, or what kept tests from giving a better one.
        key: what the result depends on; an equal key has an equal result.
        since: id of the run that saw it, where that is an earlier one.
        ran: functions that its tests entered, as places in `Listing.sources`; None where that is not known.
    """

    function: str
    outcome: Outcome
    test: str = ""
    why: str = ""
    key: Digest = ""
    since: str = ""
    ran: tuple[int, ...] | None = None


class Known(Struct, frozen=True):
    """An earlier result, and the digests of the functions that it rests on, by lasting name; None: its key says all."""

    judged: Judged
    rests: tuple[tuple[str, str], ...] | None


class Listing(Struct, frozen=True):
    """The object `sensitivity.json`.

    Attributes:
        seed: what the order comes from.
        population: how many functions there are.
        functions: those that were judged, in the order in which they were drawn.
        survivors: `path:line name`, in the order of their places.
        sources: lasting name and digest of each function of the population, in the order drawn.
        format: of this object.
    """

    seed: Digest
    population: int
    functions: tuple[Judged, ...]
    survivors: tuple[str, ...]
    sources: tuple[tuple[str, str], ...] = ()
    format: int = 1


class Examined(Struct, frozen=True):
    """What came of it.

    Attributes:
        sensitivity: the figures.
        listing: bytes of `sensitivity.json`; empty where nothing was judged.
        findings: survivors, for people.
        fresh: mutants that ran, the others being known, unreached or left.
    """

    sensitivity: Sensitivity
    listing: bytes = b""
    findings: tuple[Finding, ...] = ()
    fresh: int = 0

    @property
    def metrics(self) -> dict[str, Decimal]:
        """The figures as metrics of evidence."""
        one = self.sensitivity
        return {
            "sensitivity.population": Decimal(one.population),
            "sensitivity.sampled": Decimal(one.sampled),
            "sensitivity.killed": Decimal(one.killed),
            "sensitivity.survived": Decimal(one.sampled - one.killed),
            "sensitivity.bound": Decimal(one.bound),
        }


def unmeasured(reason: str, detail: str) -> Examined:
    """Nothing could be judged."""
    return Examined(Sensitivity(reason=reason, detail=detail[:400]))


def examined(
    seed: Digest, order: Sequence[Function], judged: Mapping[str, Judged], fresh: int, noticed: tuple[Digest, ...] = ()
) -> Examined:
    """Draw the sum.

    The sample is the beginning of the order up to the first function without a result: what a time limit leaves out
    must not depend on what was found.

    Args:
        seed: what the order comes from.
        order: the whole population, as drawn.
        judged: results by function.
        fresh: how many of them are of this run.
        noticed: selections that notice by themselves.
    """
    sample: list[tuple[Function, Judged]] = []
    for function in order:
        one = judged.get(function.id)
        if one is None:
            break
        sample.append((function, one))
    counts = {name: sum(one.outcome == name for _, one in sample) for name in ("killed", "unreached", "inconclusive")}
    lost = [(function, one) for function, one in sample if one.outcome != "killed"]
    if sample and counts["inconclusive"] == len(sample):
        return unmeasured("sensitivity-failed", f"no function gave an answer: {sample[0][1].why}")
    lost.sort(key=lambda pair: (pair[0].path, pair[0].line))
    names = tuple(_clean(function.id) for function, _ in lost)
    figures = Sensitivity(
        population=len(order),
        sampled=len(sample),
        bound=plain(share(counts["killed"], len(sample), len(order))),
        seed=seed,
        survivors=names[:SHOWN],
        killed=counts["killed"],
        unreached=counts["unreached"],
        inconclusive=counts["inconclusive"],
        noticed=noticed,
    )
    lasting = lasting_names(order)
    sources = tuple((lasting[one.id], one.source) for one in order)
    listing = Listing(seed, len(order), tuple(_cleaned(one) for _, one in sample), names, sources)
    findings = tuple(
        Finding("survivor", _sentence(function, one), function.path, function.line, "warning")
        for function, one in lost[:MAX_FINDINGS]
    )
    return Examined(figures, canonical.encode(listing), findings, fresh)


def known(listing: bytes, run: str) -> dict[Digest, Known]:
    """Results of an earlier run that may stand again, by key: those that were answers.

    Args:
        listing: bytes of its `sensitivity.json`.
        run: its id.
    """
    try:
        read = msgspec.json.decode(listing, type=Listing)
        return {
            one.key: Known(
                msgspec.structs.replace(one, since=one.since or run, ran=None),
                None if one.ran is None else tuple(read.sources[number] for number in one.ran),
            )
            for one in read.functions
            if one.key and one.outcome in ("killed", "survived")
        }
    except (msgspec.DecodeError, IndexError):
        return {}  # of another version: nothing is known, and all is examined again


def _sentence(function: Function, one: Judged) -> str:
    if one.outcome == "unreached":
        return f"{function.name} is called by no test"
    if one.outcome == "inconclusive":
        return f"{function.name} made to do nothing: whether anybody notices is not known: {one.why}"
    return f"{function.name} made to do nothing: no test fails" + (f"; {one.why}" if one.why else "")


def _cleaned(one: Judged) -> Judged:
    return msgspec.structs.replace(one, function=_clean(one.function), test=_clean(one.test), why=_clean(one.why))


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")[:1000]
