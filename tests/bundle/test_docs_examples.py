"""Every configuration that the documentation shows is one that is read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from phaseproof.bundle import agreed_checks, schema, yaml_source
from phaseproof.bundle.config import load
from phaseproof.bundle.mistakes import Mistake, Mistakes
from phaseproof.checks import registry

TOP = Path(__file__).parents[2]
BLOCK = re.compile(r"^```ya?ml\n(phaseproof: 1\n.*?)^```", re.MULTILINE | re.DOTALL)
FILES = [TOP / "README.md", TOP / "CONTRIBUTING.md", *sorted((TOP / "docs").rglob("*.md"))]


def blocks() -> list[tuple[str, str]]:
    found = []
    for file in FILES:
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            for match in BLOCK.finditer(text):
                line = text.count("\n", 0, match.start()) + 2
                found.append((f"{file.relative_to(TOP)}:{line}", match[1]))
    return found


BLOCKS = blocks()


def test_there_are_examples():
    assert len(BLOCKS) >= 2


@pytest.mark.parametrize(("place", "text"), BLOCKS, ids=[place for place, _ in BLOCKS])
def test_an_example_is_read_without_a_mistake_and_fits_the_schema(place, text):
    config = load(text.encode(), place)
    found: list[Mistake] = list(config.mistakes)
    agreed_checks.agree(config, registry.schemas(), found)
    assert not found, str(Mistakes(found))
    plain = json.loads(json.dumps(yaml_source.plain(yaml_source.load(text.encode(), place))))
    Draft202012Validator(schema.configuration(registry.schemas())).validate(plain)
