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


def recall(desk: Desk, programme: str) -> tuple[Known, ...]:
    """What is remembered of a repository's programme.

    A repository is the same one while it shares a first commit with what is remembered: another beginning joined to
    its history does not make it a stranger. One whose history is cut off could be any that has the programme.

    Raises:
        Untrue: the file cannot be read (`known-tenants-unreadable`): what it held cannot be checked any more.
    """
    everything = _load(desk.home / NAME)
    if not any(name.rpartition("/")[2] == programme for name in everything):
        return ()
    here = _roots(desk)
    found = []
    for name, known in everything.items():
        place, _, called = name.rpartition("/")
        if called == programme and (not here or here & set(place.split("+")) or place == str(_folder(desk))):
            found.append(known)
    return tuple(found)


def of_tenant(desk: Desk, tenant: Digest) -> tuple[Known, ...]:
    """What is remembered of a ledger, whatever repository it was seen in. Raises as `recall`."""
    return tuple(known for known in _load(desk.home / NAME).values() if known.tenant == tenant)


def remember(desk: Desk, programme: str, known: Known) -> None:
    """Remember what was seen: a temporary file, renamed over the old one, mode 0600. Nothing is ever unlearnt: less
    of the same ledger than is remembered changes nothing.

    Raises:
        Untrue: the file there cannot be read.
        Unable: it cannot be written (`home-unwritable`).
    """
    path = desk.home / NAME
    everything = _load(path)
    name = f"{'+'.join(sorted(_roots(desk))) or _folder(desk)}/{programme}"
    before = everything.get(name)
    if before is not None and before.tenant == known.tenant and before.size >= known.size:
        return
    everything[name] = known
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{NAME}-", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.format(msgspec.json.encode(everything, order="sorted"), indent=1))
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise Unable(
            "home-unwritable", f"{path}: {error.strerror}", "set PHASEPROOF_HOME to a folder of yours"
        ) from error


def _roots(desk: Desk) -> set[str]:
    return {root[:16] for root in desk.repository.root_commits()}


def _folder(desk: Desk) -> Path:
    return desk.repository.common_dir


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
