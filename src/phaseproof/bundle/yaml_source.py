"""YAML text to positioned nodes: a small, safe part of the language, and every refusal with its place.

Read with PyYAML's C parser by events, not by its composer: nothing recursive runs before depth and size are known.
What is left out is refused, never guessed at:

- anchors, aliases and merge keys (a few lines of them unfold to gigabytes), tags, directives, a second document;
- a key that stands twice, a key that is no plain word, a byte order mark, a tab that indents, control characters and
  the characters that make text read in another order than it is written (Unicode TR 39, "Trojan source").

Unquoted words resolve as in YAML 1.2's core schema, narrowed: `true`, `false`, `null`, `~` and nothing are what they
are, `[-+]?(0|[1-9][0-9]*)` is an integer, all else is text. So `yes`, `no`, `on`, `off`, `010`, `0x1F`, `1_000`, dates
and fractions are text; a field that wants a fraction reads the text `0.8` exactly, and no float ever exists.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import Struct

from phaseproof.bundle.mistakes import Mistake, Mistakes, character, quote

MAX_BYTES = 1 << 20
"""Size of a configuration file."""
MAX_DEPTH = 64
"""Lists and mappings inside one another."""
MAX_NODES = 100_000
"""Words, lists and mappings in one file."""

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that change the order in which text is shown."""
_FORBIDDEN = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff{BIDI}]|\r(?!\n)")
_TAB = re.compile(r"^ *\t[ \t]*(?=\S)", re.MULTILINE)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})\Z")
_WORDS: dict[str, bool | None] = {
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None, "~": None, "": None,
}  # fmt: skip
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Scalar(Struct, frozen=True):
    """A word, number or text.

    Attributes:
        value: what it resolves to.
        raw: the text without quotation marks.
        plain: whether it stands without quotation marks.
        line, column: where it begins, from 1.
    """

    value: str | int | bool | None
    raw: str
    plain: bool
    line: int
    column: int


class Sequence(Struct, frozen=True):
    """A list, and where it begins."""

    entries: tuple[Node, ...]
    line: int
    column: int


class Mapping(Struct, frozen=True):
    """Keys with their values in the order of the text, and where it begins. Keys are read as written.

    Attributes:
        entries: each key with its value.
        line, column: where it begins.
        index: the same entries by key.
    """

    entries: tuple[tuple[Scalar, Node], ...]
    line: int
    column: int
    index: dict[str, tuple[Scalar, Node]] = {}

    def get(self, key: str) -> tuple[Scalar, Node] | None:
        """The key as it stands in the text and its value."""
        return self.index.get(key)

    def below(self, path: tuple[str | int, ...]) -> Node:
        """The node at a path of keys and places in lists, or the last one on the way that is there."""
        node: Node = self
        for step in path:
            inner: Node | None = None
            if isinstance(node, Mapping) and isinstance(step, str) and step in node.index:
                inner = node.index[step][1]
            elif isinstance(node, Sequence) and isinstance(step, int) and step < len(node.entries):
                inner = node.entries[step]
            if inner is None:
                break
            node = inner
        return node


Node = Scalar | Sequence | Mapping


class _Open:
    """A list or mapping whose end has not been seen."""

    def __init__(self, line: int, column: int, is_mapping: bool) -> None:
        self.line = line
        self.column = column
        self.is_mapping = is_mapping
        self.children: list[Node] = []

    def close(self, fault: _Faults) -> Node:
        if not self.is_mapping:
            return Sequence(tuple(self.children), self.line, self.column)
        entries: list[tuple[Scalar, Node]] = []
        seen: dict[str, int] = {}
        for key, value in zip(self.children[::2], self.children[1::2], strict=True):
            if not isinstance(key, Scalar):
                fault.add(key.line, key.column, "a key is one word, not a list or a mapping")
            elif key.raw == "<<" and key.plain:
                fault.add(key.line, key.column, "merge keys are not read; write the values out")
            elif key.raw in seen:
                fault.add(key.line, key.column, f"the key {quote(key.raw)} stands on line {seen[key.raw]} already")
            else:
                seen[key.raw] = key.line
                entries.append((key, value))
        return Mapping(tuple(entries), self.line, self.column, {entry[0].raw: entry for entry in entries})


class _Faults:
    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Mistake] = []

    def add(self, line: int, column: int, message: str) -> None:
        self.found.append(Mistake(self.path, line, column, "", message))

    def stop(self, line: int, column: int, message: str) -> Mistakes:
        self.add(line, column, message)
        return Mistakes(self.found)


