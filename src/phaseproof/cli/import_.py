"""`import`: an exported ledger, facts, or a signature."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place


@click.command("import")
@click.argument("file")
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def import_(file: str, trust: str | None, form: str, **where: Any) -> None:
    """Take in FILE: an exported ledger, as `ledger pull` would; exported evidence; or a signature of `sign --out`.

    Everything is checked before anything is written. What is here already is not written twice.
    """
    from phaseproof.cli.ledger import told
    from phaseproof.decisions.importing import bring

    done = bring(desk_of(**where), file, trust)
    if form == "json":
        output.document(done)
    else:
        output.say(told(done))
