"""`sign`: an item for a role, a check's instrument, or the installed bundle."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place
from phaseproof.errors import Usage


@click.command()
@click.argument("item", required=False)
@click.option("--instrument", metavar="CHECK", help="Accept what judges a check, as it stands at the commit.")
@click.option("--bundle", "the_bundle", is_flag=True, help="Sign the installed bundle, while it is provisional.")
@click.option("--role", metavar="ROLE", help="The role to sign for; the one the item is bound to by default.")
@click.option("--as", "by", metavar="PERSON", help="Who signs; needed where several have a key here.")
@at_commit("The commit whose content is signed.")
@formats("text", "json")
@place
def sign(
    item: str | None, instrument: str | None, the_bundle: bool, role: str | None, by: str | None, commit: str,
    form: str, **where: Any,
) -> None:  # fmt: skip
    """Sign ITEM for a role: its words, and everything its gate rests on, as it stands.

    The signature holds for exactly that content: whatever changes afterwards voids it, visibly.
    """
    from phaseproof.decisions import sign as take
    from phaseproof.decisions.inputs import inputs_map
    from phaseproof.decisions.state import open_state

    if sum((item is not None, instrument is not None, the_bundle)) != 1:
        raise Usage("usage", "name one thing to sign", "phaseproof sign ITEM, --instrument CHECK, or --bundle")
    desk = desk_of(**where)
    with open_state(desk) as state:
        if the_bundle:
            given = take.sign_bundle(desk, state, by)
        else:
            inputs = inputs_map(desk, state, desk.repository.tree(desk.repository.resolve(commit)))
            if instrument is not None:
                given = take.sign_instrument(desk, state, inputs, instrument, by)
            else:
                given = take.sign_item(desk, state, inputs, str(item), by, role)
    if form == "json":
        output.document(given)
        return
    over = f", and the {given.covers - 1} items it stands over" if given.covers > 1 else ""
    output.say(f"{given.person} signed {given.what}{over}")
    for count in given.counts:
        output.say(f"  {count}")
    output.say("  → phaseproof status")
