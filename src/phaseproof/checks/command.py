"""The kind `command`: a program whose exit code, and what it prints, is the judgement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import Struct

from phaseproof.bundle.kinds import Options
from phaseproof.bundle.model import Selection
from phaseproof.checks.invocation import arguments, judges, undecided
from phaseproof.checks.kind import Bench, Control, Finding, Outcome, Result, truncation
from phaseproof.checks.searching import TooSlow, search, valid


class CommandOptions(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of `kind: command`: run a program; what it prints and how it ends is the judgement.

    Attributes:
        run: the program and its arguments: one line, split without a shell, or a list. `$PHASEPROOF_OUT` stands for
            the folder for its outputs; nothing else is expanded.
        shell: give the line to `bash -euo pipefail -c`.
        exit_codes: exit codes that mean yes. Any other means no, but for 126, 127 and 129 to 192 (not started, ended
            by a signal), which mean neither.
        must_print: regular expressions; each must be found in what it prints (`^` and `$` stand at each line).
        must_not_print: regular expressions; none may be found.
        absent: the check asserts that something is not there, so that emptied files cannot make it fail: it must
            declare a control that plants one.
    """

    run: str | tuple[str, ...]
    shell: bool = False
    exit_codes: tuple[int, ...] = (0,)
    must_print: tuple[str, ...] = ()
    must_not_print: tuple[str, ...] = ()
    absent: bool = False

    def __post_init__(self) -> None:
        arguments(self.run, shell=self.shell)
        if not self.exit_codes:
            raise ValueError("exit_codes is empty: nothing would mean yes")
        for code in self.exit_codes:
            if not judges(code):
                raise ValueError(f"exit code {code} cannot mean yes: it says that a program was not run to its end")
        for pattern in (*self.must_print, *self.must_not_print):
            valid(pattern)

    def needs_declared_control(self) -> bool:
        """A check of an absence must plant what it looks for."""
        return self.absent


class Command:
    """Runs one program and takes its word by exit code and output."""

    name: ClassVar[str] = "command"
    options: ClassVar[type[Struct]] = CommandOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: CommandOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Run it. See `Kind.run`; one command yields one case."""
        command = arguments(options.run, shell=options.shell)
        bench.progress(" ".join(command[-1:] if options.shell else command)[:200])
        execution = bench.execute(command)
        # A command has no parts: a selection of one is answered by nothing.
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)
        outputs = {"log": execution.output} if execution.started else {}
        code = execution.exit_code
        seconds = {"seconds": Decimal(f"{execution.seconds:.3f}")}

        def inconclusive(reason: str, summary: str) -> Result:
            return Result(
                Outcome.INCONCLUSIVE, reason=reason, summary=summary, metrics=seconds, outputs=outputs,
                selections=none, command=command, exit_code=code,
            )  # fmt: skip

        if trouble := undecided(execution):
            return inconclusive(*trouble)
        try:
            findings, unsure = _judge(options, code, execution.output.decode("utf-8", "replace"), execution.truncated)
        except TooSlow as error:
            return inconclusive("pattern-too-slow", str(error))
        if unsure and not findings:
            return inconclusive("output-truncated", unsure)
        return Result(
            Outcome.NEGATIVE if findings else Outcome.POSITIVE,
            summary=findings[0].message if findings else f"exit {code}",
            metrics=seconds, findings=findings, outputs=outputs, selections=none, cases=1,
            command=command, exit_code=code,
        )  # fmt: skip

    def controls(
        self, options: CommandOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Its subject emptied; nothing where it asserts an absence, which must declare its own."""
        del read
        return () if options.absent or not subject else (truncation(subject),)


def _judge(options: CommandOptions, code: Any, text: str, truncated: bool) -> tuple[tuple[Finding, ...], str]:
    """What speaks against it, and what could not be known because output was cut."""
    findings: list[Finding] = []
    unsure = ""
    if code not in options.exit_codes:
        expected = ", ".join(str(wanted) for wanted in options.exit_codes)
        findings.append(Finding("exit-code", f"exit {code}, expected {expected}"))
    found = search((*options.must_print, *options.must_not_print), text)
    wanted = len(options.must_print)
    for pattern, seen in zip(options.must_print, found[:wanted], strict=True):
        if not seen and truncated:
            unsure = f"{pattern!r} was not seen, and part of the output was cut"
        elif not seen:
            findings.append(Finding("not-printed", f"it did not print {pattern!r}"))
    for pattern, seen in zip(options.must_not_print, found[wanted:], strict=True):
        if seen:
            findings.append(Finding("printed", f"it printed {pattern!r}"))
        elif truncated:
            unsure = f"{pattern!r} was not seen, but part of the output was cut"
    return tuple(findings), unsure
