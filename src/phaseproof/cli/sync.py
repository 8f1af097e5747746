"""`sync`: ticks and status words set to what is proven."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 where something would be written.")
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def sync(check: bool, trust: str | None, form: str, **where: Any) -> int:
    """Rewrite ticks, status cells and `**Name:** STATUS` lines of the working tree to what the ledger proves at HEAD.

    No other byte is touched. What is bound to nothing, or not proven, loses its tick. Neither signatures nor evidence
    rest on these marks: commit what it wrote, and the gates stand as they stood.
    """
    from phaseproof.decisions.judging import judged
    from phaseproof.decisions.state import open_state
    from phaseproof.decisions.syncing import sync as rewrite
    from phaseproof.reports import drift as report

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        board = judged(desk, state, desk.repository.resolve()).board
        done = rewrite(desk, state, board, check=check)
    if form == "json":
        output.document(report.sync_machine(done, board))
    else:
        output.say(report.sync_text(done, board))
    return 1 if check and done.documents else 0
