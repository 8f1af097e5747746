"""The entry point: finds the verb, loads only its module, turns errors into one message and one exit code.

Exit codes (FORMATS, section 5): 0 PASS or done; 1 HOLD, refused, conflict, problems; 2 usage or configuration; 3
something signed or chained does not verify or cannot be read; 4 our fault.
"""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import sys
from contextlib import suppress
from itertools import pairwise
from typing import Any

import click

from phaseproof import __version__
from phaseproof.cli import output
from phaseproof.errors import PhaseproofError, Refused, Unable, Usage
from phaseproof.reports.layout import visible

VERBS: dict[str, str] = {
    "scan": "read plans, no configuration needed: items, claims, problems",
    "init": "propose a phaseproof.yaml: plans, items, what stands for them, keys",
    "compile": "say what the configuration and plans of a commit compile to",
    "install": "make this repository's ledger and install its first bundle",
    "migrate": "change the rules: propose, approve, activate",
    "bundle": "look at bundles and at what changes between them",
    "run": "run what is not proven",
    "gates": "run what the gates require, then decide: the one command for pipelines",
    "status": "the board: what blocks, why, and the next command for each",
    "explain": "everything about one item",
    "drift": "where documents say something that the ledger does not prove",
    "sync": "set ticks and status words to what is proven",
    "sign": "sign an item, an instrument or a bundle",
    "verify": "check signatures, chain, tree, checkpoints, and replay every decision",
    "report": "write the report: html, md, sarif, vsa",
    "ledger": "push and pull the ledger between clones",
    "export": "write the ledger, or the facts in it, to one file",
    "import": "take in an exported ledger, facts, or a signature",
    "checkpoint": "sign the ledger's head as it is, for --trust and for witnesses",
    "key": "make and list keys",
    "schema": "print the JSON Schema of the configuration or of a public value",
    "demo": "a small repository, five kinds of trouble, a gate that only evidence opens",
}
"""Verb -> one line of help; each stands in `phaseproof.cli.<verb>` under its own name; `import` in import_."""


_ENVIRONMENT = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM})
"""Failures of the machine that no room has a better word for."""


class Verbs(click.Group):
    """The group of verbs; a verb's module is imported when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs, in the order in which a newcomer meets them."""
        del ctx
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One verb, loaded."""
        del ctx
        if cmd_name not in VERBS:
            return None
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"phaseproof.cli.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Help without loading every verb."""
        del ctx
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click's, with the nearest verb named where there is none of that name."""
        name = args[0]
        if name not in VERBS and not name.startswith("-"):
            import difflib

            near = difflib.get_close_matches(name, VERBS, 1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"there is no verb {name!r}{hint}", ctx)
        return super().resolve_command(ctx, args)


@click.group(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 PASS, or done; 1 HOLD, or refused; 2 usage, configuration or this machine; "
    "3 something signed or chained does not hold; 4 our fault. Begin with: phaseproof demo",
)
@click.version_option(__version__, prog_name="phaseproof")
def phaseproof() -> None:
    """Turn a phase plan into a gate that only evidence can open."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit."""
    given = sys.argv[1:] if arguments is None else arguments
    sys.exit(run(given))


def run(arguments: list[str]) -> int:
    """Run the command line; the exit code comes back.

    Args:
        arguments: without the program's name.
    """
    machine = _machine(arguments)
    output.prepare()
    try:
        code = phaseproof.main(args=arguments, prog_name="phaseproof", standalone_mode=False, color=output.colour())
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as error:
        if isinstance(error, getattr(click.exceptions, "NoArgsIsHelpError", ())):
            _complain(error.format_message())
            return 2
        context = getattr(error, "ctx", None)
        way_out = f"{context.command_path if context else 'phaseproof'} --help"
        return _told(Usage("usage", error.format_message(), way_out), machine)
    except (click.Abort, KeyboardInterrupt):
        return _told(Refused("interrupted", "nothing was decided; what was recorded before stays",
                             "phaseproof status"), machine)  # fmt: skip
    except PhaseproofError as error:
        return _told(error, machine)
    except BrokenPipeError:
        _leave_pipe()
        return 1
    except OSError as error:
        if error.errno not in _ENVIRONMENT:
            return _told(_fault(error), machine)
        where = f"{error.filename}: " if error.filename else ""
        fact = f"{where}{error.strerror}"
        return _told(Unable("system-failed", fact, "check the disk, its space, quota and rights"), machine)
    except Exception as error:  # noqa: BLE001  (the last line of defence: one line, a log, exit 4)
        return _told(_fault(error), machine)


def describe(error: PhaseproofError) -> str:
    """A refusal for people: rule, fact and way out, on at most four lines; a list of mistakes line by line."""
    if getattr(error, "mistakes", None):
        return error.fact
    word = {1: "refused", 2: "cannot", 3: "does not hold"}.get(error.exit_code, "our fault")
    if error.rule == "interrupted":
        word = "interrupted"
    lines = [f"{click.style(word, fg='red')}: {visible(error.fact)}  [{error.rule}]"]
    if error.way_out:
        lines.append(f"  → {visible(error.way_out)}")
    return "\n".join(lines)


def _machine(arguments: list[str]) -> bool:
    """Whether JSON was asked for, told before anything is parsed, so that a mistake in typing is told in JSON too."""
    return "--format=json" in arguments or ("--format", "json") in pairwise(arguments)


def _told(error: PhaseproofError, machine: bool) -> int:
    _complain(describe(error))
    if machine:
        said: dict[str, Any] = {"rule": error.rule, "fact": error.fact, "way_out": error.way_out}
        if listed := getattr(error, "mistakes", None):
            said["mistakes"] = listed
        try:
            output.document({"verdict": "HOLD", "exit": error.exit_code, "error": said})
        except BrokenPipeError:
            _leave_pipe()
        except Unable as worse:
            if error.rule != worse.rule:
                _complain(describe(worse))
            return max(error.exit_code, worse.exit_code)
    return error.exit_code


def _complain(text: str) -> None:
    with suppress(OSError):  # nobody listens: the exit code says it
        click.echo(text, err=True, color=output.colour())


def _leave_pipe() -> None:
    """Whoever read our output has gone: let the interpreter flush into nothing at its end."""
    with suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, sys.stdout.fileno())
        os.close(nothing)


def _fault(error: Exception) -> PhaseproofError:
    return PhaseproofError("internal", f"{type(error).__name__}: {error}", f"report it with {_crash(error)}")


def _crash(error: BaseException) -> str:
    """Keep the whole story, for us; where it lies comes back. No argument, environment or value is in it."""
    import tempfile
    import traceback

    story = f"phaseproof {__version__}, Python {sys.version}\n\n" + "".join(traceback.format_exception(error))
    try:
        handle, path = tempfile.mkstemp(prefix="phaseproof-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(story)
    except OSError:
        _complain(story)
        return "what stands above"
    return path


if __name__ == "__main__":
    main()
