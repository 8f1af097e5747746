"""When an earlier result of a mutant still stands: its key, over everything that it can depend on.

In the key of a function are its own text and what replaces it, the tests that reach it, every Python file that their
files can import (importing.py: at most), every input that is no Python file, the check without its demanded share, the
environment, and the probe. A function that is called outside any test depends on every input. What a test reads as data
from another Python file without saying so is not seen; a file that walks folders or names Python files counts as
depending on all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phaseproof.bundle import canonical
from phaseproof.bundle.inputs import manifest
from phaseproof.digests import Digest, sha256
from phaseproof.runner.job import Job
from phaseproof.runner.sensitivity.importing import Imports
from phaseproof.runner.sensitivity.languages import language_of
from phaseproof.runner.sensitivity.population import Function
from phaseproof.runner.sensitivity.probing import Reached, version
from phaseproof.runner.site import Site


class Keys:
    """Keys of one job's mutants.

    Args:
        site: where it runs.
        job: the check at a commit.
        check: digest of the check, whatever share it demands.
        environment: digest of what it runs in.
        reached: what the tests reach; None where that is not known, and everything depends on everything.
    """

    def __init__(self, site: Site, job: Job, check: Digest, environment: Digest, reached: Reached | None) -> None:
        self._tree = site.tree
        sources = [path for path in job.files.all if language_of(path) and site.tree.blobs[path].is_file]
        data = dict(site.blobs.read_many({site.tree.blobs[path].oid for path in sources}))
        self._imports = Imports({path: data[site.tree.blobs[path].oid] for path in sources})
        rest = sorted(set(job.files.all) - set(sources))
        self._whole = tuple(sorted(sources))
        self._fixed = {"check": check, "environment": environment, "probe": version(),
                       "rest": sha256(manifest(site.tree, rest))}  # fmt: skip
        known = set(sources)
        self._early = frozenset(path for path in (reached.early if reached else ()) if path in known)
        self._files: Mapping[str, str] = {test.name: test.file for test in reached.tests} if reached else {}
        self._manifests: dict[frozenset[str] | None, Digest] = {}

    def of(self, function: Function, tests: Iterable[str], *, outside: bool) -> Digest:
        """The key of a mutant.

        Args:
            function: what is replaced.
            tests: those that reach it.
            outside: it is called outside any test, or nobody knows by which.
        """
        names = sorted(tests)
        files = None if outside else frozenset(self._files[name] for name in names)
        return canonical.digest({
            **self._fixed, "path": _text(function.path), "name": _text(function.name), "source": function.source,
            "body": function.body, "tests": [_text(name) for name in names], "files": self._manifest(files),
        })  # fmt: skip

    def _manifest(self, files: frozenset[str] | None) -> Digest:
        found = self._manifests.get(files)
        if found is None:
            paths = self._whole if files is None else sorted(self._imports.closure(files | self._early))
            found = self._manifests[files] = sha256(manifest(self._tree, paths))
        return found


def _text(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
