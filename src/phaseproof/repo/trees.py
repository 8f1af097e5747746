"""Tree objects into one `Tree`, every object on the way checked against its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from phaseproof.errors import Unable, Untrue
from phaseproof.repo.tree import Blob, Tree

MAX_ENTRIES = 2_000_000
"""Entries above which a tree is refused."""
MAX_DEPTH = 256
"""Folders within folders."""

_MODES = {"120000": "120000", "160000": "160000"}

ReadMany = Callable[[Iterable[str]], Iterator[tuple[str, str, bytes]]]


def tree_id(commit: str, raw: bytes) -> str:
    """The tree a raw commit object names in its first line.

    Raises:
        Untrue: `object-malformed`.
    """
    line, _, _ = raw.partition(b"\n")
    word, _, name = line.partition(b" ")
    if word != b"tree" or not name.isalnum():
        raise Untrue("object-malformed", f"commit {commit} names no tree", "git fsck --full")
    return name.decode("ascii")


def entries(raw: bytes, width: int) -> Iterator[tuple[str, bytes, str]]:
    """Mode, name and object id of each entry of a raw tree object.

    Args:
        raw: the object's bytes.
        width: bytes of an object id: 20 or 32.

    Raises:
        ValueError: it is cut off.
    """
    at, end = 0, len(raw)
    while at < end:
        space = raw.index(b" ", at)
        nul = raw.index(b"\0", space)
        stop = nul + 1 + width
        if stop > end:
            raise ValueError("cut off")
        yield raw[at:space].decode("ascii"), raw[space + 1 : nul], raw[nul + 1 : stop].hex()
        at = stop


def read(commit: str, root: str, read_many: ReadMany) -> Tree:
    """Everything below a tree.

    Args:
        commit: the commit it belongs to.
        root: the tree's id.
        read_many: object ids -> (id, type, bytes), each checked against its id.

    Raises:
        Unable: `object-missing`, `tree-too-large`.
        Untrue: `object-altered`, `object-malformed`.
    """
    width = len(root) // 2
    blobs: dict[str, Blob] = {}
    shared: dict[tuple[str, str], Blob] = {}
    level: list[tuple[str, str]] = [("", root)]
    for _ in range(MAX_DEPTH):
        below: list[tuple[str, str]] = []
        for (prefix, _), (oid, kind, raw) in zip(level, read_many([oid for _, oid in level]), strict=True):
            if kind != "tree":
                raise Untrue("object-malformed", f"{prefix or 'the root'} is a {kind}, not a tree", "git fsck --full")
            try:
                for mode, name, child in entries(raw, width):
                    path = prefix + name.decode("utf-8", "surrogateescape")
                    if not name or b"/" in name:
                        raise ValueError(f"an entry named {name!r}")
                    if mode in ("40000", "040000"):
                        below.append((path + "/", child))
                        continue
                    mode = _MODES.get(mode) or _plain(mode)
                    key = (mode, child)
                    blob = shared.get(key)
                    if blob is None:
                        blob = shared[key] = Blob(mode, child)
                    if path in blobs:
                        raise ValueError(f"two entries named {path!r}")
                    blobs[path] = blob
            except ValueError as error:
                raise Untrue("object-malformed", f"tree {oid} is malformed: {error}", "git fsck --full") from error
            if len(blobs) + len(below) > MAX_ENTRIES:
                raise Unable("tree-too-large", f"commit {commit} holds more than {MAX_ENTRIES} entries")
        if not below:
            return Tree(commit, root, dict(sorted(blobs.items())))
        if len({prefix for prefix, _ in below}) != len(below):
            raise Untrue("object-malformed", f"commit {commit} holds two folders of one name", "git fsck --full")
        level = below
    raise Unable("tree-too-large", f"commit {commit} nests folders deeper than {MAX_DEPTH}")


def _plain(mode: str) -> str:
    """Git's canonical mode of a regular file: old trees hold `100664`; only the owner's x bit counts."""
    if len(mode) != 6 or not mode.startswith("100") or not mode.isdecimal():
        raise ValueError(f"mode {mode!r}")
    return "100755" if int(mode[3]) & 1 else "100644"
