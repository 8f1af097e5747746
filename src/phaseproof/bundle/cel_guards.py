"""Which lists of an expression may be empty while it says yes (FORMATS, section 2: "needs a `size(...) > 0` guard").

`all` is true of an empty list, and so is what says the same in other words: `!list.exists(…)`, `size(list.filter(…))
== 0`. So every list that is looked through needs a guard in the same conjunction: `size(list) > 0`, or an
`exists` on it, which cannot be true of nothing. Only an `exists` that must itself be true needs none.
"""

from __future__ import annotations

from phaseproof.bundle.cel_tree import Binary, Call, Choice, Index, Literal, Macro, Many, Node, Select, Unary, text

_FLIPPED = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "==", "!=": "!="}


def unguarded(tree: Node) -> list[Node]:
    """The lists that are looked through and may be empty while the expression is true."""
    found: list[Node] = []
    _walk(tree, True, frozenset(), found)
    return found


def _walk(node: Node, must: bool | None, guards: frozenset[str], found: list[Node]) -> None:
    """Look through a part.

    Args:
        node: the part.
        must: it must be true for the whole to be; False: it must be false; None: neither is known.
        guards: lists, as text, that are not empty wherever this part decides.
        found: where to put those that may be.
    """
    match node:
        case Binary("&&", left, right) if must:
            guards |= _implied(left) | _implied(right)
            _walk(left, True, guards, found)
            _walk(right, True, guards, found)
        case Binary("&&" | "||", left, right):
            # Of `a || b` either may be the true one, of a false `a && b` either the false one: each stands alone.
            _walk(left, must, guards, found)
            _walk(right, must, guards, found)
        case Unary("!", of):
            _walk(of, None if must is None else not must, guards, found)
        case Choice(asked, yes, no):
            _walk(asked, None, guards, found)
            _walk(yes, must, guards | _implied(asked), found)
            _walk(no, must, guards, found)
        case Macro(name, of, _, body):
            _walk(of, None, guards, found)
            free = name in ("exists", "exists_one") and must is True
            some = isinstance(of, Many) and of.entries
            if not free and not some and text(of) not in guards:
                found.append(of)
            _walk(body, True if name in ("all", "filter") or free else None, guards, found)
        case _:
            for inner in _parts(node):
                _walk(inner, None, guards, found)


def _implied(node: Node) -> frozenset[str]:
    """Lists that cannot be empty where a part is true."""
    match node:
        case Binary("&&", left, right):
            return _implied(left) | _implied(right)
        case Macro("exists" | "exists_one", of):
            return _some(of)
        case Binary(mark, Call("size", (of,)), Literal("int", count)) if _positive(mark, int(count)):
            return _some(of)
        case Binary(mark, Literal("int", count), Call("size", (of,))) if _positive(_FLIPPED.get(mark, ""), int(count)):
            return _some(of)
    return frozenset()


def _some(of: Node) -> frozenset[str]:
    """A list that is not empty, and those it was made from by `filter` or `map`."""
    made_from = _some(of.of) if isinstance(of, Macro) and of.name in ("filter", "map") else frozenset()
    return made_from | {text(of)}


def _positive(mark: str, count: int) -> bool:
    """Whether a size that compares so is at least one."""
    return {">": count >= 0, ">=": count >= 1, "==": count >= 1, "!=": count == 0}.get(mark, False)


def _parts(node: Node) -> tuple[Node, ...]:
    match node:
        case Select(of) | Unary(_, of):
            return (of,)
        case Index(of, at):
            return (of, at)
        case Call(_, arguments):
            return arguments
        case Binary(_, left, right):
            return (left, right)
        case Many(entries):
            return entries
    return ()
