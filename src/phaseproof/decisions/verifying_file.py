"""One envelope or checkpoint note in a file, checked against the keys of the installed bundles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from phaseproof.decisions import vsa
from phaseproof.decisions.importing import check_facts, facts_of
from phaseproof.decisions.joining import mark
from phaseproof.decisions.state import State
from phaseproof.decisions.verifying import Keys
from phaseproof.errors import Untrue, Usage
from phaseproof.evidence.decision import decision_of
from phaseproof.evidence.envelope import MAX_ENVELOPE, open_envelope
from phaseproof.evidence.fact import commit_of, evidence_of
from phaseproof.evidence.model import DECISION
from phaseproof.ledger import checkpoint as notes
from phaseproof.ledger.archive import MAGIC, ArchiveSource
from phaseproof.ledger.carried import unpack
from phaseproof.ledger.tree import check_prefix


def verify_file(state: State, path: str) -> dict[str, Any]:
    """Check one file and say what it is.

    Args:
        state: the ledger whose bundles' keys count.
        path: an envelope as DSSE JSON, a checkpoint note, or exported evidence.

    Returns:
        What it says, for people and programs.

    Raises:
        Usage: it cannot be read.
        Untrue: it does not verify, or was made for another ledger.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_ENVELOPE + 1)
    except OSError as error:
        raise Usage("file-unreadable", f"{path}: {error.strerror}", "phaseproof verify FILE") from error
    if data.startswith(MAGIC):
        return _facts(state, path)
    keys = Keys(state)
    if not data.lstrip().startswith(b"{"):
        return _note(state, data, keys)
    data = data.rstrip(b"\r\n")  # what a shell wrote ends with one
    opened = open_envelope(data, keys.everybody(state.view.size))
    if opened.statement.predicate_type == vsa.PREDICATE:
        open_envelope(data, keys.runners(state.view.size))
        return {**vsa.check(state, opened.statement), "keys": ", ".join(key[:16] for key in opened.keys),
                "envelope": opened.digest}  # fmt: skip
    if opened.statement.predicate_type == DECISION:
        decision = decision_of(opened.statement)
        tenant, what, who = decision.tenant, f"decision {decision.decision}", decision.actor
        rest = {"at": decision.at, "stream": f"{decision.stream}:{decision.seq}"}
    else:
        evidence = evidence_of(opened.statement)
        tenant, what, who = evidence.tenant, f"evidence of {evidence.check}", evidence.runner
        rest = {"at": evidence.finished, "outcome": evidence.outcome, "commit": commit_of(opened.statement),
                "strength": f"{evidence.strength} ({evidence.mechanism})", "saw": evidence.summary}  # fmt: skip
    if tenant != state.ledger.tenant:
        raise Untrue("evidence-misplaced", f"{path} was made for ledger {tenant}, this is {state.ledger.tenant}",
                     "verify it with the ledger it was made for")  # fmt: skip
    return {"holds": what, "signed by": who, "keys": ", ".join(key[:16] for key in opened.keys),
            "envelope": opened.digest, **rest}  # fmt: skip


def _facts(state: State, path: str) -> dict[str, Any]:
    """Exported evidence, checked as if it were imported and imported nowhere."""
    with ArchiveSource(Path(path)) as source:
        parcel = unpack(source)
        facts = facts_of(parcel)
        here = {mark(event) for event, _ in state.ledger.events()}
        fresh = [event for event in facts if mark(event) not in here]
        for _, named in check_facts(state, parcel, fresh):
            for _ in parcel.fetch(named):
                pass
    return {"holds": f"{len(facts)} facts", "here already": len(facts) - len(fresh), "ledger": state.ledger.tenant}


def _note(state: State, data: bytes, keys: Keys) -> dict[str, Any]:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise Untrue("file-unreadable", "neither an envelope nor a checkpoint note") from error
    try:
        head, names = notes.verify(text, keys.names())
    except Untrue as error:
        if error.rule != "checkpoint-malformed":
            raise
        raise Untrue(error.rule, error.fact, "name an exported ledger, an envelope or a checkpoint note") from error
    if head.tenant != state.ledger.tenant:
        raise Untrue("genesis-changed", f"it is a checkpoint of {head.tenant}, this ledger is {state.ledger.tenant}")
    check_prefix(state.ledger, head.size, head.root)
    return {"holds": f"checkpoint of {head.size} events", "signed by": ", ".join(names), "root": head.root}
