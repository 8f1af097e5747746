"""JSON Schema of a kind's options, with the descriptions that stand in its docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

import msgspec
from msgspec import Struct

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ENTRY = re.compile(r"(\w+(?:, \w+)*): (.*)")


def options_schema(options: type[Struct]) -> dict[str, Any]:
    """JSON Schema (2020-12) of an options struct.

    Args:
        options: the struct; its docstring's `Attributes:` become the descriptions of its properties.

    Returns:
        The schema, self-contained: structs it refers to stand under `$defs`.
    """
    (_,), made = msgspec.json.schema_components([options], ref_template="#/$defs/{name}")
    defs: dict[str, Any] = _numbers(made)
    for name, cls in _structs(options).items():
        if name in defs:
            _describe(defs[name], cls)
    own = defs.pop(options.__name__)
    schema: dict[str, Any] = {"$schema": DIALECT, **own}
    if defs:
        schema["$defs"] = defs
    return schema


def _describe(schema: dict[str, Any], cls: type) -> None:
    text = inspect.getdoc(cls) or ""
    summary, _, rest = text.partition("\n\nAttributes:\n")
    schema["description"] = " ".join(summary.split())
    name = ""
    words: dict[str, str] = {}
    for line in rest.splitlines():
        entry = _ENTRY.fullmatch(line.strip()) if line.startswith("    ") and line[4:5] != " " else None
        if entry:
            name = entry[1]
            words[name] = entry[2]
        elif name and line.strip():
            words[name] += " " + line.strip()
    written = {field.name: field.encode_name for field in msgspec.structs.fields(cls)}
    for names, description in words.items():
        for each in (written.get(one, one) for one in names.split(", ")):
            if each in schema.get("properties", {}):
                schema["properties"][each]["description"] = description


def _numbers(schema: Any) -> Any:
    """Decimals as people write them: numbers, or numbers in quotation marks."""
    if isinstance(schema, list):
        return [_numbers(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("format") == "decimal":
        return {"type": ["number", "string"], **{k: v for k, v in schema.items() if k not in ("type", "format")}}
    return {key: _numbers(inner) for key, inner in schema.items()}


def _structs(options: type[Struct]) -> dict[str, type]:
    found: dict[str, type] = {}

    def visit(shape: object) -> None:
        if isinstance(shape, msgspec.inspect.StructType):
            if shape.cls.__name__ in found:
                return
            found[shape.cls.__name__] = shape.cls
        if isinstance(shape, msgspec.inspect.Type | msgspec.inspect.Field):
            for name in shape.__struct_fields__:
                value = getattr(shape, name)
                for part in value if isinstance(value, tuple) else (value,):
                    visit(part)

    visit(msgspec.inspect.type_info(options))
    return found
