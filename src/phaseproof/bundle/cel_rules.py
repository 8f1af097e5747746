"""What an agreed expression must keep to: it says yes or no, knows its variables, mixes no types.

Figures are CEL doubles, always; a whole number in a calculation with one counts as one, so that `250` and `250.0` in
a report are the same figure. Whole numbers (of `size`) are not divided by each other: CEL would drop the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import accumulate

from msgspec import Struct

from phaseproof.bundle.cel_guards import unguarded
from phaseproof.bundle.cel_syntax import MACROS, Misspelt, parse
from phaseproof.bundle.cel_tree import (
    Binary,
    Call,
    Choice,
    Index,
    Literal,
    Macro,
    Many,
    Name,
    Node,
    Select,
    Unary,
    text,
)
from phaseproof.bundle.mistakes import nearest, quote

MAX_NESTED = 40
"""Parentheses within parentheses of the text that is evaluated; the evaluator itself gives up at 100."""
NUMBERS = ("int", "double", "any")
_STRING_TESTS = ("contains", "startsWith", "endsWith", "matches")
_CLASS = {"int": "number", "double": "number"}


class Expression(Struct, frozen=True):
    """An expression that keeps to the rules.

    Attributes:
        tree: as it is evaluated.
        paths: what it takes from its variables: names from the variable down.
    """

    tree: Node
    paths: tuple[tuple[str, ...], ...]

    @property
    def text(self) -> str:
        """Its CEL, in the one spelling that is evaluated."""
        return text(self.tree)


def agreed(source: str, variables: Mapping[str, Collection[str] | None]) -> Expression:
    """An expression read and held to the rules.

    Args:
        source: as written.
        variables: name -> names that can be selected from it; None where they are not known beforehand.

    Raises:
        Misspelt: what is wrong with it, one sentence.
    """
    tree = parse(source)
    typing = _Typing(variables)
    kind, tree = typing.of(tree, frozenset())
    if kind != "bool":
        raise Misspelt(f"it gives {_words(kind)}, not yes or no: compare it with something")
    lists = unguarded(tree)
    if lists:
        shown = text(lists[0])
        raise Misspelt(f"over an empty list it would say yes of nothing: add `size({shown}) > 0 &&` before it")
    if _depth(text(tree)) > MAX_NESTED:
        raise Misspelt(f"its operations are nested deeper than {MAX_NESTED}")
    if not typing.paths:
        raise Misspelt(f"it looks at none of {', '.join(variables)}: it would say the same of anything")
    return Expression(tree, tuple(sorted(typing.paths)))


class _Typing:
    """One pass over a tree: the type of each part, and the tree with whole numbers made doubles where they must be."""

    def __init__(self, variables: Mapping[str, Collection[str] | None]) -> None:
        self._variables = variables
        self.paths: set[tuple[str, ...]] = set()

    def of(self, node: Node, bound: frozenset[str]) -> tuple[str, Node]:
        match node:
            case Literal(kind):
                return kind, node
            case Name(name):
                if name not in bound:
                    self._known(name)
                    raise Misspelt(f"{name} as a whole says nothing: take a name from it")
                return "any", node
            case Select():
                return "any", self._select(node, bound)
            case Index(of, at):
                return "any", Index(self._one(of, bound, ("list", "any")), self._one(at, bound, ("int",)))
            case Call():
                return self._call(node, bound)
            case Macro(name, of, variable, body):
                over = self._one(of, bound, ("list", "any"))
                if variable in bound or variable in self._variables:
                    raise Misspelt(f"{variable!r} stands for something already: take another name")
                kind, inner = self.of(body, bound | {variable})
                if name != "map" and kind not in ("bool", "any"):
                    raise Misspelt(f"{name} asks yes or no of each entry, and is given {_words(kind)}")
                return "list" if name in ("map", "filter") else "bool", Macro(name, over, variable, inner)
            case Unary("!", of):
                return "bool", Unary("!", self._one(of, bound, ("bool", "any")))
            case Unary(mark, of):
                kind, inner = self.of(of, bound)
                if kind not in NUMBERS:
                    raise Misspelt(f"“{mark}” takes a number, not {_words(kind)}")
                return kind, Unary(mark, inner)
            case Binary():
                return self._binary(node, bound)
            case Choice(asked, yes, no):
                first, second = self.of(yes, bound), self.of(no, bound)
                question = self._one(asked, bound, ("bool", "any"))
                if first[0] != second[0]:
                    raise Misspelt(f"a choice between {_words(first[0])} and {_words(second[0])}")
                return first[0], Choice(question, first[1], second[1])
            case Many(entries):
                return "list", Many(tuple(self.of(one, bound)[1] for one in entries))

    def _one(self, node: Node, bound: frozenset[str], allowed: tuple[str, ...]) -> Node:
        kind, inner = self.of(node, bound)
        if kind not in allowed:
            raise Misspelt(f"{text(node)[:80]} is {_words(kind)}, expected {_words(allowed[0])}")
        return inner

    def _known(self, name: str) -> None:
        if name not in self._variables:
            near = nearest(name, self._variables)
            hint = f"; did you mean {near}?" if near else f"; there are {', '.join(self._variables)}"
            raise Misspelt(f"unknown variable {quote(name)}{hint}")

    def _select(self, node: Select, bound: frozenset[str]) -> Node:
        names = [node.name]
        of = node.of
        while isinstance(of, Select):
            names.append(of.name)
            of = of.of
        if not isinstance(of, Name) or of.name in bound:
            return Select(self._one(node.of, bound, ("any",)), node.name)
        self._known(of.name)
        names.reverse()
        known = self._variables[of.name]
        if known is not None and names[0] not in known:
            near = nearest(names[0], known)
            hint = f"; did you mean {near}?" if near else f"; there are {', '.join(sorted(known))}"
            raise Misspelt(f"{of.name} has no {quote(names[0])}{hint}")
        self.paths.add((of.name, *names))
        return node

    def _call(self, node: Call, bound: frozenset[str]) -> tuple[str, Node]:
        count = len(node.arguments)
        if node.name == "size" and count == 1:
            return "int", Call("size", (self._one(node.arguments[0], bound, ("list", "any", "string")),))
        if node.name in ("int", "double") and count == 1 and not node.method:
            return node.name, Call(node.name, (self._one(node.arguments[0], bound, ("int", "double", "any")),))
        if node.name in _STRING_TESTS and count == 2 and node.method:
            of, what = (self._one(one, bound, ("string", "any")) for one in node.arguments)
            return "bool", Call(node.name, (of, what), method=True)
        known = ("size", "int", "double", *_STRING_TESTS, *MACROS)
        if node.name in known:
            raise Misspelt(f"{node.name} is not called like this")
        near = nearest(node.name, known)
        raise Misspelt(f"unknown function {quote(node.name)}" + (f"; did you mean {near}?" if near else ""))

    def _binary(self, node: Binary, bound: frozenset[str]) -> tuple[str, Node]:
        (left, first), (right, second) = self.of(node.left, bound), self.of(node.right, bound)
        mark = node.mark
        both = (left, right)
        if mark in ("&&", "||"):
            fits = all(kind in ("bool", "any") for kind in both)
        elif mark == "in":
            fits = right in ("list", "any")
        elif mark in ("==", "!="):
            fits = "any" in both or _CLASS.get(left, left) == _CLASS.get(right, right)
        elif mark in ("<", "<=", ">", ">="):
            fits = all(kind in NUMBERS for kind in both) or all(kind in ("string", "any") for kind in both)
        else:
            return self._calculation(mark, left, right, first, second)
        if not fits:
            raise Misspelt(f"“{mark}” between {_words(left)} and {_words(right)}")
        return "bool", Binary(mark, first, second)

    def _calculation(self, mark: str, left: str, right: str, first: Node, second: Node) -> tuple[str, Node]:
        if left not in NUMBERS or right not in NUMBERS:
            raise Misspelt(f"“{mark}” between {_words(left)} and {_words(right)}")
        if left == right == "int":
            if mark == "/":
                raise Misspelt("a whole number divided by another drops the rest: write double(…) around one")
            return "int", Binary(mark, first, second)
        if mark == "%":
            raise Misspelt("“%” takes whole numbers only, and figures are fractions")
        return "double", Binary(mark, _double(left, first), _double(right, second))


def _depth(written: str) -> int:
    return max(accumulate((mark in "([") - (mark in ")]") for mark in written))


def _double(kind: str, node: Node) -> Node:
    if kind != "int":
        return node
    return Literal("double", f"{node.value}.0") if isinstance(node, Literal) else Call("double", (node,))


def _words(kind: str) -> str:
    return {
        "bool": "yes or no", "int": "a whole number", "double": "a number", "string": "text", "list": "a list",
        "any": "a figure",
    }[kind]  # fmt: skip
