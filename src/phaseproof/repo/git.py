"""The repository: commits, trees, objects, refs, and what lies in the working tree. The only room that calls git."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from phaseproof.errors import Unable
from phaseproof.repo import process, trees
from phaseproof.repo.objects import LIMIT, Objects
from phaseproof.repo.tree import Tree

_OID = re.compile(r"(?:[0-9a-f]{40}|[0-9a-f]{64})\Z")
_REF = re.compile(r"[^\x00-\x20\x7f~^:?*\[\\]+\Z")


class Repository(Struct, frozen=True):
    """One git repository with a working tree.

    Attributes:
        root: top of the working tree.
        git_dir: this working tree's git folder.
        common_dir: the folder with objects and refs, the same for all linked working trees.
        object_format: `sha1` or `sha256`.
        shallow: the clone's history is cut off.
    """

    root: Path
    git_dir: Path
    common_dir: Path
    object_format: str = "sha1"
    shallow: bool = False

    @classmethod
    def find(cls, path: Path) -> Repository:
        """The repository that a path lies in.

        Raises:
            Unable: `not-a-repository`, `no-work-tree`, `dubious-ownership`, or git's own failures.
        """
        ask = ["rev-parse", "--is-bare-repository", "--is-shallow-repository", "--show-object-format",
               "--absolute-git-dir", "--path-format=absolute", "--git-common-dir", "--show-toplevel"]  # fmt: skip
        where = path if path.is_dir() else path.parent
        code, out, said = process.run(ask, cwd=where, allowed=(0, 128))
        if code and "dubious ownership" in said:
            trusted = [part for folder in _trusted() for part in ("-c", f"safe.directory={folder}")]
            code, out, said = process.run([*trusted, *ask], cwd=where, allowed=(0, 128))
        if code:
            raise _unfound(where, out, said)
        lines = out.decode("utf-8", "surrogateescape").split("\n")
        if len(lines) != 7 or lines[0] != "false":
            raise Unable("no-work-tree", f"{where} lies in a repository without a working tree, or with a line break "
                         "in its path", "git clone it, and run there")  # fmt: skip
        return cls(Path(lines[5]), Path(lines[3]), Path(lines[4]), lines[2], lines[1] == "true")

    def resolve(self, revision: str = "HEAD") -> str:
        """The commit a revision names.

        Raises:
            Unable: `revision-unknown`, `revision-ambiguous`.
        """
        if not revision or "\n" in revision or "\0" in revision:
            raise Unable("revision-unknown", f"{revision!r} is no revision")
        code, out, said = self._git(
            ["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], allowed=(0, 1, 128)
        )
        if " is ambiguous" in said:
            raise Unable("revision-ambiguous", f"{revision} names more than one thing",
                         "name it in full: refs/heads/NAME or refs/tags/NAME")  # fmt: skip
        oid = out.decode("ascii", "replace").strip()
        if code or not _OID.match(oid):
            hint = "git commit" if revision == "HEAD" else "git fetch --all --tags"
            raise Unable("revision-unknown", f"{revision} names no commit in this clone", hint)
        return oid

    def objects(self) -> Objects:
        """A reader for many objects; close it."""
        return Objects(self.git_dir, self.object_format)

    def tree(self, commit: str) -> Tree:
        """Everything a commit holds, each object checked against its name.

        Args:
            commit: full commit id.

        Raises:
            Unable: `object-missing`, `tree-too-large`, `revision-unknown`.
            Untrue: `object-altered`, `object-malformed`.
        """
        _full(commit)
        with self.objects() as objects:
            kind, raw = objects.read(commit)
            if kind != "commit":
                raise Unable("revision-unknown", f"{commit} is a {kind}, not a commit")
            return trees.read(commit, trees.tree_id(commit, raw), objects.read_many)

    def read(self, oid: str, limit: int = LIMIT) -> bytes:
        """Bytes of one object. Raises what `Objects.read_many` raises."""
        _full(oid)
        with self.objects() as objects:
            return objects.read(oid, limit)[1]

    def read_many(self, oids: Iterable[str], limit: int = LIMIT) -> Iterator[tuple[str, bytes]]:
        """Id and bytes of objects, in the order asked for. Raises what `Objects.read_many` raises."""
        with self.objects() as objects:
            for oid, _, data in objects.read_many((_full(oid) for oid in oids), limit):
                yield oid, data

    def read_small(self, oids: Iterable[str], limit: int) -> Iterator[tuple[str, bytes]]:
        """Id and bytes of those objects that are here and not larger than a limit. Raises what `read_many` raises."""
        asked = "".join(f"{_full(oid)}\n" for oid in oids).encode("ascii")
        _, out, _ = self._git(["cat-file", "--batch-check"], data=asked) if asked else (0, b"", "")
        heads = (line.split() for line in out.splitlines())
        small = [head[0].decode("ascii") for head in heads if len(head) == 3 and int(head[2]) <= limit]
        yield from self.read_many(small, limit)

    def ref(self, name: str) -> str | None:
        """The commit a branch or tag points to; None where there is no such ref.

        A full name (`refs/heads/main`) is taken as it is. A short one is a branch or a tag, else a branch of
        `origin`; never the first of git's own search order, in which a tag named `main` hides the branch.

        Raises:
            Unable: `ref-name`, `ref-ambiguous` (a branch and a tag of one name that differ).
        """
        if not _REF.match(name) or ".." in name or "@{" in name or name.endswith(("/", ".lock")):
            raise Unable("ref-name", f"{name!r} is no name of a branch or tag")
        full = [name] if name.startswith("refs/") else [f"refs/{kind}/{name}" for kind in ("heads", "tags")]
        origin = f"refs/remotes/origin/{name}"
        _, out, _ = self._git(["for-each-ref", "--format=%(refname)", "--", *full, origin])
        there = set(out.decode("utf-8", "surrogateescape").splitlines())
        found = {self.resolve(ref) for ref in full if ref in there}
        if len(found) > 1:
            raise Unable("ref-ambiguous", f"{name} is a branch and a tag, and they differ", f"name refs/heads/{name}")
        if not found and origin in there and not name.startswith("refs/"):
            return self.resolve(origin)
        return found.pop() if found else None

    def head_ref(self) -> str | None:
        """Full name of the branch that HEAD is on, born or not; None where HEAD is detached."""
        code, out, _ = self._git(["symbolic-ref", "--quiet", "HEAD"], allowed=(0, 1))
        return None if code else out.decode("utf-8", "surrogateescape").strip()

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether a commit is another one, or in its history.

        Raises:
            Unable: `history-shallow` where the answer would be no and the clone's history is cut off;
                `object-missing`.
        """
        _full(ancestor), _full(commit)
        code, _, said = self._git(["merge-base", "--is-ancestor", ancestor, commit], allowed=(0, 1, 128))
        if code == 128:
            raise Unable("object-missing", f"{ancestor[:12]} or {commit[:12]} is not in this clone: {said}",
                         "git fetch --all --tags")  # fmt: skip
        if code == 1 and self.shallow:
            raise Unable("history-shallow", f"the history of {commit[:12]} is cut off in this clone",
                         "git fetch --unshallow")  # fmt: skip
        return code == 0

    def root_commits(self, commit: str = "HEAD") -> tuple[str, ...]:
        """Commits without parents in a commit's history, sorted; empty where the history is cut off before them."""
        _, out, _ = self._git(["rev-list", "--max-parents=0", "--end-of-options", commit])
        return tuple(sorted(set(out.decode("ascii").split()) - self._boundary()))

    def committed(self, path: str, commit: str) -> int | None:
        """Committer's time, in seconds since the epoch, of the last commit that changed a path.

        None where no commit did, or where the clone's history is cut off before it.
        """
        _, out, _ = self._git(["rev-list", "-1", "--timestamp", _full(commit), "--", path])
        fields = out.decode("ascii").split()
        return int(fields[0]) if len(fields) == 2 and fields[1] not in self._boundary() else None

    def dirty(self, *, untracked: bool = False) -> tuple[str, ...]:
        """Paths of the working tree that differ from HEAD, sorted.

        Filters that the repository configures are not run, so a filtered file that was touched counts as different.

        Args:
            untracked: list files that git does not know and does not ignore, too.
        """
        _, out, _ = self._git([
            *self._unfiltered(), "status", "--porcelain=v1", "-z", "--no-renames", "--ignore-submodules=none",
            f"--untracked-files={'all' if untracked else 'no'}",
        ])  # fmt: skip
        return tuple(sorted({entry[3:].decode("utf-8", "surrogateescape") for entry in out.split(b"\0") if entry}))

    def working_files(self) -> tuple[str, ...]:
        """Paths of the working tree that git tracks, or neither tracks nor ignores, sorted. Some may not exist."""
        _, out, _ = self._git(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"])
        return tuple(sorted(p.decode("utf-8", "surrogateescape") for p in out.split(b"\0") if p and p[-1:] != b"/"))

    def _git(
        self, arguments: list[str], *, allowed: tuple[int, ...] = (0,), data: bytes | None = None
    ) -> tuple[int, bytes, str]:
        where = [f"--git-dir={self.git_dir}", f"--work-tree={self.root}"]
        return process.run([*where, *arguments], cwd=self.root, allowed=allowed, data=data)

    def _unfiltered(self) -> list[str]:
        """Overrides that make every filter driver of the repository's configuration do nothing."""
        _, out, _ = self._git(["config", "--name-only", "-z", "--get-regexp", r"^filter\..*"], allowed=(0, 1))
        drivers = {key.decode("utf-8", "surrogateescape").rpartition(".")[0] for key in out.split(b"\0") if key}
        return [part for driver in sorted(drivers) for part in
                ("-c", f"{driver}.clean=", "-c", f"{driver}.smudge=", "-c", f"{driver}.process=",
                 "-c", f"{driver}.required=false")]  # fmt: skip

    def _boundary(self) -> set[str]:
        if not self.shallow:
            return set()
        try:
            return set((self.common_dir / "shallow").read_text("ascii").split())
        except (OSError, UnicodeDecodeError) as error:
            raise Unable("git-failed", f"the list of cut-off commits cannot be read: {error}", "git fsck") from error


def _full(oid: str) -> str:
    if not _OID.match(oid):
        raise Unable("revision-unknown", f"{oid!r} is no full object id")
    return oid


def _trusted() -> list[str]:
    """`safe.directory` of the user's and the machine's own configuration: what they trust, we may read."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "XDG_CONFIG_HOME")}
    asked = ["config", "--show-scope", "-z", "--get-all", "safe.directory"]
    _, out, _ = process.run(asked, cwd=Path("/"), allowed=(0, 1), own=kept)
    fields = out.decode("utf-8", "surrogateescape").split("\0")
    return [value for scope, value in zip(fields[::2], fields[1::2], strict=False) if scope in ("system", "global")]


def _unfound(where: Path, out: bytes, said: str) -> Unable:
    if "dubious ownership" in said:
        return Unable("dubious-ownership", f"{where} belongs to another user and git does not trust it",
                      f"git config --global --add safe.directory {where}")  # fmt: skip
    if "not a git repository" in said:
        return Unable("not-a-repository", f"{where} is not in a git repository", "git init")
    if "work tree" in said or out.startswith(b"true"):
        return Unable(
            "no-work-tree", f"{where} is in a repository without a working tree", "git clone it, and run there"
        )
    return process.failed("rev-parse", 128, said)
