"""A mutant's source: compiles, changes one function and no other line; and the living code is changed alike."""

from __future__ import annotations

import ast
import inspect
import types

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.errors import Unable
from phaseproof.runner.sensitivity.population import Function, definitions, first_line, functions
from phaseproof.runner.sensitivity.probe.exchange import exchange, replace
from phaseproof.runner.sensitivity.rewriting import rewritten

STATEMENTS = [
    "x = 1; y = 2", "return g(a)", "if a:\n    return 1\nelse:\n    b()", "with a as b:\n    pass", "yield a",
    "for i in a:\n    yield i", "nonlocal_ = [\n  1,\n# a comment\n  2]", 'b = """\nnot a line of ours\n"""',
    "@g\ndef deep(z): return a, z", "@(\n  g\n)\nclass Deep:\n    def m(self): return super().__init__()",
    "global counter\ncounter = 1", "try:\n    g()\nfinally:\n    h()", "a = \\\n    2", "lambda: (yield)",
    "f'{a}'; g()", "while a: g()", "assert g(), 'ü'", "del a",
    "def helper(q=a):\n\n    # nothing\n\n    return q, a",
]  # fmt: skip
HEADS = ["def {0}(a, g=print, h=None):", "@g\n@(h)\ndef {0}(a,\n      *b, g=0, h=1) -> list:",
         "class C{0}(object):", "if g:", "async def {0}(a, g, h):"]  # fmt: skip


@st.composite
def blocks(draw: st.DrawFn, depth: int = 0) -> list[str]:
    lines: list[str] = []
    for number in range(draw(st.integers(1, 3))):
        if depth < 3 and draw(st.booleans()):
            head = draw(st.sampled_from(HEADS)).format(f"f{depth}{number}")
            lines += head.split("\n")
            lines += ["    " + line if line else line for line in draw(blocks(depth + 1))]
        elif depth:
            lines += ['"""Words."""'] if draw(st.booleans()) and number == 0 else []
            lines += draw(st.sampled_from(STATEMENTS)).split("\n")
        else:
            lines += ["x = 1  # ü", ""]
    return lines


@st.composite
def sources(draw: st.DrawFn) -> bytes:
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(draw(blocks())) + draw(st.sampled_from(["", end]))
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode()


def readable(source: bytes) -> tuple[Function, ...]:
    try:
        compile(source, "a.py", "exec", dont_inherit=True)
    except SyntaxError:
        return ()  # `yield` where it may not stand, say
    return functions("a.py", source)


def shapes(source: bytes) -> dict[tuple[int, str], str]:
    return {(node.lineno, node.name): ast.dump(node, include_attributes=True)
            for node, _, _ in definitions(ast.parse(source))}  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(sources())
def test_a_rewritten_file_compiles_and_every_other_function_is_as_it_was(source: bytes) -> None:
    before = shapes(source) if readable(source) else {}
    for one in readable(source):
        made = rewritten(source, one)
        after = shapes(made)
        within = {key for key in before if one.first <= key[0] <= one.last}
        around = {(node.lineno, node.name) for node, _, _ in definitions(ast.parse(source))
                  if first_line(node) <= one.first and (node.end_lineno or 0) >= one.last}  # fmt: skip
        assert set(after) == set(before) - (within - {(one.line, one.plain)} - around)
        assert all(after[key] == before[key] for key in set(after) - within - around)
        changed = next(
            node for node, _, _ in definitions(ast.parse(made)) if (node.lineno, node.name) == (one.line, one.plain)
        )
        assert [ast.unparse(statement) for statement in changed.body] == list(one.body)
        kept, now = source.splitlines(), made.splitlines()
        assert now[: one.first - 1] == kept[: one.first - 1]
        assert now[one.last :] == kept[one.last :]


