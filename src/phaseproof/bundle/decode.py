"""From positioned nodes to frozen structs: every mistake is noted with its place, and reading goes on.

The structs' own types say what is valid (`msgspec.inspect`), with the forms of `forms.py` where a type is not enough;
check kinds of other distributions are decoded by the same walk. What cannot be read becomes `INVALID` and is left
out of its container, so that one mistake is told once.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec import inspect as types

from phaseproof.bundle import forms
from phaseproof.bundle.kinds import OptionMistake
from phaseproof.bundle.mistakes import Mistake, nearest, quote
from phaseproof.bundle.yaml_source import Mapping, Node, Scalar, Sequence, plain
from phaseproof.errors import Usage

INVALID: Final = object()
"""Stands for a value about which a mistake was noted."""

_type_info = lru_cache(maxsize=512)(types.type_info)
_YES = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false"}


class Decoder:
    """One pass over one file.

    Attributes:
        path: the file, as messages name it.
        mistakes: what was found so far.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.mistakes: list[Mistake] = []

    def fault(self, node: Node, where: str, message: str, near: str = "") -> Any:
        """Note a mistake at a node; returns `INVALID`."""
        self.mistakes.append(Mistake(self.path, node.line, node.column, where, message, near))
        return INVALID

    def struct(self, node: Node, cls: type[Struct], where: str, extra: frozenset[str] | None = frozenset()) -> Any:
        """Decode a mapping to a struct.

        Args:
            node: what stands in the file.
            cls: the struct.
            where: dotted name of the place.
            extra: keys that somebody else reads; None: every key that the struct does not know.

        Returns:
            An instance, or `INVALID`.
        """
        if not isinstance(node, Mapping):
            return self.fault(node, where, f"expected keys and values, got {_shown(node)}")
        values, whole = self.fields(node, cls, where, extra)
        if not whole:
            return INVALID
        try:
            return cls(**values)
        except OptionMistake as error:
            names = ".".join([where, *(step for step in error.place if isinstance(step, str))])
            return self.fault(node.below(error.place), names, str(error).rstrip("."))
        except (ValueError, TypeError, Usage) as error:
            return self.fault(node, where, str(error).rstrip("."))

    def fields(
        self, node: Mapping, cls: type[Struct], where: str, extra: frozenset[str] | None = frozenset()
    ) -> tuple[dict[str, Any], bool]:
        """The values of a struct's fields, by attribute name, and whether every required one is among them.

        Takes what `struct` takes.
        """
        info = _type_info(cls)
        assert isinstance(info, types.StructType)
        known = {field.encode_name: field for field in info.fields}
        values: dict[str, Any] = {}
        whole = True
        for key, entry in node.entries:
            field = known.get(key.raw)
            if field is None:
                if extra is not None and key.raw not in extra:
                    self._unknown(key, [*known, *extra], where)
                continue
            got = self.value(entry, field.type, f"{where}.{key.raw}" if where else key.raw)
            if got is INVALID:
                whole = whole and not field.required
            else:
                values[field.name] = got
        present = {key.raw for key, _ in node.entries}
        for encoded, field in known.items():
            if field.required and encoded not in present:
                self.fault(node, where, f"{quote(encoded)} is missing: {_expected(field.type)}")
                whole = False
        return values, whole

    def _unknown(self, key: Scalar, valid: list[str], where: str) -> None:
        near = nearest(key.raw, valid)
        hint = "" if near else f"; valid here: {', '.join(sorted(valid))}"
        self.fault(key, where, f"unknown key {quote(key.raw)}{hint}", near)

    def value(self, node: Node, info: types.Type, where: str) -> Any:
        """Decode a node to a type; `INVALID` where it does not fit."""
        if isinstance(info, types.Metadata):
            form = (info.extra or {}).get("form")
            return self.value(node, info.type, where) if form is None else self._form(node, form, info, where)
        if isinstance(node, Scalar) and node.value is None:
            return self.fault(node, where, f"nothing stands here: expected {_expected(info)}, or leave the key out")
        if isinstance(info, types.UnionType):
            real = [one for one in info.types if not isinstance(one, types.NoneType)]
            fitting = real[0] if len(real) == 1 else next((one for one in real if _fits(node, one)), None)
            if fitting is None:
                return self.fault(node, where, f"expected {_expected(info)}, got {_shown(node)}")
            return self.value(node, fitting, where)
        if not _fits(node, info):
            return self._misfit(node, info, where)
        if isinstance(info, types.StructType):
            return self.struct(node, info.cls, where)
        if isinstance(info, types.DictType):
            return self._dict(node, info, where)
        if isinstance(info, types.CollectionType):
            return self._list(node, info, where)
        if isinstance(info, types.AnyType):
            return plain(node)
        assert isinstance(node, Scalar)
        return self._scalar(node, info, where)

    def _misfit(self, node: Node, info: types.Type, where: str) -> Any:
        if isinstance(info, types.LiteralType) and isinstance(node, Scalar):
            words = [str(one) for one in info.values]
            near = nearest(node.raw, words)
            hint = "" if near else f"; expected {_expected(info)}"
            return self.fault(node, where, f"unknown {where.rpartition('.')[2]} {quote(node.raw)}{hint}", near)
        near = ""
        if isinstance(info, types.BoolType) and isinstance(node, Scalar) and node.plain:
            near = _YES.get(node.raw.lower(), "")
        quotes = isinstance(info, types.StrType) and isinstance(node, Scalar)
        hint = "; put it in quotation marks" if quotes else ""
        return self.fault(node, where, f"expected {_expected(info)}, got {_shown(node)}{hint}", near)

    def _form(self, node: Node, form: str, info: types.Metadata, where: str) -> Any:
        if not isinstance(node, Scalar) or node.value is None or isinstance(node.value, bool):
            return self.fault(node, where, f"expected {_expected(info)}, got {_shown(node)}")
        if isinstance(node.value, int) and form not in ("share", "duration", "timeout"):
            return self.fault(node, where, f"expected text, got the number {node.raw}; put it in quotation marks")
        try:
            return forms.READERS[form](node.raw)
        except ValueError as error:
            return self.fault(node, where, str(error))

    def _dict(self, node: Node, info: types.DictType, where: str) -> Any:
        assert isinstance(node, Mapping)
        out: dict[Any, Any] = {}
        for key, value in node.entries:
            word = self.value(Scalar(key.raw, key.raw, False, key.line, key.column), info.key_type, where)
            got = self.value(value, info.value_type, f"{where}.{key.raw}")
            if word is not INVALID and got is not INVALID:
                out[word] = got
        return out if self._length(node, len(node.entries), info, where) else INVALID

    def _list(self, node: Node, info: Any, where: str) -> Any:
        assert isinstance(node, Sequence)
        got = [self.value(entry, info.item_type, where) for entry in node.entries]
        if not self._length(node, len(got), info, where):
            return INVALID
        kept = [one for one in got if one is not INVALID]
        return INVALID if got and not kept else _collection(info)(kept)

    def _length(self, node: Node, count: int, info: Any, where: str) -> bool:
        low, high = getattr(info, "min_length", None), getattr(info, "max_length", None)
        if low is not None and count < low:
            self.fault(node, where, "the list is empty" if low == 1 else f"expected at least {low} entries")
            return False
        if high is not None and count > high:
            self.fault(node, where, f"expected at most {high} entries")
            return False
        return True

    def _scalar(self, node: Scalar, info: types.Type, where: str) -> Any:
        value = node.value
        if isinstance(info, types.DecimalType):
            try:
                number = Decimal(node.raw)
            except InvalidOperation:
                return self.fault(node, where, f"expected a number, got {quote(node.raw)}")
            if not number.is_finite():
                return self.fault(node, where, f"expected a finite number, got {quote(node.raw)}")
            return number
        if isinstance(info, types.IntType):
            assert isinstance(value, int)
            low = info.ge if info.ge is not None else info.gt + 1 if info.gt is not None else None
            high = info.le if info.le is not None else info.lt - 1 if info.lt is not None else None
            if (low is not None and value < low) or (high is not None and value > high):
                return self.fault(node, where, f"expected {_expected(info)}, got {value}")
        if isinstance(info, types.StrType):
            try:
                msgspec.convert(value, str if info.pattern is None else _constrained(info))
            except msgspec.ValidationError as error:
                return self.fault(node, where, str(error))
        return value


