"""A function's code exchanged in a living process.

The new statements are put before the old ones in the syntax tree, which stay behind as dead code: so free variables,
cells and the nature of the function are what they were, and the new code fits the function objects there are. A
function within another is made anew on every call of that one, so the code of what stands around it is exchanged, too.
"""

from __future__ import annotations

import ast
import importlib.machinery
import os
import types
from typing import Any

Live = dict[tuple[str, int, str], list[types.FunctionType]]
"""Path below the checkout, first line and name of a code object -> functions that run it."""


def exchange(root: str, mutant: dict[str, Any], live: Live) -> None:
    """Make a function do nothing, wherever it is and will be.

    Args:
        root: the checkout.
        mutant: its `path`, `first`, `line`, `plain` and `body`.
        live: the functions there are.

    Raises:
        LookupError: there is no such function in the file.
        SyntaxError, ValueError: its code cannot be exchanged.
    """
    place = os.path.join(root, mutant["path"])  # noqa: PTH118
    with open(place, "rb") as file:  # noqa: PTH123
        tree = ast.parse(file.read(), place)
    around = replace(tree, mutant)
    made = compile(tree, place, "exec", dont_inherit=True)
    found = {}
    todo = [made]
    while todo:
        code = todo.pop()
        found[(code.co_firstlineno, code.co_name)] = code
        todo += [one for one in code.co_consts if isinstance(one, types.CodeType)]
    for first, name in around:
        for function in live.get((mutant["path"], first, name), ()):
            function.__code__ = found[(first, name)]
    _import_instead(os.path.realpath(place), made)


def _import_instead(real: str, made: types.CodeType) -> None:
    """Where a test, and nothing before it, imports the file."""
    loader = importlib.machinery.SourceFileLoader
    usual = loader.get_code

    def get_code(self: Any, fullname: str) -> Any:
        return made if os.path.realpath(self.get_filename(fullname)) == real else usual(self, fullname)

    loader.get_code = get_code  # type: ignore[method-assign]


def replace(tree: ast.AST, mutant: dict[str, Any]) -> tuple[tuple[int, str], ...]:
    """Put a mutant's body before the old one.

    Returns:
        First line and name of each function around it, itself last.

    Raises:
        LookupError: there is no such function.
    """
    wanted = (mutant["first"], mutant["line"], mutant["plain"])
    todo: list[tuple[ast.AST, tuple[tuple[int, str], ...]]] = [(tree, ())]
    while todo:
        node, around = todo.pop()
        for child in ast.iter_child_nodes(node):
            if not isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                todo.append((child, around))
                continue
            first = min([child.lineno] + [one.lineno for one in child.decorator_list])
            here = (*around, (first, child.name))
            if (first, child.lineno, child.name) == wanted:
                child.body[0:0] = _parsed(mutant["body"], child.body[0])
                return here
            todo.append((child, here))
    raise LookupError("the function is not where it was found")


def _parsed(body: list[str], place: ast.stmt) -> list[ast.stmt]:
    lines = "".join(f"\n  {line}" for line in body)
    (made,) = ast.parse(f"async def f():{lines}").body
    for part in ast.walk(made):
        ast.copy_location(part, place)
    statements: list[ast.stmt] = made.body  # type: ignore[attr-defined]
    return statements
