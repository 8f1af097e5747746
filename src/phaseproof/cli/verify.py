"""`verify`: check everything a ledger holds, or one envelope or checkpoint in a file."""

from __future__ import annotations

import sys
from typing import Any

import click

from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.argument("file", required=False)
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def verify(file: str | None, trust: str | None, form: str, **where: Any) -> int:
    """Check signatures, chain, Merkle tree, checkpoints, and replay every decision; or one FILE.

    FILE is an envelope or a checkpoint note; the keys that count are those of the installed bundles. Exit code 3
    where anything does not hold; each finding names its record.
    """
    from phaseproof.decisions.verifying import verify as check
    from phaseproof.decisions.verifying_file import verify_file
    from phaseproof.decisions.verifying_store import open_checked

    desk = desk_of(**where)
    with open_checked(desk, trust) as state:
        if file is not None:
            return _one(verify_file(state, file), form)
        done = check(desk, state, _progress)
    if form == "json":
        import msgspec

        said = {"verdict": "HOLD" if done.findings else "PASS", **msgspec.to_builtins(done)}
        click.echo(msgspec.json.encode(said).decode())
    elif done.findings:
        click.echo(f"{click.style('does not hold', fg='red')}: {len(done.findings)} findings in {done.tenant}")
        for finding in done.findings:
            click.echo(f"  {finding}")
        click.echo("  → restore the ledger from a backup or another clone, then phaseproof verify")
    else:
        click.echo(
            f"{click.style('holds', fg='green')}: {done.events} events, {done.envelopes} signed statements, "
            f"{done.checkpoints} checkpoints, {done.decisions} decisions replayed "
            f"({done.recomputed} of them from git again)\n{done.tenant}"
        )
    return 3 if done.findings else 0


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {text} …", err=True)


def _one(said: dict[str, Any], form: str) -> int:
    if form == "json":
        import msgspec

        click.echo(msgspec.json.encode({"verdict": "PASS", **said}).decode())
    else:
        for name, value in said.items():
            click.echo(f"{name:12s} {value}")
    return 0
