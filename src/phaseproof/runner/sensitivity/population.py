"""The population: every function of a Python file that does something, and what it is replaced by.

A function counts, method, property, coroutine, generator or nested function, if its body holds more than a docstring,
`pass`, `...` and the return of a constant. A lambda belongs to the function it stands in. A body of
`raise NotImplementedError` counts: no rule of ours says that nobody relies on it.
"""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterator, Sequence

from msgspec import Struct

from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.neutral import Definition, neutral

MAX_BYTES = 8_000_000
"""Of one source file."""


class Function(Struct, frozen=True):
    """A function of the population.

    Attributes:
        path: its file, relative to the checkout.
        name: qualified, as `__qualname__` without `<locals>`: `Order.total`, `retry.wrapper`.
        line: where `def` stands, from 1.
        first: line of the first decorator, or of `def`: where its code begins (`co_firstlineno`).
        last: its last line.
        plain: the name in its `def`.
        body: statements, a line each, that take the place of its body.
        source: digest of its text, decorators included, in hexadecimal.
    """

    path: str
    name: str
    line: int
    first: int
    last: int
    plain: str
    body: tuple[str, ...]
    source: str

    @property
    def id(self) -> str:
        """What tells it from every other of the same commit: `src/orders.py:12 Order.total`."""
        return f"{self.path}:{self.line} {self.name}"


def parse(path: str, source: bytes) -> ast.Module:
    """A file's syntax tree.

    Raises:
        Unable: `sensitivity-failed`: it cannot be parsed, or is too large or nested too deeply.
    """
    if len(source) > MAX_BYTES:
        raise Unable("sensitivity-failed", f"{path} has more than {MAX_BYTES} bytes", "take it out of the subject")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what the compiler thinks of somebody's literals is not our business
            return ast.parse(source, path)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unable("sensitivity-failed", f"{path} cannot be parsed: {error}",
                     "mend it, or take it out of the check's subject") from error  # fmt: skip


def functions(path: str, source: bytes) -> tuple[Function, ...]:
    """The population of one file, in the order of its lines.

    Raises:
        Unable: as `parse`.
    """
    tree = parse(path, source)
    try:
        rebound = frozenset(_bound(tree))
        lines = source.splitlines(keepends=True)
        return tuple(
            Function(
                path=path,
                name=".".join((*outer, node.name)),
                line=node.lineno,
                first=first_line(node),
                last=node.end_lineno or node.lineno,
                plain=node.name,
                body=neutral(node, method=method, rebound=rebound),
                source=_digest(lines[first_line(node) - 1 : node.end_lineno]),
            )
            for node, outer, method in definitions(tree)
            if does_something(node)
        )
    except RecursionError as error:
        raise Unable("sensitivity-failed", f"{path} is nested too deeply", "take it out of the subject") from error


def definitions(tree: ast.AST) -> Iterator[tuple[Definition, tuple[str, ...], bool]]:
    """Every `def` of a tree, with the names of what it stands in, and whether that is a class."""
    todo: list[tuple[ast.AST, tuple[str, ...], bool]] = [(tree, (), False)]
    found: list[tuple[Definition, tuple[str, ...], bool]] = []
    while todo:
        node, outer, method = todo.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                found.append((child, outer, method))
                todo.append((child, (*outer, child.name), False))
            elif isinstance(child, ast.ClassDef):
                todo.append((child, (*outer, child.name), True))
            elif not isinstance(child, ast.expr):  # which cannot hold a `def`
                todo.append((child, outer, method))
    return iter(sorted(found, key=lambda one: (one[0].lineno, one[0].col_offset)))


def first_line(node: Definition) -> int:
    """Where the code of a definition begins: its first decorator's line, as CPython since 3.8 counts."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def does_something(node: Definition) -> bool:
    """Whether a body holds more than a docstring, `pass`, `...` and the return of a constant."""
    return any(not _idle(statement) for statement in node.body)


def _idle(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass():
            return True
        case ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=value):
            return value is None or _constant(value)
    return False


def _constant(node: ast.expr | None) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant()):
            return True
        case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
            return all(map(_constant, parts))
        case ast.Dict(keys=keys, values=values):
            return all(map(_constant, keys)) and all(map(_constant, values))
    return False


def _bound(tree: ast.AST) -> Iterator[str]:
    """Every name that a file gives a meaning of its own, anywhere."""
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name):
                yield name
            case ast.alias(name=name, asname=other):
                yield (other or name).split(".")[0]
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                yield from names
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name


def _digest(lines: Sequence[bytes]) -> str:
    return hashlib.sha256(b"".join(lines)).hexdigest()
