"""Which files `scan` looks at, and how they are opened: never a link, a pipe or a folder, never without a bound."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from phaseproof.errors import Unable, Usage
from phaseproof.plan.tree import Paths

LARGEST = 10 * 1024 * 1024
"""Bytes above which a document is not read but reported."""
MOST = 500_000
"""Files a walk without git looks at before it gives up."""
_KINDS = frozenset((".md", ".markdown", ".mdx", ".mdown", ".mkd", ".txt"))
_BARE = frozenset(("todo", "roadmap", "plan", "checklist", "release", "tasks", "milestones"))
_FOREIGN = frozenset(
    (".git", ".hg", ".svn", ".phaseproof", ".venv", "venv", ".tox", "__pycache__", ".mypy_cache", ".pytest_cache",
     ".ruff_cache", "node_modules", "bower_components", "vendor", "vendored", "third_party", "third-party",
     "site-packages", "Pods", "fixtures", "__fixtures__", "testdata", "__snapshots__")
)  # fmt: skip
"""Folders whose documents are somebody else's, or inputs of tests: looked into only where they are named."""


def is_candidate(path: str) -> bool:
    """Whether a file may be a plan by its name and place.

    Args:
        path: path with forward slashes.
    """
    name = path[path.rfind("/") + 1 :].lower()
    dot = name.rfind(".")
    if name[dot:] not in _KINDS if dot > 0 else name not in _BARE:
        return False
    return not any(part in _FOREIGN for part in path.split("/"))


class Place:
    """What is scanned: a folder of known files.

    Attributes:
        root: its top.
        files: every file in it, relative, with forward slashes.
        git: whether git knew them.
    """

    def __init__(self, root: Path, files: tuple[str, ...], *, git: bool) -> None:
        self.root, self.files, self.git = root, files, git


def place_of(start: Path) -> Place:
    """The repository a folder lies in, else the folder itself.

    Args:
        start: an existing folder.

    Raises:
        Unable: git failed in a repository, or the folder is too large to walk.
    """
    if any((folder / ".git").exists() for folder in (start, *start.parents)):
        from phaseproof.repo.git import Repository

        repository = Repository.find(start)
        return Place(repository.root, repository.working_files(), git=True)
    return Place(start, tuple(_walk(start)), git=False)


def _walk(root: Path) -> Iterator[str]:
    count = 0
    base = len(str(root).rstrip("/")) + 1
    for folder, folders, files in os.walk(root, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _FOREIGN)
        for name in sorted(files):
            count += 1
            if count > MOST:
                raise Unable(
                    "folder-too-large",
                    f"{root} holds more than {MOST} files and is no git repository",
                    "phaseproof scan PATH...",
                )
            yield os.path.join(folder, name)[base:].replace(os.sep, "/")  # noqa: PTH118


def read_file(path: str | Path, limit: int = LARGEST) -> bytes | None:
    """Bytes of a regular file, None where it is larger than a limit.

    Raises:
        OSError: it is no regular file, or cannot be read.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError("not a regular file")
        if found.st_size > limit:
            return None
        data = os.read(handle, found.st_size + 1)
        while len(data) <= limit:
            more = os.read(handle, 1 << 20) if len(data) != found.st_size else b""
            if not more:
                return data
            data += more
        return None
    finally:
        os.close(handle)


def named(path: str) -> Path:
    """A path from the command line: a regular file or a folder.

    Raises:
        Usage: it is neither, or not there.
    """
    given = Path(path)
    try:
        mode = given.lstat().st_mode
    except (OSError, ValueError) as error:
        raise Usage("path-missing", f"{path} is not there", "phaseproof scan PATH...") from error
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return given
    what = "a symbolic link" if stat.S_ISLNK(mode) else "no regular file"
    raise Usage("path-unfit", f"{path} is {what}; plans are read from regular files only", "name the file itself")


class WorkTree:
    """The files of a place, for `survey`; those git lists but that are gone from the disk count as gone."""

    def __init__(self, place: Place) -> None:
        self._root = place.root
        self._files = place.files
        self._paths: Paths | None = None

    def find(self, path: str, near: str) -> str | None:
        """As `Tree.find`."""
        if self._paths is None:
            self._paths = Paths(self._files)
        found = self._paths.find(path, near)
        if found is None or not os.path.lexists(self._root / PurePosixPath(found)):
            return None
        return found

    def read(self, path: str) -> bytes | None:
        """As `Tree.read`."""
        try:
            return read_file(self._root / path, 1024 * 1024)
        except OSError:
            return None
