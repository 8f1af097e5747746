"""An agreed expression asked of figures: yes, no, or no answer and why.

CEL itself forgives: `error || true` is true, `1.0 / 0.0 > 1.0` is true, and of `exists` one good entry hides what is
wrong with the others (cel-spec, langdef.md, "Logical Operators", "Macros"). A gate must not. So before a yes counts,
every part that had a say is asked alone, from left to right as it reads: none may fail, and no calculation may come
to something that is no finite number.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from phaseproof.bundle.cel_rules import Expression
from phaseproof.bundle.cel_tree import (
    Binary,
    Call,
    Choice,
    Index,
    Macro,
    Many,
    Node,
    Select,
    Unary,
    text,
)
from phaseproof.checks.kind import NoAnswer
from phaseproof.errors import Unable

_CALCULATIONS = ("+", "-", "*", "/", "%")
Frame = tuple[Macro | Node, bool | None]
"""What a part stands in: a list it is asked for each entry of, or a condition that must be so."""


def ask(expression: Expression, variables: Mapping[str, Any]) -> bool:
    """Whether an expression is true of figures.

    Args:
        expression: one that keeps to the rules.
        variables: its variables; numbers within them are floats.

    Raises:
        NoAnswer: `metric-missing`, `metric-not-finite`, or `expression-unanswered`.
        Unable: `extra-missing`.
    """
    engine = _engine()
    for path in expression.paths:
        _present(path, variables)
    answer = _value(engine, expression.text, expression.text, variables)
    if not isinstance(answer, bool):
        raise NoAnswer("expression-unanswered", f"{expression.text} gave {type(answer).__name__}, not yes or no")
    if answer:
        for part, frames in _parts(expression.tree, ()):
            _finite(_value(engine, _framed(part, frames), text(part), variables), text(part))
    return answer


def flat(path: tuple[str, ...]) -> str:
    """A figure's name as people and evidence write it, without its variable: `latency.p95`."""
    return ".".join(path[1:])


def _engine() -> Any:
    try:
        import cel
    except ImportError as error:
        raise Unable(
            "extra-missing",
            "expressions need the extra `expressions` (common-expression-language)",
            "pip install 'phaseproof[expressions]'",
        ) from error
    return cel


def _value(engine: Any, source: str, shown: str, variables: Mapping[str, Any]) -> Any:
    try:
        return engine.compile(source).execute(dict(variables))
    except Exception as error:
        words = " ".join(str(error).split())[:200]
        raise NoAnswer("expression-unanswered", f"{shown}: {type(error).__name__}: {words}") from error


def _present(path: tuple[str, ...], variables: Mapping[str, Any]) -> None:
    value: Any = variables
    for depth, step in enumerate(path):
        if not isinstance(value, dict) or step not in value:
            there = ", ".join(sorted(value)[:10]) if isinstance(value, dict) else ""
            hint = f"; there are {there}" if there else ""
            raise NoAnswer("metric-missing", f"no figure {flat(path[: depth + 1])}{hint}")
        value = value[step]
    if isinstance(value, float | list):
        _finite(value, flat(path))
    else:
        kind = {"bool": "yes or no", "str": "text", "NoneType": "null", "dict": "a group of figures"}
        raise NoAnswer("metric-missing", f"{flat(path)} is {kind.get(type(value).__name__, 'something')}, no figure")


def _finite(value: Any, shown: str) -> None:
    """Refuse what is no finite number, also within lists; yes and no pass."""
    if isinstance(value, list):
        for inner in value:
            _finite(inner, shown)
    elif value is None:
        raise NoAnswer("metric-not-finite", f"{shown} holds null")
    elif isinstance(value, float) and not math.isfinite(value):
        raise NoAnswer("metric-not-finite", f"{shown} comes to {value}")


def _framed(part: Node, frames: tuple[Frame, ...]) -> str:
    """CEL for a list of what a part came to, each time that it had a say."""
    made = f"[{text(part)}]"
    for outer, wanted in reversed(frames):
        if isinstance(outer, Macro) and wanted is None:
            made = f"{text(outer.of)}.map({outer.variable}, {made})"
        else:
            made = f"({text(outer)} ? {made} : [])" if wanted else f"({text(outer)} ? [] : {made})"
    return made


def _parts(node: Node, frames: tuple[Frame, ...]) -> Iterator[tuple[Node, tuple[Frame, ...]]]:
    """The parts that could be wrong without the whole being so: calculations, first operands, bodies of macros."""
    match node:
        case Binary("&&" | "||", left, right):
            yield left, frames
            yield from _parts(left, frames)
            yield from _parts(right, (*frames, (left, node.mark == "&&")))
        case Binary(mark, left, right):
            if mark in _CALCULATIONS:
                yield node, frames
            yield from _parts(left, frames)
            yield from _parts(right, frames)
        case Choice(asked, yes, no):
            yield from _parts(asked, frames)
            yield from _parts(yes, (*frames, (asked, True)))
            yield from _parts(no, (*frames, (asked, False)))
        case Macro(_, of, _, body):
            yield from _parts(of, frames)
            inside: tuple[Frame, ...] = (*frames, (node, None))
            yield body, inside
            yield from _parts(body, inside)
        case Call(_, arguments) | Many(arguments):
            if isinstance(node, Call) and node.name == "double":
                yield node, frames
            for one in arguments:
                yield from _parts(one, frames)
        case Index(of, at):
            yield node, frames
            yield from _parts(of, frames)
            yield from _parts(at, frames)
        case Select(of) | Unary(_, of):
            yield from _parts(of, frames)
