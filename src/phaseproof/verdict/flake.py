"""Flake history: per check over its last attempts, whatever the inputs (DESIGN 8)."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.authority.view import CheckView, Start
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
    """

    position: int
    what: tuple[Digest, Digest]
    passed: bool | None
    note: str


def over(start: Start, now: float) -> bool:
    """Whether an announced run cannot still be running: given up, or past its limit.

    Args:
        start: the announcement.
        now: seconds since the epoch.
    """
    return start.ended is not None or seconds(start.at) + start.limit < now


def attempts(view: CheckView, now: float) -> tuple[Attempt, ...]:
    """All attempts at a check that have ended, oldest first.

    Args:
        view: what is known of the check.
        now: seconds since the epoch.
    """
    listed = []
    for run in view.runs:
        fact = run.fact
        passed: bool | None = fact.outcome == "positive"
        note = "passed" if passed else "failed"
        if fact.outcome == "inconclusive":
            passed, note = (False if fact.reason in _FAILS else None), fact.reason
        listed.append(Attempt(run.position, (fact.check_digest, fact.inputs), passed, note))
    listed += [
        Attempt(start.position, (start.check_digest, start.inputs), False, "abandoned")
        for start in view.unfinished
        if over(start, now)
    ]
    return tuple(sorted(listed, key=lambda one: one.position))


def missing_passes(view: CheckView, rule: Flake, now: float) -> int:
    """How many passes in a row a flaky check still owes; 0 for one that is not flaky.

    A check is flaky when within its last `window` attempts one content both failed and passed; it stays so, whatever
    the inputs, until it has passed `passes` times in a row.
    """
    last = [one for one in attempts(view, now) if one.passed is not None][-rule.window :]
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


def history(view: CheckView, rule: Flake, now: float) -> str:
    """The last attempts for people, oldest first: `✔ ✘ ✔`."""
    signs = {True: "✔", False: "✘", None: "·"}
    return " ".join(signs[one.passed] for one in attempts(view, now)[-rule.window :])
