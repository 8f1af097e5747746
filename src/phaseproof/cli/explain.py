"""`explain`: everything about one item."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place


@click.command()
@click.argument("item")
@at_commit()
@formats("text", "json")
@place
def explain(item: str, commit: str, form: str, **where: Any) -> int:
    """Tell everything about ITEM: its sentence, what stands for it, what was seen, what would make it fail."""
    from phaseproof.decisions.explaining import explain as gather
    from phaseproof.decisions.state import open_state
    from phaseproof.reports import letter

    desk = desk_of(**where)
    with open_state(desk) as state:
        told = gather(desk, state, desk.repository.resolve(commit), item)
    if form == "json":
        output.document(letter.machine(told))
    else:
        output.say(letter.text(told))
    return 0 if told.verdict.judgement.verdict in ("proven", "waived") else 1
