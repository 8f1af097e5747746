"""The part of CEL that a configuration may use, from text to tree.

A subset of the Common Expression Language's grammar (cel-spec, langdef.md, "Syntax"): no maps, messages, bytes,
timestamps, `null`, `has` or escapes in strings.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NoReturn

from phaseproof.bundle.cel_tree import Binary, Call, Choice, Index, Literal, Macro, Many, Name, Node, Select, Unary

MAX_LENGTH = 2_000
"""Characters of one expression."""
MAX_DEPTH = 24
"""Expressions within expressions."""
MAX_CHAIN = 100
"""Operands of one chain: `a && b && c`."""
MACROS = ("all", "exists", "exists_one", "filter", "map")
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<double>(?:[0-9]+\.[0-9]+|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?|[0-9]+[eE][+-]?[0-9]{1,3})"
    r"|(?P<int>[0-9]+)|(?P<name>[A-Za-z_][A-Za-z0-9_]*)|(?P<string>\"[^\"\\\r\n]*\"|'[^'\\\r\n]*')"
    r"|(?P<mark>&&|\|\||==|!=|<=|>=|[<>!+\-*/%?:.,()\[\]])|(?P<end>\Z))"
)
_RESERVED = frozenset(
    {
        *("as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package"),
        *("namespace", "return", "var", "void", "while", "null"),
    }
)
_RELATIONS = ("<", "<=", ">", ">=", "==", "!=", "in")


class Misspelt(ValueError):
    """An expression that cannot be used; its text is one sentence.

    Attributes:
        column: where, from 1; 0 where no one place is at fault.
    """

    def __init__(self, message: str, column: int = 0) -> None:
        super().__init__(f"{message}, at its character {column}" if column else message)
        self.column = column


def parse(source: str) -> Node:
    """The tree of an expression.

    Raises:
        Misspelt: it is no expression of this part of CEL, or too long or too deep.
    """
    if len(source) > MAX_LENGTH:
        raise Misspelt(f"the expression has more than {MAX_LENGTH} characters")
    return _Parser(source).whole()


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._depth = 0
        self._end = 0
        self._next()

    def whole(self) -> Node:
        if self._kind == "end":
            raise Misspelt("the expression is empty")
        found = self._expression()
        if self._kind != "end":
            self._fail(f"{self._word!r} is not expected")
        return found

    def _next(self) -> None:
        found = _TOKEN.match(self._source, self._end)
        if found is None:
            at = self._end + len(self._source[self._end :]) - len(self._source[self._end :].lstrip(" \t\r\n"))
            bad = self._source[at]
            hint = "; strings have no escapes and end on their line" if bad in "\"'" else ""
            raise Misspelt(f"{bad!r} cannot be read{hint}", at + 1)
        self._end = found.end()
        self._kind = found.lastgroup or "end"
        self._word = found[self._kind]
        self._at = found.start(self._kind) + 1

    def _fail(self, message: str) -> NoReturn:
        raise Misspelt("it ends too early" if self._kind == "end" else message, self._at)

    def _take(self, mark: str) -> bool:
        if self._word != mark or self._kind not in ("mark", "name"):
            return False
        self._next()
        return True

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            self._fail(f"{mark!r} is expected where {self._word!r} stands")

    def _expression(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Misspelt(f"expressions are nested deeper than {MAX_DEPTH}", self._at)
        found = self._either()
        if self._take("?"):
            yes = self._either()
            self._need(":")
            found = Choice(found, yes, self._expression())
        self._depth -= 1
        return found

    def _either(self) -> Node:
        return self._chain(("||",), self._both)

    def _both(self) -> Node:
        return self._chain(("&&",), self._relation)

    def _relation(self) -> Node:
        found = self._sum()
        for mark in _RELATIONS:
            if self._take(mark):
                found = Binary(mark, found, self._sum())
                if self._word in _RELATIONS and self._kind in ("mark", "name"):
                    self._fail("comparisons are not strung together: join two with &&")
                return found
        return found

    def _sum(self) -> Node:
        return self._chain(("+", "-"), self._product)

    def _product(self) -> Node:
        return self._chain(("*", "/", "%"), self._unary)

    def _chain(self, marks: tuple[str, ...], operand: Callable[[], Node]) -> Node:
        found = operand()
        for _ in range(MAX_CHAIN):
            if self._kind != "mark" or self._word not in marks:
                return found
            mark = self._word
            self._next()
            found = Binary(mark, found, operand())
        raise Misspelt(f"more than {MAX_CHAIN} operands in a row", self._at)

    def _unary(self) -> Node:
        marks = []
        while self._kind == "mark" and self._word in ("!", "-"):
            marks.append(self._word)
            self._next()
        if len(marks) > MAX_DEPTH:
            raise Misspelt(f"expressions are nested deeper than {MAX_DEPTH}", self._at)
        found = self._member()
        for mark in reversed(marks):
            found = Unary(mark, found)
        return found

    def _member(self) -> Node:
        found = self._primary()
        for _ in range(MAX_DEPTH):
            if self._take("."):
                name = self._identifier("a name is expected after the point")
                found = self._method(found, name) if self._take("(") else Select(found, name)
            elif self._take("["):
                at = self._expression()
                self._need("]")
                found = Select(found, at.value) if isinstance(at, Literal) and at.kind == "string" else Index(found, at)
            else:
                return found
        raise Misspelt(f"expressions are nested deeper than {MAX_DEPTH}", self._at)

    def _method(self, of: Node, name: str) -> Node:
        if name not in MACROS:
            return Call(name, (of, *self._rest(")")), method=True)
        variable = self._identifier(f"{name} takes a variable and an expression")
        self._need(",")
        body = self._expression()
        self._need(")")
        return Macro(name, of, variable, body)

    def _identifier(self, message: str) -> str:
        name = self._word
        if self._kind != "name" or name in _RESERVED or name in ("true", "false", "in"):
            self._fail(message if self._kind != "name" else f'{name!r} is a word of CEL itself: write ["{name}"]')
        self._next()
        return name

    def _rest(self, close: str) -> tuple[Node, ...]:
        found: list[Node] = []
        while not self._take(close):
            if found:
                self._need(",")
            found.append(self._expression())
        return tuple(found)

    def _primary(self) -> Node:
        kind, word, at = self._kind, self._word, self._at
        if kind in ("int", "double"):
            self._next()
            if (kind == "int" and int(word) >= 2**63) or (kind == "double" and float(word) == float("inf")):
                raise Misspelt(f"the number {word[:40]} is too large", at)
            return Literal(kind, word)
        if kind == "string":
            self._next()
            return Literal(kind, word[1:-1])
        if kind == "name" and word in ("true", "false"):
            self._next()
            return Literal("bool", word)
        if kind == "name":
            name = self._identifier(f"{word!r} is not expected")
            return Call(name, self._rest(")")) if self._take("(") else Name(name)
        if self._take("("):
            found = self._expression()
            self._need(")")
            return found
        if self._take("["):
            return Many(self._rest("]"))
        return self._fail(f"{word!r} is not expected")
