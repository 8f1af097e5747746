"""`report vsa`: the last decision as other programs understand it, and never more than the decision says."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from in_toto_attestation.predicates.vsa.v1 import vsa_pb2
from in_toto_attestation.v1 import resource_descriptor_pb2, statement_pb2
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

from phaseproof.evidence import keys
from phaseproof.evidence.envelope import Subject, keyid, seal, statement
from support.shop import PASSPHRASE, Shop

REQUIRED = {"verifier", "timeVerified", "resourceUri", "policy", "verificationResult", "verifiedLevels"}


def unsigned(shop: Shop, *more: str) -> Any:
    done = shop.run("report", "vsa", "--unsigned", *more)
    assert done.code == 0, done.text
    return json.loads(done.out)


def their_key(shop: Shop, name: str) -> SSlibKey:
    public = keys.public_of((shop.home / "keys" / f"{name}.pub").read_text().strip())
    return SSlibKey(keyid(public), "ed25519", "ed25519", {"public": public.hex()})


def test_in_toto_reads_statement_and_predicate(passing: Shop) -> None:
    said = unsigned(passing)
    read = Statement.copy_from_pb(json_format.ParseDict(said, statement_pb2.Statement()))
    read.validate()
    assert read.pb.predicate_type == "https://slsa.dev/verification_summary/v1"
    # A field named by a URI is an extension that readers must ignore (SLSA, "Parsing rules"). Their message has one
    # string for `verifiedLevels`, where the specification has a list.
    fields = {name: value for name, value in said["predicate"].items() if name != "verifiedLevels"}
    predicate = json_format.ParseDict(fields, vsa_pb2.VerificationSummary(), ignore_unknown_fields=True)
    assert predicate.verification_result == "PASSED"
    assert predicate.verifier.id.startswith("https://")
    assert predicate.time_verified.ToJsonString()
    assert len(predicate.input_attestations) == 3
    for one in (said["predicate"]["policy"], *said["predicate"]["inputAttestations"]):
        described = json_format.ParseDict(one, resource_descriptor_pb2.ResourceDescriptor())
        ResourceDescriptor.copy_from_pb(described).validate()


def test_it_has_the_fields_of_the_specification(passing: Shop, troubled: Shop) -> None:
    for shop, result in ((passing, "PASSED"), (troubled, "FAILED")):
        said = unsigned(shop)["predicate"]
        known = REQUIRED | {"inputAttestations", "dependencyLevels", "slsaVersion"}
        assert set(said) >= REQUIRED
        assert all("://" in name for name in set(said) - known)
        assert said["policy"]["uri"]
        assert said["verificationResult"] == result
        assert all(set(one["digest"]) == {"sha256"} for one in said["inputAttestations"])
        assert said["slsaVersion"] == "1.0"


def test_a_hold_is_never_more_than_failed(troubled: Shop) -> None:
    said = unsigned(troubled)["predicate"]
    assert said["verifiedLevels"] == ["FAILED"]
    gates = said["https://phaseproof.dev/decision/v1"]["gates"]
    assert {gate["verdict"] for gate in gates} == {"HOLD"}


def test_no_slsa_level_is_claimed(passing: Shop) -> None:
    assert unsigned(passing)["predicate"]["verifiedLevels"] == ["PHASEPROOF_ASSURANCE_SELF"]


def test_it_is_of_the_commit_that_was_decided_on_and_names_all_that_counted(troubled: Shop) -> None:
    said = unsigned(troubled)
    assert said["subject"][0]["digest"]["gitCommit"] == troubled.repo.commits[-2]
    assert said["predicate"]["resourceUri"].endswith(troubled.repo.commits[-2])
    named = {one["digest"]["sha256"] for one in said["predicate"]["inputAttestations"]}
    board = troubled.run("status", "--verify", "--format", "json", "--commit", troubled.repo.commits[-2]).json
    rests = {digest[7:] for gate in board["gates"] for item in gate["items"] if item["verdict"] == "proven"
             for digest in item["evidence"]}  # fmt: skip
    assert rests <= named
    assert len(named - rests) == 1  # the decision itself


def test_the_envelope_is_signed_by_the_runner_and_by_nobody_else(passing: Shop) -> None:
    done = passing.run("report", "vsa")
    envelope = Envelope.from_dict(json.loads(done.out))
    assert set(envelope.verify([their_key(passing, "local")], threshold=1))
    assert json.loads(envelope.payload) == unsigned(passing)
    with pytest.raises(VerificationError):
        envelope.verify([their_key(passing, "mara")], threshold=1)


def test_out_writes_the_same_bytes(passing: Shop, tmp_path: Path) -> None:
    path = tmp_path / "vsa.json"
    assert passing.run("report", "vsa", "--out", str(path)).code == 0
    assert path.read_text() == passing.run("report", "vsa").out.rstrip("\n")


def test_another_resource_may_be_named_and_must_be_a_uri(passing: Shop) -> None:
    named = unsigned(passing, "--resource", "pkg:oci/shop@sha256:aa")["predicate"]
    assert named["resourceUri"] == "pkg:oci/shop@sha256:aa"
    for wrong in ("shop", "a b:c", "pkg:ö"):
        said = passing.run("report", "vsa", "--resource", wrong)
        assert (said.code, said.out) == (2, ""), wrong


def test_without_a_decision_there_is_nothing_to_summarize(tmp_path: Path, passing: Shop) -> None:
    from quay import CONFIGURATION, OURS

    from support.shop import open_shop

    shop = open_shop(tmp_path / "new", OURS, CONFIGURATION)
    said = shop.run("report", "vsa")
    assert (said.code, said.out) == (1, "")
    assert "not-decided" in said.err
    assert "phaseproof gates" in said.err


def test_a_key_that_the_rules_do_not_list_signs_no_summary(passing: Shop, tmp_path: Path) -> None:
    twin = passing.copy(tmp_path / "twin")
    keys.create(twin.home, "stranger", None)
    said = twin.run("report", "vsa", "--runner", "stranger")
    assert (said.code, said.out) == (1, "")
    assert "runner-unlisted" in said.err


def test_a_decision_that_was_altered_gives_no_summary(passing: Shop, tmp_path: Path) -> None:
    twin = passing.copy(tmp_path / "twin")
    first = unsigned(twin)["predicate"]["inputAttestations"][0]["digest"]["sha256"]
    with sqlite3.connect(twin.ledger / "ledger.db") as database:
        (data,) = database.execute("SELECT data FROM objects WHERE digest = ?", (bytes.fromhex(first),)).fetchone()
        assert hashlib.sha256(data).hexdigest() == first
        changed = data.replace(b'"sig":"', b'"sig":"A', 1)
        database.execute("UPDATE objects SET data = ? WHERE digest = ?", (changed, bytes.fromhex(first)))
    said = twin.run("report", "vsa")
    assert (said.code, said.out) == (3, "")


def test_verify_takes_it_and_refuses_one_that_says_more(passing: Shop, troubled: Shop, tmp_path: Path) -> None:
    path = tmp_path / "vsa.json"
    path.write_text(passing.run("report", "vsa", "--resource", "pkg:oci/shop@sha256:aa").out)
    said = passing.run("verify", str(path))
    assert said.code == 0, said.text
    assert "PASSED" in said.out
    assert troubled.run("verify", str(path)).code == 3


@pytest.mark.parametrize(
    ("field", "value"),
    [("verifiedLevels", ["SLSA_BUILD_LEVEL_3"]), ("timeVerified", "2020-01-01T00:00:00.000000Z"),
     ("resourceUri", 7), ("https://phaseproof.dev/decision/v1", {"position": 1}), ("note", "all is well")],
)  # fmt: skip
def test_a_summary_that_the_runner_signed_and_the_ledger_does_not_back_is_refused(
    passing: Shop, tmp_path: Path, field: str, value: Any
) -> None:
    said = unsigned(passing)
    said["predicate"][field] = value
    signer = keys.load(passing.home, "local", lambda _: "")
    subject = [Subject(one["digest"], one["name"]) for one in said["subject"]]
    path = tmp_path / "vsa.json"
    path.write_bytes(seal(statement(subject, said["predicateType"], said["predicate"]), [signer]))
    refused = passing.run("verify", str(path))
    assert refused.code == 3
    assert "summary-differs" in refused.err


def test_a_person_s_key_signs_no_summary(passing: Shop, tmp_path: Path) -> None:
    said = unsigned(passing)
    signer = keys.load(passing.home, "mara", lambda _: PASSPHRASE)
    subject = [Subject(one["digest"], one["name"]) for one in said["subject"]]
    path = tmp_path / "vsa.json"
    path.write_bytes(seal(statement(subject, said["predicateType"], said["predicate"]), [signer]))
    assert "signature-unknown" in passing.run("verify", str(path)).err
