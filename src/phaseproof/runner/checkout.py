"""A check's inputs written into an empty folder, straight from git objects.

No filter and no attribute is applied, no `.git` appears, nothing is written outside the folder, and no link leads
out of it. A name or a link that would is an error of the check, not something to mend.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

from phaseproof.errors import PhaseproofError, Unable
from phaseproof.repo.tree import Blob, Tree

MAX_LINKS = 40
"""Links followed while one path is looked up, as Linux does."""
MAX_TARGET = 4096
"""Bytes of a link's target."""

ReadMany = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]

_CREATE = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def write(tree: Tree, paths: Collection[str], folder: Path, read_many: ReadMany, owner: int | None = None) -> int:
    """Write files of a tree.

    Args:
        tree: the commit's tree.
        paths: what to write.
        folder: empty, and nobody else's.
        read_many: object ids -> id and bytes of each distinct one.
        owner: user and group id that the files shall belong to, None for ours.

    Returns:
        How many files and links were written.

    Raises:
        Unable: `path-unsafe`, `path-collides`, `link-escapes`, `submodule-input`, `object-missing`,
            `checkout-failed`.
        Untrue: `object-altered`.
    """
    by_oid: dict[str, list[str]] = {}
    for path in paths:
        safe(path)
        blob = tree.blobs[path]
        if blob.is_submodule:
            raise Unable("submodule-input", f"{path} is a submodule", "leave it out of the check's globs")
        by_oid.setdefault(blob.oid, []).append(path)
    base = os.fsencode(folder)
    links: dict[str, str] = {}
    try:
        _folders(base, paths, owner)
        for oid, data in read_many(by_oid):
            for path in by_oid[oid]:
                blob = tree.blobs[path]
                if blob.is_link:
                    links[path] = _target(path, data)
                else:
                    _write(base + b"/" + _bytes(path), data, blob, owner)
        for path, target in links.items():
            escapes(path, target, links)
            place = base + b"/" + _bytes(path)
            os.symlink(_bytes(target), place)  # noqa: PTH211 - bytes
            if owner is not None:
                os.lchown(place, owner, owner)
    except FileExistsError as error:
        name = os.fsdecode(error.filename or b"?")
        raise Unable("path-collides", f"two inputs have one name on this file system: {name}",
                     "rename one of them") from error  # fmt: skip
    except NotADirectoryError as error:
        raise Unable("path-collides", "an input is a file where another needs a folder", "rename one") from error
    except OSError as error:
        raise Unable("checkout-failed", f"the checkout cannot be written: {error.strerror}",
                     "make room in TMPDIR") from error  # fmt: skip
    return len(paths)


def escapes(path: str, target: str, links: Mapping[str, str]) -> None:
    """Refuse a link that leads out of the checkout, by itself or through other links.

    Args:
        path: where it stands.
        target: what it says.
        links: all links of the checkout.

    Raises:
        Unable: `link-escapes`.
    """
    left = [*path.split("/")[:-1], *target.split("/")]
    here: list[str] = []
    if target.startswith("/") or not target:
        raise _escapes(path, target)
    followed = 0
    left.reverse()
    while left:
        part = left.pop()
        if part in ("", "."):
            continue
        if part == "..":
            if not here:
                raise _escapes(path, target)
            here.pop()
            continue
        here.append(part)
        further = links.get("/".join(here))
        if further is not None:
            followed += 1
            if followed > MAX_LINKS or further.startswith("/"):
                raise _escapes(path, target)
            here.pop()
            left.extend(reversed(further.split("/")))


def safe(path: str) -> None:
    """Refuse a path that no checkout may hold.

    Raises:
        Unable: `path-unsafe`.
    """
    for part in path.split("/"):
        # `.git` in any spelling that some file system takes for it (git's own is_hfs_dotgit, is_ntfs_dotgit).
        plain = part.encode("utf-8", "surrogateescape").decode("utf-8", "ignore")
        spelled = "".join(c for c in plain if c.isprintable()).rstrip(". ").casefold()
        if part in ("", ".", "..") or "\0" in part or spelled in (".git", "git~1"):
            raise Unable("path-unsafe", f"{path!r} cannot be written to a checkout", "rename it")


def _folders(base: bytes, paths: Iterable[str], owner: int | None) -> None:
    made: set[str] = set()
    for path in paths:
        at = path.rfind("/")
        new: list[str] = []
        while at > 0 and path[:at] not in made:
            new.append(path[:at])
            at = path.rfind("/", 0, at)
        for folder in reversed(new):
            made.add(folder)
            place = base + b"/" + _bytes(folder)
            os.mkdir(place, 0o755)  # noqa: PTH102 - bytes
            if owner is not None:
                os.chown(place, owner, owner)


def _write(place: bytes, data: bytes, blob: Blob, owner: int | None) -> None:
    fd = os.open(place, _CREATE, 0o755 if blob.mode == "100755" else 0o644)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(fd, rest) :]
        if owner is not None:
            os.fchown(fd, owner, owner)
    finally:
        os.close(fd)


def _target(path: str, data: bytes) -> str:
    if not data or len(data) > MAX_TARGET or b"\0" in data:
        raise Unable("link-escapes", f"{path} is a link without a usable target", "replace it")
    return data.decode("utf-8", "surrogateescape")


def _escapes(path: str, target: str) -> PhaseproofError:
    return Unable("link-escapes", f"{path} is a link to {target}, which leads out of the checkout",
                  "replace the link by what it points to")  # fmt: skip


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
