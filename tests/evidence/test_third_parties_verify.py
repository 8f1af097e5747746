"""Readers who know nothing of this program accept its envelopes and statements, and refuse what is altered."""

from __future__ import annotations

import json

import pytest
from google.protobuf import json_format
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from phaseproof.evidence.envelope import keyid, open_envelope
from phaseproof.evidence.model import EVIDENCE, PAYLOAD
from support.programme import Programme
from support.rules import key_of


def their_key(name: str) -> SSlibKey:
    public = key_of(name).public
    return SSlibKey(keyid(public), "ed25519", "ed25519", {"public": public.hex()})


@pytest.fixture
def data() -> bytes:
    programme = Programme().item("E-1", check="unit").proves("E-1", metrics={"passed": "12"})
    return programme.ledger.get(programme.ledger.rows[-1][0].payload["envelope"])


def test_securesystemslib_verifies_it(data: bytes) -> None:
    theirs = Envelope.from_dict(json.loads(data))
    accepted = theirs.verify([their_key("local"), their_key("ci")], threshold=1)
    assert set(accepted) == {keyid(key_of("local").public)}
    assert theirs.payload_type == PAYLOAD


def test_securesystemslib_refuses_it_altered_or_by_another_key(data: bytes) -> None:
    theirs = Envelope.from_dict(json.loads(data))
    with pytest.raises(VerificationError):
        theirs.verify([their_key("ci")], threshold=1)
    theirs.payload = theirs.payload.replace(b'"positive"', b'"negative"')
    with pytest.raises(VerificationError):
        theirs.verify([their_key("local")], threshold=1)


def test_in_toto_reads_and_validates_the_statement(data: bytes) -> None:
    payload = Envelope.from_dict(json.loads(data)).payload
    read = json_format.Parse(payload, statement_pb2.Statement())
    theirs = Statement.copy_from_pb(read)
    theirs.validate()
    assert theirs.pb.predicate_type == EVIDENCE
    opened = open_envelope(data, {keyid(key_of("local").public): key_of("local").public})
    assert dict(theirs.pb.subject[0].digest) == opened.statement.subject[0].digest
    assert theirs.pb.predicate["outcome"] == "positive"


def test_a_decision_is_a_statement_of_theirs_too() -> None:
    programme = Programme().item("S-1", kind="signoff", role="maintainer").signed_by("alice", item="S-1")
    data = programme.ledger.get(programme.ledger.rows[-1][0].payload["envelope"])
    theirs = Envelope.from_dict(json.loads(data))
    theirs.verify([their_key("alice")], threshold=1)
    Statement.copy_from_pb(json_format.Parse(theirs.payload, statement_pb2.Statement())).validate()
