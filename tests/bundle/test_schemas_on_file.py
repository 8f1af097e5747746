"""JSON Schemas of the configuration and of public values, kept beside the source under `schemas/`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import msgspec
import pytest
from jsonschema import Draft202012Validator
from test_config_mistakes import GOOD, listed

from phaseproof.bundle import canonical, schema, yaml_source
from phaseproof.bundle.compare import Migration, compare
from phaseproof.bundle.model import Bundle, BundleItem, Check
from phaseproof.checks import registry
from phaseproof.evidence.envelope import Envelope
from phaseproof.evidence.model import Evidence
from phaseproof.ledger.model import Event
from phaseproof.plan.model import Item, Problem, Section
from phaseproof.verdict.model import Board
from support.programmes import KINDS, compiled, item, plain_source, plan

OWN = ("artifact", "command", "metrics", "score", "search", "stub", "tests", "trace")
FOLDER = Path(__file__).parents[2] / "schemas"
VALUES = {
    "board": Board,
    "bundle": Bundle,
    "bundle-item": BundleItem,
    "check": Check,
    "envelope": Envelope,
    "event": Event,
    "evidence": Evidence,
    "item": Item,
    "migration": Migration,
    "problem": Problem,
    "section": Section,
}


def on_file(name: str, text: bytes) -> None:
    """After a change: PHASEPROOF_WRITE_SCHEMAS=1 pytest tests/bundle/test_schemas_on_file.py."""
    file = FOLDER / f"{name}.json"
    if os.environ.get("PHASEPROOF_WRITE_SCHEMAS"):
        file.write_bytes(text)
    assert file.read_bytes() == text, f"schemas/{name}.json is not what the source says"


@pytest.mark.parametrize("name", VALUES)
def test_the_schema_of_a_value_is_that_of_the_source(name):
    made = schema.value(VALUES[name], name)
    Draft202012Validator.check_schema(made)
    on_file(name, schema.text(made))


def test_the_schema_of_the_configuration_is_that_of_the_source():
    made = schema.configuration({name: registry.schemas()[name] for name in OWN})
    Draft202012Validator.check_schema(made)
    on_file("phaseproof.yaml", schema.text(made))


CONFIGURATION = Draft202012Validator(schema.configuration(KINDS))


def fits(text: str) -> bool:
    # As an editor reads it: fractions are numbers there.
    plain = yaml_source.plain(yaml_source.load(text.encode(), "f"))
    return CONFIGURATION.is_valid(json.loads(json.dumps(plain)))


def test_what_compiles_fits_the_schema():
    assert fits(GOOD)
    assert fits(GOOD.replace("min_sensitivity: 0.8", "min_sensitivity: 1"))
    assert CONFIGURATION.is_valid(plain_source(checks={"x": {"kind": "tests", "run": ["a"], "ratio": 0.5}}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("phaseproof: 1", "phaseproof: 2"), ("policy:", "polcy:"), ("threshold: 2", "threshold: 0"),
        ("threshold: 2", "threshold: most"), ("kind: tests", "kind: tets"), ("    run: python -m pytest\n", ""),
        ("timeout: 15m", "timeout: 15"), ("run: python", "runn: python"), ("members: [alice]", "members: []"),
        ("strength: independent", "strength: claimed"), ("independent: true", "independent: 'yes'"),
        ("  setup: uv sync --frozen", "  setup:"), ("plans: [five.md]", "plans: five.md"),
        ("allow: size(commit.fixes) > 0", "alow: x"), ("recommended: true", "children: false"),
    ],
)  # fmt: skip
def test_what_does_not_fit_the_schema_does_not_compile_either(old, new):
    from phaseproof.bundle.mistakes import Mistakes

    text = GOOD.replace(old, new, 1)
    assert text != GOOD
    assert not fits(text)
    with pytest.raises(Mistakes):
        compiled(text, *listed(text))


def test_real_values_fit_their_schemas():
    bundle = compiled(GOOD, plan("five.md", [item("a")]), plan("six.md", [item("b")])).bundle
    migration = compare(bundle, msgspec.structs.replace(bundle, programme="other"))
    for name, real in (("bundle", bundle), ("migration", migration), ("check", bundle.checks[0])):
        validator = Draft202012Validator(schema.value(VALUES[name], name))
        plain = canonical.decode(canonical.encode(real))
        validator.validate(plain)
        if name == "bundle":
            assert not validator.is_valid(plain | {"policy": {"strength": "perfect"}})