def _constrained(info: types.StrType) -> Any:
    from typing import Annotated

    return Annotated[str, msgspec.Meta(pattern=info.pattern)]


def _collection(info: Any) -> Any:
    if isinstance(info, types.SetType):
        return set
    if isinstance(info, types.FrozenSetType):
        return frozenset
    return list if isinstance(info, types.ListType) else tuple


def _fits(node: Node, info: types.Type) -> bool:
    if isinstance(info, types.Metadata):
        return isinstance(node, Scalar) if (info.extra or {}).get("form") else _fits(node, info.type)
    if isinstance(info, types.AnyType):
        return True
    if isinstance(info, (types.StructType, types.DictType)):
        return isinstance(node, Mapping)
    if isinstance(info, types.CollectionType):
        return isinstance(node, Sequence)
    if not isinstance(node, Scalar):
        return False
    if isinstance(info, types.LiteralType):
        return any(type(node.value) is type(one) and node.value == one for one in info.values)
    if isinstance(info, types.BoolType):
        return isinstance(node.value, bool)
    if isinstance(info, types.IntType):
        return isinstance(node.value, int) and not isinstance(node.value, bool)
    if isinstance(info, types.DecimalType):
        return isinstance(node.value, (int, str)) and not isinstance(node.value, bool)
    return isinstance(info, types.StrType) and isinstance(node.value, str)


