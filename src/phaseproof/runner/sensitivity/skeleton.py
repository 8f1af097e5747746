"""What is left of a file without the bodies of some functions: what runs at import, and how functions are called."""

from __future__ import annotations

import ast
from collections.abc import Collection

from phaseproof.digests import Digest, sha256
from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.population import does_something, first_line, parse

Place = tuple[int, int]
"""First line, and line of its `def`, of a function."""


def skeleton(path: str, source: bytes, kept: Collection[Place]) -> Digest:
    """Digest of a file without the bodies of its functions, whatever lines they stand on.

    A function within another goes with it. A body of nothing but constants is no function's of the population, and
    stays.

    Args:
        path: of the file.
        source: its bytes.
        kept: functions whose bodies stay, with all that stands around them.
    """
    try:
        tree = parse(path, source)
        _cut(tree, frozenset(kept))
        return sha256(ast.dump(tree).encode("utf-8", "surrogatepass"))
    except (Unable, RecursionError):
        return sha256(source)


def _cut(tree: ast.AST, kept: frozenset[Place]) -> None:
    todo: list[ast.AST] = [tree]
    while todo:
        for child in ast.iter_child_nodes(todo.pop()):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef) and does_something(child):
                if not any(_place(one) in kept for one in ast.walk(child)):
                    child.body = [ast.Pass()]
                continue  # what stands within it goes, or stays, with it
            todo.append(child)


def _place(node: ast.AST) -> Place | None:
    return (first_line(node), node.lineno) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else None