@settings(max_examples=120, deadline=None)
@given(sources())
def test_the_living_code_keeps_its_free_variables_and_its_nature(source: bytes) -> None:
    compiled = codes(compile(source, "a.py", "exec", dont_inherit=True)) if readable(source) else {}
    for one in readable(source):
        tree = ast.parse(source)
        around = replace(tree, plan_of(one))
        now = codes(compile(tree, "a.py", "exec", dont_inherit=True))
        assert around[-1] == (one.first, one.plain)
        assert set(now) <= set(compiled)  # what stood within it is dead code, and gone
        for key in set(around) & set(compiled):  # a function after a `return` was never there
            assert now[key].co_freevars == compiled[key].co_freevars
            generates = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR
            assert now[key].co_flags & generates == compiled[key].co_flags & generates


def codes(code: types.CodeType) -> dict[tuple[int, str], types.CodeType]:
    found = {(code.co_firstlineno, code.co_name): code}
    for inner in code.co_consts:
        if isinstance(inner, types.CodeType):
            found |= codes(inner)
    return found


def plan_of(one: Function) -> dict[str, object]:
    return {"path": one.path, "first": one.first, "line": one.line, "plain": one.plain, "body": list(one.body)}


LATIN = "# coding: latin-1\ndef é(x='ü'): y = 'ä'; return y\nz = 'ö'\n".encode("latin-1")


def test_other_encodings_and_one_line_bodies_stay_what_they_are() -> None:
    (one,) = functions("a.py", LATIN)
    assert rewritten(LATIN, one) == "# coding: latin-1\ndef é(x='ü'): return None\nz = 'ö'\n".encode("latin-1")


def test_the_last_line_may_lack_its_end() -> None:
    source = b"def f():\n\tif x:\n\t\treturn 1"
    assert rewritten(source, functions("a.py", source)[0]) == b"def f():\n\treturn None\n"


def test_a_function_that_is_not_there_is_refused() -> None:
    one = functions("a.py", b"def f(): return x")[0]
    with pytest.raises(Unable, match="not where it was found"):
        rewritten(b"\ndef f(): return x", one)
    with pytest.raises(LookupError):
        replace(ast.parse("def g(): return x"), plan_of(one))


LIVING = """\
def maker(n):
    def inner(x):
        return x + n
    return inner

made = maker(1)

class Base:
    def who(self):
        return "base"

class Child(Base):
    def who(self):
        for _ in (1,):
            return super().who() + " and child"
        return __class__
"""


@pytest.mark.parametrize("name", ["maker.inner", "Child.who", "maker"])
def test_functions_made_before_and_after_do_nothing(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib.machinery

    monkeypatch.setattr(importlib.machinery.SourceFileLoader, "get_code", importlib.machinery.SourceFileLoader.get_code)
    place = tmp_path / "living.py"
    place.write_text(LIVING)
    module: dict[str, object] = {"__name__": "living"}
    exec(compile(LIVING, str(place), "exec"), module)
    one = next(one for one in functions("living.py", LIVING.encode()) if one.name == name)
    made, maker, child = module["made"], module["maker"], module["Child"]
    live = {("living.py", function.__code__.co_firstlineno, function.__name__): [function]
            for function in (made, maker, child.who)}  # type: ignore[attr-defined]  # fmt: skip
    exchange(str(tmp_path), plan_of(one), live)
    if name == "maker":
        assert maker(2) is None  # type: ignore[operator]
        assert made(1) == 2  # type: ignore[operator]
    elif name == "maker.inner":
        assert made(1) is None  # type: ignore[operator]
        assert maker(2)(1) is None  # type: ignore[operator]
    else:
        assert child().who() is None  # type: ignore[operator]
    loader = importlib.machinery.SourceFileLoader("living", str(place))
    again: dict[str, object] = {"__name__": "living"}
    exec(loader.get_code("living"), again)  # a test that imports it for the first time
    assert (again["maker"](1) if name == "maker" else None) is None  # type: ignore[operator]
    assert (again["Child"]().who() is None) == (name == "Child.who")  # type: ignore[operator]
