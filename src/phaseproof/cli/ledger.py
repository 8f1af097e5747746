"""`ledger`: the ledger between clones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import desk_of, formats, place

if TYPE_CHECKING:
    from phaseproof.decisions.importing import Imported
    from phaseproof.decisions.receiving import Received


@click.group()
def ledger() -> None:
    """Push and pull the ledger between clones, on the git ref refs/phaseproof/ledger, which only grows."""


@ledger.command(short_help="Add what is new here to the ledger of a remote.")
@click.argument("remote", default="origin")
@formats("text", "json")
@place
def push(remote: str, form: str, **where: Any) -> None:
    """Add what is new here to the ledger of REMOTE (origin), with a checkpoint signed by this runner.

    Where REMOTE holds something that is not here, nothing is pushed: pull first.
    """
    from phaseproof.decisions.travelling import push as take
    from phaseproof.reports.layout import counted

    done = take(desk_of(**where), remote)
    if form == "json":
        output.document(done)
    elif done.new:
        output.say(f"pushed {counted(done.new, 'event')} to {remote}, which holds {done.size} now\n{done.tenant}")
    else:
        output.say(f"{remote} has all {counted(done.size, 'event')}\n{done.tenant}")


@ledger.command(short_help="Take in what is new in the ledger of a remote.")
@click.argument("remote", default="origin")
@click.option("--trust", metavar="GENESIS[@FILE]", help="The ledger it must be, and a checkpoint that it must extend.")
@formats("text", "json")
@place
def pull(remote: str, trust: str | None, form: str, **where: Any) -> None:
    """Take in what is new in the ledger of REMOTE (origin), everything in it checked before.

    What is new on both sides is joined: what was pushed first stands, what was seen here follows it. A decision taken
    here on what is only here cannot be joined, and is refused.
    """
    from phaseproof.decisions.travelling import pull as take

    done = take(desk_of(**where), remote, trust)
    if form == "json":
        output.document(done)
    else:
        output.say(told(done))


def told(done: Received | Imported) -> str:
    """What taking something in came to, for people."""
    from phaseproof.decisions.importing import Imported
    from phaseproof.reports.layout import counted

    if isinstance(done, Imported):
        return f"{done.what}: {done.new} new, {done.known} here already\n  → phaseproof status"
    had = {
        "first": f"took in the ledger of {done.programme}: {counted(done.size, 'event')}",
        "same": f"nothing new: {counted(done.size, 'event')}",
        "behind": f"nothing new: the other side lacks some of the {counted(done.size, 'event')} here",
        "forward": f"{counted(done.taken, 'event')} came; the ledger holds {done.size} now",
        "joined": f"{counted(done.taken, 'event')} came; {counted(done.moved, 'event')} of this side follow them; "
        f"the ledger holds {done.size} now",
    }[done.how]
    lines = [had, done.tenant]
    if not done.remembered:
        lines.append(click.style("first sight: nothing was known of this ledger here; compare that line with whoever "
                                 "keeps it, or give it with --trust", fg="yellow"))  # fmt: skip
    lines.append("  → phaseproof ledger push" if done.how in ("behind", "joined") else "  → phaseproof status")
    return "\n".join(lines)
