"""`drift`: where documents say something that the ledger does not prove."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json", "sarif")
@place
def drift(trust: str | None, form: str, **where: Any) -> int:
    """Compare the plans of the working tree with the ledger's verdict of HEAD and with the installed bundle.

    Ticks and status words that say more or less than is proven, and items that are gone, reworded, moved or asked less
    of than was agreed. Exit code 1 where there is drift, 2 where the working tree does not compile.
    """
    from phaseproof.decisions.drifting import drift as compare
    from phaseproof.decisions.judging import judged
    from phaseproof.decisions.state import open_state
    from phaseproof.reports import drift as report

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        board = judged(desk, state, desk.repository.resolve()).board
        found = compare(desk, state, board)
    if form == "text":
        output.say(report.text(found, board))
    else:
        output.document(report.machine(found, board) if form == "json" else report.sarif(found, board))
    return 2 if found.unreadable else 1 if found.drifts else 0
