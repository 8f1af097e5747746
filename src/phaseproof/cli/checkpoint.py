"""`checkpoint`: the ledger's head as it is, signed."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.option("--out", metavar="FILE", help="Write the note to a file instead of printing it.")
@formats("text", "json")
@place
def checkpoint(out: str | None, form: str, **where: Any) -> None:
    """Sign the ledger's head with this runner's key and print it as a note (C2SP tlog-checkpoint).

    Keep it where nobody who works here can reach it: `gates --trust GENESIS@FILE` refuses a ledger that does not
    extend it.
    """
    from phaseproof.decisions.deciding import require_runner
    from phaseproof.decisions.state import note_seen, open_state

    desk = desk_of(**where)
    with open_state(desk) as state:
        head = state.ledger.checkpoint(require_runner(desk, state))
        note_seen(desk, state, head)
    if out is not None:
        output.write(out, (head.note or "").encode())
    if form == "json":
        output.document(head)
    elif out is not None:
        output.say(f"{out}: {head.size} events\n  → phaseproof gates --trust {head.tenant}@{out}")
    else:
        output.say((head.note or "").removesuffix("\n"))
