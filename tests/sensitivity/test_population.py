"""Which functions count, where they stand, and what takes the place of their bodies."""

from __future__ import annotations

import pytest

from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.population import functions

SOURCE = '''\
"""A module."""
import abc, typing
from contextlib import contextmanager

x = lambda: 1

def documented():
    """Only told of."""

def passing(): pass

def dotted(): ...

def constant(): return -1

def empty_list() -> list:
    """A docstring, too."""
    return []

def nested_constant(): return {"a": (1, None), "b": [2]}

def ends():
    return

def computed(): return [x]

def raises():
    raise NotImplementedError

@abc.abstractmethod
def two(): pass; return 1

@typing.overload
@(
    abc.abstractmethod)
def decorated(a,
              b=lambda: 1):  # comes after its decorators
    return a

class Shelf:
    def __init__(self):
        self.x = 1
    @property
    def size(self) -> int:
        return self.x
    @size.setter
    def size(self, value):
        self.x = value
    class Inner:
        async def fetch(self):
            await x
    if x:
        def maybe(self):
            return x
    else:
        def maybe(self):
            return not x

def outer():
    def inner():
        return x
    class Local:
        def method(self):
            return inner
    return Local

def numbers():
    yield 1

@contextmanager
def opened():
    yield 1

async def stream():
    yield 1

def makes():
    return (lambda: (yield))

match x:
    case 1:
        def cased(): return x
'''


def found(source: str) -> dict[str, tuple[int, int, tuple[str, ...]]]:
    return {f"{one.name}:{one.line}": (one.first, one.last, one.body) for one in functions("a.py", source.encode())}


def test_everything_that_does_something_counts_and_nothing_else() -> None:
    names = [one.name for one in functions("a.py", SOURCE.encode())]
    assert names == [
        "computed", "raises", "decorated", "Shelf.__init__", "Shelf.size", "Shelf.size", "Shelf.Inner.fetch",
        "Shelf.maybe", "Shelf.maybe", "outer", "outer.inner", "outer.Local.method", "numbers", "opened", "stream",
        "makes", "cased",
    ]  # fmt: skip


def test_a_function_is_found_where_its_code_begins() -> None:
    compiled = compile(SOURCE, "a.py", "exec")
    codes = {(one.co_firstlineno, one.co_name) for one in everything(compiled)}
    for one in functions("a.py", SOURCE.encode()):
        assert (one.first, one.plain) in codes, one
        assert SOURCE.splitlines()[one.line - 1].lstrip().split("(")[0].endswith(f"def {one.plain}"), one


def everything(code):
    yield code
    for inner in code.co_consts:
        if hasattr(inner, "co_consts"):
            yield from everything(inner)


def test_no_two_of_one_file_have_one_id() -> None:
    ids = [one.id for one in functions("a.py", SOURCE.encode())]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("def f(a)", "return None"),
        ("def f(a) -> None", "return None"),
        ("def f(a) -> int", "return 0"),
        ("def f(a) -> 'list[int]'", "return []"),
        ("def f(a) -> typing.Dict[str, int]", "return {}"),
        ("def f(a) -> set[int]", "return {*()}"),
        ("def f(a) -> frozenset[int]", "return frozenset()"),
        ("def f(a, frozenset) -> frozenset[int]", "return None"),
        ("def f(a) -> Iterator[int]", "return ().__iter__()"),
        ("def f(a) -> Annotated[str, 'of a kind']", "return ''"),
        ("def f(a) -> str | None", "return None"),
        ("def f(a) -> Optional[str]", "return None"),
        ("def f(a) -> 'not ( an annotation'", "return None"),
        ("def f(a) -> Order", "return None"),
        ("async def f(a) -> bool", "return False"),
    ],
)
def test_the_annotation_gives_the_shape(head: str, body: str) -> None:
    (one,) = functions("a.py", f"{head}:\n    return a.b".encode())
    assert one.body == (body,)


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("def __len__(self)", "return 0"),
        ("def __eq__(self, other)", "return False"),
        ("def __repr__(self)", "return ''"),
        ("def __iter__(self)", "return ().__iter__()"),
        ("def __enter__(self) -> Self", "return self"),
        ("def add(this, x) -> 'Self'", "return this"),
        ("def __init__(self)", "return None"),
    ],
)
def test_special_methods_return_what_python_asks_of_them(method: str, body: str) -> None:
    (one,) = functions("a.py", f"class A:\n  {method}:\n    x.y".encode())
    assert one.body == (body,)
    namespace: dict[str, object] = {"Self": object, "x": None}
    exec(f"class A:\n  {method}:\n    {one.body[0]}", namespace)
    made = namespace["A"]()  # type: ignore[operator]
    if method.startswith(("def __len__", "def __eq__", "def __repr__", "def __iter__")):
        assert [len, repr, iter, lambda a: a == a][  # none of them raises
            ["__len__", "__repr__", "__iter__", "__eq__"].index(method[4:].split("(")[0])
        ](made) is not None  # fmt: skip


def test_generators_yield_nothing_and_context_managers_yield_once() -> None:
    bodies = {one.name: one.body for one in functions("a.py", SOURCE.encode())}
    assert bodies["numbers"] == bodies["stream"] == ("return",)
    assert bodies["opened"] == ("yield", "return")
    assert bodies["makes"] == ("return None",)  # the yield is the lambda's


@pytest.mark.parametrize(
    "source",
    [b"def f(:\n", b"\x00", b"# coding: no-such\ndef f(): x()", b"x = " + b"(" * 5000, b"\xff\xfe def"],
    ids=["syntax", "nul", "encoding", "deep", "bytes"],
)
def test_what_cannot_be_read_is_refused(source: bytes) -> None:
    with pytest.raises(Unable, match=r"a\.py") as refused:
        functions("a.py", source)
    assert refused.value.rule == "sensitivity-failed"
