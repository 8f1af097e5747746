"""The tree of an expression in the part of CEL that a configuration may use, and its one spelling.

What is evaluated is `text` of the tree, never what was written: two parsers can then not disagree about what was
agreed.
"""

from __future__ import annotations

from msgspec import Struct

_CHAINS = {"&&": 1, "||": 2, "+": 3, "-": 3, "*": 4, "/": 4, "%": 4}
"""Marks of one number bind alike, from the left."""


class Literal(Struct, frozen=True):
    """`true`, `3`, `2.5`, `"text"`; kind is bool, int, double or string, value its text without quotes."""

    kind: str
    value: str


class Name(Struct, frozen=True):
    """A variable."""

    name: str


class Select(Struct, frozen=True):
    """`of.name`, also written `of["name"]`."""

    of: Node
    name: str


class Index(Struct, frozen=True):
    """`of[at]`."""

    of: Node
    at: Node


class Call(Struct, frozen=True):
    """`name(arguments)`; `of.name(arguments)` has `of` as its first argument."""

    name: str
    arguments: tuple[Node, ...]
    method: bool = False


class Macro(Struct, frozen=True):
    """`of.all(variable, body)` and its kin."""

    name: str
    of: Node
    variable: str
    body: Node


class Unary(Struct, frozen=True):
    """`!of`, `-of`."""

    mark: str
    of: Node


class Binary(Struct, frozen=True):
    """Two operands."""

    mark: str
    left: Node
    right: Node


class Choice(Struct, frozen=True):
    """`asked ? yes : no`."""

    asked: Node
    yes: Node
    no: Node


class Many(Struct, frozen=True):
    """`[a, b]`."""

    entries: tuple[Node, ...]


Node = Literal | Name | Select | Index | Call | Macro | Unary | Binary | Choice | Many


def text(node: Node) -> str:
    """CEL for a tree: one spelling for each, operations in parentheses."""
    match node:
        case Literal(kind, value):
            return value if kind != "string" else f"'{value}'" if '"' in value else f'"{value}"'
        case Name(name):
            return name
        case Select(of, name):
            return f"{text(of)}[{text(Literal('string', name))}]"
        case Index(of, at):
            return f"{text(of)}[{text(at)}]"
        case Call(name, arguments, True):
            return f"{text(arguments[0])}.{name}({', '.join(text(one) for one in arguments[1:])})"
        case Call(name, arguments):
            return f"{name}({', '.join(text(one) for one in arguments)})"
        case Macro(name, of, variable, body):
            return f"{text(of)}.{name}({variable}, {text(body)})"
        case Unary(mark, of):
            return f"{mark}({text(of)})"
        case Binary(mark, left, right):
            # Of a chain only the whole stands in parentheses, so that long ones do not nest.
            first = text(left)
            chained = isinstance(left, Binary) and mark in _CHAINS and _CHAINS[mark] == _CHAINS.get(left.mark)
            return f"({first[1:-1] if chained else first} {mark} {text(right)})"
        case Choice(asked, yes, no):
            return f"({text(asked)} ? {text(yes)} : {text(no)})"
        case Many(entries):
            return f"[{', '.join(text(one) for one in entries)}]"
