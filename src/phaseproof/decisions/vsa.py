"""A recorded decision as a SLSA Verification Summary Attestation v1.

Fields as https://slsa.dev/spec/v1.0/verification_summary, section "Fields": `verifier.id`, `timeVerified`,
`resourceUri`, `policy` (with a `uri`), `verificationResult` and `verifiedLevels` are required; `inputAttestations`,
where given, names all that were used. No SLSA level is claimed: levels are our own words, which must not begin with
`SLSA_`. What SLSA has no field for stands under a field whose name is a URI ("Parsing rules").

Before anything is stated the decision's envelope is opened, the ledger folded up to what the decision was taken on, and
the decision taken again.
"""

from __future__ import annotations

from typing import Any

from phaseproof.authority.fold import Folder
from phaseproof.authority.view import Decided, View
from phaseproof.decisions import replaying
from phaseproof.decisions.deciding import require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.proof import rests_on, verify_rests
from phaseproof.decisions.signatures import Heads
from phaseproof.decisions.state import State
from phaseproof.decisions.verifying import Keys, verify_decision
from phaseproof.digests import Digest
from phaseproof.errors import Refused, Untrue, Usage
from phaseproof.evidence import envelope
from phaseproof.evidence.envelope import Subject

PREDICATE = "https://slsa.dev/verification_summary/v1"
VERIFIER = "https://phaseproof.dev/verifier/v1"
POLICY = "https://phaseproof.dev/bundle/v1"
EXTENSION = "https://phaseproof.dev/decision/v1"
DSSE = "application/vnd.dsse.envelope.v1+json"
"""Media type of an envelope, as the DSSE specification gives it."""
_HASHES = {40: "sha1", 64: "sha256"}


def attestation(desk: Desk, state: State, resource: str | None = None) -> bytes:
    """The summary in an envelope signed by the runner's key.

    Args:
        desk: where that key is.
        state: the ledger, open.
        resource: URI of what the summary is of; None for the commit.

    Raises:
        Unable: no such key here.
        Refused: the rules do not list it, or nothing has been decided yet (`not-decided`).
        Untrue: the decision does not hold.
    """
    signer = require_runner(desk, state)
    return envelope.seal(statement(state, resource), [signer])


def statement(state: State, resource: str | None = None, position: int | None = None) -> bytes:
    """The summary as an in-toto statement, unsigned.

    Args:
        state: the ledger, open.
        resource: as in `attestation`.
        position: event of the decision; None for the last.

    Raises:
        Refused, Untrue: as `attestation`.
        Usage: `resource` is no URI.
    """
    if resource is not None and (":" not in resource or not resource.isascii() or any(c <= " " for c in resource)):
        raise Usage("resource-unreadable", f"{resource!r} is no URI", "--resource URI")
    if not state.view.decided:
        raise Refused("not-decided", "nothing has been decided and recorded in this ledger yet", "phaseproof gates")
    chosen = [one for one in state.view.decided if position in (None, one[0])]
    if not chosen:
        raise Untrue("summary-differs", f"event {position} of this ledger is no decision on gates")
    position, decided = chosen[-1]
    keys, heads = Keys(state), Heads()
    verify_decision(state, position, decided.envelope, keys, heads)
    heads.insist(state.ledger)
    view = _view(state, decided.size)
    made = replaying.again(state.ledger, view, position, decided)
    rests = rests_on(made.board)
    verify_rests(state.ledger, view, made.bundle, rests)
    commit = {"gitCommit": decided.commit, "gitTree": made.inputs.tree}
    passed = decided.verdict == "PASS"
    predicate: dict[str, Any] = {
        "verifier": {"id": VERIFIER},
        "timeVerified": decided.at,
        "resourceUri": resource or _uri(decided.commit),
        "policy": {"uri": POLICY, "name": made.bundle.programme, "digest": _digest(decided.bundle)},
        "inputAttestations": [_input(decided.envelope, "decision"), *(_input(one, "evidence") for one in rests)],
        "verificationResult": "PASSED" if passed else "FAILED",
        "verifiedLevels": [f"PHASEPROOF_ASSURANCE_{made.board.assurance.upper()}"] if passed else ["FAILED"],
        "slsaVersion": "1.0",
        EXTENSION: _extension(state, position, decided, made),
    }
    return envelope.statement([Subject(commit, "commit")], PREDICATE, predicate)


def check(state: State, read: envelope.Statement) -> dict[str, Any]:
    """Hold somebody's summary against this ledger: made again for its decision, it must be the same.

    Args:
        state: the ledger, open.
        read: the summary; its signature has been checked.

    Returns:
        What it says, for people and programs.

    Raises:
        Untrue: the ledger says something else (`summary-differs`), or the decision does not hold.
    """
    said = read.predicate
    extension, resource = said.get(EXTENSION), said.get("resourceUri")
    position = extension.get("position") if isinstance(extension, dict) else None
    if not isinstance(position, int) or not isinstance(resource, str):
        raise Untrue("summary-differs", "it does not say which decision it is of")
    if envelope.read_statement(statement(state, resource, position)) != read:
        raise Untrue("summary-differs", f"this ledger says something else of the decision in event {position}",
                     "phaseproof report vsa")  # fmt: skip
    return {"holds": f"summary of the decision in event {position}", "result": said["verificationResult"],
            "commit": read.subject[0].digest["gitCommit"], "at": said["timeVerified"]}  # fmt: skip


def _view(state: State, size: int) -> View:
    """The ledger folded up to a size."""
    folder = Folder()
    for event, digest in state.ledger.events(0, size):
        folder.take(event, digest)
    return folder.view()


def _extension(state: State, position: int, decided: Decided, made: replaying.Again) -> dict[str, Any]:
    asked = decided.gates or tuple(gate.id for gate in made.board.gates)
    return {
        "tenant": state.ledger.tenant,
        "position": position,
        "size": decided.size,
        "runner": decided.runner,
        "assurance": made.board.assurance,
        "gates": [
            {"id": gate.id, "verdict": gate.verdict, "required": gate.required, "proven": gate.proven}
            for gate in made.board.gates
            if gate.id in asked
        ],
    }


def _uri(commit: str) -> str:
    """A commit as a URI (the `gitoid` scheme, https://www.iana.org/assignments/uri-schemes/prov/gitoid)."""
    return f"gitoid:commit:{_HASHES.get(len(commit), 'sha1')}:{commit}"


def _input(digest: Digest, name: str) -> dict[str, Any]:
    return {"name": name, "digest": _digest(digest), "mediaType": DSSE}


def _digest(digest: Digest) -> dict[str, str]:
    return {"sha256": digest.removeprefix("sha256:")}
