"""The difference between two states of what a check judges with, in terms of tests (DESIGN 6). Pure.

What weakens stands first: tests gone, tests skipped, assertions and cases fewer, something new that speaks to the test
runner itself. Files that are no Python are told by their lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from phaseproof.checks import python_tests
from phaseproof.checks.python_tests import Module, Test

MAX_LINES = 20_000
"""Lines of a file that are compared; a longer one is only said to have changed."""
_NAMED = 2


class Less(Struct, frozen=True):
    """Something of which there is less: its name, how much there was and is."""

    name: str
    before: int
    after: int


class Lines(Struct, frozen=True):
    """A file that is told by its lines; -1 where they were not counted."""

    path: str
    added: int
    removed: int


class Difference(Struct, frozen=True, omit_defaults=True):
    """What changed. Tests are named `path::test` or `path::Class::test`.

    Attributes:
        files: paths that were added, removed or changed.
        gone: tests that are not collected any more.
        skipped: tests that may be skipped or may fail now, with what says so.
        fewer: tests and helpers that assert less.
        cases: tests that are run with fewer parameters.
        hooks: what speaks to the test runner itself and is new or changed.
        unreadable: Python files that cannot be read any more.
        new: tests that were not there.
        changed: tests and helpers that say something else and assert as much.
        lines: other files.
    """

    files: tuple[str, ...]
    gone: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    fewer: tuple[Less, ...] = ()
    cases: tuple[Less, ...] = ()
    hooks: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    lines: tuple[Lines, ...] = ()


class _Side(Struct, frozen=True):
    tests: dict[str, Test]
    helpers: dict[str, Test]
    hooks: dict[str, str]


def compare(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Difference:
    """Compare two states of the files that differ.

    Args:
        before: path -> bytes as it was accepted.
        after: path -> bytes now. A path that is the same in both may be left out of both.
    """
    files = tuple(sorted(path for path in {*before, *after} if before.get(path) != after.get(path)))
    was = {path: python_tests.read(before[path]) for path in files if path in before and path.endswith(".py")}
    now = {path: python_tests.read(after[path]) for path in files if path in after and path.endswith(".py")}
    old, new = _side(was), _side(now)
    gone = tuple(name for name in old.tests if name not in new.tests)
    both = [(name, one, new.tests[name]) for name, one in old.tests.items() if name in new.tests]
    helped = [(name, one, new.helpers[name]) for name, one in old.helpers.items() if name in new.helpers]
    lost = [(name, one, None) for name, one in old.helpers.items() if name not in new.helpers and one.assertions]
    fewer = [Less(name, a.assertions, b.assertions if b else 0) for name, a, b in (*both, *helped, *lost)
             if (b.assertions if b else 0) < a.assertions]  # fmt: skip
    told = {one.name for one in fewer}
    return Difference(
        files=files,
        gone=gone,
        skipped=_skipped(both, new.tests, old.tests),
        fewer=tuple(fewer),
        cases=tuple(Less(name, a.cases, b.cases) for name, a, b in both if b.cases < a.cases),
        hooks=tuple(f"{name} {'changed' if name in old.hooks else 'new'}" for name, body in new.hooks.items()
                    if old.hooks.get(name) != body),
        unreadable=tuple(path for path, module in now.items() if module is None and was.get(path) is not None),
        new=tuple(name for name in new.tests if name not in old.tests),
        changed=tuple(name for name, a, b in (*both, *helped) if a.body != b.body and name not in told),
        lines=tuple(_lines(path, before.get(path, b""), after.get(path, b"")) for path in files
                    if was.get(path) is None and now.get(path) is None),
    )  # fmt: skip


def summary(found: Difference) -> str:
    """The difference in one line, for a board."""
    parts = [
        _counted(found.gone, "test gone", "tests gone", str),
        _counted(found.skipped, "may be skipped or fail", "may be skipped or fail", str),
        _counted(found.fewer, "with fewer assertions", "with fewer assertions", _less),
        _counted(found.cases, "with fewer cases", "with fewer cases", _less),
        _counted(found.hooks, "hook into the test runner", "hooks into the test runner", str),
        _counted(found.unreadable, "file cannot be read", "files cannot be read", str),
    ]
    quiet = [(len(found.new), "new"), (len(found.changed), "changed"), (len(found.lines), "other files")]
    parts += [f"{number} {word}" for number, word in quiet if number]
    said = [part for part in parts if part]
    return "; ".join(said) if said else _counted(found.files, "file", "files", str)


def told(found: Difference, most: int = 20) -> tuple[str, ...]:
    """The difference line by line, what weakens first.

    Args:
        found: the difference.
        most: lines of one sort; the rest is counted.
    """
    sorts: list[tuple[str, Sequence[str]]] = [
        ("gone", found.gone),
        ("may be skipped or fail", found.skipped),
        ("asserts less", [_less(one) for one in found.fewer]),
        ("fewer cases", [_less(one) for one in found.cases]),
        ("test runner", found.hooks),
        ("cannot be read", found.unreadable),
        ("new", found.new),
        ("changed", found.changed),
        ("lines", [_plus_minus(one) for one in found.lines]),
    ]
    lines = []
    for word, names in sorts:
        lines += [f"{word:22s} {name}" for name in names[:most]]
        if len(names) > most:
            lines.append(f"{word:22s} … and {len(names) - most} more")
    return tuple(lines) or tuple(f"{'changed':22s} {path}" for path in found.files[:most])


def _side(modules: Mapping[str, Module | None]) -> _Side:
    tests: dict[str, Test] = {}
    helpers: dict[str, Test] = {}
    hooks: dict[str, str] = {}
    for path, module in modules.items():
        if module is None:
            continue
        found = tests if python_tests.is_test_file(path) else helpers
        found.update({f"{path}::{name}": one for name, one in module.tests.items()})
        helpers.update({f"{path}::{name}": one for name, one in module.helpers.items()})
        hooks.update({f"{path}::{name}": body for name, body in module.hooks.items()})
    return _Side(tests, helpers, hooks)


def _skipped(
    both: Sequence[tuple[str, Test, Test]], new: Mapping[str, Test], old: Mapping[str, Test]
) -> tuple[str, ...]:
    found = [(name, [one for one in b.skips if one not in a.skips]) for name, a, b in both]
    found += [(name, list(one.skips)) for name, one in new.items() if name not in old]
    return tuple(f"{name} ({marks[0]})" for name, marks in found if marks)


def _lines(path: str, before: bytes, after: bytes) -> Lines:
    old, new = before.splitlines(), after.splitlines()
    if len(old) + len(new) > MAX_LINES or b"\0" in before[:8000] or b"\0" in after[:8000]:
        return Lines(path, -1, -1)
    if not old or not new:
        return Lines(path, len(new), len(old))
    added = removed = 0
    for tag, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=True).get_opcodes():
        if tag != "equal":
            removed, added = removed + b - a, added + d - c
    return Lines(path, added, removed)


def _plus_minus(one: Lines) -> str:
    return f"{one.path} (+{one.added} −{one.removed})" if one.added >= 0 else one.path


def _less(one: Less) -> str:
    return f"{one.name} ({one.before} → {one.after})"


def _counted(names: Sequence[object], one: str, many: str, say: Callable[..., str]) -> str:
    if not names:
        return ""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    shown = ", ".join(say(name) for name in names[:_NAMED])
    return f"{len(names)} {one if len(names) == 1 else many}: {shown}{more}"
