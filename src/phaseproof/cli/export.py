"""`export`: the ledger, or the facts in it, in one file."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place
from phaseproof.errors import Usage


@click.command()
@click.option("--all", "everything", is_flag=True, help="The whole ledger, with a checkpoint signed by this runner.")
@click.option("--evidence", is_flag=True, help="What was seen and nothing that was decided: for another clone.")
@click.option("--out", required=True, metavar="FILE", help="The file to write.")
@formats("text", "json")
@place
def export(everything: bool, evidence: bool, out: str, form: str, **where: Any) -> None:
    """Write the whole ledger, or the evidence in it, to one file.

    The same content gives the same bytes. `verify FILE` checks it anywhere, `import FILE` takes it in.
    """
    from phaseproof.decisions.exporting import export_all, export_facts
    from phaseproof.decisions.state import open_state
    from phaseproof.reports.layout import counted

    if everything == evidence:
        raise Usage("usage", "say what to export", "phaseproof export --all --out FILE, or --evidence")
    desk = desk_of(**where)
    with open_state(desk) as state:
        done = export_all(desk, state, out) if everything else export_facts(state, out)
    if form == "json":
        output.document(done)
        return
    what = counted(done.events, "event" if everything else "fact")
    output.say(f"{out}: {what}, {counted(done.objects, 'object')}\n{done.tenant}")