def _shown(node: Node) -> str:
    if isinstance(node, Mapping):
        return "keys and values"
    if isinstance(node, Sequence):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return str(node.value).lower()
    return f"the number {node.raw}" if isinstance(node.value, int) else quote(node.raw)


_FORM_WORDS = {
    "duration": "a duration such as 15m", "timeout": "a duration such as 15m", "key": "a public key, ed25519:…",
    "share": "a fraction between 0 and 1", "pattern": "a pattern such as src/**", "path": "a path",
    "plan": "the path of a plan", "ref": "a branch or tag", "refs": "a ref or a pattern", "item": "the id of an item",
    "name": "a name", "signer": "a name", "variable": "the name of an environment variable",
}  # fmt: skip


def _expected(info: types.Type) -> str:
    if isinstance(info, types.Metadata):
        form = (info.extra or {}).get("form")
        return _expected(info.type) if form is None else _FORM_WORDS.get(form, "text")
    if isinstance(info, types.UnionType):
        return " or ".join(_expected(one) for one in info.types if not isinstance(one, types.NoneType))
    if isinstance(info, types.LiteralType):
        return ", ".join(str(one).lower() if isinstance(one, bool) else str(one) for one in info.values)
    if isinstance(info, types.CollectionType):
        inner = _expected(info.item_type)
        return "a list" if isinstance(info.item_type, types.AnyType) else f"a list, each entry {inner}"
    if isinstance(info, (types.StructType, types.DictType)):
        return "keys and values"
    if isinstance(info, types.IntType):
        low = info.ge if info.ge is not None else info.gt
        tail = f" between {info.ge} and {info.le}" if info.le is not None else ""
        return "a whole number" + (tail or (f" of at least {low}" if low is not None else ""))
    return {
        types.BoolType: "true or false", types.DecimalType: "a number", types.StrType: "text",
    }.get(type(info), "a value")  # fmt: skip