def load(data: bytes, path: str) -> Mapping:
    """The mapping that a file holds.

    Args:
        data: the file's bytes.
        path: how messages name the file.

    Raises:
        Mistakes: it is not the part of YAML that is read here; see the module.
    """
    fault = _Faults(path)
    _decode(data, fault)
    try:
        root = _compose(data, fault)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        why = ", ".join(part for part in (error.problem, error.context) if part)
        raise fault.stop(line, column, f"not valid YAML: {why}") from error
    except yaml.YAMLError as error:
        line, column = _position(data, getattr(error, "position", 0) or 0)
        raise fault.stop(line, column, "not valid YAML: a character that YAML does not allow") from error
    if fault.found:
        raise Mistakes(fault.found)
    if isinstance(root, Scalar) and root.value is None:
        root = None
    if root is None:
        raise fault.stop(1, 1, "the file is empty; it begins with “phaseproof: 1”")
    if not isinstance(root, Mapping):
        raise fault.stop(root.line, root.column, "expected keys and values; the file begins with “phaseproof: 1”")
    return root


def plain(node: Node) -> Any:
    """The node's plain value: dict, list, str, int, bool or None."""
    if isinstance(node, Mapping):
        return {key.raw: plain(value) for key, value in node.entries}
    if isinstance(node, Sequence):
        return [plain(entry) for entry in node.entries]
    return node.value


def _decode(data: bytes, fault: _Faults) -> None:
    if len(data) > MAX_BYTES:
        raise fault.stop(1, 1, f"the file has {len(data):,} bytes; at most {MAX_BYTES:,} are read")
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise fault.stop(1, 1, "the file begins with a byte order mark; save it as UTF-8 without one")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _position(data, error.start)
        raise fault.stop(
            line, column, f"the byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from error
    for match in _FORBIDDEN.finditer(text):
        line, column = _count(text, match.start())
        fault.add(line, column, f"the character {character(match.group()[0])} may not stand here")
    for match in _TAB.finditer(text):
        line, column = _count(text, match.start() + match.group().index("\t"))
        fault.add(line, column, "a tab indents this line; YAML is indented with spaces")
    if fault.found:
        raise Mistakes(fault.found)


def _compose(data: bytes, fault: _Faults) -> Node | None:
    parser = _LOADER(data)
    try:
        return _build(parser, fault)
    finally:
        parser.dispose()


def _build(parser: Any, fault: _Faults) -> Node | None:
    stack: list[_Open] = []
    root: Node | None = None
    documents = nodes = 0
    while parser.check_event():
        event = parser.get_event()
        line, column = event.start_mark.line + 1, event.start_mark.column + 1
        done: Node | None = None
        if isinstance(event, yaml.NodeEvent):
            nodes += 1
            if nodes > MAX_NODES:
                raise fault.stop(line, column, f"more than {MAX_NODES:,} words, lists and mappings")
            _refuse_extras(event, line, column, fault)
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise fault.stop(line, column, "a second document begins here; the file holds one")
            if event.version or event.tags:
                fault.add(line, column, "directives (%YAML, %TAG) are not read")
        elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            if len(stack) >= MAX_DEPTH:
                raise fault.stop(line, column, f"nested deeper than {MAX_DEPTH}")
            stack.append(_Open(line, column, isinstance(event, yaml.MappingStartEvent)))
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            done = stack.pop().close(fault)
        elif isinstance(event, yaml.ScalarEvent):
            done = _scalar(event, line, column, fault)
        elif isinstance(event, yaml.AliasEvent):
            done = Scalar(None, "", False, line, column)
        if done is not None:
            if stack:
                stack[-1].children.append(done)
            else:
                root = done
    return root


def _refuse_extras(event: yaml.NodeEvent, line: int, column: int, fault: _Faults) -> None:
    if isinstance(event, yaml.AliasEvent):
        fault.add(line, column, f"the alias *{event.anchor} is not read; write the value out")
    elif event.anchor:
        fault.add(line, column, f"the anchor &{event.anchor} is not read; write values out where they are used")
    tag = getattr(event, "tag", None)
    if tag:
        fault.add(line, column, f"the tag {quote(tag)} is not read; values are plain YAML")


def _scalar(event: yaml.ScalarEvent, line: int, column: int, fault: _Faults) -> Scalar:
    raw: str = event.value
    # Escapes in double quotes can name what the text itself may not hold.
    hidden = _FORBIDDEN.search(raw)
    if hidden:
        fault.add(line, column, f"the character {character(hidden.group()[0])} may not stand here")
    is_plain = bool(event.implicit[0])
    if not is_plain:
        return Scalar(raw, raw, False, line, column)
    if raw in _WORDS:
        return Scalar(_WORDS[raw], raw, True, line, column)
    return Scalar(int(raw) if _INTEGER.match(raw) else raw, raw, True, line, column)


def _position(data: bytes, offset: int) -> tuple[int, int]:
    return _count(data[:offset].decode("utf-8", "replace"), None)


def _count(text: str, offset: int | None) -> tuple[int, int]:
    head = text if offset is None else text[:offset]
    return head.count("\n") + 1, len(head) - (head.rfind("\n") + 1) + 1
