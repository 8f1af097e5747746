"""`sign`: an item for a role, a check's instrument, or the installed bundle."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place
from phaseproof.errors import Usage

if TYPE_CHECKING:
    from phaseproof.decisions.desk import Desk
    from phaseproof.decisions.reviewing import Review
    from phaseproof.decisions.state import State
    from phaseproof.ledger.model import Entry
    from phaseproof.repo.tree import Tree


@click.command()
@click.argument("item", required=False)
@click.option("--instrument", metavar="CHECK", help="Accept what judges a check, as it stands at the commit.")
@click.option("--bundle", "the_bundle", is_flag=True, help="Sign the installed bundle, while it is provisional.")
@click.option("--role", metavar="ROLE", help="The role to sign for; the one the item is bound to by default.")
@click.option("--as", "by", metavar="PERSON", help="Who signs; needed where several have a key here.")
@at_commit("The commit whose content is signed.")
@click.option("--out", metavar="FILE", help="Write the signature to a file for `import`, and leave the ledger alone.")
@click.option("--from", "export", metavar="FILE", help="Sign what an exported ledger says: no ledger is needed here.")
@formats("text", "json")
@place
def sign(
    item: str | None, instrument: str | None, the_bundle: bool, role: str | None, by: str | None, commit: str,
    out: str | None, export: str | None, form: str, **where: Any,
) -> None:  # fmt: skip
    """Sign ITEM for a role: its words, and everything its gate rests on, as it stands.

    The signature holds for exactly that content: whatever changes afterwards voids it, visibly.
    """
    import msgspec

    from phaseproof.decisions import sign as take
    from phaseproof.decisions.arriving import borrowed
    from phaseproof.decisions.inputs import inputs_map
    from phaseproof.decisions.state import open_state

    if sum((item is not None, instrument is not None, the_bundle)) != 1:
        raise Usage("usage", "name one thing to sign", "phaseproof sign ITEM, --instrument CHECK, or --bundle")
    if export is not None and out is None:
        raise Usage("usage", "an exported ledger takes no signature: it goes to a file", "--out FILE")
    desk = desk_of(**where)
    made: list[Entry] = []
    review: Review | None = None
    give = None if out is None else made.append
    with open_state(desk) if export is None else borrowed(desk, export) as state:
        if the_bundle:
            given = take.sign_bundle(desk, state, by, give)
        else:
            tree = desk.repository.tree(desk.repository.resolve(commit))
            inputs = inputs_map(desk, state, tree)
            if instrument is not None:
                review = _review(desk, state, tree, instrument, form)
                given = take.sign_instrument(desk, state, inputs, instrument, by, give)
            else:
                given = take.sign_item(desk, state, inputs, str(item), by, role, give)
    for entry in made:
        output.write(str(out), entry.objects[str(entry.once)])
    if form == "json":
        output.document(given if review is None else {**msgspec.to_builtins(given), "review": review})
        return
    over = f", and the {given.covers - 1} items it stands over" if given.covers > 1 else ""
    output.say(f"{given.person} signed {given.what}{over}")
    if given.unproven:
        output.say(
            f"  {given.unproven} of them not proven: what they come to later is other content, to be signed again"
        )
    if out is not None:
        output.say(f"  written to {out}, not in the ledger yet\n  → phaseproof import {shlex.quote(out)}")
        return
    for count in given.counts:
        output.say(f"  {count}")
    output.say("  → phaseproof status")


def _review(desk: Desk, state: State, tree: Tree, check: str, form: str) -> Review | None:
    """What is about to be accepted, shown before it is signed."""
    from phaseproof.decisions.reviewing import Reviews
    from phaseproof.reports.layout import visible

    if check not in {one.name for one in state.bundle.checks}:
        return None  # refused in a moment, by name
    review = Reviews(desk, state, tree).of(check)
    if form == "text" and review is not None:
        output.say(f"the instrument of {check}, " + "\n".join(visible(line) for line in review.lines()) + "\n")
    return review
