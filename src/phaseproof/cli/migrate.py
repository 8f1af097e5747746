"""`migrate`: change the rules, in three steps: propose, approve, activate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place
from phaseproof.errors import Usage

if TYPE_CHECKING:
    from phaseproof.decisions.migrate import Pending


@click.group()
def migrate() -> None:
    """Change the rules: propose, approve, activate. There is no force."""


@migrate.command(short_help="Put what a commit compiles to forward, and show what it changes.")
@at_commit("The commit whose plans and configuration count.")
@click.option("--reason", "reasons", multiple=True, metavar="KEY=WHY",
              help="Why something is removed or weakened; may be given again.")  # fmt: skip
@formats("text", "json")
@place
def propose(commit: str, reasons: tuple[str, ...], form: str, **where: Any) -> None:
    """Put what a commit compiles to forward as the next bundle, and show what it changes."""
    from phaseproof.decisions import migrate as take
    from phaseproof.decisions.state import open_state

    desk = desk_of(**where)
    with open_state(desk) as state:
        waiting = take.propose(desk, state, desk.repository.resolve(commit), _pairs(reasons))
    _show(waiting, form, f"phaseproof migrate approve {waiting.digest[7:15]}")


@migrate.command(short_help="Sign a proposed bundle.")
@click.argument("bundle", required=False)
@click.option("--as", "by", metavar="PERSON", help="Who signs; needed where several have a key here.")
@formats("text", "json")
@place
def approve(bundle: str | None, by: str | None, form: str, **where: Any) -> None:
    """Sign a proposed BUNDLE (first digits of its digest; needed where several wait)."""
    from phaseproof.decisions import migrate as take
    from phaseproof.decisions.state import open_state, refreshed

    desk = desk_of(**where)
    with open_state(desk) as state:
        take.approve(desk, state, take.pending(state, bundle), by)
        waiting = take.pending(refreshed(state), bundle)
    verb = "activate" if waiting.approved else "approve"
    _show(waiting, form, f"phaseproof migrate {verb} {waiting.digest[7:15]}")


@migrate.command(short_help="Put an approved bundle in force.")
@click.argument("bundle", required=False)
@at_commit("The protected commit that compiles to it.")
@click.option("--as", "by", metavar="PERSON", help="Who acts; the runner's key by default.")
@formats("text", "json")
@place
def activate(bundle: str | None, commit: str, by: str | None, form: str, **where: Any) -> None:
    """Put an approved BUNDLE in force, from a protected commit that compiles to it."""
    from phaseproof.decisions import migrate as take
    from phaseproof.decisions.state import open_state

    desk = desk_of(**where)
    with open_state(desk) as state:
        waiting = take.activate(desk, state, take.pending(state, bundle), desk.repository.resolve(commit), by)
    if form == "json":
        _show(waiting, form, "")
        return
    from phaseproof.digests import short

    output.say(f"in force: bundle {short(waiting.digest)}, version {waiting.bundle.version}\n  → phaseproof gates")


def _show(waiting: Pending, form: str, following: str) -> None:
    from phaseproof.reports import migration

    if form == "json":
        output.document(migration.machine(waiting))
    else:
        output.say(migration.text(waiting) + (f"\n  → {following}" if following else ""))


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = {}
    for one in given:
        key, separator, why = one.partition("=")
        if not separator or not key.strip() or not why.strip():
            raise Usage("usage", f"--reason {one!r} is not of the form KEY=WHY", "--reason 'KEY=WHY'")
        pairs[key.strip()] = why.strip()
    return pairs
