"""`report`: what people and other programs look at: html, md, sarif, vsa."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from phaseproof.cli import output
from phaseproof.cli.place import at_commit, desk_of, place
from phaseproof.errors import Unable

if TYPE_CHECKING:
    from phaseproof.decisions.desk import Desk
    from phaseproof.decisions.state import State
    from phaseproof.reports.dossier import Dossier
    from phaseproof.reports.scrub import Scrubber

_F = TypeVar("_F", bound=Callable[..., Any])


def _options(command: _F) -> _F:
    for option in (
        place,
        click.option("--trust", metavar="GENESIS[@FILE]",
                     help="The ledger it must be, and a checkpoint that it must extend."),
        click.option("--out", metavar="FILE", help="Write to a file instead of standard output."),
    ):  # fmt: skip
        command = option(command)
    return command


@click.group()
def report() -> None:
    """Write a report from the ledger and the judged commit: nothing is run, nothing is recorded.

    Exit code 0 says that the report was written, whatever the verdict in it: `gates` and `status` exit by the verdict.
    """


@report.command(short_help="One page that opens from disk.")
@at_commit()
@_options
def html(commit: str, out: str | None, trust: str | None, **where: Any) -> None:
    """One page that opens from disk: the verdict, what blocks, each plan with its verdicts, and all evidence."""
    from phaseproof.decisions.state import open_state

    try:
        from phaseproof.reports.page import page
    except ModuleNotFoundError as error:  # MarkupSafe comes with Jinja2
        if error.name != "markupsafe":
            raise
        raise Unable("extra-missing", "the report as HTML needs the extra `report` (Jinja2)",
                     "pip install 'phaseproof[report]'") from error  # fmt: skip

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        dossier = _dossier(desk, state, commit)
        made = page(dossier, state.ledger, _scrubber(desk))
    _write(made, out)


@report.command(short_help="A summary in Markdown, for a pull request.")
@at_commit()
@_options
def md(commit: str, out: str | None, trust: str | None, **where: Any) -> None:
    """A summary in Markdown, for a pull request."""
    from phaseproof.decisions.state import open_state
    from phaseproof.reports.summary import summary

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        made = summary(_dossier(desk, state, commit), _scrubber(desk))
    _write(made, out)


@report.command(short_help="Blockers and findings as SARIF 2.1.0.")
@at_commit()
@_options
def sarif(commit: str, out: str | None, trust: str | None, **where: Any) -> None:
    """Blockers and findings as SARIF 2.1.0."""
    import json

    from phaseproof.decisions.state import open_state
    from phaseproof.reports.sarif import log

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        made = log(_dossier(desk, state, commit), _scrubber(desk))
    _write(json.dumps(made, indent=1) + "\n", out)


@report.command(short_help="The last decision as a SLSA Verification Summary.")
@click.option("--unsigned", is_flag=True, help="The statement alone, without an envelope.")
@click.option("--resource", metavar="URI", help="What the summary is of; the commit itself by default.")
@_options
def vsa(unsigned: bool, resource: str | None, out: str | None, trust: str | None, **where: Any) -> None:
    """The last recorded decision as a SLSA Verification Summary v1, signed by the runner's key.

    The decision is taken again on what the ledger held then; a summary is made only where it comes out the same.
    """
    from phaseproof.decisions.state import open_state
    from phaseproof.decisions.vsa import attestation, statement

    desk = desk_of(**where)
    with open_state(desk, trust) as state:
        made = statement(state, resource) if unsigned else attestation(desk, state, resource)
    _write(made.decode("ascii") if made.isascii() else made.decode(), out)


def _dossier(desk: Desk, state: State, commit: str) -> Dossier:
    from phaseproof.reports.dossier import gather

    return gather(desk, state, desk.repository.resolve(commit), head=commit == "HEAD")


def _scrubber(desk: Desk) -> Scrubber:
    from pathlib import Path

    from phaseproof.reports.scrub import Scrubber

    folders = [(desk.repository.root, "."), (desk.folder, ".phaseproof"), (desk.home, "~")]
    try:
        folders.append((Path.home(), "~"))
    except RuntimeError:
        return Scrubber(folders)
    return Scrubber(folders)


def _write(text: str, out: str | None) -> None:
    if out is None:
        output.verbatim(text.rstrip("\n"))
        return
    output.write(out, text.encode("utf-8", "backslashreplace"))
    click.echo(f"written: {out}", err=True)
