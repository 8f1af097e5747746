"""One check judged for one binding: from evidence to a judgement. The rules stand in judge.py, numbered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from phaseproof.authority import threshold
from phaseproof.authority.view import CheckView, Run, Start, View
from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import Binding, Bundle, Check, CheckInputs, InputsMap, Strength
from phaseproof.digests import Digest, short
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import public_of
from phaseproof.evidence.model import Fact
from phaseproof.instants import seconds, span
from phaseproof.verdict import flake, orders, pieces
from phaseproof.verdict.controls import shown_to_fail
from phaseproof.verdict.model import ORDER, ItemVerdict, Judgement, Reason
from phaseproof.verdict.pieces import Pieces

SKEW = 300
"""Seconds that a runner's clock may be ahead before its evidence counts as from the future."""

Finding = tuple[ItemVerdict, Reason]


class Case(Struct, frozen=True):
    """Everything judging a check needs.

    Attributes:
        bundle: the rules.
        view: the ledger's state.
        inputs: what the commit holds.
        now: seconds since the epoch.
        digests: check name -> its digest as it would run now; checks whose kind is not installed are left out.
        keys: runner name -> key id.
        sorted: pieces of evidence by check and strength, worked out when first asked for.
    """

    bundle: Bundle
    view: View
    inputs: InputsMap
    now: float
    digests: dict[str, Digest] = {}
    keys: dict[str, str] = {}
    sorted: dict[tuple[str, Strength], Pieces] = {}

    def pieces(self, check: str, wanted: Strength) -> Pieces:
        """What counts for a check where evidence must be as strong as `wanted`."""
        key = (check, wanted)
        if key not in self.sorted:
            self.sorted[key] = orders.both(pieces.pieces_of(self.view, check, self.bundle, self.keys, wanted))
        return self.sorted[key]


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
    for name, runner in bundle.runners.items():
        try:
            keys[name] = keyid(public_of(runner.key))
        except ValueError:
            keys.pop(name, None)  # nobody signs with a key that is none
    return Case(bundle, view, inputs, now, digests, keys)


def instrument_content(check: str, instrument: Digest) -> Digest:
    """Digest of what `sign --instrument` signs: a check's name and the content of what judges it."""
    return canonical.digest({"check": check, "instrument": instrument})


def strength_of(fact: Fact, case: Case) -> Strength | None:
    """The strength that the case's bundle grants to a piece of evidence: see pieces.py."""
    return pieces.strength_of(fact, case.bundle, case.keys)


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
    wanted = binding.strength or case.bundle.policy.strength
    known = case.pieces(check.name, wanted)
    judged = _judged(case, check, binding, inputs, known, now)
    if known.happened is None:
        return judged
    return orders.worse(judged, _judged(case, check, binding, inputs, known.happened, now))


def _judged(
    case: Case, check: Check, binding: Binding, inputs: CheckInputs, known: Pieces, now: Digest
) -> Judgement:  # fmt: skip
    """Rules 2 to 11, with pieces in one order."""
    fit = [run for run in known.strong if _of(run.fact, inputs, now)]
    announced = [start for start in known.unfinished if (start.check_digest, start.inputs) == (now, inputs.inputs)]
    found = list(_unfinished(case, announced, fit))
    if fit:
        return _latest(case, check, binding, inputs, known, fit, found)
    if found:
        return _shown(found, Judgement("missing", check=check.name))
    return _nothing(case, check, inputs, now, binding.strength or case.bundle.policy.strength)


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


def _of(fact: Fact, inputs: CheckInputs, now: Digest) -> bool:
    """Whether evidence is of this content: rule 3."""
    held = (now, inputs.inputs, inputs.subject, inputs.instrument)
    return (fact.check_digest, fact.inputs, fact.subject, fact.instrument) == held


def _unfinished(case: Case, announced: list[Start], fit: list[Run]) -> Iterator[Finding]:
    """Rules 2 and 4: runs of this content that were announced and have no result."""
    running = [start for start in announced if not flake.over(start, case.now)]
    if running:
        yield "missing", Reason("in-progress", f"since {running[-1].at}")
    gone = [start for start in announced if flake.over(start, case.now)]
    if gone and (not fit or gone[-1].position > fit[-1].position):
        yield "error", Reason("abandoned", gone[-1].ended or "killed")


def _nothing(case: Case, check: Check, inputs: CheckInputs, now: Digest, wanted: Strength) -> Judgement:
    """No acceptable evidence for this content: say what there is instead."""
    runs = case.view.checks.get(check.name, CheckView()).runs
    same = [run for run in runs if _of(run.fact, inputs, now)]
    if same:
        fact = same[-1].fact
        granted = strength_of(fact, case)
        if granted is None:
            return Judgement("missing", (Reason("signer-unknown", fact.runner or fact.key[:16]),), check=check.name)
        return Judgement("missing", (Reason("strength-too-weak", f"{granted}, wanted {wanted}"),), granted,
                         check=check.name)  # fmt: skip
    if not runs:
        return Judgement("missing", (Reason("never-run"),), check=check.name)
    fact = runs[-1].fact
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


