"""`known-tenants`: what this user last saw of each ledger. Losing the ledger loses the PASS, never grants it.

One JSON file in the home folder: repository and programme -> genesis, size and root of the last checkpoint seen. A
repository is known by its first commits, so that a second clone of it is the same one.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import msgspec
from msgspec import Struct

from phaseproof.decisions.desk import Desk
from phaseproof.digests import Digest
from phaseproof.errors import Unable, Untrue

NAME = "known-tenants"


class Known(Struct, frozen=True):
    """What was last seen of one ledger."""

    tenant: Digest
    size: int
    root: Digest


def place(desk: Desk, programme: str) -> str:
    """The name under which a repository's programme is remembered."""
    roots = desk.repository.root_commits()
    first = "+".join(root[:16] for root in roots) if roots else str(desk.repository.common_dir)
    return f"{first}/{programme}"


def recall(desk: Desk, name: str) -> Known | None:
    """What is remembered under a name.

    Raises:
        Untrue: the file cannot be read (`known-tenants-unreadable`): what it held cannot be checked any more.
    """
    return _load(desk.home / NAME).get(name)


def remember(desk: Desk, name: str, known: Known) -> None:
    """Remember what was seen: a temporary file, renamed over the old one, mode 0600.

    Raises:
        Untrue: the file there cannot be read.
        Unable: it cannot be written (`home-unwritable`).
    """
    path = desk.home / NAME
    everything = _load(path)
    if everything.get(name) == known:
        return
    everything[name] = known
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{NAME}-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(msgspec.json.format(msgspec.json.encode(everything, order="sorted"), indent=1))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        raise Unable(
            "home-unwritable", f"{path}: {error.strerror}", "set PHASEPROOF_HOME to a folder of yours"
        ) from error


def _load(path: Path) -> dict[str, Known]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Untrue("known-tenants-unreadable", f"{path}: {error.strerror}", f"look at {path}") from error
    try:
        return msgspec.json.decode(data, type=dict[str, Known])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Untrue("known-tenants-unreadable", f"{path}: {error}", f"look at {path}") from error
