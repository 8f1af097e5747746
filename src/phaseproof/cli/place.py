"""Options that say where: which repository, ledger, configuration, keys; and the desk made from them."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from phaseproof.decisions.desk import CONFIGURATION, FOLDER, Desk
from phaseproof.errors import Unable, Usage
from phaseproof.evidence import keys
from phaseproof.repo.git import Repository

_F = TypeVar("_F", bound=Callable[..., Any])


def place(command: _F) -> _F:
    """Adds --directory, --ledger, --config, --runner, --passphrase-file to a verb."""
    for option in (
        click.option("--passphrase-file", envvar="PHASEPROOF_PASSPHRASE_FILE", metavar="FILE",
                     help="Read a key's passphrase from the first line of a file instead of asking."),
        click.option("--runner", default="local", envvar="PHASEPROOF_RUNNER", metavar="NAME", show_default=True,
                     help="Name of the key that signs evidence here."),
        click.option("--config", "configuration", default=CONFIGURATION, metavar="PATH", show_default=True,
                     help="The configuration file, as a path in the repository."),
        click.option("--ledger", envvar="PHASEPROOF_LEDGER", metavar="FOLDER",
                     help="Another ledger than .phaseproof in the repository."),
        click.option("-C", "--directory", default=".", metavar="FOLDER", help="Run as if started in this folder."),
    ):  # fmt: skip
        command = option(command)
    return command


def formats(*names: str) -> Callable[[_F], _F]:
    """Adds --format with the given names, the first by default."""
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True,
                        help="How to print.")  # fmt: skip


def desk_of(directory: str, ledger: str | None, configuration: str, runner: str, passphrase_file: str | None) -> Desk:
    """The desk that the options describe.

    Raises:
        Usage: no such folder.
        Unable: no repository there, or no home folder to use.
    """
    start = Path(directory).absolute()
    if not start.is_dir():
        raise Usage("folder-missing", f"{directory} is no folder", "-C FOLDER")
    repository = Repository.find(start)
    folder = Path(ledger).absolute() if ledger else repository.root / FOLDER
    return Desk(
        repository=repository,
        folder=folder,
        home=home(),
        clock=time.time,
        passphrase=asker(passphrase_file),
        configuration=configuration,
        runner=runner,
    )


def home() -> Path:
    """`$PHASEPROOF_HOME`; it may not exist yet.

    Raises:
        Unable: it is no folder, or nobody says where it is (`home-unusable`).
    """
    way_out = "set PHASEPROOF_HOME to a folder of yours"
    try:
        found = keys.home()
    except RuntimeError as error:  # no HOME, and no entry for this user
        raise Unable("home-unusable", f"there is no home folder: {error}", way_out) from error
    try:
        unusable = found.exists() and not found.is_dir()
    except OSError as error:
        raise Unable("home-unusable", f"{found}: {error.strerror}", way_out) from error
    if unusable:
        raise Unable("home-unusable", f"{found} is no folder", way_out)
    return found


def at_commit(help: str = "The commit that is judged.") -> Callable[[_F], _F]:
    """Adds --commit."""
    return click.option("--commit", default="HEAD", show_default=True, metavar="COMMIT", help=help)


def at_once() -> Callable[[_F], _F]:
    """Adds --jobs."""
    return click.option("--jobs", type=click.IntRange(1, 1024), metavar="N",
                        help="How many checks at a time; the number of processors by default.")  # fmt: skip


def asker(path: str | None) -> keys.Passphrase:
    """Who answers for passphrases: a file, or the person at the terminal.

    Args:
        path: file whose first line is the passphrase; None to ask.
    """

    def ask(name: str) -> str:
        if path is not None:
            try:
                with Path(path).open(encoding="utf-8") as file:
                    return file.readline(4096).rstrip("\n")
            except (OSError, UnicodeDecodeError) as error:
                raise Unable("passphrase-unreadable", f"{path}: {error}", "--passphrase-file FILE") from error
        if not sys.stdin.isatty():
            raise Unable("passphrase-needed", f"the key {name} needs its passphrase and nobody can be asked here",
                         "run it in a terminal, or --passphrase-file FILE")  # fmt: skip
        return str(click.prompt(f"passphrase of {name}", hide_input=True, err=True))

    return ask
