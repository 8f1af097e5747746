"""`gates`: run what the gates require, then decide."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, at_once, desk_of, formats, place


@click.command()
@click.argument("gates", nargs=-1, metavar="[GATE...]")
@click.option("--all", "everything", is_flag=True, help="Run what is proven, too, and show it.")
@at_once()
@at_commit()
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@click.option("--ephemeral", is_flag=True, help="Judge on a throw-away copy: signed by nobody, recorded nowhere.")
@formats("text", "json")
@place
def gates(
    gates: tuple[str, ...], everything: bool, jobs: int | None, commit: str, trust: str | None, ephemeral: bool,
    form: str, **where: Any,
) -> int:  # fmt: skip
    """Run what GATEs require (all gates, if none is named), decide, and record the decision.

    The one command for pipelines: exit code 0 is PASS, and nothing else is.
    """
    import os

    from phaseproof.decisions.ephemeral import decide_ephemeral
    from phaseproof.decisions.gating import Request, decide, overtaken
    from phaseproof.reports import board as boards
    from phaseproof.reports.progress import Teller

    desk = desk_of(**where)
    request = Request(gates, desk.repository.resolve(commit), everything, jobs or os.cpu_count() or 1, trust)
    with Teller(quiet=form == "json") as teller:
        done = (decide_ephemeral if ephemeral else decide)(desk, request, teller)
    board = done.shown
    late = overtaken(desk, commit, request.commit)
    remarks = [f"{done.judged.checked} signed statements checked"]
    if ephemeral:
        remarks.append(click.style("ephemeral: signed by nobody, recorded nowhere", fg="yellow"))
    if form == "json":
        said = boards.machine(board, verified=True, only=done.only)
        said |= {"ephemeral": ephemeral, "recorded": done.position, "interrupted": done.interrupted, "overtaken": late}
        if late:
            said["verdict"] = "HOLD"
        output.document(said)
    else:
        output.say(boards.text(board, everything=everything, only=done.only, remarks=remarks))
        if late:
            output.say(f"overtaken: {commit} has moved; {request.commit[:7]} was judged, not what is there now   "
                       "→ phaseproof gates")  # fmt: skip
        if done.interrupted:
            output.say("interrupted: nothing was decided; results recorded before stay   → phaseproof gates")
    return 0 if board.verdict == "PASS" and not done.interrupted and not late else 1
