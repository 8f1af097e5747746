"""JSON Schemas of the kinds' options, kept beside the source: `schemas/kinds/<kind>.json`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from phaseproof.checks.option_schema import options_schema
from phaseproof.checks.registry import decode_options, kind

KINDS = ("artifact", "command", "metrics", "score", "search", "stub", "tests", "trace")
TOP = Path(__file__).parents[2]
DOCS = TOP / "docs" / "kinds.md"
# Keys of a check that are not its kind's own (FORMATS, section 2).
COMMON = frozenset(
    {
        *("kind", "subject", "instrument", "controls", "min_sensitivity"),
        *("timeout", "max_age", "external", "history", "network"),
    }
)


@pytest.mark.parametrize("name", KINDS)
def test_the_schema_on_file_is_that_of_the_source(name: str) -> None:
    """After a change of options: PHASEPROOF_WRITE_SCHEMAS=1 pytest tests/checks/test_option_schemas.py."""
    text = json.dumps(options_schema(kind(name).options), indent=2, ensure_ascii=False) + "\n"
    file = TOP / "schemas" / "kinds" / f"{name}.json"
    if os.environ.get("PHASEPROOF_WRITE_SCHEMAS"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert file.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", KINDS)
def test_every_option_is_described(name: str) -> None:
    schema = options_schema(kind(name).options)
    Draft202012Validator.check_schema(schema)
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["description"]
        for option, described in part["properties"].items():
            assert described.get("description"), option
        assert part["additionalProperties"] is False


def examples() -> list[tuple[str, dict[str, object]]]:
    found = []
    for block in DOCS.read_text(encoding="utf-8").split("```yaml\n")[1:]:
        for name, check in yaml.safe_load(block.partition("```")[0])["checks"].items():
            found.append((name, check))
    return found


@pytest.mark.parametrize(("name", "check"), examples())
def test_every_example_of_the_documentation_is_valid(name: str, check: dict[str, object]) -> None:
    own = {key: value for key, value in check.items() if key not in COMMON}
    used = kind(str(check["kind"]))
    Draft202012Validator(options_schema(used.options)).validate(own)
    assert isinstance(decode_options(used, own), msgspec.Struct)


@pytest.mark.parametrize("name", KINDS)
def test_every_option_is_told_in_the_documentation(name: str) -> None:
    section = DOCS.read_text(encoding="utf-8").split(f"\n## `{name}`")[1].split("\n## ")[0]
    schema = options_schema(kind(name).options)
    for part in (schema, *schema.get("$defs", {}).values()):
        for option in part["properties"]:
            assert f"`{option}`" in section, option
