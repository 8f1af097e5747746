"""What a test file can import of a check's inputs, at most: read from the text, with every doubt on the far side.

A name counts for every input that it could mean, whatever the import path is: `import a.b` for each `…/a/b.py` and
`…/a/b/__init__.py`, with the packages around it. A file that imports by a computed name, starts processes, runs text,
walks through folders or names Python files in strings may depend on anything: so does everything that imports it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from msgspec import Struct

from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.population import parse

_MODULES = frozenset(
    {"importlib", "runpy", "pkgutil", "imp", "zipimport", "subprocess", "multiprocessing", "pexpect", "inspect",
     "linecache", "traceback", "ast", "tokenize", "pytester", "stevedore", "pluggy"}
)  # fmt: skip
_NAMES = frozenset(
    {"__import__", "exec", "eval", "compile", "pytest_plugins", "pytester", "testdir", "system", "popen", "glob",
     "iglob", "rglob", "iterdir", "walk", "scandir", "listdir", "fork", "execv", "execve", "spawnv",
     "create_subprocess_exec", "create_subprocess_shell", "ProcessPoolExecutor", "import_string", "find_packages",
     "importorskip", "load_module", "lazy_import"}
)  # fmt: skip


class Reading(Struct, frozen=True):
    """What a file imports.

    Attributes:
        names: dotted names; relative ones made absolute from the checkout's top.
        unknown: it may depend on anything.
    """

    names: frozenset[str]
    unknown: bool


class Imports:
    """The imports among a check's inputs.

    Args:
        files: path -> bytes of every Python file among them.
    """

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = files
        self._by_name: dict[str, list[str]] = {}
        for path in files:
            for name in _names(path):
                self._by_name.setdefault(name, []).append(path)
        self._steps: dict[str, frozenset[str]] = {}

    def known(self, paths: Iterable[str]) -> frozenset[str] | None:
        """Every Python input that some files can import, themselves included; None where that is not known."""
        found: set[str] = set()
        todo = list(paths)
        while todo:
            path = todo.pop()
            if path in found:
                continue
            data = self._files.get(path)
            reading = None if data is None else _reading(path, data)
            if reading is None or reading.unknown:
                return None
            found.add(path)
            todo += self._step(path, reading)
        return frozenset(found)

    def _step(self, path: str, reading: Reading) -> frozenset[str]:
        step = self._steps.get(path)
        if step is None:
            near = {one for name in reading.names for one in self._by_name.get(name, ())}
            around = {init for one in (path, *near) for init in _packages(one)}
            around |= {init.replace("__init__.py", "conftest.py") for init in _packages(path)} | {"conftest.py"}
            step = self._steps[path] = frozenset((near | around) & self._files.keys())
        return step


def _names(path: str) -> Iterator[str]:
    """Dotted names that a file may be imported by: from any folder on."""
    parts = path.removesuffix(".pyw").removesuffix(".py").split("/")
    if parts[-1] == "__init__":
        parts.pop()
    for start in range(len(parts)):
        yield ".".join(parts[start:])


def _packages(path: str) -> Iterator[str]:
    parts = path.split("/")[:-1]
    for end in range(1, len(parts) + 1):
        yield "/".join((*parts[:end], "__init__.py"))


@lru_cache(maxsize=4096)
def _reading(path: str, data: bytes) -> Reading:
    try:
        tree = parse(path, data)
    except Unable:
        return Reading(frozenset(), unknown=True)
    names: set[str] = set()
    unknown = False
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                names |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=module, names=aliases, level=level):
                base = _absolute(path, module or "", level)
                names |= {base, *(f"{base}.{alias.name}".removeprefix(".") for alias in aliases)}
                unknown |= any(alias.name in _NAMES for alias in aliases)
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                unknown |= name in _NAMES
            case ast.Constant(value=str(text)) if id(node) not in prose:
                unknown |= text.endswith((".py", ".pyw"))
    unknown |= any(name.split(".")[0] in _MODULES for name in names)
    names |= {".".join(name.split(".")[:end]) for name in names for end in range(1, name.count(".") + 1)}
    return Reading(frozenset(names), unknown)


def _absolute(path: str, module: str, level: int) -> str:
    if level == 0:
        return module
    parts = path.split("/")[:-1]
    here = parts[: len(parts) - (level - 1)] if level - 1 <= len(parts) else []
    return ".".join((*here, *([module] if module else [])))
