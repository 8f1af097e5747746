"""Tests in Python source, read without running it: what is collected, how much each asserts, what would skip it.

What pytest and unittest collect by their own rules (pytest, "Conventions for Python test discovery"; unittest,
`TestLoader`): functions named `test…`, in the module or in classes that can hold tests. An assertion counts where it
can be reached and can fail: not behind a `return`, not under `if False`, not where whoever raises it is caught, not
`assert True`. It is read to be compared with itself at another commit; it is no proof of anything.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from phaseproof.digests import sha256

MAX_SOURCE = 2 << 20
"""Bytes of one file; a larger one is not read as Python."""

_SKIPS = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "skipTest", "SkipTest",
                    "importorskip"})  # fmt: skip
_CATCH_ALL = frozenset({"AssertionError", "Exception", "BaseException"})
_FRAMEWORK = frozenset({"pytest_plugins", "collect_ignore", "collect_ignore_glob", "pytestmark", "__test__"})
_Function = ast.FunctionDef | ast.AsyncFunctionDef


class Test(Struct, frozen=True):
    """One function.

    Attributes:
        assertions: how many can be reached and can fail.
        skips: what would skip it or expect it to fail, as written: its own marks and its class's and module's.
        cases: product of the lengths of its literal parameter lists; 1 without any.
        body: digest of what it does, comments and layout aside.
    """

    assertions: int
    skips: tuple[str, ...]
    cases: int
    body: str


class Module(Struct, frozen=True):
    """One file.

    Attributes:
        tests: name (`test_x`, `TestY::test_x`) -> test.
        helpers: other functions, fixtures among them, by name.
        hooks: what speaks to the test runner itself: `pytest_…` functions, `autouse` fixtures, `collect_ignore` …,
            by name -> digest.
        rest: digest of everything in the file.
    """

    tests: dict[str, Test]
    helpers: dict[str, Test]
    hooks: dict[str, str]
    rest: str


def is_test_file(path: str) -> bool:
    """Whether test runners look for tests in a file of this name by themselves."""
    name = path.rpartition("/")[2]
    return name.endswith(".py") and (name.startswith("test") or name.endswith(("_test.py", "_tests.py")))


def read(source: bytes) -> Module | None:
    """The tests in a file; None where it cannot be read as Python.

    Args:
        source: its bytes.
    """
    if len(source) > MAX_SOURCE:
        return None
    try:
        tree = ast.parse(source)
        module = _Reader(tree)
        return Module(module.tests, module.helpers, module.hooks, _digest(tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


class _Reader:
    def __init__(self, tree: ast.Module) -> None:
        self.tests: dict[str, Test] = {}
        self.helpers: dict[str, Test] = {}
        self.hooks: dict[str, str] = {}
        self._block(tree.body, "", tuple(_marks(tree.body)), collected=True)

    def _block(self, body: Sequence[ast.stmt], prefix: str, marks: tuple[str, ...], *, collected: bool) -> None:
        for name, node in _assigned(body):
            if name in _FRAMEWORK:
                self.hooks[prefix + name] = _digest(node)
        for node in _reachable(body):
            for name in _covered(node):
                for gone in [one for one in self.tests if one == prefix + name or one.startswith(f"{prefix}{name}::")]:
                    del self.tests[gone]
            if isinstance(node, ast.ClassDef):
                own = (*marks, *_decorated(node), *_marks(node.body))
                self._block(node.body, f"{prefix}{node.name}::", own, collected=collected and _holds_tests(node))
            elif isinstance(node, _Function):
                self._function(node, prefix, marks, collected=collected)

    def _function(self, node: _Function, prefix: str, marks: tuple[str, ...], *, collected: bool) -> None:
        skips = (*marks, *_decorated(node), *_skipping_calls(node.body))
        test = Test(_assertions(node.body), tuple(dict.fromkeys(skips)), _cases(node), _digest(node))
        fixture = any("fixture" in ast.unparse(one) for one in node.decorator_list)
        if node.name.startswith("test") and collected and not fixture:
            self.tests[prefix + node.name] = test
            return
        self.helpers[prefix + node.name] = test
        autouse = any("autouse=True" in ast.unparse(one) for one in node.decorator_list)
        if autouse or (node.name.startswith("pytest_") and not prefix) or node.name == "load_tests":
            self.hooks[prefix + node.name] = test.body


def _holds_tests(node: ast.ClassDef) -> bool:
    """Whether runners look into a class: pytest by its name and without `__init__`, unittest by its base."""
    off = any(name == "__test__" and ast.unparse(value).endswith("= False") for name, value in _assigned(node.body))
    bases = [ast.unparse(base) for base in node.bases]
    if off:
        return False
    if any(base.rpartition(".")[2].endswith("TestCase") for base in bases):
        return True
    made = any(isinstance(one, _Function) and one.name in ("__init__", "__new__") for one in node.body)
    return node.name.startswith("Test") and not made


def _assigned(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.stmt]]:
    for node in body:
        targets: Iterable[ast.expr] = ()
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AnnAssign, ast.AugAssign)):
            targets = (node.target,)
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, node


def _covered(node: ast.stmt) -> Iterator[str]:
    """Names that a statement takes away or gives to something else: a test of that name before it is none any more."""
    if isinstance(node, ast.Delete):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.ClassDef):
        yield node.name
    else:
        yield from (name for name, _ in _assigned([node]))


def _marks(body: Sequence[ast.stmt]) -> Iterator[str]:
    """What skips everything in a module or class: `pytestmark`, a call of `pytest.skip` at its top."""
    for name, node in _assigned(body):
        if name in ("pytestmark", "__unittest_skip__"):
            yield from (_one_line(one) for one in ast.walk(node) if _last(one) in _SKIPS)
    for node in body:
        if isinstance(node, ast.Expr | ast.Raise | ast.Assign | ast.If):
            yield from _skipping_calls([node])


def _decorated(node: _Function | ast.ClassDef) -> Iterator[str]:
    for one in node.decorator_list:
        if _last(one) in _SKIPS:
            yield _one_line(one)


def _skipping_calls(body: Sequence[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, _Function | ast.ClassDef):
            continue
        for one in ast.walk(node):
            if isinstance(one, ast.Call) and _last(one) in _SKIPS:
                yield _one_line(one)


def _last(node: ast.AST) -> str:
    """The last name of a name, an attribute, or what a call calls."""
    if isinstance(node, ast.Call):
        return _last(node.func)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _reachable(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements up to the first that surely leaves, those of `if` and `try` at this level among them."""
    for node in body:
        if isinstance(node, ast.If):
            yield from _reachable([*_branch(node.test, node.body, node.orelse)])
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from _reachable([*node.body, *node.orelse, *node.finalbody])
        elif isinstance(node, ast.With):
            yield from _reachable(node.body)
        yield node
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return


