"""Whether an emptied subject shows that a Python suite judges, and a control that does where it cannot.

A test file with `from shop.totals import total` at its top is not even collected once `shop/totals.py` is empty: that
shows contact, not judgement (DESIGN 7). A control under which every function returns nothing lets it be collected.
"""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Mapping

from phaseproof.decisions.proposing.surroundings import Surroundings, is_test

_OLD, _NEW = " return ", " return None; "
_MOST = 400
"""Files looked at; in a larger subject the control is left to its owner."""


def fragile(around: Surroundings, sources: Mapping[str, str], roots: tuple[str, ...]) -> str:
    """The first module of the subject that a test file takes names from while it is imported; empty where none is."""
    for source in sources.values():
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        for node in tree.body:
            if not isinstance(node, ast.ImportFrom) or node.module is None or node.level:
                continue
            module = _file_of(around, node.module, roots)
            if module is None or is_test(module):
                continue
            folder = posixpath.dirname(module) if module.endswith("/__init__.py") else ""
            names = [alias.name for alias in node.names]
            if not folder or not all(_is_module(around, f"{folder}/{name}") for name in names):
                return node.module
    return ""


def control_of(around: Surroundings, subject: tuple[str, ...]) -> tuple[str, str] | None:
    """A control of the whole subject: name and command; None where no file can be changed so and still be Python."""
    folders = [one.removesuffix("/**") for one in subject if one.endswith("/**") and around.below(one[:-3], ".py")]
    loose = [one for one in subject if one.endswith(".py")]
    files = [path for folder in folders for path in around.below(folder, ".py")] + loose
    if not files or len(files) > _MOST or any(" " in one or "'" in one for one in files):
        return None
    changed = {path: _changed(around.read(path)) for path in files}
    good = [path for path, state in changed.items() if state is True]
    if not good:
        return None
    name, script = "every function returns nothing", f"s/{_OLD}/{_NEW}/g"
    if loose or any(state is None for state in changed.values()):
        return name, f"sed -i '{script}' {' '.join(good)}"
    return name, f"find {' '.join(folders)} -name *.py -exec sed -i '{script}' {{}} +"


def _changed(text: str) -> bool | None:
    """Whether the control changes a file; None where it would be no Python any more."""
    new = text.replace(_OLD, _NEW)
    if new == text:
        return False
    try:
        ast.parse(new)
    except (SyntaxError, ValueError, RecursionError):
        return None
    return True


def _file_of(around: Surroundings, module: str, roots: tuple[str, ...]) -> str | None:
    path = module.replace(".", "/")
    for root in roots:
        lead = f"{root}/" if root else ""
        for name in (f"{lead}{path}.py", f"{lead}{path}/__init__.py"):
            if around.has(name):
                return name
    return None


def _is_module(around: Surroundings, path: str) -> bool:
    return around.has(f"{path}.py") or around.has(f"{path}/__init__.py")
