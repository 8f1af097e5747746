"""`status`: the board; what blocks, why, and the next command for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place

if TYPE_CHECKING:
    from phaseproof.decisions.desk import Desk
    from phaseproof.verdict.model import Board


@click.command()
@click.argument("gates", nargs=-1, metavar="[GATE...]")
@click.option("--all", "everything", is_flag=True, help="Show proven items too.")
@at_commit()
@click.option("--verify", is_flag=True, help="Check every signature again, even where nothing has changed.")
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def status(
    gates: tuple[str, ...], everything: bool, commit: str, verify: bool, trust: str | None, form: str, **where: Any
) -> int:  # fmt: skip
    """Show the board: what blocks, in the order in which to clear it.

    Where nothing has changed since the last look, the board comes from a cache and says so (`unverified cache`);
    --verify checks everything again. Exit code 0 where every gate asked for passes, 1 where one holds.
    """
    from phaseproof.decisions import board_cache
    from phaseproof.reports import board as boards

    desk = desk_of(**where)
    judged = desk.repository.resolve(commit)
    cached = None if verify or trust else board_cache.load(desk, judged)
    if cached is None:
        board, only = _fresh(desk, judged, gates, trust)
    else:
        only = board_cache.gate_ids(cached, gates)
        board = board_cache.narrowed(cached, only)
    remarks = ["unverified cache"] if cached is not None else []
    if form == "json":
        output.document(boards.machine(board, verified=cached is None, only=only))
    else:
        remarks += _remarks(desk.repository.dirty(), commit)
        output.say(boards.text(board, everything=everything, only=only, remarks=remarks))
    return 0 if board.verdict == "PASS" else 1


def _fresh(desk: Desk, commit: str, gates: tuple[str, ...], trust: str | None) -> tuple[Board, tuple[str, ...]]:
    from phaseproof.decisions import board_cache, board_keeping
    from phaseproof.decisions.judging import judged, shown
    from phaseproof.decisions.state import open_state

    with open_state(desk, trust) as state:
        board = shown(desk, state, judged(desk, state, commit))
        board_keeping.store(desk, state, board)
    only = board_cache.gate_ids(board, gates)
    return board_cache.narrowed(board, only), only


def _remarks(dirty: tuple[str, ...], commit: str) -> list[str]:
    if not dirty or commit != "HEAD":
        return []
    files = "1 file differs" if len(dirty) == 1 else f"{len(dirty)} files differ"
    return [click.style(f"{files} from HEAD, not judged", fg="yellow")]
