"""The entry point: finds the verb, loads only its module, turns errors into one message and one exit code.

Exit codes (FORMATS, section 5): 0 PASS or done; 1 HOLD, refused, conflict, problems; 2 usage or configuration; 3
something signed or chained does not verify or cannot be read; 4 our fault.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

from phaseproof import __version__
from phaseproof.errors import PhaseproofError

VERBS: dict[str, str] = {
    "scan": "read plans, no configuration needed: items, claims, problems",
    "compile": "say what the configuration and plans of a commit compile to",
    "install": "make this repository's ledger and install its first bundle",
    "migrate": "change the rules: propose, approve, activate",
    "bundle": "look at bundles and at what changes between them",
    "run": "run what is not proven",
    "gates": "run what the gates require, then decide: the one command for pipelines",
    "status": "the board: what blocks, why, and the next command for each",
    "explain": "everything about one item",
    "sign": "sign an item, an instrument or a bundle",
    "verify": "check signatures, chain, tree, checkpoints, and replay every decision",
    "key": "make and list keys",
    "schema": "print the JSON Schema of the configuration or of a public value",
    "demo": "a small repository, five kinds of trouble, a gate that only evidence opens",
}
"""Verb -> one line of help; each stands in `phaseproof.cli.<verb>` under its own name."""


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
        module = importlib.import_module(f"phaseproof.cli.{cmd_name}")
        command: click.Command = getattr(module, cmd_name)
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


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
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
    machine = "json" in arguments or "--format=json" in arguments
    try:
        code = phaseproof.main(args=arguments, prog_name="phaseproof", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as left:
        return left.exit_code
    except click.ClickException as error:
        error.show()
        return _told(2, {"rule": "usage", "fact": error.format_message(), "way_out": "phaseproof --help"}, machine)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted: nothing was decided; what was recorded before stays recorded", err=True)
        return _told(1, {"rule": "interrupted", "fact": "interrupted", "way_out": "try again"}, machine)
    except PhaseproofError as error:
        click.echo(describe(error), err=True)
        said = {"rule": error.rule, "fact": error.fact, "way_out": error.way_out}
        return _told(error.exit_code, said, machine)
    except BrokenPipeError:
        sys.stderr.close()
        return 1
    except Exception as error:  # noqa: BLE001  (the last line of defence: one line, a log, exit 4)
        path = _crash(error)
        click.echo(f"our fault: {type(error).__name__}: {error}\n  the whole story is in {path}", err=True)
        said = {"rule": "internal", "fact": f"{type(error).__name__}: {error}", "way_out": "report it with that log"}
        return _told(4, said, machine)


def describe(error: PhaseproofError) -> str:
    """A refusal for people: rule, fact and way out, on at most four lines; a list of mistakes line by line."""
    listed = getattr(error, "mistakes", None)
    if listed:
        count = len(listed)
        return "\n".join([*(str(mistake) for mistake in listed), f"{count} error{'s' if count > 1 else ''}"])
    word = {1: "refused", 2: "cannot", 3: "does not hold"}.get(error.exit_code, "error")
    lines = [f"{click.style(word, fg='red')}: {error.fact}  [{error.rule}]"]
    if error.way_out:
        lines.append(f"  → {error.way_out}")
    return "\n".join(lines)


def _told(code: int, error: dict[str, Any], machine: bool) -> int:
    if machine:
        import msgspec

        click.echo(msgspec.json.encode({"verdict": "HOLD", "exit": code, "error": error}).decode())
    return code


def _crash(error: BaseException) -> str:
    import os
    import tempfile
    import traceback

    handle, path = tempfile.mkstemp(prefix="phaseproof-", suffix=".log")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"phaseproof {__version__}, Python {sys.version}\n\n")
        file.write("".join(traceback.format_exception(error)))
    return path


if __name__ == "__main__":
    main()
