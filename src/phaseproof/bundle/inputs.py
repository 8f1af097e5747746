"""What a check reads at one commit: its files by role, and their digests. Pure: the tree comes in as a value.

The rules, in the order in which they are applied:

1. The ledger's own folder (`.phaseproof/`) is never an input, whoever names it.
2. A pattern covers files; one that covers none is `pattern-empty`, or `path-missing` where it is a plain path. Plans
   and the configuration file are covered only where a pattern without wildcards names them: a tick that `sync` sets
   must not void the evidence it shows.
3. Instrument: the files its globs cover. Patches of declared controls belong to the instrument's digest, so that a
   changed control is reviewed like a changed test, but are not written to the checkout.
4. Subject: the files its globs cover; without globs every tracked file but plans and configuration. What is
   instrument, or a control's patch, is not subject.
5. Set-up files: those `environment.setup_inputs` cover, where there is a set-up. They may be subject as well; else
   they belong to the instrument's digest: what a suite is configured by, and runs on, judges with it.
6. No subject at all is `subject-empty`, unless what is judged lies outside the tree (`external`).
7. A check that sees the repository's history has the commit itself among its inputs.
8. A submodule among them is `submodule-input`, a Git LFS pointer `lfs-pointer`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.bundle.model import Check, CheckInputs, Environment
from phaseproof.digests import Digest, sha256
from phaseproof.errors import Unable
from phaseproof.repo.globs import compile_glob
from phaseproof.repo.paths import Paths
from phaseproof.repo.tree import Tree

OWN_FOLDER = ".phaseproof/"
"""The ledger's place in a repository."""

CONFIGURATION = "phaseproof.yaml"

_POINTER = b"version https://git-lfs.github.com/spec/v1\n"
_POINTER_LIMIT = 1024
"""Bytes: a pointer is smaller (git-lfs specification, "The Pointer")."""

ReadSmall = Callable[[Iterable[str], int], Iterator[tuple[str, bytes]]]
"""Object ids and a limit in bytes -> id and bytes of those objects that are not larger."""


class Unanswered(Unable):
    """A check's inputs have no answer; `rule` is the reason code, `detail` the pattern or path at fault."""

    def __init__(self, rule: str, detail: str, fact: str, way_out: str = "") -> None:
        super().__init__(rule, fact, way_out)
        self.detail = detail


class Files(Struct, frozen=True):
    """A check's files by role, each sorted.

    Attributes:
        subject: what is judged.
        instrument: what it is judged with.
        setup: what the set-up may see.
        patches: patches of declared controls; not written to the checkout.
    """

    subject: tuple[str, ...]
    instrument: tuple[str, ...]
    setup: tuple[str, ...]
    patches: tuple[str, ...]

    @property
    def checkout(self) -> tuple[str, ...]:
        """Everything the check sees, sorted."""
        return tuple(sorted({*self.subject, *self.instrument, *self.setup}))

    @property
    def all(self) -> tuple[str, ...]:
        """Everything its inputs digest covers, sorted."""
        return tuple(sorted({*self.subject, *self.instrument, *self.setup, *self.patches}))


