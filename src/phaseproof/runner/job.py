"""One check to run, and what running it came to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from phaseproof.bundle.inputs import Files
from phaseproof.bundle.model import Check, CheckInputs, ControlSpec, Selection, Strength
from phaseproof.checks.kind import Control, Kind, Result
from phaseproof.digests import Digest
from phaseproof.evidence.sensitivity import Sensitivity


def nothing_accepted(name: str) -> bytes | None:
    """`Bench.accepted` where the ledger holds no earlier evidence."""
    del name
    return None


class Job(Struct, frozen=True):
    """A check at a commit.

    Attributes:
        check: as agreed, its kind's default globs in place.
        kind: what judges.
        options: the kind's, decoded.
        files: its files by role.
        inputs: their digests, or the reason why there are none.
        selections: what bindings ask of it.
        isolated: in a clean checkout; False in the working tree.
        accepted: output name -> bytes of the nearest accepted evidence, see `Bench.accepted`.
    """

    check: Check
    kind: Kind
    options: Any
    files: Files
    inputs: CheckInputs
    selections: tuple[Selection, ...] = ()
    isolated: bool = True
    accepted: Callable[[str], bytes | None] = nothing_accepted


class Case(Struct, frozen=True):
    """A control of a job: a change under which it must come to a negative result.

    Attributes:
        name: shown to people, unique within the job.
        digest: of what it changes; `control_digest` in evidence.
        automatic: the kind's own change, or
        declared: the plan's.
        added: variables that go with an automatic one.
    """

    name: str
    digest: Digest
    automatic: Control | None = None
    declared: ControlSpec | None = None
    added: Mapping[str, str] = {}


class Ran(Struct, frozen=True):
    """What a run came to, and its circumstances.

    Attributes:
        check: name of the check.
        run: id of the run, announced before it.
        result: what the kind saw.
        strength: how it was seen: `isolated` or `observed`; `independent` is granted elsewhere.
        separate: the mechanism keeps keys, repository, ledger and home from every process of the check.
        mechanism: what kept the check apart.
        environment: digest of what it ran in.
        platform: system, processor, Python.
        started, finished: UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`.
        inputs: digests of what it could read.
        manifest: canonical list of those files; its digest is `inputs.inputs`.
        outputs: name -> bytes to keep as objects.
        overtaken: the inputs in the working tree had changed at the end.
        control: name of the control it is the result of, empty for the check itself.
        control_digest: what that control changed.
        log: what a set-up or control that failed said; the check's own output is among `outputs`.
        sensitivity: how many changed functions it noticed; None where that was not measured.
    """

    check: str
    run: str
    result: Result
    strength: Strength
    separate: bool
    mechanism: str
    environment: Digest
    platform: str
    started: str
    finished: str
    inputs: CheckInputs
    manifest: bytes = b""
    outputs: Mapping[str, bytes] = {}
    overtaken: bool = False
    control: str = ""
    control_digest: Digest = ""
    log: bytes = b""
    sensitivity: Sensitivity | None = None
