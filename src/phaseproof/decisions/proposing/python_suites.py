"""Python's test runners: pytest where the tree names it, else unittest."""

from __future__ import annotations

import ast
import re
import tomllib
from typing import Any

from phaseproof.decisions.proposing.python_setup import setup_of
from phaseproof.decisions.proposing.sabotage import control_of, fragile
from phaseproof.decisions.proposing.suites import OUT, Suite, TestCase
from phaseproof.decisions.proposing.surroundings import Surroundings, is_test

_SETTINGS = ("conftest.py", "pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini")
_NOT_CODE = frozenset({"setup.py", "conftest.py", "noxfile.py", "fabfile.py", "tasks.py"})
_MOST = 2_000
"""Test files whose source is looked at."""


def python_suite(around: Surroundings) -> Suite | None:
    """The suite of a Python project; None where the tree shows none."""
    tests = [one for one in around.files if one.endswith(".py") and is_test(one) and one != "conftest.py"][:_MOST]
    tests = [one for one in tests if one.rsplit("/", 1)[-1].startswith("test_") or one.endswith("_test.py")]
    if not tests:
        return None
    sources = {one: around.read(one) for one in tests}
    why = _pytest(around, sources)
    roots = _roots(around)
    code = _code(around)
    others = _mentioned(around, "".join(sources.values()), {one.split("/")[0] for one in (*code, *tests)})
    folders = tuple(dict.fromkeys(one.split("/")[0] for one in tests if "/" in one))
    apart = tuple(f"{name}/**" for name in folders if name in ("tests", "test", "spec"))
    loose = tuple(one for one in tests if one.split("/")[0] + "/**" not in apart)
    instrument = (*apart, *(("**/test_*.py",) if loose else ()), *around.at_top(*_SETTINGS))
    subject = (*code, *others)
    cases = tuple(case for path in tests for case in _cases(path, sources[path]))
    if not why:
        return _unittest(around, tests, folders, subject, instrument)
    setup = setup_of(around)
    path = "env PYTHONPATH=src " if roots and roots[0] == "src" and not _path_is_set(around) else ""
    where = f" {folders[0]}" if len(folders) == 1 and not loose and folders[0] in ("tests", "test") else ""
    notes = [*setup.notes]
    controls: tuple[tuple[str, str], ...] = ()
    sensitivity = None
    named = fragile(around, sources, roots)
    if named:
        control = control_of(around, subject)
        top = f"its tests import from {named} at the top, so that an emptied subject shows contact and no judgement"
        if control is not None:
            controls = (control,)
            notes.append(f"{top}: a control is declared with which nothing is returned any more")
        else:
            sensitivity = "0.5"
            notes.append(f"{top}: min_sensitivity asks that at least half of the functions are seen to matter")
    return Suite(
        "tests", "tests", f"{path}python3 -m pytest -q{where} --junitxml={OUT}", why, subject, instrument, controls,
        sensitivity, setup.line, setup.inputs, setup.shell, notes=tuple(notes), cases=cases, test_files=tuple(tests),
    )  # fmt: skip


def _unittest(
    around: Surroundings,
    tests: list[str],
    folders: tuple[str, ...],
    subject: tuple[str, ...],
    instrument: tuple[str, ...],
) -> Suite:
    where = f" -s {folders[0]}" if len(folders) == 1 else ""
    if not where or around.has(f"{folders[0]}/__init__.py"):  # else the folder cannot be imported from the top
        where += " -t ."
    return Suite(
        "tests", "command", f"python3 -m unittest discover{where}", "files test_*.py that use unittest",
        subject, instrument,
        notes=("unittest writes no JUnit report, so it, or a file of it, stands as a whole; pytest would write one",),
        test_files=tuple(tests), one_file="python3 -m unittest {file}",
    )  # fmt: skip


def _pytest(around: Surroundings, sources: dict[str, str]) -> str:
    """What shows that pytest runs these tests; empty where nothing does."""
    signs = {"pytest.ini": "", "pyproject.toml": "[tool.pytest", "setup.cfg": "[tool:pytest]", "tox.ini": "[pytest]"}
    for path, sign in signs.items():
        if around.has(path) and sign in around.read(path):
            return f"pytest is set up in {path}"
    if any(one.rsplit("/", 1)[-1] == "conftest.py" for one in around.files):
        return "there is a conftest.py"
    for path, text in sources.items():
        if re.search(r"^(?:import|from) pytest\b", text, re.MULTILINE):
            return f"{path} imports pytest"
        if re.search(r"^(?:async )?def test_", text, re.MULTILINE):
            return f"{path} has test functions outside of classes"
    named = next((one for one in around.files if re.fullmatch(r"requirements[\w./-]*\.txt|pyproject\.toml", one)
                  and re.search(r"\bpytest\b", around.read(one))), "")  # fmt: skip
    return f"{named} names pytest" if named else ""


def _roots(around: Surroundings) -> tuple[str, ...]:
    """Folders from which modules are imported: `src` where it holds packages, and the top."""
    return ("src", "") if around.below("src", ".py") else ("",)


def _code(around: Surroundings) -> tuple[str, ...]:
    folders = tuple(f"{name}/**" for name in around.code_folders(".py"))
    loose = tuple(one for one in around.files if "/" not in one and one.endswith(".py")
                  and one not in _NOT_CODE and not is_test(one))  # fmt: skip
    return (*folders, *loose)


def _mentioned(around: Surroundings, text: str, known: set[str]) -> tuple[str, ...]:
    """Other folders at the top that the tests name: what they read must lie in the checkout."""
    others = (name for name in around.folders() if name not in known)
    return tuple(f"{name}/**" for name in others if re.search(rf"[\"'/]{re.escape(name)}[\"'/]", text))


def _path_is_set(around: Surroundings) -> bool:
    try:
        settings: Any = tomllib.loads(around.read("pyproject.toml")) if around.has("pyproject.toml") else {}
    except tomllib.TOMLDecodeError:
        settings = {}
    tool = settings.get("tool", {}).get("pytest", {}).get("ini_options", {})
    texts = "".join(around.read(one) for one in around.at_top("pytest.ini", "setup.cfg", "tox.ini"))
    return "pythonpath" in tool or re.search(r"^pythonpath\s*=", texts, re.MULTILINE) is not None


def _cases(path: str, source: str) -> list[TestCase]:
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return []
    module = path.removesuffix(".py").replace("/", ".")
    found = []
    for node in tree.body:
        members = [(module, one) for one in [node]] if not isinstance(node, ast.ClassDef) else [
            (f"{module}.{node.name}", one) for one in node.body]  # fmt: skip
        for group, one in members:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef) and one.name.startswith("test"):
                text = ast.get_source_segment(source, one) or ""
                found.append(TestCase(path, one.name, f"{group}::{one.name}", text))
    return found
