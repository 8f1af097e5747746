"""`key`: make and list keys."""

from __future__ import annotations

import os
import sys

import click

from phaseproof.cli import output
from phaseproof.cli.place import asker, formats, home
from phaseproof.errors import Unable


@click.group()
def key() -> None:
    """Make and list keys under $PHASEPROOF_HOME/keys; private halves never leave it."""


@key.command("new", short_help="Make a key and print its public half.")
@click.argument("name")
@click.option("--unattended", is_flag=True, help="No passphrase: for a runner's key, which must work alone.")
@click.option("--passphrase-file", envvar="PHASEPROOF_PASSPHRASE_FILE", metavar="FILE",
              help="Take the passphrase from the first line of a file.")  # fmt: skip
@formats("text", "json")
def new(name: str, unattended: bool, passphrase_file: str | None, form: str) -> None:
    """Make the key NAME (a person's, or with --unattended a runner's) and print its public half."""
    from phaseproof.evidence import keys

    folder = home()
    passphrase = None if unattended else chosen(name, passphrase_file)
    made = keys.create(folder, name, passphrase)
    uri = keys.uri(made.public)
    if form == "json":
        output.document({"name": name, "key": uri, "encrypted": not unattended})
        return
    section = "runners" if unattended else "people"
    output.say(f"{uri}\n\nIn phaseproof.yaml:\n\n{section}:\n  {name}: {{key: {uri}}}")


@key.command("list", short_help="List the keys in this home.")
@formats("text", "json")
def listing(form: str) -> None:
    """List the keys in this home: name, public half, whether a passphrase protects it."""
    from phaseproof.evidence import keys

    folder = home()
    found = keys.listing(folder)
    if form == "json":
        output.document(found)
        return
    if not found:
        output.say(f"no keys in {folder / 'keys'}\n  → phaseproof key new NAME")
    width = max((len(info.name) for info in found), default=0)
    for info in found:
        output.say(f"{info.name:{width}s}  {info.uri}  {'passphrase' if info.encrypted else 'unattended'}")
        path = folder / "keys" / f"{info.name}.pem"
        if os.name == "posix" and path.is_file() and path.stat().st_mode & 0o077:
            output.say(f"  exposed: others can read it\n  → chmod 600 {path}")


def chosen(name: str, path: str | None) -> str:
    """The passphrase for a new key: from the first line of a file, else asked twice at the terminal.

    Args:
        name: of the key.
        path: the file, None to ask.

    Raises:
        Unable: the file cannot be read, or nobody can be asked here (`passphrase-needed`).
    """
    if path is not None:
        return asker(path)(name)
    if not sys.stdin.isatty():
        raise Unable("passphrase-needed", "a new key needs a passphrase and nobody can be asked here",
                     "--passphrase-file FILE, or --unattended for a runner's key")  # fmt: skip
    return str(click.prompt(f"passphrase for {name}", hide_input=True, confirmation_prompt=True, err=True))
