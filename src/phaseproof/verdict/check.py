"""One check judged for one binding: from evidence to a judgement. The rules stand in judge.py, numbered."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from phaseproof.authority import threshold
from phaseproof.authority.view import CheckView, Run, View
from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import STRENGTHS, Assurance, Binding, Bundle, Check, CheckInputs, InputsMap, Strength
from phaseproof.digests import Digest, short
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import public_of
from phaseproof.evidence.model import Fact
from phaseproof.instants import seconds, span
from phaseproof.verdict import flake
from phaseproof.verdict.model import ItemVerdict, Judgement, Reason

SKEW = 300
"""Seconds that a runner's clock may be ahead before its evidence counts as from the future."""


class Case(Struct, frozen=True):
    """Everything judging a check needs.

    Attributes:
        bundle: the rules.
        view: the ledger's state.
        inputs: what the commit holds.
        now: seconds since the epoch.
        digests: check name -> its digest as it would run now; checks whose kind is not installed are left out.
        keys: runner name -> key id.
    """

    bundle: Bundle
    view: View
    inputs: InputsMap
    now: float
    digests: dict[str, Digest] = {}
    keys: dict[str, str] = {}


def case_of(
    bundle: Bundle, view: View, inputs: InputsMap, now: float, guests: Mapping[str, bytes] | None = None
) -> Case:
    """A case, with what all its items share worked out once; arguments as `judge`."""
    digests = {
        check.name: digest.of_check(check, inputs.kinds[check.kind.name], bundle.environment)
        for check in bundle.checks
        if check.kind.name in inputs.kinds
    }
    keys = {name: keyid(public) for name, public in (guests or {}).items()}
    keys |= {name: keyid(public_of(runner.key)) for name, runner in bundle.runners.items()}
    return Case(bundle, view, inputs, now, digests, keys)


def instrument_content(check: str, instrument: Digest) -> Digest:
    """Digest of what `sign --instrument` signs: a check's name and the content of what judges it."""
    return canonical.digest({"check": check, "instrument": instrument})


def strength_of(fact: Fact, case: Case) -> Strength | None:
    """The strength that a bundle grants to a piece of evidence; None where its signer is nobody's runner.

    `independent` belongs to a runner because the bundle says so (DESIGN 5); others are capped at `isolated`.
    """
    if fact.runner not in case.keys or case.keys[fact.runner] != fact.key:
        return None
    listed = case.bundle.runners.get(fact.runner)
    if fact.strength == "independent" and not (listed is not None and listed.independent):
        return "isolated"
    return fact.strength


def judge_check(case: Case, check: Check, binding: Binding) -> Judgement:
    """Judge one check for one binding.

    Args:
        case: rules, state, commit and instant.
        check: the check.
        binding: what the item asks of it.
    """
    inputs, trouble = _inputs(case, check, binding)
    if inputs is None:
        verdict: ItemVerdict = "missing" if trouble.code == "path-missing" else "error"
        return Judgement(verdict, (trouble,), check=check.name)
    now = case.digests.get(check.name)
    if now is None:
        return Judgement("error", (Reason("kind-missing", check.kind.name),), check=check.name)
    view = case.view.checks.get(check.name, CheckView())
    running = [s for s in view.unfinished if (s.check_digest, s.inputs) == (now, inputs.inputs)]
    if any(not flake.over(start, case.now) for start in running):
        return Judgement("missing", (Reason("in-progress", f"since {running[-1].at}"),), check=check.name)
    same = [run for run in view.runs if (run.fact.check_digest, run.fact.inputs) == (now, inputs.inputs)]
    wanted = binding.strength or case.bundle.policy.strength
    fit = [run for run in same if _fits(strength_of(run.fact, case), wanted)]
    if running and (not fit or running[-1].position > fit[-1].position):
        return Judgement("error", (Reason("abandoned", running[-1].ended or "killed"),), check=check.name)
    if not fit:
        return _nothing(case, check, view, same, inputs, now, wanted)
    return _latest(case, check, binding, view, fit[-1], inputs)


def _inputs(case: Case, check: Check, binding: Binding) -> tuple[CheckInputs | None, Reason]:
    held = case.inputs.checks
    if binding.at is not None:
        if binding.at not in case.inputs.refs:
            return None, Reason("ref-missing", binding.at)
        held = case.inputs.refs[binding.at]
    inputs = held.get(check.name)
    if inputs is None:
        return None, Reason("inputs-unreadable", check.name)
    if inputs.error is not None:
        return None, Reason(inputs.error, inputs.detail)
    return inputs, Reason("")


def _fits(strength: Strength | None, wanted: Strength) -> bool:
    return strength is not None and STRENGTHS.index(strength) >= STRENGTHS.index(wanted)


