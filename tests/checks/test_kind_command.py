from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import needs_declared_control
from phaseproof.bundle.model import Selection
from phaseproof.checks.command import Command, CommandOptions
from phaseproof.checks.invocation import SHELL, arguments
from phaseproof.checks.kind import Execution, Outcome, Result
from phaseproof.checks.registry import decode_options
from phaseproof.errors import Unable
from support.bench import FolderBench


def ran(folder: Path, run: str | tuple[str, ...], files: dict[str, str] | None = None, **options: Any) -> Result:
    return Command().run(CommandOptions(run=run, **options), FolderBench(folder, files), ())


def test_exit_zero_is_positive_and_keeps_what_it_printed(tmp_path: Path) -> None:
    result = ran(tmp_path, "echo 'two  words'")
    assert (result.outcome, result.exit_code, result.cases) == (Outcome.POSITIVE, 0, 1)
    assert result.outputs["log"] == b"two  words\n"
    assert result.command == ("echo", "two  words")


def test_another_exit_code_is_negative_and_named(tmp_path: Path) -> None:
    result = ran(tmp_path, ("sh", "-c", "exit 3"))
    assert result.outcome is Outcome.NEGATIVE
    assert result.findings[0].rule == "exit-code" and "exit 3, expected 0" in result.summary


def test_declared_exit_codes_are_the_only_positive_ones(tmp_path: Path) -> None:
    assert ran(tmp_path / "a", ("sh", "-c", "exit 3"), exit_codes=(3,)).outcome is Outcome.POSITIVE
    assert ran(tmp_path / "b", ("sh", "-c", "exit 0"), exit_codes=(3,)).outcome is Outcome.NEGATIVE


@pytest.mark.parametrize(
    ("run", "reason"),
    [
        (("no-such-program-here",), "not-started"),
        (("sh", "-c", "no-such-program-here"), "not-started"),
        (("sh", "-c", "exit 126"), "not-started"),
        (("sh", "-c", "kill -9 $$"), "signal"),
        (("sh", "-c", "exit 137"), "signal"),
    ],
)
def test_what_did_not_judge_is_inconclusive(tmp_path: Path, run: tuple[str, ...], reason: str) -> None:
    result = ran(tmp_path, run)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, reason)
    assert result.summary


def test_a_command_out_of_time_is_inconclusive(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path)
    bench.timeout = 0.2
    result = Command().run(CommandOptions(run="sleep 20"), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "timeout")


def test_no_shell_unless_asked_for(tmp_path: Path) -> None:
    assert arguments("echo $HOME") == ("echo", "$HOME")
    assert arguments("a | b", shell=True) == (*SHELL, "a | b")
    assert ran(tmp_path / "a", "false | true", shell=True).outcome is Outcome.NEGATIVE  # pipefail
    assert ran(tmp_path / "b", "false; true", shell=True).outcome is Outcome.NEGATIVE  # -e
    assert ran(tmp_path / "c", "echo $unset; true", shell=True).outcome is not Outcome.POSITIVE  # -u


@pytest.mark.parametrize(
    "run", ["", "  ", (), ("",), "echo 'open", "a && b", "a | b", "echo x > y", "X=1 make", "a\0b", "a" * 30_000]
)
def test_a_run_that_cannot_be_meant_is_refused(run: str | tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="run"):
        arguments(run)


def test_a_list_with_a_shell_is_refused() -> None:
    with pytest.raises(ValueError, match="one line"):
        arguments(("echo", "x"), shell=True)


def test_quoted_operators_are_arguments() -> None:
    assert arguments("grep 'a|b' '|' file") == ("grep", "a|b", "|", "file")


@pytest.mark.parametrize("code", [126, 127, 129, 137, 192, 256, -1])
def test_exit_codes_that_say_not_run_cannot_mean_yes(code: int) -> None:
    with pytest.raises(ValueError, match="cannot mean yes"):
        CommandOptions(run="true", exit_codes=(0, code))


def test_no_exit_code_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        CommandOptions(run="true", exit_codes=())


def test_printed_text_is_part_of_the_judgement(tmp_path: Path) -> None:
    say = ("sh", "-c", "echo first; echo 'total: 0 errors'")
    assert ran(tmp_path / "a", say, must_print=("^total: 0 errors$",)).outcome is Outcome.POSITIVE
    missing = ran(tmp_path / "b", say, must_print=("^0 errors",))
    assert (missing.outcome, missing.findings[0].rule) == (Outcome.NEGATIVE, "not-printed")
    printed = ran(tmp_path / "c", say, must_not_print=("errors$",))
    assert (printed.outcome, printed.findings[0].rule) == (Outcome.NEGATIVE, "printed")
    assert ran(tmp_path / "d", say, must_not_print=("warning",)).outcome is Outcome.POSITIVE


@pytest.mark.parametrize("pattern", ["", "x*", "(", "a|", "^", "a" * 2_000])
def test_patterns_that_say_nothing_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        CommandOptions(run="true", must_print=(pattern,))
    with pytest.raises(ValueError, match="pattern"):
        CommandOptions(run="true", must_not_print=(pattern,))


def test_output_that_was_cut_proves_no_absence(tmp_path: Path) -> None:
    for options in ({"must_not_print": ("needle",)}, {"must_print": ("needle",)}):
        bench = FolderBench(tmp_path / next(iter(options)))
        bench.limit = 10
        result = Command().run(CommandOptions(run="echo 0123456789 needle", **options), bench, ())
        assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-truncated")


def test_the_control_empties_the_subject_and_is_noticed(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"src/a.txt": "good\n"})
    options = CommandOptions(run="grep -q good src/a.txt")
    assert Command().run(options, bench, ()).outcome is Outcome.POSITIVE
    (control,) = Command().controls(options, ["src/a.txt"], lambda path: b"")
    bench.apply(control)
    assert Command().run(options, bench, ()).outcome is Outcome.NEGATIVE


def test_an_asserted_absence_asks_for_a_declared_control() -> None:
    options = CommandOptions(run="true", absent=True)
    assert needs_declared_control(options)
    assert Command().controls(options, ["src/a.py"], lambda path: b"") == ()
    assert not needs_declared_control(CommandOptions(run="true"))


def test_a_selection_of_a_command_is_never_positive(tmp_path: Path) -> None:
    result = Command().run(CommandOptions(run="true"), FolderBench(tmp_path), [Selection(tests=("*",))])
    assert result.outcome is Outcome.POSITIVE
    assert result.selections == {0: Outcome.INCONCLUSIVE}


def test_options_come_from_plain_values_and_unknown_ones_are_refused() -> None:
    assert decode_options(Command(), {"run": ["a", "b"]}) == CommandOptions(run=("a", "b"))
    for wrong in ({"run": "a", "shel": True}, {}, {"run": 3}, {"run": ""}, {"run": "a", "exit_codes": ["0"]}, []):
        with pytest.raises(Unable, match="do not fit"):
            decode_options(Command(), wrong)


def test_an_execution_without_any_word_is_no_judgement(tmp_path: Path) -> None:
    class Silent(FolderBench):
        def execute(self, command: Any, **_: Any) -> Execution:
            return Execution(True, None, None, False, b"", False, 0.0)

    result = Command().run(CommandOptions(run="true"), Silent(tmp_path), ())
    assert result.outcome is Outcome.INCONCLUSIVE
