"""`init`: propose a `phaseproof.yaml`, and make the keys that it names."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from phaseproof.cli import output
from phaseproof.cli.key import chosen
from phaseproof.cli.place import desk_of, formats, place
from phaseproof.errors import Refused, Unable

if TYPE_CHECKING:
    from phaseproof.decisions.desk import Desk
    from phaseproof.decisions.proposing.surroundings import Surroundings

_LARGEST_SOURCE = 1024 * 1024
"""Bytes of a source or settings file that is looked at."""
_IGNORED = (".phaseproof", ".phaseproof/", "/.phaseproof", "/.phaseproof/")


@click.command()
@click.option("--as", "person", metavar="PERSON", help="Name of your key; the name git knows you by, if none is given.")
@formats("text", "json")
@place
def init(person: str | None, form: str, passphrase_file: str | None, **where: Any) -> None:
    """Propose a phaseproof.yaml: plans, items, what stands for them, the test runner, roles; make your keys.

    Nothing that is there is overwritten, and nothing counts before you have read it, committed it and installed it.
    """
    from phaseproof.checks import registry
    from phaseproof.decisions.proposing.proposal import propose
    from phaseproof.evidence import keys
    from phaseproof.reports import proposing as report

    desk = desk_of(**where, passphrase_file=passphrase_file)
    target = desk.repository.root / desk.configuration
    if os.path.lexists(target):
        raise Refused("configuration-exists", f"{desk.configuration} is there already and stays as it is",
                      "phaseproof compile")  # fmt: skip
    around = _look(desk, person)
    known = {info.name: info.uri for info in keys.listing(desk.home)}
    uris = {name: known.get(name) or keys.uri(keys.generate(name).public) for name in (around.person, around.runner)}
    made = propose(around, registry.schemas(), uris)
    fresh = [name for name in uris if name not in known]
    secret = chosen(around.person, passphrase_file) if around.person in fresh else None
    text = made.text
    for name in fresh:
        signer = keys.create(desk.home, name, secret if name == around.person else None)
        text = text.replace(uris[name], keys.uri(signer.public))
    _write(target, text)
    ignored = _ignore(desk.repository.root)
    if form == "json":
        output.document(report.machine(made, around, desk.configuration, fresh, ignored))
    else:
        output.say(report.text(made, around, desk.configuration, fresh, ignored, desk.home))


def _look(desk: Desk, person: str | None) -> Surroundings:
    from phaseproof.cli.scan_files import is_candidate, place_of, read_file
    from phaseproof.decisions.proposing.surroundings import Surroundings
    from phaseproof.plan.likely import may_be_plan
    from phaseproof.plan.read import read

    root = desk.repository.root
    files = tuple(path for path in place_of(root).files if _plain(root / path))
    plans = []
    for path in files:
        if not is_candidate(path):
            continue
        try:
            data = read_file(root / path)
        except OSError:
            continue  # `scan` names it
        if data is not None and may_be_plan(data):
            plan = read(data, path)
            if plan.items:
                plans.append(plan)

    def source(path: str) -> str:
        try:
            data = read_file(root / path, _LARGEST_SOURCE)
        except OSError:
            return ""
        return data.decode("utf-8", "replace") if data is not None else ""

    return Surroundings(files, source, tuple(plans), _programme(root), _person(root, person), desk.runner)


def _plain(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)
    except OSError:
        return False


def _programme(root: Path) -> str:
    from phaseproof.bundle.slugs import slug

    return _ascii(slug(root.name))[:64] or "programme"


def _person(root: Path, given: str | None) -> str:
    """A name for the person's key: what was given, else what git or the system calls them."""
    from phaseproof.bundle.slugs import slug
    from phaseproof.evidence.keys import NAME
    from phaseproof.repo.author import author

    if given is not None:
        if not NAME.match(given):
            raise Unable("key-name", f"{given!r} is no key name: a-z, then a-z 0-9 . _ -, at most 64", "--as PERSON")
        return given
    for name in (author(root), os.environ.get("USER", ""), os.environ.get("USERNAME", "")):
        made = re.sub(r"\A[^a-z]+", "", _ascii(slug(name)))[:64].strip("-")
        if made:
            return made
    return "me"


def _ascii(text: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9.-]+", "-", plain).strip("-.")


def _write(target: Path, text: str) -> None:
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o666)
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode())
    except FileExistsError as error:
        raise Refused("configuration-exists", f"{target.name} was written by somebody else meanwhile",
                      "phaseproof compile") from error  # fmt: skip
    except OSError as error:
        raise Unable(
            "file-unwritable", f"{target}: {error.strerror}", "look at the owner and mode of its folder"
        ) from error


def _ignore(root: Path) -> str:
    """Make git ignore the ledger's folder: `there`, `added`, or `by-hand` where .gitignore cannot be changed."""
    from phaseproof.repo.working import read_plain, replace_plain

    try:
        found = read_plain(root, ".gitignore", _LARGEST_SOURCE)
        if found is None:
            _write(root / ".gitignore", ".phaseproof/\n")
            return "added"
        lines = found.data.decode("utf-8", "replace").splitlines()
        if any(line.strip() in _IGNORED for line in lines):
            return "there"
        end = b"" if not found.data or found.data.endswith(b"\n") else b"\n"
        replace_plain(root, found, found.data + end + b".phaseproof/\n")
    except (Unable, Refused):
        return "by-hand"
    return "added"
