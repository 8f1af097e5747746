"""When an earlier result of a mutant still stands.

A run with the same tests of the same code, with the same data in the same environment, goes the same way: so a result
stands while nothing has changed that its own run, with the mutant in place, has made use of. Two things say so.

Its key covers the function's own text and what replaces it, the tests that reach it, the check without its demanded
share, the environment, the probe, every input that is no Python file, and of every Python file that the files of its
tests can import (importing.py: at most) what is not the body of a function of the population: what runs at import.
Besides, each function whose body its run has entered must have the text it had (`ran`).

Where that is not known, everything counts: for a function that is called outside any test, at import; for tests that
may depend on anything; for a check that no probe gets into. Then the key covers every input as a whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from phaseproof.bundle import canonical
from phaseproof.bundle.inputs import manifest
from phaseproof.digests import Digest, sha256
from phaseproof.runner.job import Job
from phaseproof.runner.sensitivity.importing import Imports
from phaseproof.runner.sensitivity.languages import language_of
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import Reached, version
from phaseproof.runner.sensitivity.skeleton import Place, skeleton
from phaseproof.runner.site import Site


class Key(Struct, frozen=True):
    """A mutant's key; `fine` where its result stands only with what it has entered."""

    digest: Digest
    fine: bool


class Around(Struct, frozen=True):
    """What keys are made of besides a function and its tests.

    Attributes:
        check: digest of the check, whatever share it demands.
        environment: digest of what mutants run in.
        reached: what the tests reach; None where that is not known.
        outside: ids of functions called outside any test.
    """

    check: Digest
    environment: Digest
    reached: Reached | None
    outside: frozenset[str]


class Keys:
    """Keys of one job's mutants.

    Args:
        site: where it runs.
        job: the check at a commit.
        population: its functions.
        around: what they rest on together.
    """

    def __init__(self, site: Site, job: Job, population: Sequence[Function], around: Around) -> None:
        self._tree, self._outside = site.tree, around.outside
        sources = [path for path in job.files.all if language_of(path) and site.tree.blobs[path].is_file]
        data = dict(site.blobs.read_many({site.tree.blobs[path].oid for path in sources}))
        self._data = {path: data[site.tree.blobs[path].oid] for path in sources}
        self._imports = Imports(self._data)
        rest = sorted(set(job.files.all) - set(sources))
        self._fixed = {"check": around.check, "environment": around.environment, "probe": version(),
                       "rest": sha256(manifest(site.tree, rest))}  # fmt: skip
        reached = around.reached
        self._early = frozenset(path for path in (reached.early if reached else ()) if path in self._data)
        self._files: Mapping[str, str] = {test.name: test.file for test in reached.tests} if reached else {}
        self._kept: dict[str, set[Place]] = {}
        for one in population:
            here = self._kept.setdefault(one.path, set())
            if one.id in around.outside:
                here.add((one.first, one.line))
        self._skeletons: dict[str, Digest] = {}
        self._parts: dict[frozenset[str] | None, tuple[Digest, bool]] = {}

    def of(self, function: Function, tests: Iterable[str]) -> Key:
        """The key of a mutant.

        Args:
            function: what is replaced.
            tests: those that reach it.
        """
        names = sorted(tests)
        whole = function.id in self._outside
        files, fine = self._part(None if whole else frozenset(self._files[name] for name in names))
        return Key(canonical.digest({
            **self._fixed, "path": _text(function.path), "name": _text(function.name), "source": function.source,
            "body": function.body, "tests": [_text(name) for name in names], "files": files, "fine": fine,
        }), fine)  # fmt: skip

    def _part(self, files: frozenset[str] | None) -> tuple[Digest, bool]:
        found = self._parts.get(files)
        if found is None:
            paths = None if files is None else self._imports.known(files | self._early)
            if paths is None:
                found = sha256(manifest(self._tree, sorted(self._data))), False
            else:
                rows = [[_text(path), self._content(path)] for path in sorted(paths)]
                found = canonical.digest(rows), True
            self._parts[files] = found
        return found

    def _content(self, path: str) -> Digest:
        """What counts of a file: of one of the subject, its skeleton."""
        digest = self._skeletons.get(path)
        if digest is None:
            kept = self._kept.get(path)
            data = self._data[path]
            digest = self._skeletons[path] = sha256(data) if kept is None else skeleton(path, data, kept)
        return digest


def lasting_names(population: Iterable[Function]) -> dict[str, str]:
    """Function id -> a name that stays its own when lines move: path, name, and how many of that name came before."""
    seen: Counter[str] = Counter()
    names: dict[str, str] = {}
    for one in sorted(population, key=lambda one: (one.path, one.line)):
        name = f"{one.path} {one.name}"
        seen[name] += 1
        names[one.id] = _text(f"{name} {seen[name]}")
    return names


def _text(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
