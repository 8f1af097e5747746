"""Standard output: text for people, or exactly one JSON document for programs; and colour, where it is wanted."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

import click

from phaseproof.errors import Unable
from phaseproof.reports.layout import folded


def prepare() -> None:
    """Let no character break printing: what the terminal's encoding lacks is written as `\\u2192`."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]


def colour() -> bool | None:
    """False where the environment asks for none (https://no-color.org, `TERM=dumb`); None leaves it to the terminal."""
    return False if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb" else None


def say(text: str) -> None:
    """Print text for people, folded at the terminal's width.

    Raises:
        Unable: standard output cannot be written (`output-unwritable`).
    """
    verbatim(folded(text))


def verbatim(text: str) -> None:
    """Print text for programs, as it is. Raises as `say`."""
    try:
        click.echo(text)
    except OSError as error:
        if error.errno == errno.EPIPE:
            raise
        raise Unable("output-unwritable", f"standard output cannot be written: {error.strerror}",
                     "see where it goes to") from error  # fmt: skip


def document(value: object) -> None:
    """Print a value as one JSON document. Raises as `say`."""
    import msgspec

    try:
        text = msgspec.json.encode(value).decode()
    except UnicodeEncodeError:  # a file name that is not UTF-8
        text = msgspec.json.encode(_whole(msgspec.to_builtins(value))).decode()
    verbatim(text)


def write(path: str, data: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        Unable: it cannot be written (`file-unwritable`).
    """
    import tempfile
    from pathlib import Path

    target = Path(path)
    try:
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink()
            raise
    except OSError as error:
        raise Unable("file-unwritable", f"{path}: {error.strerror}", "name a file in a folder of yours") from error


def _whole(value: object) -> object:
    """A value without lone surrogates, which are in some file names and in no JSON."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_whole(key): _whole(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_whole(one) for one in value]
    return value
