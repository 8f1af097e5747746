"""`scan`: read plans, no configuration needed; items, claims, problems."""

from __future__ import annotations

import click


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH...]")
@click.option("--strict", is_flag=True, help="Exit 1 on warnings too.")
@click.option("--no-cache", is_flag=True, help="Read every file anew.")
@click.option("--format", "form", type=click.Choice(("text", "json", "sarif")), default="text", show_default=True,
              help="How to print.")  # fmt: skip
def scan(paths: tuple[str, ...], strict: bool, no_cache: bool, form: str) -> int:
    """Read the plans of this repository, or of PATHs, and check them against each other and the tree.

    A file that is named is read whatever it is. Exit code 1 where there are problems of severity error.
    """
    from phaseproof.cli import scan_print
    from phaseproof.cli.scan_run import scan_paths

    found = scan_paths(paths, cache=not no_cache)
    if form == "text":
        click.echo(scan_print.text(found, configured()))
    else:
        import msgspec

        said = scan_print.machine(found) if form == "json" else scan_print.sarif(found)
        try:
            click.echo(msgspec.json.encode(said))
        except UnicodeEncodeError:  # a lone surrogate in what git called a file
            click.echo(msgspec.json.encode(_clean(said)))
    severities = ("error", "warning") if strict else ("error",)
    return 1 if any(p.severity in severities for p in found.problems) else 0


def configured() -> bool:
    """Whether the repository around the working folder has a configuration already."""
    from pathlib import Path

    from phaseproof.decisions.desk import CONFIGURATION
    from phaseproof.errors import PhaseproofError
    from phaseproof.repo.git import Repository

    try:
        return (Repository.find(Path.cwd()).root / CONFIGURATION).is_file()
    except (PhaseproofError, OSError):
        return False


def _clean(value: object) -> object:
    """A value without lone surrogates, which are in some file names and in no JSON."""
    if isinstance(value, str):
        return value if value.isprintable() or value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {k: _clean(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_clean(v) for v in value]
    return value
