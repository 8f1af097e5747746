"""Golden files: bytes that others have signed and stored. Where one changes, a format has changed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import (
    Binding,
    Bundle,
    BundleItem,
    Check,
    ControlSpec,
    Environment,
    Gate,
    KindRef,
    Policy,
    Role,
    Runner,
    Selection,
)
from phaseproof.digests import Digest, sha256
from phaseproof.evidence.decision import Decision, Seen
from phaseproof.evidence.envelope import Subject, keyid, open_envelope, seal, statement
from phaseproof.evidence.fact import fact_of
from phaseproof.evidence.keys import FileSigner, uri
from phaseproof.evidence.model import (
    DECISION,
    EVIDENCE,
    ControlRecord,
    Evidence,
    FindingRecord,
    InputsRecord,
    KindRecord,
)
from phaseproof.ledger import chain, checkpoint
from phaseproof.ledger.model import Entry
from phaseproof.ledger.prepared import prepare

FOLDER = Path(__file__).parents[1] / "golden"
AT = "2026-03-01T09:30:00.250000Z"
RUNNER = FileSigner("ci", Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
ALICE = FileSigner("alice", Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64))))


def of(word: str) -> Digest:
    return sha256(word.encode())


FAST = Selection(tests=("test_fast_*",))
BUNDLE = Bundle(
    programme="orders",
    items=(BundleItem("docs/plan.md:E-01", "acceptance", "Orders survive a restart", ("gate-a",)),),
    gates=(Gate("gate-a", "Gate A", "gate", "docs/plan.md"),),
    bindings=(Binding("docs/plan.md:E-01", check="unit", selection=FAST, max_age=86400),),
    checks=(
        Check(
            "unit", KindRef("tests", "phaseproof"), {"run": ["python", "-m", "pytest"]}, ("src/**",), ("tests/**",),
            (ControlSpec(name="slow handler", patch="controls/slow.patch"),), timeout=600,
        ),
    ),
    roles={"maintainer": Role(("alice",), 1)},
    people={"alice": uri(ALICE.public)},
    runners={"ci": Runner(uri(RUNNER.public), True)},
    policy=Policy(protected="main", migrate=("maintainer",)),
    environment=Environment("uv sync --frozen", ("uv.lock",), ("LANG",)),
)  # fmt: skip
TENANT = chain.genesis(AT, "alice", {"programme": "orders", "nonce": "0" * 32})
GATE = Evidence(
    tenant=TENANT[2], bundle=digest.of(BUNDLE), check="unit",
    check_digest=digest.of_check(BUNDLE.checks[0], "0.1.0", BUNDLE.environment),
    kind=KindRecord("tests", "phaseproof", "0.1.0"), subject=of("subject"), instrument=of("instrument"),
    environment=of("environment"), inputs=InputsRecord(of("inputs"), 41, of("manifest")), started=AT,
    finished="2026-03-01T09:31:00.000000Z", platform="Linux x86_64, Python 3.11", strength="independent",
    mechanism="bubblewrap, own user, no network", runner="ci", run="5f" * 16, outcome="positive",
    command=("python", "-m", "pytest", "-q"), exit_code=0, summary="412 passed", cases=412,
    metrics={"passed": "412", "seconds": "41.5"},
    findings=(FindingRecord("skipped", "one test was skipped: “später”", "tests/test_é.py", 12, "note"),),
    selections={digest.of_selection(FAST): "positive"}, objects={"junit.xml": of("junit")},
    controls=(ControlRecord("subject truncated", of("control"), "negative", {digest.of_selection(FAST): "negative"}),),
)  # fmt: skip


def evidence() -> bytes:
    subject = [
        Subject({"gitCommit": "c" * 40, "gitTree": "d" * 40}, "commit"),
        Subject({"sha256": "e" * 64}, "junit.xml"),
    ]
    return seal(statement(subject, EVIDENCE, GATE), [RUNNER])


def fact() -> bytes:
    opened = open_envelope(evidence(), {keyid(RUNNER.public): RUNNER.public})
    return canonical.encode(fact_of(opened.statement, opened.digest, opened.keys[0]))


def decision() -> bytes:
    content = {"purpose": "item", "target": "docs/plan.md:E-01", "content": of("content"), "role": "maintainer"}
    made = Decision("sign", TENANT[2], "sign/item/abc/alice", 0, Seen(1, of("root")), AT, "alice", content)
    return seal(statement([Subject({"sha256": of("content")[7:]}, "content")], DECISION, made), [ALICE])


def event() -> bytes:
    payload = canonical.decode(fact())
    entry = Entry("check/unit", None, "evidence", AT, "ci", payload, once=payload["envelope"])
    return chain.link(prepare(entry), TENANT[2], 1, 0, TENANT[2])[1]


def note() -> bytes:
    return (checkpoint.sign(TENANT[2], 2, of("root"), RUNNER).note or "").encode()


def bundle() -> bytes:
    return canonical.encode(BUNDLE)


def digests() -> bytes:
    named = {
        "bundle": digest.of(BUNDLE), "bundle content": digest.content(BUNDLE), "check": GATE.check_digest,
        "selection": digest.of_selection(FAST), "tenant": TENANT[2], "envelope": sha256(evidence()),
        "event": sha256(event()),
    }  # fmt: skip
    return "".join(f"{value}  {name}\n" for name, value in named.items()).encode()


GOLDEN = {
    "evidence.dsse.json": evidence,
    "fact.json": fact,
    "decision.dsse.json": decision,
    "genesis.json": lambda: TENANT[1],
    "event.json": event,
    "checkpoint.note": note,
    "bundle.json": bundle,
    "digests.txt": digests,
}


@pytest.mark.parametrize("name", GOLDEN)
def test_the_format_is_what_it_was(name: str) -> None:
    """After a change of format that is meant: PHASEPROOF_WRITE_GOLDEN=1 pytest tests/evidence/test_golden_files.py."""
    made, file = GOLDEN[name](), FOLDER / name
    if os.environ.get("PHASEPROOF_WRITE_GOLDEN"):
        file.write_bytes(made)
    assert file.read_bytes() == made


def test_what_was_stored_still_opens() -> None:
    keys = {keyid(one.public): one.public for one in (RUNNER, ALICE)}
    opened = open_envelope((FOLDER / "evidence.dsse.json").read_bytes(), keys)
    assert opened.keys == (keyid(RUNNER.public),)
    stored = (FOLDER / "fact.json").read_bytes()
    assert canonical.encode(fact_of(opened.statement, opened.digest, opened.keys[0])) == stored
    assert open_envelope((FOLDER / "decision.dsse.json").read_bytes(), keys).keys == (keyid(ALICE.public),)
    checkpoint.verify((FOLDER / "checkpoint.note").read_text(encoding="utf-8"), {"ci": RUNNER.public})
    assert chain.decode_strict((FOLDER / "event.json").read_bytes(), 1).payload == canonical.decode(stored)
