"""Where a Python project's dependencies come from, as a set-up that fetches nothing else."""

from __future__ import annotations

import re
import shlex
import tomllib
from typing import Any

from msgspec import Struct

from phaseproof.decisions.proposing.surroundings import Surroundings

_PIP = "python3 -m venv .venv && .venv/bin/python -m pip install -q"
_LINES = re.compile(r"^\s*(?:-r|--requirement|-c|--constraint)[ =]\s*(\S+)", re.MULTILINE)
_LINKS = re.compile(r"^\s*(?:-f|--find-links)[ =]\s*(\S+)", re.MULTILINE)
_GROUPS = ("test", "tests", "testing", "dev")


class Setup(Struct, frozen=True):
    """What goes under `environment`, and what is to be said of it."""

    line: str | None = None
    inputs: tuple[str, ...] = ()
    shell: bool = False
    notes: tuple[str, ...] = ()


def setup_of(around: Surroundings) -> Setup:
    """The set-up for pytest: a lock first, then requirements, then what the project names."""
    if around.has("uv.lock") and around.has("pyproject.toml"):
        readme = around.at_top("README.md", "README.rst", "LICENSE")
        named = tuple(one for one in readme if one in around.read("pyproject.toml"))
        return Setup("uv sync --frozen --no-install-project", ("uv.lock", "pyproject.toml", *named))
    files = [one for one in around.files if re.fullmatch(r"requirements[\w.-]*\.txt|requirements/[\w.-]+\.txt", one)]
    naming = [one for one in files if _reaches(around, one, "pytest", set())]
    chosen = naming or files
    if chosen:
        path = min(chosen, key=lambda one: (len(one), one))
        also = "" if naming else " pytest"
        notes = () if naming else (f"{path} does not name pytest: it is installed without a version; pin it there",)
        return Setup(f"{_PIP} -r {path}{also}", tuple(sorted(_inputs(around, path, set()))), True, notes)
    listed = _listed(around)
    if listed:
        words = dict.fromkeys([*listed, *(() if any(one.startswith("pytest") for one in listed) else ("pytest",))])
        line = f"{_PIP} {' '.join(shlex.quote(one) for one in words)}"
        note = "there is no lock: dependencies are named in `environment.setup` as pyproject.toml has them; pin them"
        return Setup(line, ("pyproject.toml",), True, (note,))
    note = (
        "nothing says where pytest comes from: the one of this machine's python3 is used; name it in requirements.txt"
    )
    return Setup(notes=(note,))


def _listed(around: Surroundings) -> list[str]:
    try:
        settings: Any = tomllib.loads(around.read("pyproject.toml")) if around.has("pyproject.toml") else {}
    except tomllib.TOMLDecodeError:
        return []
    project = settings.get("project", {})
    lists = [project.get("dependencies", [])]
    for table in (project.get("optional-dependencies", {}), settings.get("dependency-groups", {})):
        lists += [table[name] for name in _GROUPS if name in table] if isinstance(table, dict) else []
    return [one for each in lists if isinstance(each, list) for one in each if isinstance(one, str)]


def _follow(path: str, named: str) -> str:
    folder = path.rpartition("/")[0]
    return f"{folder}/{named}" if folder else named


def _reaches(around: Surroundings, path: str, word: str, seen: set[str]) -> bool:
    if path in seen or not around.has(path):
        return False
    seen.add(path)
    text = around.read(path)
    if re.search(rf"^\s*{word}\b", text, re.MULTILINE):
        return True
    return any(_reaches(around, _follow(path, named), word, seen) for named in _LINES.findall(text))


def _inputs(around: Surroundings, path: str, seen: set[str]) -> set[str]:
    """A requirements file, those it names, and the folders it takes packages from."""
    if path in seen or not around.has(path):
        return set()
    seen.add(path)
    text = around.read(path)
    found = {path}
    for named in _LINES.findall(text):
        found |= _inputs(around, _follow(path, named), seen)
    for named in _LINKS.findall(text):
        folder = named.removeprefix("./").rstrip("/")
        if around.below(folder):
            found.add(f"{folder}/**")
    return found
