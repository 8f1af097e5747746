"""The SQLite file: its tables, how a connection to it is made, and what each of its errors means.

The bytes of an event are the authority. `streams` and `once` are indexes that must agree with them; `events.objects`
says which objects came with an event, so that a lost one is noticed. `body` stands last in its row: a damaged record
header shifts it, and the hash then fails.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from functools import cache
from pathlib import Path
from urllib.parse import quote

from phaseproof.errors import PhaseproofError, Unable, Untrue

FILE = "ledger.db"
APPLICATION_ID = 0x50686150
"""`PhaP`, in SQLite's application id."""

VERSION = 1
"""Schema version, written twice into SQLite's user version: a flipped bit must not pass for a newer program's work."""

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What a read of a damaged file raises: SQLite's own message may hold damaged text, which Python cannot decode."""

SCHEMA = (
    "CREATE TABLE events(position INTEGER PRIMARY KEY, hash BLOB NOT NULL, once BLOB, objects BLOB NOT NULL, "
    "body BLOB NOT NULL)",
    "CREATE TABLE streams(name TEXT PRIMARY KEY, position INTEGER NOT NULL, seq INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE once(digest BLOB PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE objects(number INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, data BLOB NOT NULL)",
    "CREATE TABLE checkpoints(number INTEGER PRIMARY KEY, digest BLOB NOT NULL, note BLOB NOT NULL)",
)

_TABLES = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid"
_RESTORE = "restore the ledger from a backup or another clone, then `phaseproof verify`"


def connect(path: Path, *, writable: bool, wait: float) -> sqlite3.Connection:
    """A connection with the pragmas every part of the ledger relies on.

    Args:
        path: the database file; it must exist, as a regular file.
        writable: whether this process may write; without, the file is opened read-only.
        wait: how long a lock held by another process is waited for, seconds.

    Raises:
        Unable, Untrue: as `translate`.
    """
    mode = "mode=rw"
    if not writable:
        # With no log beside it and no right to make one, the file alone is the whole database.
        log = path.with_name(path.name + "-wal")
        mode = "mode=ro" if log.exists() and log.stat().st_size else "mode=ro&immutable=1"
    try:
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?{mode}",
            uri=True,
            timeout=wait,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise translate(error, "the ledger") from error
    # Damaged text is reported by the digests, not by a decoder.
    connection.text_factory = bytes
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        check_identity(connection)
        if writable:
            connection.execute("PRAGMA journal_mode=WAL")
        # One flush per commit: the log's (SQLite, "Write-Ahead Logging", synchronous=FULL).
        connection.execute("PRAGMA synchronous=FULL")
    except FAULTS as error:
        connection.close()
        raise translate(error, "the ledger") from error
    except PhaseproofError:
        connection.close()
        raise
    return connection


def check_identity(connection: sqlite3.Connection) -> None:
    """Refuse a file that is not a ledger of this version, or whose tables are not the ledger's.

    Raises:
        Unable: `ledger-newer`.
        Untrue: `not-a-ledger`, `ledger-corrupt`.
        sqlite3.Error: the file cannot be read.
    """
    application = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if application != APPLICATION_ID:
        raise Untrue("not-a-ledger", f"{FILE} is not a ledger (application id {application:#x})", _RESTORE)
    if version >> 16 != version & 0xFFFF or version <= 0:
        raise Untrue("ledger-corrupt", f"{FILE} states the version {version:#x}, which cannot be", _RESTORE)
    version &= 0xFFFF
    if version > VERSION:
        raise Unable(
            "ledger-newer",
            f"{FILE} has version {version}; this program reads up to {VERSION}",
            "upgrade phaseproof",
        )
    if connection.execute(_TABLES).fetchall() != _tables():
        raise Untrue("ledger-corrupt", f"the tables of {FILE} are not a ledger's", _RESTORE)


@cache
def _tables() -> list[tuple[bytes | None, ...]]:
    """How this SQLite describes the ledger's tables."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.text_factory = bytes
        for statement in SCHEMA:
            connection.execute(statement)
        return connection.execute(_TABLES).fetchall()


def stamp(version: int) -> int:
    """The user version of a file of this schema version."""
    return version << 16 | version


def initialise(path: Path, rows: tuple[tuple[str, tuple[object, ...]], ...]) -> None:
    """Make a new database with the ledger's tables and its first rows, and close it, everything on disk.

    Args:
        path: a file that does not exist; made with mode 0600.
        rows: statements and their parameters.

    Raises:
        Unable: as `translate`.
    """
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW, 0o600))
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            connection.execute("PRAGMA synchronous=FULL")
            connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version={stamp(VERSION)}")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in SCHEMA:
                connection.execute(statement)
            for statement, parameters in rows:
                connection.execute(statement, parameters)
            connection.execute("COMMIT")
        finally:
            connection.close()
    except sqlite3.Error as error:
        path.unlink()
        raise translate(error, "the new ledger") from error
    sync(path)


def sync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def regular(path: Path) -> bool:
    """Whether a path is a file, itself and not through a link; False where there is nothing.

    Raises:
        Unable: `ledger-path`: a symbolic link, folder, pipe or device stands there, or it cannot be looked at.
    """
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise Unable("ledger-path", f"{path} cannot be looked at: {error.strerror}") from error
    if not stat.S_ISREG(mode):
        raise Unable(
            "ledger-path",
            f"{path} is not a regular file",
            "move it away; to keep the ledger elsewhere, name its folder with --ledger",
        )
    return True


def translate(error: sqlite3.Error | UnicodeDecodeError, what: str) -> PhaseproofError:
    """What an SQLite error means for the reader.

    Args:
        error: as raised.
        what: what was being read or written, for the sentence.

    Returns:
        `Unable`: `ledger-locked`, `ledger-read-only`, `ledger-full`, `ledger-unreachable`.
        `Untrue`: `ledger-corrupt`, for everything else: the statements are fixed, so the file is what is wrong.
    """
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return locked()
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return read_only()
    if primary == sqlite3.SQLITE_FULL:
        return Unable("ledger-full", f"no room to write {what}; nothing was written", "free disk space and try again")
    if primary == sqlite3.SQLITE_IOERR:
        return Unable(
            "ledger-unreachable",
            f"the disk failed on {what} ({getattr(error, 'sqlite_errorname', error)}); nothing was written",
            "check the disk, its space and its quota, then `phaseproof verify`",
        )
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_PROTOCOL):
        return Unable("ledger-unreachable", f"{what} cannot be opened: {error}", "check the folder's rights")
    return Untrue("ledger-corrupt", f"{what} cannot be read: {error}", _RESTORE)


def locked() -> Unable:
    """The refusal when another process holds the ledger for longer than was waited."""
    return Unable("ledger-locked", "another process holds the ledger; nothing was written", "try again when it is done")


def read_only() -> Unable:
    """The refusal to write where writing is not possible."""
    return Unable(
        "ledger-read-only", "the ledger cannot be written here; nothing was written", "check the rights of its folder"
    )
