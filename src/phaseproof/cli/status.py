"""`status`: the board; what blocks, why, and the next command for each."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.argument("gates", nargs=-1, metavar="[GATE...]")
@click.option("--all", "everything", is_flag=True, help="Show proven items too.")
@click.option("--commit", default="HEAD", show_default=True, help="The commit that is judged.")
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def status(
    gates: tuple[str, ...], everything: bool, commit: str, trust: str | None, form: str, **where: Any
) -> int:  # fmt: skip
    """Show the board: what blocks, in the order in which to clear it.

    Exit code 0 where every gate asked for passes, 1 where one holds.
    """
    from phaseproof.decisions.judging import gate_ids, judged, shown
    from phaseproof.decisions.state import open_state
    from phaseproof.reports import board as boards

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        only = gate_ids(state, gates)
        done = judged(desk, state, desk.repository.resolve(commit), only)
        board = shown(desk, state, done)
        remarks = _remarks(desk.repository.dirty(), commit)
    if form == "json":
        import msgspec

        click.echo(msgspec.json.encode(boards.machine(board, verified=True, only=only)).decode())
    else:
        click.echo(boards.text(board, everything=everything, only=only, remarks=remarks))
    return 0 if board.verdict == "PASS" else 1


def _remarks(dirty: tuple[str, ...], commit: str) -> list[str]:
    if not dirty or commit != "HEAD":
        return []
    return [click.style(f"{len(dirty)} files differ from HEAD and are not judged", fg="yellow")]