class Inputs:
    """Answers for the checks of one programme at one commit; what several checks share is worked out once.

    Args:
        tree: the commit's tree.
        plans: paths of the programme's plans.
        environment: the programme's environment.
        read: reads small objects, to tell LFS pointers; called only where a `.gitattributes` speaks of LFS.
        configuration: path of the configuration file.
    """

    def __init__(
        self,
        tree: Tree,
        plans: Collection[str],
        environment: Environment,
        read: ReadSmall,
        configuration: str = CONFIGURATION,
    ) -> None:
        self._tree = tree
        self._environment = environment
        self._read = read
        self._paths = Paths(path for path in tree.blobs if not path.startswith(OWN_FOLDER))
        self._apart = frozenset(plans) | {configuration}
        self._digests: dict[tuple[str, ...], Digest] = {}
        self._pointers: dict[str, bool] | None = None

    def files_of(self, check: Check) -> Files:
        """A check's files.

        Args:
            check: with its kind's default globs in place.

        Raises:
            Unanswered: `pattern-empty`, `subject-empty`, `submodule-input`.
            Usage: `glob-invalid`.
        """
        instrument = self._select(check.instrument)
        patches = self._select([control.patch for control in check.controls if control.patch])
        rest = instrument | patches
        if check.subject:
            subject = self._select(check.subject) - rest
        elif check.external:
            subject = frozenset()
        else:
            subject = frozenset(self._paths.select(compile_glob("**"))) - self._apart - rest
        if not subject and not check.external:
            raise Unanswered("subject-empty", check.name, f"check {check.name} has no file to judge",
                             "widen its `subject`, or narrow its `instrument`")  # fmt: skip
        for control in check.controls:
            self._select(control.remove)
        setup = self._select(self._environment.setup_inputs) if self._environment.setup else frozenset[str]()
        for path in sorted(subject | rest | setup):
            if self._tree.blobs[path].is_submodule:
                raise Unanswered("submodule-input", path, f"{path} is a submodule, and no file of this repository",
                                 "leave it out of the check's globs, or commit the files themselves")  # fmt: skip
        return Files(*(tuple(sorted(role)) for role in (subject, instrument, setup, patches)))

    def of(self, check: Check) -> CheckInputs:
        """A check's digests, or the reason why there are none.

        Args:
            check: with its kind's default globs in place.

        Raises:
            Usage: `glob-invalid`.
        """
        try:
            files = self.files_of(check)
            self.refuse_pointers(files)
        except Unanswered as error:
            return CheckInputs(error=error.rule, detail=error.detail)
        return CheckInputs(
            inputs=self._digest(files.all, history=check.history),
            subject=self._digest(files.subject),
            instrument=self._digest(
                tuple(sorted({*files.instrument, *files.patches, *files.setup} - {*files.subject}))
            ),
            files=len(files.all),
        )

    def manifest(self, files: Files, *, history: bool = False) -> bytes:
        """Canonical list of path, mode and object id of every input; its digest is the inputs digest."""
        return manifest(self._tree, files.all, history=history)

    def refuse_pointers(self, files: Files) -> None:
        """Refuse Git LFS pointers among a check's files.

        Raises:
            Unanswered: `lfs-pointer`, with the command that fetches it.
        """
        pointers = self._pointers
        if pointers is None:
            pointers = self._pointers = self._find_pointers()
        if pointers:
            for path in files.all:
                if pointers.get(self._tree.blobs[path].oid):
                    raise Unanswered("lfs-pointer", path, f"{path} is a Git LFS pointer, not the file itself",
                                     "commit the file itself, or leave it out of the check's globs")  # fmt: skip

    def _select(self, patterns: Iterable[str]) -> frozenset[str]:
        chosen: set[str] = set()
        for pattern in patterns:
            glob = compile_glob(pattern)
            found = self._paths.select(glob)
            if not glob.literal or found != (glob.prefix,):
                found = tuple(path for path in found if path not in self._apart)
            if not found and glob.literal:
                raise Unanswered("path-missing", pattern, f"{pattern} is not in the tree",
                                 f"write it, git add {pattern}, git commit")  # fmt: skip
            if not found:
                raise Unanswered("pattern-empty", pattern, f"the pattern {pattern} covers no tracked file",
                                 "correct the pattern, or commit the file")  # fmt: skip
            chosen.update(found)
        return frozenset(chosen)

    def _digest(self, paths: tuple[str, ...], *, history: bool = False) -> Digest:
        if history:
            return sha256(manifest(self._tree, paths, history=True))
        digest = self._digests.get(paths)
        if digest is None:
            digest = self._digests[paths] = sha256(manifest(self._tree, paths))
        return digest

    def _find_pointers(self) -> dict[str, bool]:
        blobs = self._tree.blobs
        attributes = {blob.oid for path, blob in blobs.items() if path.rpartition("/")[2] == ".gitattributes"}
        if not any(b"lfs" in data for _, data in self._read(sorted(attributes), 1 << 20)):
            return {}
        files = sorted({blob.oid for blob in blobs.values() if blob.is_file})
        return {oid: True for oid, data in self._read(files, _POINTER_LIMIT) if data.startswith(_POINTER)}


def manifest(tree: Tree, paths: Iterable[str], *, history: bool = False) -> bytes:
    """Canonical JSON list of [path, mode, object id], in the order given.

    A path that is not UTF-8 stands as `{"bytes": "<hex>"}`, which no path that is could be taken for. With `history`
    the commit stands last, as `.git`, which no tracked path is: who reads the history reads all that leads to it.
    """
    rows: list[list[object]] = []
    for path in paths:
        blob = tree.blobs[path]
        rows.append([path if _utf8(path) else {"bytes": _bytes(path).hex()}, blob.mode, blob.oid])
    if history:
        rows.append([".git", "history", tree.commit])
    return canonical.encode_trusted(rows)


def _utf8(path: str) -> bool:
    if path.isascii():
        return True
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _bytes(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
