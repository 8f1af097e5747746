"""Making a tenant's ledger and opening one: every way in which a ledger may not be usable is refused here.

A ledger is a folder: `ledger.db`, `ledger.head`, `objects/`. The folder may be reached through links; it and what
stands in it may not be links themselves, since a checkout could place one.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

from phaseproof.digests import ZERO, Digest, sha256
from phaseproof.errors import Refused, Unable, Untrue
from phaseproof.ledger import chain, database, objects
from phaseproof.ledger.head import FILE as HEAD_FILE
from phaseproof.ledger.head import Head, HeadFile
from phaseproof.ledger.sqlite import SqliteLedger, truncated

WAIT = 10.0
"""How long a lock held by others is waited for, seconds."""

_RESTORE = "restore the ledger from a backup or another clone, then `phaseproof verify`"


def create(folder: Path, *, at: str, actor: str, payload: dict[str, Any], wait: float = WAIT) -> SqliteLedger:
    """Make a tenant: a new ledger with its genesis.

    Args:
        folder: the ledger's folder, made with mode 0700 if need be.
        at: UTC instant of the genesis, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        actor: who makes it.
        payload: the programme's name and a random nonce, so that no two tenants share an id.
        wait: how long to wait for another process, seconds.

    Raises:
        Refused: `ledger-exists`.
        Untrue: `ledger-lost`: a ledger stood here and its database is gone.
        Unable: `event-malformed`, `ledger-path`, `ledger-locked`, `ledger-read-only`, `ledger-full`.
    """
    _, body, tenant = chain.genesis(at, actor, payload)
    return _made(folder, body, tenant, wait)


def receive(folder: Path, body: bytes, *, wait: float = WAIT) -> SqliteLedger:
    """Make the place of a tenant that began elsewhere: a ledger with its genesis and nothing behind it.

    Args:
        folder: the ledger's folder, made with mode 0700 if need be.
        body: canonical bytes of the genesis.
        wait: how long to wait for another process, seconds.

    Raises:
        Untrue: the bytes are no genesis (`event-altered`); else as `create`.
        Refused, Unable: as `create`.
    """
    event = chain.decode_strict(body, 0)
    place = (event.position, event.stream, event.seq, event.type, event.tenant, event.prev)
    if place != (0, chain.GENESIS_STREAM, 0, chain.GENESIS_TYPE, ZERO, ZERO):
        raise chain.altered(0, "is no beginning of a ledger")
    return _made(folder, body, sha256(body), wait)


def _made(folder: Path, body: bytes, tenant: Digest, wait: float) -> SqliteLedger:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _require_folder(folder)
        folder.chmod(0o700)
        if (folder / database.FILE).exists():
            raise _exists(folder)
        head = HeadFile.open(folder / HEAD_FILE, create=True)
        try:
            with head.lock(wait):
                _create_locked(folder, head, body, tenant)
        finally:
            head.close()
    except OSError as error:
        raise Unable("ledger-path", f"{folder} cannot be written: {error.strerror}", "check its rights") from error
    return open_ledger(folder, tenant, wait=wait)


def _create_locked(folder: Path, head: HeadFile, body: bytes, tenant: Digest) -> None:
    path = folder / database.FILE
    if path.is_symlink() or path.exists():
        raise _exists(folder)
    remains = [name for name in ("-wal", "-shm", "-journal") if path.with_name(path.name + name).exists()]
    if remains or (not head.empty() and head.read().events > 1):
        raise Untrue(
            "ledger-lost",
            f"a ledger stood in {folder} and its {database.FILE} is gone",
            "restore it from a backup; to start a new tenant, move what is left of the old one away",
        )
    temporary = path.with_name(path.name + ".new")
    for name in ("", "-wal", "-shm", "-journal"):
        temporary.with_name(temporary.name + name).unlink(missing_ok=True)
    database.initialise(
        temporary,
        (
            ("INSERT INTO events VALUES (0, ?, NULL, ?, ?)", (bytes.fromhex(tenant[7:]), b"", body)),
            ("INSERT INTO streams VALUES (?, 0, 0), ('', 0, 0)", (chain.GENESIS_STREAM,)),
        ),
    )
    head.write(Head(tenant, 1, tenant, 0, 0))
    head.sync()
    temporary.rename(path)
    database.sync(folder)


def open_ledger(folder: Path, tenant: Digest | None = None, *, wait: float = WAIT) -> SqliteLedger:
    """Open a tenant's ledger. Never makes one.

    Args:
        folder: the ledger's folder.
        tenant: the id it must have; None takes the one that is there.
        wait: how long a lock held by others is waited for, seconds.

    Raises:
        Unable: `no-ledger`, `ledger-path`, `ledger-newer`, `ledger-locked`, `ledger-unreachable`.
        Untrue: `not-a-ledger`, `ledger-corrupt`, `ledger-other-tenant`, `ledger-truncated`, `head-missing`,
            `head-altered`, and what `chain` says of the first and last event.
    """
    path = folder / database.FILE
    _require_folder(folder)
    if not database.regular(path):
        raise _no_ledger(folder)
    for name in ("-wal", "-shm"):
        database.regular(path.with_name(path.name + name))
    _require_folder(folder / objects.FOLDER)
    database.regular(folder / HEAD_FILE)
    head = HeadFile.open(folder / HEAD_FILE)
    try:
        writable = head.writable and os.access(path, os.W_OK) and os.access(folder, os.W_OK)
        # The head first: it may only be behind what is read after it.
        acknowledged = head.read()
        connection = database.connect(path, writable=writable, wait=wait)
    except BaseException:
        head.close()
        raise
    ledger = SqliteLedger(folder, connection, head, acknowledged.tenant, wait, writable)
    try:
        _require_tenant(ledger, tenant)
        _require_acknowledged(ledger, acknowledged)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _require_tenant(ledger: SqliteLedger, expected: Digest | None) -> None:
    event, digest, body = ledger.genesis()
    chain.decode_strict(body, 0)
    if digest != ledger.tenant or event.stream != chain.GENESIS_STREAM or event.type != chain.GENESIS_TYPE:
        raise chain.altered(0, "is not this tenant's genesis")
    if expected is not None and digest != expected:
        raise Untrue(
            "ledger-other-tenant",
            f"this ledger's genesis is {digest}, not {expected}",
            "use the ledger of that tenant; if this one is meant, say so where the expected genesis is configured",
        )


def _require_acknowledged(ledger: SqliteLedger, head: Head) -> None:
    size = ledger.size()
    if size < head.events:
        raise truncated(size, head)
    if ledger.digest_at(head.events - 1) != head.tail:
        raise chain.altered(head.events - 1, "is not the one that was acknowledged")
    stored_objects, stored_checkpoints = ledger.counts()
    if stored_objects < head.objects:
        raise Untrue("object-missing", f"object number {stored_objects + 1} is missing from the database", _RESTORE)
    if stored_checkpoints < head.checkpoints:
        raise Untrue("checkpoint-missing", f"checkpoint {stored_checkpoints + 1} is missing", _RESTORE)


def _require_folder(folder: Path) -> None:
    try:
        mode = folder.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError as error:
        raise Unable("ledger-path", f"{folder} cannot be looked at: {error.strerror}") from error
    if not stat.S_ISDIR(mode):
        raise Unable(
            "ledger-path",
            f"{folder} is not a folder of its own",
            "to keep the ledger elsewhere, name its folder with --ledger",
        )


def _no_ledger(folder: Path) -> Unable:
    return Unable(
        "no-ledger",
        f"there is no ledger in {folder}",
        "phaseproof install, or phaseproof ledger pull where another clone has one",
    )


def _exists(folder: Path) -> Refused:
    return Refused("ledger-exists", f"{folder} holds a ledger already", "use it, or name another folder with --ledger")