def _latest(
    case: Case, check: Check, binding: Binding, inputs: CheckInputs, known: Pieces, fit: list[Run],
    found: list[Finding],
) -> Judgement:  # fmt: skip
    """Rules 6 to 11, on the last piece of evidence of this content; `found` is what stands against it already."""
    run = fit[-1]
    fact = run.fact
    granted = strength_of(fact, case)
    reviewed, signatures = _instrument(case, check, inputs)
    separate = granted == "independent" and bool(case.bundle.policy.instrument)
    chosen = digest.of_selection(binding.selection) if binding.selection is not None else None
    answers = [_answer(one.fact, chosen) for one in fit]
    conclusive = [one for one in answers if one in ("positive", "negative")]
    history, owed = _flaky(case, known, chosen)
    found += _outcome(check, fact, chosen, answers[-1])
    if owed:
        found.append(("flaky", Reason("flaky", owed)))
    if answers[-1] == "positive":
        found += shown_to_fail(check, fact, known.controls, chosen)
    found += _dated(case, check, binding, run)
    if not reviewed:
        found.append(("missing", Reason("instrument-unreviewed", short(inputs.instrument))))
    wanted = binding.assurance or case.bundle.policy.assurance
    if wanted == "separate" and not separate:
        found.append(("missing", Reason("assurance-too-low", fact.runner)))
    rests = (fact.envelope, *(one.envelope for one in fact.controls), *signatures, *history)
    judgement = Judgement(
        "proven",
        _notes(case, known, run),
        granted,
        "separate" if separate else "self",
        tuple(dict.fromkeys(rests)),
        check.name,
        conclusive[-1:] == ["negative"],
    )
    return _shown(found, judgement) if found else judgement


def _shown(found: list[Finding], about: Judgement) -> Judgement:
    """The first verdict of `ORDER` among those found, with its reasons; that a run is in progress is always told."""
    verdict = min((one for one, _ in found), key=ORDER.index)
    reasons = tuple(why for one, why in found if one == verdict)
    reasons += tuple(why for one, why in found if why.code == "in-progress" and one != verdict)
    return Judgement(verdict, reasons, about.strength, about.assurance, about.rests, about.check, about.refuted)


def _answer(fact: Fact, chosen: Digest | None) -> str:
    """What a piece of evidence says of a selection, or of the whole check; empty where it does not say."""
    if chosen is None or fact.outcome == "inconclusive":
        return fact.outcome
    return fact.selections.get(chosen, "")


def _outcome(check: Check, fact: Fact, chosen: Digest | None, answer: str) -> Iterator[Finding]:
    if fact.outcome == "inconclusive":
        yield "error", Reason(fact.reason or "output-unreadable", fact.summary)
    elif not answer:
        yield "missing", Reason("selection-not-run", check.name)
    elif answer == "inconclusive":
        yield "error", Reason("selection-empty", fact.summary)
    elif answer != "positive":
        yield "refuted", Reason("selection-failed" if chosen else "check-failed", fact.summary)


def _flaky(case: Case, known: Pieces, chosen: Digest | None) -> tuple[tuple[Digest, ...], str]:
    """Envelopes of the runs whose outcomes were looked at, and what a flaky check owes, in words; empty where nothing.

    A selection's own history counts besides the check's: one that failed and passed is not hidden by another that
    always fails.
    """
    rule = case.bundle.policy.flake
    view = CheckView(known.strong, known.unfinished)
    owed, past, since = 0, "", 0
    for one in dict.fromkeys((None, chosen)):
        listed = flake.attempts(view, case.now, one, known.weak)
        since = min(since or listed[-1].position, *(a.position for a in flake.window(listed, rule)))
        missing = flake.owed(listed, rule)
        if missing > owed:
            owed, past = missing, flake.signs(listed, rule)
    history = tuple(run.fact.envelope for run in (*known.strong, *known.weak) if run.position >= since)
    more = "1 more pass clears it" if owed == 1 else f"{owed} more passes in a row clear it"
    return history, f"{past}; {more}" if owed else ""


def _dated(case: Case, check: Check, binding: Binding, run: Run) -> Iterator[Finding]:
    """Rule 9: when it was, and whether the commit moved meanwhile."""
    fact = run.fact
    if fact.overtaken:
        yield "stale", Reason("overtaken", fact.commit[:7])
    try:
        finished = seconds(fact.finished)
        recorded = seconds(run.at)
    except ValueError as error:
        yield "error", Reason("clock", str(error))
        return
    if finished > min(case.now, recorded) + SKEW:
        yield "error", Reason("clock", fact.finished)
    ages = [age for age in (check.max_age, binding.max_age) if age is not None]
    if ages and finished + min(ages) <= case.now:
        yield "stale", Reason("too-old", f"{span(case.now - finished)} of {span(min(ages))}")


def _instrument(case: Case, check: Check, inputs: CheckInputs) -> tuple[bool, tuple[Digest, ...]]:
    """Whether the instrument is accepted by every role that policy names, and the signatures that say so."""
    roles = case.bundle.policy.instrument
    content = instrument_content(check.name, inputs.instrument)
    over = [s for s in case.view.signed if s.signing.purpose == "instrument" and s.signing.content == content]
    counts = [threshold.count(case.bundle, role, over) for role in roles]
    return all(one.met for one in counts), tuple(e for one in counts for e in one.envelopes)


def _notes(case: Case, known: Pieces, run: Run) -> tuple[Reason, ...]:
    """Said of a proven item where nobody is asked to accept instruments (DESIGN 6): that they have changed since."""
    if case.bundle.policy.instrument:
        return ()
    since = case.view.installed.position if case.view.installed is not None else 0
    first = next((one for one in known.strong if one.position > since), run)
    if first.fact.instrument == run.fact.instrument:
        return ()
    return (Reason("instrument-changed", first.fact.commit[:7]),)
