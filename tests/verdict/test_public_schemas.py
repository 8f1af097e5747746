"""JSON Schemas of decisions, of the board for programs and of reason codes, kept under `schemas/`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from test_reason_codes import SCENARIOS

from phaseproof.bundle import schema
from phaseproof.evidence.decision import Decision, decision_of
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.model import Evidence
from phaseproof.reasons import SENTENCES
from phaseproof.reports.board import machine
from phaseproof.reports.board_shape import BoardShape
from support.programme import Programme

FOLDER = Path(__file__).parents[2] / "schemas"


def reasons() -> dict[str, Any]:
    """Every code with its sentence; `{detail}` stands for the particular fact."""
    return {
        "$schema": schema.DIALECT,
        "$id": f"{schema.BASE}reasons.json",
        "title": "Reason",
        "description": "Reason codes, each with the sentence a person reads; {detail} is the particular fact.",
        "oneOf": [{"const": code, "description": text} for code, text in sorted(SENTENCES.items())],
    }


MADE = {
    "decision": schema.value(Decision, "decision"),
    "verdict": schema.value(BoardShape, "verdict"),
    "reasons": reasons(),
}


@pytest.mark.parametrize("name", MADE)
def test_the_schema_on_file_is_that_of_the_source(name: str) -> None:
    """After a change: PHASEPROOF_WRITE_SCHEMAS=1 pytest tests/verdict/test_public_schemas.py."""
    Draft202012Validator.check_schema(MADE[name])
    file = FOLDER / f"{name}.json"
    if os.environ.get("PHASEPROOF_WRITE_SCHEMAS"):
        file.write_bytes(schema.text(MADE[name]))
    assert file.read_bytes() == schema.text(MADE[name]), f"schemas/{name}.json is not what the source says"


@pytest.mark.parametrize("code", SCENARIOS)
def test_every_board_has_the_public_shape(code: str) -> None:
    made = machine(SCENARIOS[code]().board(), verified=False)
    plain = json.loads(json.dumps(made))
    msgspec.convert(plain, BoardShape)
    Draft202012Validator(MADE["verdict"]).validate(plain)
    told = [reason for gate in plain["gates"] for reason in gate["reasons"]]
    told += [reason for gate in plain["gates"] for item in gate["items"] for reason in item["reasons"]]
    assert told
    codes = Draft202012Validator(MADE["reasons"])
    for reason in told:
        codes.validate(reason["code"])


def test_a_board_of_another_shape_does_not_fit() -> None:
    plain = json.loads(json.dumps(machine(SCENARIOS["never-run"]().board(), verified=True)))
    fits = Draft202012Validator(MADE["verdict"]).is_valid
    assert fits(plain)
    assert not fits({**plain, "verdict": "MAYBE"})
    assert not fits({key: value for key, value in plain.items() if key != "assurance"})
    assert not fits({**plain, "mood": "good"})


def test_real_decisions_and_evidence_fit_their_schemas() -> None:
    programme = Programme().item("E-1", check="unit").item("S-1", kind="signoff", role="maintainer")
    programme.proves("E-1").signed_by("alice", item="S-1")
    evidence = Draft202012Validator(schema.value(Evidence, "evidence"))
    decision = Draft202012Validator(MADE["decision"])
    seen = set()
    for event, _ in programme.ledger.events():
        if "envelope" not in event.payload:
            continue
        _, payload = unverified(programme.ledger.get(event.payload["envelope"]))
        predicate = json.loads(payload)["predicate"]
        (decision if event.type in ("signed", "bundle-installed") else evidence).validate(predicate)
        seen.add(event.type)
    assert seen == {"bundle-installed", "signed", "control", "evidence"}
    assert decision_of(read_statement(payload)).actor == "alice"
