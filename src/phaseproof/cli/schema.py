"""`schema`: the JSON Schema of the configuration, of a public value, or of a kind's options."""

from __future__ import annotations

import click

from phaseproof.cli import output
from phaseproof.errors import Usage

CONFIGURATION = "phaseproof.yaml"
VALUES = {
    "board": "phaseproof.verdict.model:Board",
    "bundle": "phaseproof.bundle.model:Bundle",
    "bundle-item": "phaseproof.bundle.model:BundleItem",
    "check": "phaseproof.bundle.model:Check",
    "decision": "phaseproof.evidence.decision:Decision",
    "envelope": "phaseproof.evidence.envelope:Envelope",
    "event": "phaseproof.ledger.model:Event",
    "evidence": "phaseproof.evidence.model:Evidence",
    "item": "phaseproof.plan.model:Item",
    "migration": "phaseproof.bundle.compare:Migration",
    "problem": "phaseproof.plan.model:Problem",
    "section": "phaseproof.plan.model:Section",
    "verdict": "phaseproof.reports.board_shape:BoardShape",
}
"""Public value -> where its struct stands. Their schemas are kept under `schemas/`, too."""


@click.command()
@click.argument("name", default=CONFIGURATION)
@click.option("--list", "listed", is_flag=True, help="Say which names there are.")
def schema(name: str, listed: bool) -> None:
    """Print the JSON Schema (2020-12) of NAME: the configuration, a public value, or the options of a check kind.

    Without NAME that of phaseproof.yaml, for editors.
    """
    from phaseproof.checks import registry

    kinds = registry.schemas()
    if listed:
        output.say("\n".join([CONFIGURATION, *VALUES, *sorted(kinds)]))
        return
    if name in kinds:
        from phaseproof.bundle.schema import text
        from phaseproof.checks.option_schema import options_schema

        made = text(options_schema(kinds[name].options))
    else:
        made = _value(name)
    output.verbatim(made.decode().removesuffix("\n"))


def _value(name: str) -> bytes:
    from importlib import import_module

    from phaseproof.bundle import schema as schemas
    from phaseproof.checks import registry

    if name == CONFIGURATION:
        return schemas.text(schemas.configuration(registry.schemas()))
    if name not in VALUES:
        import difflib

        near = difflib.get_close_matches(name, [CONFIGURATION, *VALUES, *registry.schemas()], 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise Usage("schema-unknown", f"there is no schema {name!r}{hint}", "phaseproof schema --list")
    module, _, struct = VALUES[name].partition(":")
    return schemas.text(schemas.value(getattr(import_module(module), struct), name))
