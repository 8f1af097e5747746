"""From a statement to a fact: nothing dropped in silence, nothing that makes no sense."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from phaseproof.evidence.decision import decision_of
from phaseproof.evidence.envelope import Statement, Subject, keyid, read_statement, statement, unverified
from phaseproof.evidence.fact import commit_of, evidence_of, fact_of
from phaseproof.evidence.model import CONTROL, DECISION, EVIDENCE, Evidence, Fact
from support.programme import Programme

COMMIT = Subject({"gitCommit": "c" * 40}, "commit")


def predicate(**changes: Any) -> dict[str, Any]:
    programme = Programme().item("E-1", check="unit").proves("E-1")
    event = programme.ledger.rows[-1][0]
    held = msgspec.json.decode(unverified(programme.ledger.get(event.payload["envelope"]))[1])["predicate"]
    return {key: value for key, value in {**held, **changes}.items() if value is not None}


def made(of: str = EVIDENCE, subject: tuple[Subject, ...] = (COMMIT,), **changes: Any) -> Statement:
    return read_statement(statement(subject, of, predicate(**changes)))


def unreadable(one: Statement) -> None:
    with pytest.raises(Untrue) as caught:
        fact_of(one, sha256(b"e"), "k")
    assert caught.value.rule == "evidence-unreadable"
    assert caught.value.exit_code == 3


def test_a_fact_says_what_its_evidence_says() -> None:
    fact = fact_of(made(summary="12 passed", overtaken=True), sha256(b"e"), "k")
    assert (fact.envelope, fact.key, fact.commit) == (sha256(b"e"), "k", "c" * 40)
    assert (fact.summary, fact.overtaken, fact.outcome) == ("12 passed", True, "positive")


def test_every_field_of_a_fact_comes_from_somewhere() -> None:
    told = set(Fact.__struct_fields__) - {"envelope", "key", "commit"}
    assert told <= set(Evidence.__struct_fields__)


@pytest.mark.parametrize(
    "changes",
    [
        {"skipped_everything": True},
        {"outcome": "splendid"},
        {"outcome": None},
        {"selections": {"sha256:x": "maybe"}},
        {"strength": "absolute"},
        {"kind": {"name": "tests", "distribution": "phaseproof", "version": "1", "fork": "mine"}},
        {"controls": [{"name": "n", "envelope": sha256(b"c"), "outcome": "negative", "note": "really"}]},
        {"controls": [{"name": "n", "envelope": "there", "outcome": "negative"}]},
        {"inputs": {"digest": "x", "files": 1, "manifest": sha256(b"m")}},
        {"objects": {"log": "../../etc/passwd"}},
        {"metrics": {"p95": "NaN"}},
        {"metrics": {"p95": "Infinity"}},
        {"metrics": {"p95": "fast"}},
        {"metrics": {"p95": 12}},
        {"started": "yesterday"},
        {"finished": "2026-03-01 09:00"},
        {"finished": "2026-02-30T09:00:00.000000Z"},
        {"started": "2030-01-01T00:00:00.000000Z"},
        {"overtaken": 0},
        {"exit_code": "0"},
    ],
)
def test_evidence_that_is_not_understood_is_refused(changes: dict[str, Any]) -> None:
    unreadable(made(**changes))


@pytest.mark.parametrize("figure", ["0", "-1.5", "0.001", "1E+3"])
def test_figures_are_finite_decimals(figure: str) -> None:
    assert evidence_of(made(metrics={"p95": figure})).metrics == {"p95": figure}


def test_a_controls_result_and_evidence_are_told_apart() -> None:
    unreadable(made(CONTROL))
    unreadable(made(EVIDENCE, control="subject truncated"))
    assert fact_of(made(CONTROL, control="subject truncated"), sha256(b"e"), "k").control == "subject truncated"


def test_another_predicate_is_no_evidence() -> None:
    unreadable(made(DECISION))
    unreadable(made("https://in-toto.io/attestation/test-result/v0.1"))


@pytest.mark.parametrize(
    "subject",
    [(Subject({"sha256": "0" * 64}, "artifact"),), (COMMIT, Subject({"gitCommit": "d" * 40}, "another"))],
)
def test_evidence_is_about_one_commit(subject: tuple[Subject, ...]) -> None:
    unreadable(made(subject=subject))
    assert commit_of(made(subject=(COMMIT, Subject({"sha256": "0" * 64}, "artifact")))) == "c" * 40


@pytest.mark.parametrize("change", [{"mood": "good"}, {"seq": "1"}, {"checkpoint": {"size": 1}}, {"tenant": None}])
def test_a_decision_that_is_not_understood_is_refused(change: dict[str, Any]) -> None:
    whole = {
        "decision": "sign", "tenant": sha256(b"t"), "stream": "sign/x", "seq": 1, "at": "2026-03-01T09:00:00.000000Z",
        "checkpoint": {"size": 1, "root": sha256(b"r")}, "actor": "alice", "content": {},
    }  # fmt: skip
    good = read_statement(statement((COMMIT,), DECISION, whole))
    assert decision_of(good).actor == "alice"
    bad = {key: value for key, value in {**whole, **change}.items() if value is not None}
    for one in (read_statement(statement((COMMIT,), DECISION, bad)), made()):
        with pytest.raises(Untrue) as caught:
            decision_of(one)
        assert caught.value.rule == "decision-unreadable"
    assert keyid(b"x") == sha256(b"x")[7:]