def _nothing(
    case: Case, check: Check, view: CheckView, same: list[Run], inputs: CheckInputs, now: Digest, wanted: Strength
) -> Judgement:
    """No acceptable evidence for this content: say what there is instead."""
    if same:
        fact = same[-1].fact
        granted = strength_of(fact, case)
        if granted is None:
            return Judgement("missing", (Reason("signer-unknown", fact.runner or fact.key[:16]),), check=check.name)
        return Judgement("missing", (Reason("strength-too-weak", f"{granted}, wanted {wanted}"),), granted,
                         check=check.name)  # fmt: skip
    if not view.runs:
        return Judgement("missing", (Reason("never-run"),), check=check.name)
    fact = view.runs[-1].fact
    reasons = []
    if fact.check_digest != now:
        reasons.append(Reason("check-changed", check.name))
    if fact.subject != inputs.subject:
        reasons.append(Reason("inputs-changed", f"subject of {check.name} since {fact.commit[:7]}"))
    if fact.instrument != inputs.instrument:
        reasons.append(Reason("inputs-changed", f"instrument of {check.name} since {fact.commit[:7]}"))
    if not reasons:
        reasons.append(Reason("inputs-changed", f"set-up of {check.name} since {fact.commit[:7]}"))
    return Judgement("stale", tuple(reasons), strength_of(fact, case), check=check.name)


def _latest(case: Case, check: Check, binding: Binding, view: CheckView, run: Run, inputs: CheckInputs) -> Judgement:
    fact = run.fact
    granted = strength_of(fact, case)
    reviewed, signatures = _instrument(case, check, inputs)
    separate = granted == "independent" and bool(case.bundle.policy.instrument)
    assurance: Assurance = "separate" if separate else "self"
    rests = (fact.envelope, *(one.envelope for one in fact.controls), *signatures)

    def says(verdict: str, code: str, detail: str = "") -> Judgement:
        return Judgement(verdict, (Reason(code, detail),), granted, assurance, rests, check.name)  # type: ignore[arg-type]

    if fact.outcome == "inconclusive":
        return says("error", fact.reason or "output-unreadable", fact.summary)
    outcome: str = fact.outcome
    chosen = None
    if binding.selection is not None:
        chosen = digest.of_selection(binding.selection)
        if chosen not in fact.selections:
            return says("missing", "selection-not-run", check.name)
        outcome = fact.selections[chosen]
    if outcome == "inconclusive":
        return says("error", "selection-empty", fact.summary)
    if outcome != "positive":
        return says("refuted", "selection-failed" if chosen else "check-failed", fact.summary)
    owed = flake.missing_passes(view, case.bundle.policy.flake, case.now)
    if owed:
        past = flake.history(view, case.bundle.policy.flake, case.now)
        return says("flaky", "flaky", f"{past}; {owed} more passes in a row clear it")
    hollow = _hollow(fact, chosen)
    if hollow is not None:
        return says("hollow", hollow.code, hollow.detail)
    if fact.overtaken:
        return says("stale", "overtaken", fact.commit[:7])
    finished = seconds(fact.finished)
    if finished > case.now + SKEW:
        return says("error", "clock", fact.finished)
    ages = [age for age in (check.max_age, binding.max_age) if age is not None]
    if ages and finished + min(ages) <= case.now:
        return says("stale", "too-old", f"{span(case.now - finished)} of {span(min(ages))}")
    if not reviewed:
        return says("missing", "instrument-unreviewed", short(inputs.instrument))
    wanted = binding.assurance or case.bundle.policy.assurance
    if wanted == "separate" and not separate:
        return says("missing", "assurance-too-low", fact.runner)
    return Judgement("proven", (), granted, assurance, rests, check.name)


def _hollow(fact: Fact, chosen: Digest | None) -> Reason | None:
    """Whether it was shown that the check can fail (DESIGN 7); the reason where not."""
    if not fact.controls:
        return Reason("control-missing")
    passing = [one.name for one in fact.controls if one.outcome == "positive"]
    if passing:
        return Reason("control-passed", ", ".join(passing))
    noticed = [one for one in fact.controls if one.outcome == "negative"]
    if chosen is not None:
        blind = [one.name for one in fact.controls if one.selections.get(chosen) == "positive"]
        noticed = [one for one in noticed if one.selections.get(chosen) == "negative"]
        if not noticed and blind:
            return Reason("control-passed", ", ".join(blind))
    if not noticed:
        return Reason("control-inconclusive", ", ".join(f"{one.name} ({one.reason})" for one in fact.controls))
    return None


def _instrument(case: Case, check: Check, inputs: CheckInputs) -> tuple[bool, tuple[Digest, ...]]:
    """Whether the instrument is accepted by every role that policy names, and the signatures that say so."""
    roles = case.bundle.policy.instrument
    content = instrument_content(check.name, inputs.instrument)
    over = [s for s in case.view.signed if s.signing.purpose == "instrument" and s.signing.content == content]
    counts = [threshold.count(case.bundle, role, over) for role in roles]
    return all(one.met for one in counts), tuple(e for one in counts for e in one.envelopes)