def _branch(test: ast.expr, body: list[ast.stmt], other: list[ast.stmt]) -> list[ast.stmt]:
    if isinstance(test, ast.Constant):
        return body if test.value else other
    return [*body, *other]


def _assertions(body: Sequence[ast.stmt]) -> int:
    """Assertions of a block that can be reached and can fail."""
    count = 0
    for node in body:
        count += _in_statement(node)
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            break
    return count


def _in_statement(node: ast.stmt) -> int:
    if isinstance(node, ast.Assert):
        return 0 if isinstance(node.test, ast.Constant) and node.test.value else 1
    if isinstance(node, _Function):
        return _assertions(node.body)
    if isinstance(node, ast.ClassDef):
        return 0
    if isinstance(node, ast.If | ast.While):
        return (
            _calls(node.test)
            + _assertions(_branch(node.test, node.body, []))
            + _assertions(_branch(node.test, [], node.orelse))
        )
    if isinstance(node, ast.Try | ast.TryStar):
        caught = any(_swallows(handler) for handler in node.handlers)
        kept = 0 if caught else _assertions(node.body)
        handled = sum(_assertions(handler.body) for handler in node.handlers)
        return kept + handled + _assertions(node.orelse) + _assertions(node.finalbody)
    if isinstance(node, ast.With | ast.AsyncWith):
        opened = [item.context_expr for item in node.items]
        silent = any(_last(one) == "suppress" and _names(one) & _CATCH_ALL for one in opened)
        return sum(_calls(one) for one in opened) + (0 if silent else _assertions(node.body))
    if isinstance(node, ast.For | ast.AsyncFor):
        return _assertions(node.body) + _assertions(node.orelse)
    if isinstance(node, ast.Match):
        return sum(_assertions(case.body) for case in node.cases)
    return _calls(node)


def _swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler catches failed assertions and lets none of them out."""
    if handler.type is not None and not _names(handler.type) & _CATCH_ALL:
        return False
    return not any(
        isinstance(one, ast.Raise | ast.Assert) or _is_assertion(one) for node in handler.body for one in ast.walk(node)
    )


def _names(node: ast.AST) -> set[str]:
    return {_last(one) for one in ast.walk(node)}


def _calls(node: ast.AST) -> int:
    return sum(_is_assertion(one) for one in ast.walk(node))


def _is_assertion(node: ast.AST) -> bool:
    """A call that fails a test: `self.assertEqual`, `mock.assert_called`, `pytest.raises`, `self.fail` …"""
    if not isinstance(node, ast.Call):
        return False
    name = _last(node)
    return name.startswith("assert") or name in ("raises", "warns", "fail", "deprecated_call")


def _cases(node: _Function) -> int:
    count = 1
    for one in node.decorator_list:
        if isinstance(one, ast.Call) and _last(one) == "parametrize" and len(one.args) > 1:
            values = one.args[1]
            count *= len(values.elts) if isinstance(values, ast.List | ast.Tuple | ast.Set) else 1
    return count


def _digest(node: ast.AST) -> str:
    return sha256(ast.dump(node).encode("utf-8", "surrogatepass"))


def _one_line(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:120]
