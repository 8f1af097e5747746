"""Flake history: per check over its last attempts, whatever the inputs (DESIGN 8).

The window is counted in evidence that is as strong as asked: it is signed, and whoever says PASS opens it. Failures of
weaker evidence and runs given up count within it and take no place in it: anybody may announce a run, and ten of them
must not push a failure out of sight.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phaseproof.authority.view import CheckView, Run, Start
from phaseproof.bundle.model import Flake
from phaseproof.digests import Digest
from phaseproof.instants import seconds

_FAILS = frozenset({"timeout", "signal"})
"""Inconclusive reasons that count as a failure here: a check that hangs now and then is flaky too."""


class Attempt(Struct, frozen=True):
    """One attempt at a check.

    Attributes:
        position: in the ledger.
        what: check digest and inputs digest.
        passed: True, False, or None where it says nothing (a set-up that failed).
        note: `passed`, `failed`, `abandoned`, `timeout` …
        placed: it takes a place in the window.
    """

    position: int
    what: tuple[Digest, Digest]
    passed: bool | None
    note: str
    placed: bool = True


def over(start: Start, now: float) -> bool:
    """Whether an announced run cannot still be running: given up, past its limit, or of no instant.

    Args:
        start: the announcement.
        now: seconds since the epoch.
    """
    if start.ended is not None:
        return True
    try:
        return seconds(start.at) + start.limit < now
    except ValueError:
        return True


def attempts(
    view: CheckView, now: float, chosen: Digest | None = None, weak: Sequence[Run] = ()
) -> tuple[Attempt, ...]:
    """All attempts at a check that have ended, oldest first.

    Args:
        view: what is known of the check.
        now: seconds since the epoch.
        chosen: digest of a selection: what it came to counts, where the run answered for it.
        weak: evidence weaker than asked: only its failures count.
    """
    listed = [_attempt(run, chosen, placed=True) for run in view.runs]
    listed += [one for one in (_attempt(run, chosen, placed=False) for run in weak) if one.passed is False]
    listed += [
        Attempt(start.position, (start.check_digest, start.inputs), False, "abandoned", False)
        for start in view.unfinished
        if over(start, now)
    ]
    return tuple(sorted(listed, key=lambda one: one.position))


def _attempt(run: Run, chosen: Digest | None, *, placed: bool) -> Attempt:
    fact = run.fact
    outcome = fact.outcome if chosen is None else fact.selections.get(chosen, fact.outcome)
    passed: bool | None = outcome == "positive"
    note = "passed" if passed else "failed"
    if outcome == "inconclusive":
        passed, note = (False if fact.reason in _FAILS else None), fact.reason or outcome
    return Attempt(run.position, (fact.check_digest, fact.inputs), passed, note, placed)


def window(listed: Sequence[Attempt], rule: Flake) -> tuple[Attempt, ...]:
    """The attempts that are looked at: the last `window` of those that take a place, and what happened since."""
    placed = [one.position for one in listed if one.placed and one.passed is not None]
    since = placed[-rule.window] if len(placed) > rule.window else 0
    return tuple(one for one in listed if one.position >= since)


def owed(listed: Sequence[Attempt], rule: Flake) -> int:
    """How many passes in a row a flaky check still owes; 0 for one that is not flaky.

    A check is flaky when within its window one content both failed and passed; it stays so, whatever the inputs,
    until it has passed `passes` times in a row.
    """
    last = [one for one in window(listed, rule) if one.passed is not None]
    passed = {one.what for one in last if one.passed}
    failed = {one.what for one in last if not one.passed}
    if not passed & failed:
        return 0
    streak = 0
    for one in reversed(last):
        if not one.passed:
            break
        streak += 1
    return max(0, rule.passes - streak)


def signs(listed: Sequence[Attempt], rule: Flake) -> str:
    """The attempts that are looked at, for people, oldest first: `✔ ✘ ✔`."""
    marks = {True: "✔", False: "✘", None: "·"}
    return " ".join(marks[one.passed] for one in window(listed, rule)[-3 * rule.window :])


def missing_passes(view: CheckView, rule: Flake, now: float, chosen: Digest | None = None) -> int:
    """`owed` of all that is known of a check, whoever signed it: for whoever plans what to run again."""
    return owed(attempts(view, now, chosen), rule)


def history(view: CheckView, rule: Flake, now: float) -> str:
    """`signs` of all that is known of a check, whoever signed it."""
    return signs(attempts(view, now), rule)
