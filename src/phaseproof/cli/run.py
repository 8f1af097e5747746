"""`run`: run what is not proven."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, at_once, desk_of, formats, place

if TYPE_CHECKING:
    from phaseproof.verdict.model import Board, ItemBoard

_SETTLED = ("proven", "waived")


@click.command()
@click.argument("items", nargs=-1, metavar="[ITEM...]")
@click.option("--all", "everything", is_flag=True, help="Run what is proven, too.")
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Run a check by name; may be given again.")
@at_once()
@at_commit()
@formats("text", "json")
@place
def run(
    items: tuple[str, ...],
    everything: bool,
    checks: tuple[str, ...],
    jobs: int | None,
    commit: str,
    form: str,
    **where: Any,
) -> int:
    """Run the checks of ITEMs that are not proven (of all items, if none is named), and record what was seen.

    Exit code 0 where every item asked for is proven, 1 otherwise.
    """
    import os

    from phaseproof.decisions import board_cache
    from phaseproof.decisions.naming import item_named

    desk = desk_of(**where)
    judged = desk.repository.resolve(commit)
    cached = None if everything or checks else board_cache.load(desk, judged)
    if cached is not None:
        wanted = tuple(item_named((item.id for item in cached.items), name) for name in items)
        asked = _asked(cached, wanted)
        if asked and all(item.judgement.verdict in _SETTLED for item in asked):
            return _nothing(len(asked), form)
    from phaseproof.decisions import board_keeping
    from phaseproof.decisions.judging import shown
    from phaseproof.decisions.rounds import Order
    from phaseproof.decisions.rounds import run as take
    from phaseproof.decisions.sign import find_item
    from phaseproof.decisions.state import open_state
    from phaseproof.reports.progress import Teller

    state = open_state(desk)
    try:
        wanted = tuple(find_item(state.bundle, name).id for name in items)
        order = Order(wanted, checks, everything, jobs or os.cpu_count() or 1, verify=False)
        with Teller(quiet=form == "json") as teller:
            done = take(desk, state, judged, order, teller)
        state = done.state
        board = shown(desk, state, done.judged)
        board_keeping.store(desk, state, board)
    finally:
        state.ledger.close()
    asked = _asked(board, wanted)
    settled = [item for item in asked if item.judgement.verdict in _SETTLED]
    if form == "json":
        from phaseproof.reports import board as boards

        said = boards.machine(board, verified=False)
        said |= {"recorded": len(done.outcomes.facts), "interrupted": done.outcomes.interrupted,
                 "impossible": done.impossible}  # fmt: skip
        output.document(said)
    else:
        for name, why in done.impossible.items():
            output.say(f"  {click.style('!', fg='yellow')} {name:24s} {why}")
        if done.outcomes.interrupted:
            output.say(f"interrupted: {len(done.outcomes.facts)} results were recorded and stay; the rest was not run")
        output.say(f"{len(settled)} of {len(asked)} items proven   → phaseproof status")
    proven = bool(asked) and len(settled) == len(asked) and not done.outcomes.interrupted
    return 0 if proven else 1


def _asked(board: Board, wanted: tuple[str, ...]) -> list[ItemBoard]:
    """The items asked for; without names all that gates wait for."""
    return [item for item in board.items if (item.id in wanted if wanted else item.required)]


def _nothing(count: int, form: str) -> int:
    """Everything asked for is proven, by the cached board; nothing is decided on that."""
    if form == "json":
        said = {"verdict": "HOLD", "verified": False, "nothing_to_do": True, "proven": count, "recorded": 0}
        output.document(said)
    else:
        output.say(f"nothing to do: {count} of {count} items proven (unverified cache)   → phaseproof gates")
    return 0
