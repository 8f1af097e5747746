"""`install`: make this repository's ledger and install its first bundle."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place


@click.command()
@at_commit("The commit whose plans and configuration count.")
@click.option("--as", "by", metavar="PERSON", help="Who installs and signs; needed where several have a key here.")
@formats("text", "json")
@place
def install(commit: str, by: str | None, form: str, **where: Any) -> None:
    """Make this repository's ledger and install its first bundle, signed by you.

    On a ledger that has a bundle this always refuses: a change of rules goes through `migrate`.
    """
    from phaseproof.decisions.install import install as take
    from phaseproof.digests import short
    from phaseproof.reports.layout import counted

    desk = desk_of(**where)
    done = take(desk, desk.repository.resolve(commit), by)
    if form == "json":
        output.document(done)
        return
    output.say(
        f"installed bundle {short(done.bundle)}: {counted(done.items, 'item')}, "
        f"{counted(done.gates, 'gate')}, {counted(done.checks, 'check')}"
    )
    output.say(
        f"genesis   {done.tenant}\n          keep it outside the repository: phaseproof gates --trust {done.tenant}"
    )
    for count in done.lacking:
        output.say(f"provisional: {count}\n  → {' or '.join(count.lacking)}: phaseproof sign --bundle")
    output.say("  → phaseproof gates")
