"""A travelling ledger in one file: a zip archive (PKWARE APPNOTE 6.3.10) whose bytes depend on its content alone.

Files stand in the order of their names, stored and not compressed, without times or owners. Reading takes that form
and no other: nothing is compressed, linked, encrypted or named twice, so an archive is never larger than its file.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import IO, Self

from phaseproof.errors import Untrue, Usage
from phaseproof.ledger.carried import MAX_FILES

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins."""

_EPOCH = (1980, 1, 1, 0, 0, 0)


def pack(files: Iterable[tuple[str, bytes]], out: IO[bytes]) -> None:
    """Write an archive.

    Args:
        files: names and bytes, sorted by name, each name once.
        out: where to; seekable.

    Raises:
        ValueError: the names are not sorted.
    """
    before = ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, data in files:
            if name <= before:
                raise ValueError(f"{name} does not come after {before}")
            before = name
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o100644 << 16
            archive.writestr(info, data)


class ArchiveSource:
    """The files of an archive; a context manager.

    Args:
        path: the archive.

    Raises:
        Usage: the file cannot be read.
        Untrue: `archive-unreadable`: it is no archive of the one form.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise Usage("file-unreadable", f"{path}: {error.strerror}", "name the file") from error
        try:
            self._size = self._file.seek(0, 2)
            self._zip = zipfile.ZipFile(self._file)
            self._infos = self._listed()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as error:
            self._file.close()
            raise self._unreadable(str(error)) from error
        except Untrue:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Release the file."""
        self._zip.close()
        self._file.close()

    def names(self) -> Collection[str]:
        """All names."""
        return self._infos.keys()

    def read(self, names: Sequence[str], limit: int) -> Iterator[bytes]:
        """Bytes of files, in the order asked for.

        Raises:
            Untrue: `archive-unreadable`: missing, damaged, or larger than `limit` bytes.
        """
        for name in names:
            info = self._infos.get(name)
            if info is None or info.file_size > limit:
                raise self._unreadable(f"{name[:200]!r} is missing, or too large")
            try:
                data = self._zip.read(info)
            except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
                raise self._unreadable(f"{name[:200]!r}: {error}") from error
            if len(data) != info.file_size:
                raise self._unreadable(f"{name[:200]!r} is cut off")
            yield data

    def _listed(self) -> dict[str, zipfile.ZipInfo]:
        infos: dict[str, zipfile.ZipInfo] = {}
        listed = self._zip.infolist()
        if len(listed) > MAX_FILES or sum(info.file_size for info in listed) > self._size:
            raise self._unreadable("it says it holds more than it can")
        for info in listed:
            if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1 or info.filename in infos:
                raise self._unreadable(f"{info.filename[:200]!r} is compressed, encrypted or named twice")
            infos[info.filename] = info
        return infos

    def _unreadable(self, why: str) -> Untrue:
        return Untrue("archive-unreadable", f"{self._path}: {why}", "export it again")
