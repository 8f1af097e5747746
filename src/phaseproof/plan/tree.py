"""The files that a survey compares documents with: a value, whoever looked them up."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class Tree(Protocol):
    """Files of a repository, as a survey needs them."""

    def find(self, path: str, near: str) -> str | None:
        """Path in the repository of a file or folder that a document names, None where there is none.

        Args:
            path: as the document writes it.
            near: path of the document, since what it names is often named from there.
        """

    def read(self, path: str) -> bytes | None:
        """Bytes of a file that `find` gave, None where it is none, too large or cannot be read."""


class Paths:
    """A tree of known paths.

    Args:
        paths: files, relative to the top, with forward slashes.
        contents: bytes of those that can be read.
    """

    def __init__(self, paths: Iterable[str], contents: dict[str, bytes] | None = None) -> None:
        self._contents = contents or {}
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()
        self._names: dict[str, list[str]] = {}
        for path in (*paths, *self._contents):
            low = path.casefold()
            self._files[low] = path
            self._names.setdefault(low.rsplit("/", 1)[-1], []).append(low)
            cut = low.rfind("/")
            while cut > 0 and low[:cut] not in self._folders:
                self._folders.add(low[:cut])
                cut = low.rfind("/", 0, cut)

    def find(self, path: str, near: str) -> str | None:
        """As `Tree.find`: from the top, from the document's folder and those above it, else by the end of a path."""
        wanted = path.casefold().rstrip("/")
        folder = near.casefold()
        while folder:
            folder = folder.rpartition("/")[0]
            found = self._at(f"{folder}/{wanted}" if folder else wanted)
            if found is not None:
                return found
        if wanted in self._files or wanted in self._folders:
            return self._at(wanted)
        named = self._names.get(wanted.rsplit("/", 1)[-1], ())
        for other in named:
            if other == wanted or other.endswith("/" + wanted):
                return self._files[other]
        if path.endswith("/"):
            return next((f for f in self._folders if f.endswith("/" + wanted)), None)
        return None

    def _at(self, path: str) -> str | None:
        if path in self._files:
            return self._files[path]
        return path if path in self._folders else None

    def read(self, path: str) -> bytes | None:
        """As `Tree.read`."""
        return self._contents.get(path)
