"""The tree of one commit, as a value."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct


class Blob(Struct, frozen=True, gc=False):
    """One entry of a commit's tree.

    Attributes:
        mode: git file mode: `100644`, `100755`, `120000` (symbolic link), `160000` (submodule).
        oid: git object id, hexadecimal.
    """

    mode: str
    oid: str

    @property
    def is_file(self) -> bool:
        """A regular file."""
        return self.mode.startswith("100")

    @property
    def is_link(self) -> bool:
        """A symbolic link."""
        return self.mode == "120000"

    @property
    def is_submodule(self) -> bool:
        """A commit of another repository."""
        return self.mode == "160000"


class Tree(Struct, frozen=True):
    """Everything a commit holds.

    Attributes:
        commit: commit id, hexadecimal; empty for a working tree that was never committed.
        id: git tree id.
        blobs: path (forward slashes, as git has it, surrogate-escaped where not UTF-8) -> entry, sorted by path.
    """

    commit: str
    id: str
    blobs: Mapping[str, Blob]
