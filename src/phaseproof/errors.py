"""What can go wrong, as two short trees; both end in HOLD.

`Untrue`: something signed, chained or stated does not hold. `Unable`: the environment, the configuration
or the caller failed. They differ in the exit code (FORMATS, "Exit codes") and in what the reader is told to do.
"""

from __future__ import annotations


class PhaseproofError(Exception):
    """Base of every expected error.

    Attributes:
        rule: reason code or rule id, stable, in kebab case.
        fact: one sentence: what was found.
        way_out: the next command or action, or an empty string where there is none.
    """

    exit_code = 4

    def __init__(self, rule: str, fact: str, way_out: str = "") -> None:
        super().__init__(fact)
        self.rule = rule
        self.fact = fact
        self.way_out = way_out


class Untrue(PhaseproofError):
    """Evidence, signature, chain or checkpoint says something that does not hold, or cannot be read. Exit 3."""

    exit_code = 3


class Unable(PhaseproofError):
    """The environment failed or cannot do what was asked. Exit 2."""

    exit_code = 2


class Refused(PhaseproofError):
    """A decision that the rules do not allow. Exit 1."""

    exit_code = 1


class Conflict(Refused):
    """Another writer took the sequence number this append expected; nothing was written. Exit 1."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        super().__init__(
            "conflict",
            f"stream {stream} is at {actual}, the append expected {expected}",
            "take the decision again on the new state",
        )
        self.stream = stream
        self.expected = expected
        self.actual = actual


class Usage(Unable):
    """The command line or the configuration is wrong. Exit 2."""
