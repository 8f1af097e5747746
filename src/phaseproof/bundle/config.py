"""The configuration as read from `phaseproof.yaml` (FORMATS, section 2), with the place of everything it says.

`load` gives a `Config` that may hold mistakes; only `compile` makes a bundle, and it refuses while there are any. So a
mistake in a name and a binding to an item that does not exist are told in one answer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from msgspec import Struct

from phaseproof.bundle import yaml_source
from phaseproof.bundle.decode import INVALID, Decoder
from phaseproof.bundle.mistakes import Mistake
from phaseproof.bundle.sections import (
    BindingSource,
    CheckSource,
    ComponentSource,
    CorrectionSource,
    EnvironmentSource,
    FreezeSource,
    HoldSource,
    PersonSource,
    PhaseSource,
    PolicySource,
    ReporterSource,
    RepositorySource,
    RoleSource,
    RunnerSource,
    Source,
)
from phaseproof.bundle.yaml_source import Mapping, Node, Scalar, Sequence
from phaseproof.plan.model import Correction
from phaseproof.repo.globs import compile_glob

NAME = "phaseproof.yaml"
"""The configuration file of a programme, at the top of its repository unless said otherwise."""


class Config(Struct, frozen=True):
    """A configuration as read, its mistakes included.

    Attributes:
        path: the file, as messages name it.
        root: everything it says, with places.
        mistakes: what is wrong with it so far; `compile` refuses while there is any.
        programme: name, empty where it could not be read.
        policy: None where it could not be read.
        checks: by name, without the options of their kinds.
        others: as in `Source`; entries with a mistake are left out.
    """

    path: str
    root: Mapping
    mistakes: tuple[Mistake, ...]
    programme: str = ""
    policy: PolicySource | None = None
    plans: tuple[str, ...] = ()
    phases: tuple[PhaseSource, ...] = ()
    after: dict[str, tuple[str, ...]] = {}
    expands: dict[str, str] = {}
    roles: dict[str, RoleSource] = {}
    people: dict[str, PersonSource] = {}
    runners: dict[str, RunnerSource] = {}
    reporters: dict[str, ReporterSource] = {}
    environment: EnvironmentSource = EnvironmentSource()
    checks: dict[str, CheckSource] = {}
    bindings: dict[str, BindingSource] = {}
    holds: dict[str, HoldSource] = {}
    freeze: FreezeSource | None = None
    components: dict[str, ComponentSource] = {}
    repositories: dict[str, RepositorySource] = {}
    reading: dict[str, tuple[CorrectionSource, ...]] = {}

    def place(self, *path: str, key: bool = False) -> Node:
        """The node at a path, or the nearest one above it that exists.

        Args:
            path: keys from the top; in a list, the word itself, or the `id` or `line` of an entry.
            key: the last key itself instead of its value.
        """
        node: Node = self.root
        for index, step in enumerate(path):
            if isinstance(node, Mapping):
                found = node.get(step)
                if found is None:
                    break
                node = found[0] if key and index == len(path) - 1 else found[1]
            elif isinstance(node, Sequence):
                node = next((entry for entry in node.entries if step in _names(entry)), node)
        return node

    def mistake(
        self, path: tuple[str, ...], message: str, near: str = "", *, word: str = "", key: bool = False
    ) -> Mistake:
        """A mistake at a path; at a `word` of the list that stands there; or at the last `key` of the path itself."""
        node = self.place(*path, *((word,) if word else ()), key=key)
        return Mistake(self.path, node.line, node.column, ".".join(path), message, near)

    def at(self, *path: str) -> Node | None:
        """The node at a path of keys, None where there is none."""
        node: Node = self.root
        for step in path:
            found = node.get(step) if isinstance(node, Mapping) else None
            if found is None:
                return None
            node = found[1]
        return node

    def keys_of(self, *path: str) -> Collection[str]:
        """Keys of the mapping at a path, as written, those of entries with a mistake included; none where none is."""
        node = self.at(*path)
        return node.index.keys() if isinstance(node, Mapping) else ()

    def words_of(self, *path: str) -> tuple[str, ...]:
        """Words of the list at a path, as written, those with a mistake included."""
        node = self.at(*path)
        entries = node.entries if isinstance(node, Sequence) else ()
        return tuple(entry.raw for entry in entries if isinstance(entry, Scalar))

    def patterns(self) -> tuple[tuple[tuple[str, ...], str], ...]:
        """Every path and glob of plans with the list in which it stands: `plans`, then each phase's."""
        listed: list[tuple[tuple[str, ...], str]] = [(("plans",), one) for one in self.plans]
        for phase in self.phases:
            listed += [(("phases", phase.id, "plans"), one) for one in phase.plans]
        return tuple(listed)

    def select(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Which of a tree's paths are plans, sorted. What is listed and not there is told by `compile`."""
        globs = [compile_glob(pattern) for _, pattern in self.patterns()]
        return tuple(sorted(path for path in paths if any(glob.matches(path) for glob in globs)))

    def corrections(self, plan: str) -> tuple[Correction, ...]:
        """The corrections for one plan, as the reader takes them."""
        return tuple(_correction(one) for one in self.reading.get(plan, ()))


def load(data: bytes, path: str = NAME) -> Config:
    """Read a configuration; what is wrong with its words is kept in `mistakes`.

    Args:
        data: the file's bytes.
        path: how messages name the file.

    Raises:
        Mistakes: it is no YAML that is read here (yaml_source), so that nothing can be said of its words.
    """
    from phaseproof.bundle.config_rules import check

    root = yaml_source.load(data, path)
    decoder = Decoder(path)
    values, _ = decoder.fields(root, Source, "")
    values.pop("phaseproof", None)
    values["checks"] = _checks(decoder, root, values.get("checks", {}))
    config = Config(path, root, (), **values)
    found = (*decoder.mistakes, *check(config))
    return Config(path, root, found, **values)


def _checks(decoder: Decoder, root: Mapping, names: dict[str, Any]) -> dict[str, CheckSource]:
    entry = root.get("checks")
    if entry is None or not isinstance(entry[1], Mapping):
        return {}
    out: dict[str, CheckSource] = {}
    for key, node in entry[1].entries:
        got = decoder.struct(node, CheckSource, f"checks.{key.raw}", None)
        if got is not INVALID and key.raw in names:
            out[key.raw] = got
    return out


def _correction(source: CorrectionSource) -> Correction:
    item = False if source.not_item else source.item
    return Correction(source.line, item, source.kind, source.id, source.parent, source.section)


def _names(entry: Node) -> tuple[str, ...]:
    if isinstance(entry, Scalar):
        return (entry.raw,)
    if isinstance(entry, Mapping):
        named = (entry.get("id"), entry.get("line"))
        return tuple(one[1].raw for one in named if one is not None and isinstance(one[1], Scalar))
    return ()
