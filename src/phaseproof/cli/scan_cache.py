"""Plans read before, by content: a cache may be deleted at any time, and one that is damaged is as good as none."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import Literal

import msgspec

from phaseproof.plan import model
from phaseproof.plan.model import READER, Plan

_LARGEST = 256 * 1024 * 1024
_MOST = 50_000


def _reader() -> str:
    """The reader's version, and what its files are, so that a changed reader never meets old plans."""
    folder = Path(model.__file__).parent
    seen = hashlib.sha256(READER.encode())
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda e: e.name):
            if entry.name.endswith(".py"):
                known = entry.stat()
                seen.update(f"{entry.name} {known.st_size} {known.st_mtime_ns}\n".encode())
    return seen.hexdigest()[:16]


def folder_of(root: Path) -> Path:
    """Where the cache of a place lies: in its `.phaseproof` where there is one, else in the user's cache folder."""
    own = root / ".phaseproof"
    if own.is_dir() and not own.is_symlink():
        return own / "cache"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "phaseproof"


class Cache:
    """Plans by the digest of their bytes and their path.

    Args:
        folder: where its file lies; None keeps nothing.
        root: the place it is for.
    """

    def __init__(self, folder: Path | None, root: Path) -> None:
        name = hashlib.sha256(str(root).encode("utf-8", "surrogateescape")).hexdigest()[:16]
        self._file = folder / f"plans-{name}-{_reader()}" if folder is not None else None
        self._known: dict[bytes, bytes] = {}
        self._used: dict[bytes, bytes] = {}
        self._new = False
        self._decode = msgspec.msgpack.Decoder(Plan).decode
        self._encode = msgspec.msgpack.Encoder().encode
        if self._file is not None:
            with contextlib.suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
                if not self._file.is_symlink() and self._file.stat().st_size < _LARGEST:
                    self._known = msgspec.msgpack.decode(self._file.read_bytes(), type=dict[bytes, bytes])

    @staticmethod
    def key(data: bytes, path: str) -> bytes:
        """Key of a document: what it says and where it lies."""
        return hashlib.sha256(data).digest()[:20] + hash_path(path)

    def get(self, key: bytes) -> Plan | Literal[False] | None:
        """The plan of a key; False where it is known to be no plan, None where nothing is known."""
        kept = self._known.get(key)
        if kept is None:
            return None
        self._used[key] = kept
        if not kept:
            return False
        try:
            return self._decode(kept)
        except (msgspec.DecodeError, msgspec.ValidationError):
            return None

    def put(self, key: bytes, plan: Plan | None) -> None:
        """Keeps a plan, or that there is none."""
        self._used[key] = self._encode(plan) if plan is not None else b""
        self._new = True

    def close(self) -> None:
        """Writes what was used; a cache that cannot be written is no error."""
        if self._file is None or not self._new or len(self._used) > _MOST:
            return
        with contextlib.suppress(OSError):
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, prefix=".plans-")
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(self._encode(self._used))
                Path(name).replace(self._file)
            except OSError:
                Path(name).unlink(missing_ok=True)
                raise
            for old in self._file.parent.glob(f"{self._file.name[:22]}-*"):
                if old != self._file:
                    old.unlink(missing_ok=True)


def hash_path(path: str) -> bytes:
    """Eight bytes that stand for a path."""
    return hashlib.blake2b(path.encode("utf-8", "surrogateescape"), digest_size=8).digest()
