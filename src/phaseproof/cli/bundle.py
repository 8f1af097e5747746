"""`bundle`: look at bundles and at what changes between them."""

from __future__ import annotations

from typing import Any

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, formats, place


@click.group()
def bundle() -> None:
    """Look at bundles and at what changes between them."""


@bundle.command(short_help="Show what a commit would change of the installed bundle.")
@at_commit("The commit to compare with the installed bundle.")
@formats("text", "json")
@place
def diff(commit: str, form: str, **where: Any) -> int:
    """Show what a commit would change of the installed bundle; what is weaker is named first.

    Exit code 0 where nothing differs, 1 where something does.
    """
    from phaseproof.bundle import compare
    from phaseproof.bundle.compile import succeed
    from phaseproof.decisions.candidate import compile_at
    from phaseproof.decisions.state import open_state
    from phaseproof.reports import migration

    desk = desk_of(**where)
    with open_state(desk) as state:
        tree = desk.repository.tree(desk.repository.resolve(commit))
        compiled = compile_at(desk, tree, state.reading, state.bundle)
        found = compare.compare(state.bundle, succeed(compiled.bundle, state.bundle))
    if form == "json":
        output.document(found)
    else:
        lines = migration.differences(found)
        output.say("\n".join(lines) if found.changes else "nothing differs from the installed bundle")
    return 1 if found.changes else 0
