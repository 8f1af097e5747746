"""From the `run` of a check to arguments, and from how a command ended to whether anything was judged."""

from __future__ import annotations

import shlex

from phaseproof.checks.kind import Execution

SHELL = ("bash", "-euo", "pipefail", "-c")
"""What `shell: true` runs a line with: it stops at the first failing command, unset variable or broken pipe."""
MAX_LINE = 20_000
"""Characters of one `run`."""
_OPERATORS = frozenset({"|", "||", "|&", "&&", "&", ";", "<", ">", ">>", "2>", "2>&1", "&>", "<<", "<<<"})


def arguments(run: str | tuple[str, ...], *, shell: bool = False) -> tuple[str, ...]:
    """The arguments that a `run` stands for.

    Args:
        run: one line, split as a POSIX shell would split it but without a shell; or the arguments themselves.
        shell: give the line to bash instead.

    Raises:
        ValueError: it is empty, has a NUL, is not closed, uses a shell's operators without `shell: true`, or is a
            list with it.
    """
    if isinstance(run, tuple):
        if shell:
            raise ValueError("shell: true takes one line, not a list")
        words = list(run)
    else:
        words = [run] if shell else _split(run)
    if not words or not words[0].strip():
        raise ValueError("run is empty: there is nothing to run")
    if any("\0" in word for word in words) or sum(map(len, words)) > MAX_LINE:
        raise ValueError(f"run has a NUL or more than {MAX_LINE} characters")
    return (*SHELL, *words) if shell else tuple(words)


def _split(line: str) -> list[str]:
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise ValueError(f"run cannot be split: {error}") from error
    raw = shlex.shlex(line, posix=False, punctuation_chars=False)
    raw.whitespace_split = True
    raw.commenters = ""
    try:
        operators = [word for word in raw if word in _OPERATORS]
    except ValueError:
        operators = []  # an escaped quote, which only the POSIX rules above understand
    if operators:
        raise ValueError(f"run has {operators[0]!r}, which only a shell understands: quote it, or say shell: true")
    if words and "=" in words[0] and words[0].split("=", 1)[0].isidentifier():
        raise ValueError(f"run starts with {words[0]!r}, which only a shell understands: use env, or say shell: true")
    return words


def undecided(execution: Execution) -> tuple[str, str] | None:
    """Why a command that ended like this has judged nothing; None where its exit code is a judgement.

    Exit codes 126 and 127 (POSIX 2.8.2: found but not executable, not found) and those above 128 (ended by a
    signal) are what shells, `env` and sandboxes say in place of the program: they show no judgement either.

    Returns:
        A reason code and a sentence.
    """
    if not execution.started:
        return "not-started", f"the command was not started: {execution.detail or 'no reason given'}"
    if execution.timed_out:
        return "timeout", f"the command was ended after {execution.seconds:.0f} s: its time was up"
    if execution.signal is not None:
        return "signal", f"the command was ended by signal {execution.signal}"
    code = execution.exit_code
    if code is None:
        return "not-started", "the command left no exit code"
    if code in (126, 127):
        what = "could not be executed" if code == 126 else "was not found"
        return "not-started", f"exit {code}: a program {what}"
    if code < 0 or 128 < code <= 128 + 64:
        return "signal", f"exit {code}: a program was ended by signal {abs(code) if code < 0 else code - 128}"
    return None


def judges(code: int) -> bool:
    """Whether an exit code can be a judgement at all: 0 to 125, 128, and 193 to 255."""
    return 0 <= code <= 255 and code not in (126, 127) and not 128 < code <= 128 + 64
