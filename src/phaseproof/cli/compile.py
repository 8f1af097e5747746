"""`compile`: say what the configuration and plans of a commit compile to."""

from __future__ import annotations

import os
from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place


@click.command()
@at_commit("The commit whose plans and configuration count.")
@click.option("--out", metavar="FILE", help="Write the bundle's canonical bytes to a file.")
@formats("text", "json")
@place
def compile(commit: str, out: str | None, form: str, **where: Any) -> None:
    """Compile a commit's configuration and plans; nothing is written to the ledger.

    All mistakes come at once, each with file, line and column; exit code 2.
    """
    from phaseproof.bundle import canonical, digest
    from phaseproof.decisions.candidate import compile_at
    from phaseproof.digests import short
    from phaseproof.reports.layout import counted

    desk = desk_of(**where)
    if commit == "HEAD" and desk.configuration in desk.repository.dirty():
        click.echo(f"{desk.configuration} differs from HEAD: what is committed is compiled", err=True)
    compiled = compile_at(desk, desk.repository.tree(desk.repository.resolve(commit)))
    bundle = compiled.bundle
    if out is not None:
        output.write(out, canonical.encode(bundle))
    if form == "json":
        said = {"digest": digest.of(bundle), "content": digest.content(bundle), "bundle": bundle,
                "reading": compiled.reading, "notes": compiled.notes}  # fmt: skip
        output.document(said)
        return
    bound = {binding.item for binding in bundle.bindings}
    output.say(f"compiles: {short(digest.content(bundle))}   {counted(len(bundle.items), 'item')}, "
               f"{len(bound)} bound, {counted(len(bundle.gates), 'gate')}, "
               f"{counted(len(bundle.checks), 'check')}")  # fmt: skip
    for note in compiled.notes:
        output.say(f"  {note.rule:16s} {note.where}  {note.message}")
    if not os.path.lexists(desk.folder):
        if any(note.rule == "unbound" for note in compiled.notes):
            output.say(f"  What is bound in {desk.configuration} after installing is a change of rules: bind it now.")
        output.say("  → phaseproof install")
