"""`verify`: check everything a ledger holds, or one envelope or checkpoint in a file."""

from __future__ import annotations

import sys
from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.argument("file", required=False)
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def verify(file: str | None, trust: str | None, form: str, **where: Any) -> int:
    """Check signatures, chain, Merkle tree, checkpoints, and replay every decision; or one FILE.

    FILE is an exported ledger, which needs no ledger here; or exported evidence, an envelope or a checkpoint note, for
    which the keys that count are those of the installed bundles. Exit code 3 where anything does not hold; each
    finding names its record.
    """
    from phaseproof.decisions.arriving import borrowed, is_ledger
    from phaseproof.decisions.verifying import verify as check
    from phaseproof.decisions.verifying_file import verify_file
    from phaseproof.decisions.verifying_store import open_checked
    from phaseproof.reports.layout import counted, visible

    desk = desk_of(**where)
    whole = file is not None and is_ledger(file)
    with borrowed(desk, str(file), trust) if whole else open_checked(desk, trust) as state:
        if file is not None and not whole:
            return _one(verify_file(state, file), form)
        done = check(desk, state, _progress)
    if form == "json":
        import msgspec

        said = {"verified": not done.findings, **msgspec.to_builtins(done)}
        if done.findings:
            said = {"verdict": "HOLD", **said}
        output.document(said)
    elif done.findings:
        output.say(
            f"{click.style('does not hold', fg='red')}: {counted(len(done.findings), 'finding')} in {done.tenant}"
        )
        for finding in done.findings:
            output.say(f"  {visible(str(finding))}")
        output.say("  → restore the ledger from a backup or another clone, then phaseproof verify")
    else:
        output.say(
            f"{click.style('holds', fg='green')}: {counted(done.events, 'event')}, "
            f"{counted(done.envelopes, 'signed statement')}, "
            f"{counted(done.checkpoints, 'checkpoint')}, {counted(done.decisions, 'decision')} replayed "
            f"({done.recomputed} of them from git again)\n{done.tenant}"
        )
    return 3 if done.findings else 0


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        click.echo(f"  {text} …", err=True)


def _one(said: dict[str, Any], form: str) -> int:
    if form == "json":
        output.document({"verified": True, **said})
    else:
        for name, value in said.items():
            output.say(f"{name:12s} {value}")
    return 0
