"""What takes the place of a body: nothing, in the shape that its callers expect; never a raise.

Shapes come from the kind of function (a generator yields nothing, a context manager yields once), from what Python's
data model asks of a special method, and from the annotation, where it names one of Python's own types. Everything
else is None.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

Definition = ast.FunctionDef | ast.AsyncFunctionDef

NOTHING = ("return None",)
_END = ("return",)

_SPECIAL = {
    "__len__": "0", "__hash__": "0", "__index__": "0", "__int__": "0", "__length_hint__": "0", "__sizeof__": "0",
    "__bool__": "False", "__contains__": "False", "__eq__": "False", "__ne__": "False", "__lt__": "False",
    "__le__": "False", "__gt__": "False", "__ge__": "False", "__instancecheck__": "False",
    "__subclasscheck__": "False", "__float__": "0.0", "__complex__": "0j", "__str__": "''", "__repr__": "''",
    "__format__": "''", "__fspath__": "''", "__bytes__": "b''", "__dir__": "[]", "__iter__": "().__iter__()",
    "__reversed__": "().__iter__()",
}  # fmt: skip
"""Special methods whose result Python itself checks: None would raise (Python reference, "Data model", 3.3)."""
_EMPTY = {
    "str": "''", "bytes": "b''", "int": "0", "float": "0.0", "complex": "0j", "bool": "False",
    "list": "[]", "dict": "{}", "tuple": "()", "set": "{*()}",
    "List": "[]", "Dict": "{}", "Tuple": "()", "Set": "{*()}", "AbstractSet": "{*()}", "MutableSet": "{*()}",
    "Sequence": "()", "Collection": "()", "Iterable": "()", "Container": "()", "Sized": "()",
    "MutableSequence": "[]", "Mapping": "{}", "MutableMapping": "{}", "DefaultDict": "{}",
    "Iterator": "().__iter__()", "Generator": "().__iter__()", "LiteralString": "''",
    "TypeGuard": "False", "TypeIs": "False",
}  # fmt: skip
"""Literals, since a name may mean something else in the file; `frozenset` and `bytearray` have none."""
_CALLED = {"frozenset": "frozenset()", "FrozenSet": "frozenset()", "bytearray": "bytearray()"}
_WRAPPERS = frozenset({"Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"})
_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})


def neutral(node: Definition, *, method: bool, rebound: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """Statements, a line each, that take the place of a body.

    Args:
        node: the definition.
        method: it stands in a class.
        rebound: names that the file gives a meaning of its own: they are not called.
    """
    if generates(node):
        managers = (_last_name(one.func if isinstance(one, ast.Call) else one) for one in node.decorator_list)
        return ("yield", "return") if _MANAGERS & set(managers) else _END
    special = _SPECIAL.get(node.name) if method else None
    if special is not None:
        return (f"return {special}",)
    return (f"return {_empty(node.returns, node, method, rebound)}",)


def generates(node: Definition) -> bool:
    """Whether a function is a generator: a `yield` of its own, not of a function, lambda or class within it."""
    return any(isinstance(one, ast.Yield | ast.YieldFrom) for one in _own(node))


def _own(node: Definition) -> Iterator[ast.AST]:
    todo: list[ast.AST] = list(node.body)
    while todo:
        one = todo.pop()
        yield one
        if not isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            todo += ast.iter_child_nodes(one)


def _empty(annotation: ast.expr | None, node: Definition, method: bool, rebound: frozenset[str]) -> str:
    match annotation:
        case ast.Constant(value=str(text)):
            try:
                return _empty(ast.parse(text.strip(), mode="eval").body, node, method, rebound)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return "None"
        case ast.Subscript(value=value, slice=inner) if _last_name(value) in _WRAPPERS:
            first = inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner
            return _empty(first, node, method, rebound)
        case ast.Subscript(value=value):
            return _named(_last_name(value), node, method, rebound)
        case ast.Name() | ast.Attribute():
            return _named(_last_name(annotation), node, method, rebound)
    return "None"  # unions and optionals too: None is a member, or as good as any


def _named(name: str, node: Definition, method: bool, rebound: frozenset[str]) -> str:
    if name == "Self" and method and node.name != "__new__":
        arguments = [*node.args.posonlyargs, *node.args.args]
        static = any(_last_name(one) in ("staticmethod", "classmethod") for one in node.decorator_list)
        return arguments[0].arg if arguments and not static else "None"
    if name in _CALLED:
        called = _CALLED[name]
        return "None" if called.partition("(")[0] in rebound else called
    return _EMPTY.get(name, "None")


def _last_name(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(attr=name):
            return name
    return ""
