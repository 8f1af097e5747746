"""JSON Schemas (2020-12) of the configuration and of public values, made from the structs that decode them."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from phaseproof.bundle.forms import SHAPES
from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.sections import CheckSource, Source

DIALECT = "https://json-schema.org/draft/2020-12/schema"
BASE = "https://phaseproof.dev/schemas/"
"""Where the schemas are named; nothing is fetched from there."""


def configuration(kinds: Mapping[str, KindSchema]) -> dict[str, Any]:
    """The schema of `phaseproof.yaml`, for editors.

    It accepts every configuration that compiles; what refers to something else (people, checks, items) only `compile`
    can judge.

    Args:
        kinds: check kinds whose options it knows, by name; a check of any other kind does not fit it.
    """
    _, defs = msgspec.json.schema_components([Source, CheckSource], ref_template="#/$defs/{name}")
    defs["Source"]["properties"]["checks"] = {
        "type": "object",
        "description": "Executable ways to get evidence, by name.",
        "propertyNames": SHAPES["name"],
        "additionalProperties": {"$ref": "#/$defs/Check"},
    }
    common = defs.pop("CheckSource")
    cases = []
    for name in sorted(kinds):
        cases.append({"if": {"properties": {"kind": {"const": name}}}, "then": {"$ref": f"#/$defs/Check.{name}"}})
        defs |= _kind(kinds[name], common)
    defs["Check"] = {
        "type": "object",
        "properties": {"kind": {"enum": sorted(kinds), "description": "What runs it."}},
        "required": ["kind"],
        "allOf": cases,
    }
    root = defs.pop("Source")
    head = {"$schema": DIALECT, "$id": f"{BASE}phaseproof.yaml.json", "title": "phaseproof.yaml"}
    return head | _tidy({**root, "$defs": dict(sorted(defs.items()))})


def value(cls: type[Struct], name: str) -> dict[str, Any]:
    """The schema of a public value.

    Args:
        cls: its struct; the first sentence of its docstring becomes its description.
        name: how its file is called, without `.json`.
    """
    (_,), defs = msgspec.json.schema_components([cls], ref_template="#/$defs/{name}")
    own = defs.pop(cls.__name__)
    for schema in (own, *defs.values()):
        if "description" in schema:
            schema["description"] = _first(schema["description"])
    made: dict[str, Any] = {"$schema": DIALECT, "$id": f"{BASE}{name}.json", **own}
    if defs:
        made["$defs"] = dict(sorted(defs.items()))
    plain: dict[str, Any] = msgspec.to_builtins(made)
    return plain


def text(schema: Mapping[str, Any]) -> bytes:
    """A schema as it is written to a file: two spaces, keys in their order, a line end."""
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"


def _kind(kind: KindSchema, common: Mapping[str, Any]) -> dict[str, Any]:
    template = f"#/$defs/{kind.name}.{{name}}"
    (_,), parts = msgspec.json.schema_components([kind.options], ref_template=template)
    own = parts.pop(kind.options.__name__)
    properties = {**own.get("properties", {}), **common["properties"]}
    properties["kind"] = {"const": kind.name}
    needed = ["kind", *(key for key in own.get("required", []) if key not in common["properties"])]
    if kind.needs_subject:
        needed.append("subject")
    checked = {
        "type": "object",
        "description": _first(inspect.getdoc(kind.options) or kind.name),
        "properties": properties,
        "required": needed,
        "additionalProperties": False,
    }
    return {f"Check.{kind.name}": checked} | {f"{kind.name}.{name}": part for name, part in parts.items()}


def _tidy(schema: dict[str, Any]) -> dict[str, Any]:
    """Shapes of forms in place of types; no defaults in seconds; no `null`, which the configuration refuses."""
    if "x-form" in schema:
        return SHAPES.get(schema["x-form"], {"type": "string", "minLength": 1})
    if schema.get("format") == "decimal":
        return {"type": ["number", "string"]}
    out: dict[str, Any] = {}
    for key, inner in schema.items():
        if key in ("properties", "$defs"):
            out[key] = {name: _tidy(one) for name, one in inner.items()}
        elif key in ("anyOf", "allOf"):
            out[key] = [_tidy(one) for one in inner if one != {"type": "null"}]
        elif key == "enum":
            out[key] = [one for one in inner if one is not None]
        elif key == "description":
            out[key] = _first(inner)
        elif key not in ("title", "default"):
            out[key] = _tidy(inner) if isinstance(inner, dict) else inner
    if len(out.get("anyOf", ())) == 1:
        out |= out.pop("anyOf")[0]
    return out


def _first(description: str) -> str:
    return " ".join(description.partition("\n\n")[0].split())
