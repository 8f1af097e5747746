"""`run`: run what is not proven."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli.place import desk_of, formats, place


@click.command()
@click.argument("items", nargs=-1, metavar="[ITEM...]")
@click.option("--all", "everything", is_flag=True, help="Run what is proven, too.")
@click.option("--check", "checks", multiple=True, metavar="NAME", help="Run a check by name; may be given again.")
@click.option("--jobs", default=0, metavar="N", help="How many checks at a time; the number of processors by default.")
@click.option("--commit", default="HEAD", show_default=True, help="The commit that is judged.")
@formats("text", "json")
@place
def run(
    items: tuple[str, ...], everything: bool, checks: tuple[str, ...], jobs: int, commit: str, form: str, **where: Any
) -> int:
    """Run the checks of ITEMs that are not proven (of all items, if none is named), and record what was seen.

    Exit code 0 where every item asked for is proven, 1 otherwise.
    """
    import os

    from phaseproof.decisions.rounds import Order
    from phaseproof.decisions.rounds import run as take
    from phaseproof.decisions.sign import find_item
    from phaseproof.decisions.state import open_state
    from phaseproof.reports.progress import Teller

    desk = desk_of(**where)
    state = open_state(desk)
    try:
        wanted = tuple(find_item(state.bundle, name).id for name in items)
        order = Order(wanted, checks, everything, jobs or os.cpu_count() or 1)
        with Teller(quiet=form == "json") as teller:
            done = take(desk, state, desk.repository.resolve(commit), order, teller)
        state = done.state
    finally:
        state.ledger.close()
    board = done.judged.board
    asked = [item for item in board.items if (not wanted or item.id in wanted) and (wanted or item.required)]
    settled = [item for item in asked if item.judgement.verdict in ("proven", "waived")]
    if form == "json":
        import msgspec

        from phaseproof.reports import board as boards

        said = boards.machine(board, verified=True)
        said |= {"recorded": len(done.outcomes.facts), "interrupted": done.outcomes.interrupted,
                 "impossible": done.impossible}  # fmt: skip
        click.echo(msgspec.json.encode(said).decode())
    else:
        for name, why in done.impossible.items():
            click.echo(f"  {click.style('!', fg='yellow')} {name:24s} {why}")
        if done.outcomes.interrupted:
            click.echo(f"interrupted: {len(done.outcomes.facts)} results were recorded and stay; the rest was not run")
        click.echo(f"{len(settled)} of {len(asked)} items proven   → phaseproof status")
    proven = bool(asked) and len(settled) == len(asked) and not done.outcomes.interrupted
    return 0 if proven else 1
