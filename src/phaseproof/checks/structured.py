"""JSON and YAML of anybody's making to plain values: bounded, no aliases, no tags, no duplicate keys, no NaN.

The YAML read here is the JSON-shaped part of YAML 1.2 (core schema, section 10.3): `yes`, `on` and dates are text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

MAX_DEPTH = 64
"""Values within values."""
MAX_NODES = 200_000
"""Scalars, lists and mappings of one document."""

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]{1,400}\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,4})?\Z")
_STANDARD = "tag:yaml.org,2002:"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Malformed(ValueError):
    """A document that cannot be read.

    Attributes:
        fact: one sentence.
        line: where, from 1.
    """

    def __init__(self, fact: str, line: int = 1) -> None:
        super().__init__(fact)
        self.fact = fact
        self.line = line


def from_json(text: str) -> Any:
    """Plain values of a JSON document (RFC 8259, with unique keys and finite numbers).

    Raises:
        Malformed: not JSON, too deep, duplicate keys, NaN or infinity, an integer of more than 4,300 digits.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in found:
            if key in made:
                raise Malformed(f"the key {key!r} stands twice in one object")
            made[key] = value
        return made

    def constant(word: str) -> Any:
        raise Malformed(f"{word} is no JSON number")

    def number(digits: str) -> float:
        value = float(digits)
        if not math.isfinite(value):
            raise Malformed(f"the number {digits[:40]} is too large")
        return value

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_float=number)
    except json.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error.msg}", error.lineno) from error
    except RecursionError as error:
        raise Malformed(f"nested deeper than {MAX_DEPTH}") from error
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed(f"not JSON: {error}") from error
    _bounded(value)
    return value


def from_yaml(text: str, first_line: int = 1) -> Any:
    """Plain values of one YAML document.

    Args:
        text: the document.
        first_line: number of its first line, for messages.

    Raises:
        Malformed: not YAML, several documents, aliases, anchors, tags, merge keys, duplicate keys, keys that are no
            text, too deep, too large, or a number that is not finite.
    """
    try:
        _scan(text)
        node = yaml.compose(text, Loader=_LOADER)
        return None if node is None else _value(node)
    except Malformed as error:
        raise Malformed(error.fact, error.line + first_line - 1) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        words = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise Malformed(f"not YAML: {words}", line + first_line - 1) from error


def line_of(text: str, path: tuple[str | int, ...], first_line: int = 1) -> int:
    """The line on which the value at a path stands, in JSON or YAML text; the first line where that is not known."""
    try:
        _scan(text)
        node = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, Malformed):
        return first_line
    for step in path:
        inner = None
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            inner = node.value[step]
        if inner is None:
            break
        node = inner
    return first_line if node is None else int(node.start_mark.line) + first_line


def _scan(text: str) -> None:
    """Refuse by events, before anything is composed: composing recurses, and aliases multiply."""
    depth = nodes = documents = 0
    for event in yaml.parse(text, Loader=_LOADER):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise Malformed("aliases and anchors are not read", line)
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            tag = getattr(event, "tag", None)
            if tag not in (None, "!"):
                raise Malformed(f"the tag {tag} is not read", line)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH or nodes > MAX_NODES or documents > 1:
            what = "more than one document" if documents > 1 else f"nested deeper than {MAX_DEPTH}"
            raise Malformed(f"more than {MAX_NODES} values" if nodes > MAX_NODES else what, line)


def _value(node: yaml.Node) -> Any:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner) for inner in node.value]
    if isinstance(node, yaml.MappingNode):
        made: dict[str, Any] = {}
        for key, inner in node.value:
            at = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise Malformed("a key that is no text", at)
            if key.value in made:
                raise Malformed(f"the key {key.value!r} stands twice in one mapping", at)
            if key.value == "<<" and not key.style:
                raise Malformed("merge keys are not read", at)
            made[key.value] = _value(inner)
        return made
    text: str = node.value
    if getattr(node, "style", None):  # quoted or block: text, whatever it looks like
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text) or text.lower().lstrip("+-") in (".inf", ".nan"):
        number = float(text) if _FLOAT.match(text) else math.nan
        if not math.isfinite(number):
            raise Malformed(f"the number {text[:40]} is not finite", line)
        return number
    return text


def _bounded(value: Any) -> None:
    waiting: Iterator[Any] = iter([value])
    for depth in range(MAX_DEPTH + 2):
        level = list(waiting)
        if not level:
            return
        if depth > MAX_DEPTH:
            raise Malformed(f"nested deeper than {MAX_DEPTH}")
        lists = (item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list))
        waiting = (inner for items in lists for inner in items)
