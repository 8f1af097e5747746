"""What a runner saw, as an in-toto predicate (FORMATS, section 3), and what the ledger's index keeps of it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from phaseproof.bundle.model import Strength
from phaseproof.digests import Digest
from phaseproof.evidence.sensitivity import Sensitivity

STATEMENT = "https://in-toto.io/Statement/v1"
EVIDENCE = "https://phaseproof.dev/evidence/v1"
CONTROL = "https://phaseproof.dev/control/v1"
DECISION = "https://phaseproof.dev/decision/v1"
PAYLOAD = "application/vnd.in-toto+json"
"""DSSE payload type of every envelope."""
Outcome = Literal["positive", "negative", "inconclusive"]
"""What a run came to; another word makes a statement unreadable."""


class FindingRecord(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A finding as it stands in evidence."""

    rule: str
    message: str
    path: str = ""
    line: int = 0
    level: str = "error"


class InputsRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """The inputs of a run: digests, and the manifest (path, mode, object id of each file) as an object."""

    digest: Digest
    files: int
    manifest: Digest


class KindRecord(Struct, frozen=True, forbid_unknown_fields=True):
    """Which code judged."""

    name: str
    distribution: str
    version: str


class ControlRecord(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """A control in short.

    Attributes:
        name: `subject truncated`, or the declared one's name.
        envelope: digest of the envelope of its result.
        outcome: negative is good: the check noticed.
        selections: digest of a selection -> outcome under the control.
        reason: reason code where inconclusive.
    """

    name: str
    envelope: Digest
    outcome: Outcome
    selections: dict[Digest, Outcome] = {}
    reason: str = ""


class Evidence(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The predicate of evidence and, with `control` set, of a control's result.

    No secret, token, home path or host name enters it. A field that is not known here makes it unreadable: it may say
    something that ought to hold the gate.

    Attributes:
        tenant: genesis of the ledger it was made for.
        bundle: digest of the bundle that asked for it.
        check: name of the check.
        check_digest: digest of everything that makes it this check (bundle/digest.py).
        kind: which code judged.
        subject, instrument, environment: digests.
        inputs: everything the check could read.
        command: arguments, if one command was run.
        exit_code: its exit code.
        started, finished: UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        platform: system, machine, Python version; no host name.
        strength: how it was seen.
        mechanism: what kept the check apart: `bubblewrap, own user, no network`, `working tree` …
        runner: name of the runner in the bundle, or `local`.
        run: id of the run, random, announced by `run-started` before it.
        outcome: positive, negative, inconclusive.
        reason: reason code where inconclusive.
        summary: one line for people.
        cases: number of things judged.
        metrics: flat name -> decimal string.
        findings: what was noticed, at most 1,000.
        selections: digest of a selection -> outcome.
        objects: name -> digest of logs and outputs.
        overtaken: the commit or the inputs had moved at the end.
        controls: what was tried to make it fail, and what came of it.
        control: name of the control this is the result of, empty for evidence.
        control_digest: digest of what the control changed.
        sensitivity: how many changed functions it noticed, where the check asks for that.
    """

    tenant: Digest
    bundle: Digest
    check: str
    check_digest: Digest
    kind: KindRecord
    subject: Digest
    instrument: Digest
    environment: Digest
    inputs: InputsRecord
    started: str
    finished: str
    platform: str
    strength: Strength
    mechanism: str
    runner: str
    run: str
    outcome: Outcome
    command: tuple[str, ...] = ()
    exit_code: int | None = None
    reason: str = ""
    summary: str = ""
    cases: int = 0
    metrics: dict[str, str] = {}
    findings: tuple[FindingRecord, ...] = ()
    selections: dict[Digest, Outcome] = {}
    objects: dict[str, Digest] = {}
    overtaken: bool = False
    controls: tuple[ControlRecord, ...] = ()
    control: str = ""
    control_digest: Digest = ""
    sensitivity: Sensitivity | None = None


class Fact(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """What an `evidence` or `control` event's payload keeps of an envelope: what the fold needs and no more.

    The envelope is the authority: whoever says PASS opens it, verifies it, derives the fact again and compares.
    """

    envelope: Digest
    check: str
    check_digest: Digest
    inputs: Digest
    subject: Digest
    instrument: Digest
    environment: Digest
    bundle: Digest
    commit: str
    run: str
    outcome: Outcome
    strength: Strength
    mechanism: str
    runner: str
    key: str
    started: str
    finished: str
    reason: str = ""
    summary: str = ""
    selections: dict[Digest, Outcome] = {}
    overtaken: bool = False
    controls: tuple[ControlRecord, ...] = ()
    control: str = ""
    control_digest: Digest = ""
    sensitivity: Sensitivity | None = None
