"""The one interface of a check kind, and the values that pass through it.

A kind never says PASS: it says what it saw. `Outcome` is positive, negative, or inconclusive with a reason; the
verdict is made elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

from msgspec import Struct

from phaseproof.bundle.model import Selection


class Outcome(StrEnum):
    """What a kind saw."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INCONCLUSIVE = "inconclusive"


class Finding(Struct, frozen=True, omit_defaults=True):
    """One thing a check noticed, for people and for SARIF.

    Attributes:
        rule: short id, kebab case.
        message: one sentence.
        path: file in the tree, empty where none.
        line: from 1; 0 where none.
        level: `error`, `warning` or `note`.
    """

    rule: str
    message: str
    path: str = ""
    line: int = 0
    level: str = "error"


class Result(Struct, frozen=True, omit_defaults=True):
    """What a run of a check saw.

    Attributes:
        outcome: see `Outcome`.
        reason: reason code where inconclusive (`not-started`, `timeout`, `signal`, `no-tests`, `collection-failed`,
            `test-setup-failed`, `extra-missing`, `output-unreadable`, `output-truncated` …).
        summary: one line for people: `412 passed`, `2 open`.
        metrics: flat name -> finite decimal.
        findings: bounded by the kind (at most 1,000).
        outputs: what to keep as objects (reports, raw statistics): name -> bytes, or a file below the out folder.
        selections: index of the selection asked for -> what it came to.
        cases: number of things judged (tests, files, rows); zero never is positive.
        command: what was run, if one command.
        exit_code: its exit code.
        whole_fails: a demand on the whole is broken (fewer tests than asked for, a test gone), so that no part of it
            stands for an item. Under a control each part still answers for itself, by `selections`.
    """

    outcome: Outcome
    reason: str = ""
    summary: str = ""
    metrics: Mapping[str, Decimal] = {}
    findings: tuple[Finding, ...] = ()
    outputs: Mapping[str, Path | bytes] = {}
    selections: Mapping[int, Outcome] = {}
    cases: int = 0
    command: tuple[str, ...] = ()
    exit_code: int | None = None
    whole_fails: bool = False


class NoAnswer(Exception):
    """What is asked cannot be judged: the result is inconclusive.

    Attributes:
        reason: reason code.
        fact: one sentence.
    """

    def __init__(self, reason: str, fact: str) -> None:
        super().__init__(fact)
        self.reason = reason
        self.fact = fact


class Execution(Struct, frozen=True):
    """How one command ended.

    Attributes:
        started: False where it could not be started.
        exit_code: None where not started, timed out or ended by a signal.
        signal: number of the signal that ended it, None otherwise.
        timed_out: the limit was reached and the process tree was ended.
        output: standard output and error, interleaved, bounded.
        truncated: the output was cut.
        seconds: wall time.
        detail: why it was not started.
    """

    started: bool
    exit_code: int | None
    signal: int | None
    timed_out: bool
    output: bytes
    truncated: bool
    seconds: float
    detail: str = ""


class Bench(Protocol):
    """Where a kind works: handed to `Kind.run` by the runner.

    Attributes:
        root: the checkout: the check's inputs and nothing else.
        out: private empty folder for reports, `$PHASEPROOF_OUT` in commands.
        subject: subject files, as paths relative to `root`.
        instrument: instrument files, likewise.
        now: UTC instant of the run's start, seconds since the epoch (clock comes in as a value).
        committed: path -> seconds since the epoch of the last commit that touched it; only for kinds that ask.
    """

    @property
    def root(self) -> Path: ...  # noqa: D102
    @property
    def out(self) -> Path: ...  # noqa: D102
    @property
    def subject(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def instrument(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def now(self) -> float: ...  # noqa: D102

    def execute(
        self, command: Sequence[str], *, timeout: float | None = None, environment: Mapping[str, str] | None = None
    ) -> Execution:
        """Run a command in the sandbox, in `root`, within what is left of the check's time.

        Args:
            command: arguments; never a shell line. `$PHASEPROOF_OUT` and `${PHASEPROOF_OUT}` in an argument stand
                for the out folder as the command sees it (a sandbox may show it under another path than `out`): the
                bench puts it in. Nothing else is expanded.
            timeout: seconds, at most what is left of the check's own limit.
            environment: variables added to the scrubbed ones.
        """
        ...

    def committed(self, path: str) -> float | None:
        """When the judged commit's history last changed a path, seconds since the epoch; None where unknown."""
        ...

    def accepted(self, name: str) -> bytes | None:
        """The output `name` of this check's evidence at the nearest accepted ancestor on the protected ref.

        What `grow` compares with. The runner hands in what the ledger names; it does not look for it in the tree.

        Returns:
            The object's bytes, its digest checked; None only where no such evidence was ever recorded.

        Raises:
            Unable: there is such evidence and its object cannot be read.
        """
        ...

    def progress(self, text: str) -> None:
        """Say what is being done, for a person who waits."""
        ...


class Plant(Struct, frozen=True):
    """A file written into the checkout by an automatic control.

    Attributes:
        path: relative to the checkout.
        data: bytes; None removes the file.
    """

    path: str
    data: bytes | None


class Control(Struct, frozen=True, omit_defaults=True):
    """A change under which the check must come to a negative result.

    Attributes:
        name: shown to people: `subject truncated`, `violation planted`.
        plants: files to write or remove before the run.
        plan: how `explain` tells it: one sentence.
    """

    name: str
    plants: tuple[Plant, ...]
    plan: str = ""


class Kind(Protocol):
    """A kind of check; one file each, found by the entry point group `phaseproof.kinds`.

    Attributes:
        name: as written in `kind:`.
        options: frozen struct of its options (`forbid_unknown_fields`): JSON Schema, error messages and docs come
            from it and from its docstring.
        selections: selection fields that bindings may use.
        absent: a positive result asserts that something is not there.
    """

    name: ClassVar[str]
    options: ClassVar[type[Struct]]
    selections: ClassVar[tuple[str, ...]]
    absent: ClassVar[bool]

    def run(self, options: Any, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Look, and say what was seen.

        Args:
            options: instance of `options`.
            bench: where to work.
            selections: what bindings ask of this run; `Result.selections` answers by index.
        """
        ...

    def controls(self, options: Any, subject: Sequence[str], read: Callable[[str], bytes]) -> Sequence[Control]:
        """How this kind is made to fail: by default one control that truncates each subject file to nothing.

        Args:
            options: instance of `options`.
            subject: subject files.
            read: bytes of a subject file.
        """
        ...


def truncation(subject: Sequence[str]) -> Control:
    """The automatic control of DESIGN 7: every subject file emptied."""
    return Control(
        name="subject truncated",
        plants=tuple(Plant(path, b"") for path in subject),
        plan=f"every one of its {len(subject)} subject files emptied",
    )
