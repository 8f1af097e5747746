"""Key files: Ed25519, PKCS#8 (RFC 5958, RFC 8410), mode 0600 under `$PHASEPROOF_HOME/keys`."""

from __future__ import annotations

import base64
import errno
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from phaseproof.bundle.keys import public_bytes
from phaseproof.errors import Refused, Unable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

MIN_PASSPHRASE = 12
"""Characters; a shorter passphrase for a personal key is refused."""
NAME = re.compile(r"[a-z][a-z0-9._-]{0,63}\Z")
"""Names of people, runners and key files."""
_MAX_FILE = 65536
"""Bytes read of a key file."""

Passphrase = Callable[[str], str]
"""Asked for the passphrase of a named key; raises `Unable` where nobody can answer."""


class FileSigner:
    """A private key in memory.

    Attributes:
        name: person or runner.
        public: 32 bytes.
    """

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self.name = name
        self._private = private
        self.public = private.public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """64 bytes of Ed25519 signature (RFC 8032)."""
        return self._private.sign(data)


class KeyInfo(Struct, frozen=True):
    """A key in the home folder: its name, public URI, and whether its file needs a passphrase."""

    name: str
    uri: str
    encrypted: bool


def home() -> Path:
    """`$PHASEPROOF_HOME`, or the platform's user configuration folder; may not exist yet."""
    given = os.environ.get("PHASEPROOF_HOME")
    if given:
        return Path(given).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "phaseproof"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", str(Path.home()))) / "phaseproof"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "phaseproof"


def uri(public: bytes) -> str:
    """`ed25519:` and the base64url form of a public key, without padding."""
    return "ed25519:" + base64.urlsafe_b64encode(public).decode().rstrip("=")


@lru_cache(maxsize=1024)
def public_of(text: str) -> bytes:
    """The 32 bytes behind a public key URI; bundle/keys.py says what is one.

    Raises:
        ValueError: it is none.
    """
    return public_bytes(text)


def generate(name: str) -> FileSigner:
    """A new key, in memory only."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return FileSigner(name, Ed25519PrivateKey.generate())


def create(folder: Path, name: str, passphrase: str | None) -> FileSigner:
    """Make a key and keep it as `<folder>/keys/<name>.pem` (0600) beside `<name>.pub`.

    Args:
        folder: the home folder.
        name: person or runner.
        passphrase: None for a runner's key that must work unattended.

    Raises:
        Refused: a key of that name is there already, or the passphrase is too short.
        Unable: the name is not one, or the folder cannot be written.
    """
    from cryptography.hazmat.primitives import serialization

    path = _path(folder, name)
    if passphrase is not None and len(passphrase) < MIN_PASSPHRASE:
        raise Refused(
            "passphrase-short", f"a passphrase has at least {MIN_PASSPHRASE} characters", "choose a longer one"
        )
    try:
        secret = passphrase.encode() if passphrase is not None else None
    except UnicodeEncodeError as error:
        raise Unable("passphrase-unreadable", "the passphrase is no text", "choose another one") from error
    signer = generate(name)
    protection: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if secret is not None:
        protection = serialization.BestAvailableEncryption(secret)
    pem = signer._private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)
    try:
        for made in (folder, path.parent):
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The public half first: whoever finds a private key finds its public half beside it.
        _write(path.with_suffix(".pub"), (uri(signer.public) + "\n").encode())
        try:
            _write(path, pem)
        except BaseException:
            path.with_suffix(".pub").unlink(missing_ok=True)
            raise
    except FileExistsError as error:
        raise Refused("key-exists", f"{path} is there already", "phaseproof key list") from error
    except OSError as error:
        raise Unable(
            "key-unwritable", f"{path}: {error.strerror}", "set PHASEPROOF_HOME to a folder of yours"
        ) from error
    return signer


def load(folder: Path, name: str, passphrase: Passphrase) -> FileSigner:
    """Read a private key.

    Raises:
        Unable: missing, not a key, readable by others, a link, or of another owner; wrong passphrase.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    path = _path(folder, name)
    data = _read_private(path, name)
    encrypted = is_encrypted(data)
    said = passphrase(name) if encrypted else None
    try:
        key = serialization.load_pem_private_key(data, said.encode() if said is not None else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        fact = "the passphrase is wrong" if encrypted else "it is not a PKCS#8 private key"
        raise Unable("key-unreadable", f"{path}: {fact}", "phaseproof key list") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise Unable("key-unreadable", f"{path}: not an Ed25519 key", f"phaseproof key new {name}")
    return FileSigner(name, key)


def listing(folder: Path) -> tuple[KeyInfo, ...]:
    """Keys in the home folder, by name; unreadable ones are left to `load` to complain about."""
    found = []
    for path in sorted((folder / "keys").glob("*.pem")):
        try:
            text = _read(path.with_suffix(".pub"))[1].decode("ascii").strip()
            public_of(text)
            found.append(KeyInfo(path.stem, text, is_encrypted(_read(path)[1])))
        except (OSError, ValueError):
            found.append(KeyInfo(path.stem, "unreadable", False))
    return tuple(found)


def is_encrypted(pem: bytes) -> bool:
    """Whether a PEM file needs a passphrase."""
    return b"ENCRYPTED" in pem.split(b"\n", 1)[0]


def _path(folder: Path, name: str) -> Path:
    if not NAME.match(name):
        raise Unable("key-name", f"{name!r} is no key name: a-z, then a-z 0-9 . _ -, at most 64", "choose another name")
    return folder / "keys" / f"{name}.pem"


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            path.unlink()
        raise


def _read(path: Path) -> tuple[os.stat_result, bytes]:
    """Facts and bytes of one plain file, both of the same open one; a link, a FIFO or a folder is an `OSError`."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "it is not a plain file")
        return facts, os.read(handle, _MAX_FILE)
    finally:
        os.close(handle)


def _read_private(path: Path, name: str) -> bytes:
    try:
        facts, data = _read(path)
    except FileNotFoundError as error:
        raise Unable("key-missing", f"no key {name!r} in {path.parent}", f"phaseproof key new {name}") from error
    except OSError as error:
        fact = "it is a symbolic link" if error.errno == errno.ELOOP else error.strerror
        raise Unable("key-unreadable", f"{path}: {fact}", "phaseproof key list") from error
    if hasattr(os, "getuid"):
        if facts.st_mode & 0o077:
            raise Unable("key-exposed", f"{path} can be read by others (mode {facts.st_mode & 0o777:o})",
                         f"chmod 600 {path}")  # fmt: skip
        if facts.st_uid != os.getuid():
            raise Unable("key-exposed", f"{path} belongs to another user", f"phaseproof key new {name}")
    return data
