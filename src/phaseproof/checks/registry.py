"""Which kinds of check there are: found by entry point, loaded one at a time, refused where anything is doubtful."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import msgspec
from msgspec import Struct
from msgspec import inspect as shapes

from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.model import Selection
from phaseproof.checks.kind import Kind
from phaseproof.errors import Unable

GROUP = "phaseproof.kinds"
"""Entry point group: `name = "package.module:Class"`."""


def names() -> tuple[str, ...]:
    """Names of the kinds that are installed, sorted; none of them is imported."""
    return tuple(sorted({entry.name for entry in _entries(tuple(sys.path))}))


def kind(name: str) -> Kind:
    """The kind of a name; nothing but its own module is imported.

    Raises:
        Unable: `kind-unknown`, `kind-ambiguous` (two distributions claim the name), `extra-missing` (it needs a
            package that is not installed), `kind-unloadable`, `kind-invalid` (not what `Kind` asks).
    """
    return _load(_entry(name))


def schemas(wanted: Iterable[str] | None = None) -> dict[str, KindSchema]:
    """What compiling needs to know of the kinds.

    Args:
        wanted: names to load; by default every kind installed. A name that is not installed is left out: the
            compiler tells its reader where it stands and which name is nearest.

    Raises:
        Unable: what `kind` raises, but for `kind-unknown`.
    """
    installed = names()
    asked = installed if wanted is None else sorted(set(wanted) & set(installed))
    return {name: _schema(_entry(name)) for name in asked}


def decode_options(kind: Kind, plain: object) -> Struct:
    """A kind's options from the plain values of a bundle; fractions travel as decimal strings.

    Raises:
        Unable: `options-invalid`: they do not fit; the bundle was compiled for another version of the kind.
    """
    try:
        return msgspec.convert(plain, type=kind.options, strict=True)
    except msgspec.ValidationError as error:
        raise Unable(
            "options-invalid",
            f"options of kind {kind.name!r} do not fit: {error}",
            f"phaseproof schema {kind.name}",
        ) from error


@lru_cache(maxsize=4)
def _entries(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """All entry points of the group; looked for once, since that reads a file of every distribution on the path."""
    del path
    return tuple(entry_points(group=GROUP))


def _entry(name: str) -> EntryPoint:
    found = [entry for entry in _entries(tuple(sys.path)) if entry.name == name]
    if not found:
        known = ", ".join(names()) or "none"
        raise Unable("kind-unknown", f"no kind {name!r} is installed; there are: {known}", "phaseproof schema --list")
    if len({(entry.value, _origin(entry)) for entry in found}) > 1:
        claims = " and ".join(sorted(f"{_origin(entry)[0]} ({entry.value})" for entry in found))
        raise Unable(
            "kind-ambiguous",
            f"kind {name!r} is claimed by {claims}",
            "uninstall all but one: which code judges must not be a matter of chance",
        )
    return found[0]


@cache
def _origin(entry: EntryPoint) -> tuple[str, str]:
    if entry.dist is None:
        raise Unable(
            "kind-invalid", f"kind {entry.name!r} comes from no distribution", "install it as a package with a version"
        )
    return entry.dist.name, entry.dist.version


def _schema(entry: EntryPoint) -> KindSchema:
    loaded = _load(entry)
    distribution, version = _origin(entry)
    return KindSchema(
        name=entry.name,
        options=loaded.options,
        distribution=distribution,
        version=version,
        selections=loaded.selections,
        absent=loaded.absent,
    )


@cache
def _load(entry: EntryPoint) -> Kind:
    def invalid(fact: str) -> Unable:
        return Unable("kind-invalid", f"kind {entry.name!r} ({entry.value}): {fact}", "mend or uninstall it")

    try:
        made: Any = entry.load()()
    except ImportError as error:
        package = (error.name or "").partition(".")[0]
        if package and package != entry.module.partition(".")[0]:
            raise Unable(
                "extra-missing",
                f"kind {entry.name!r} needs the package {package!r}, which is not installed",
                f"pip install 'phaseproof[{entry.name}]', or install {package}",
            ) from error
        raise _unloadable(entry, error) from error
    except Exception as error:
        raise _unloadable(entry, error) from error
    for fact in _faults(made, entry.name):
        raise invalid(fact)
    found: Kind = made
    return found


def _unloadable(entry: EntryPoint, error: Exception) -> Unable:
    return Unable(
        "kind-unloadable",
        f"kind {entry.name!r} ({entry.value}) cannot be loaded: {type(error).__name__}: {error}",
        "mend or uninstall it",
    )


def _faults(made: Any, name: str) -> Iterable[str]:
    """What keeps an object from being a kind, one sentence each."""
    if getattr(made, "name", None) != name:
        yield f"it calls itself {getattr(made, 'name', None)!r}"
    selections = getattr(made, "selections", None)
    if not isinstance(selections, tuple) or not set(selections) <= set(Selection.__struct_fields__):
        yield f"selections is {selections!r}; it is a tuple of some of {', '.join(Selection.__struct_fields__)}"
    if not isinstance(getattr(made, "absent", None), bool):
        yield "absent is not a bool"
    for method, count in (("run", 3), ("controls", 3)):
        if not _takes(getattr(made, method, None), count):
            yield f"{method} cannot be called with {count} arguments"
    options = getattr(made, "options", None)
    if not (isinstance(options, type) and issubclass(options, Struct)):
        yield "options is no msgspec Struct"
        return
    config = options.__struct_config__
    if not (config.frozen and config.forbid_unknown_fields):
        yield "options must be a Struct with frozen=True and forbid_unknown_fields=True"
    try:
        if _has_float(shapes.type_info(options)):
            yield "options has a float; fractions are decimal.Decimal"
        msgspec.json.schema(options)
    except (TypeError, NameError) as error:
        yield f"options cannot be described: {error}"


def _takes(method: Any, count: int) -> bool:
    if not callable(method):
        return False
    try:
        inspect.signature(method).bind(*range(count))
    except (TypeError, ValueError):
        return False
    return True


def _has_float(shape: object, seen: frozenset[type] = frozenset()) -> bool:
    if isinstance(shape, shapes.FloatType):
        return True
    if isinstance(shape, shapes.StructType):
        if shape.cls in seen:
            return False
        seen |= {shape.cls}
    if not isinstance(shape, shapes.Type | shapes.Field):
        return False
    for name in shape.__struct_fields__:
        value = getattr(shape, name)
        inner = value if isinstance(value, tuple) else (value,)
        if any(_has_float(part, seen) for part in inner):
            return True
    return False
