"""The signed statement of a decision (DESIGN 10).

It names genesis, stream, the `seq` it will take and the checkpoint its signer saw: it cannot be replayed or carried
to a fork, and every signer is a witness.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import Statement
from phaseproof.evidence.model import DECISION


class Seen(Struct, frozen=True, forbid_unknown_fields=True):
    """The tree head a signer saw: number of events and Merkle root."""

    size: int
    root: Digest


class Decision(Struct, frozen=True, forbid_unknown_fields=True):
    """The predicate of a decision.

    Attributes:
        decision: `install`, `approve`, `activate`, `sign`, `gates` …
        tenant: genesis.
        stream: where it will stand.
        seq: the sequence number it will take there.
        checkpoint: what its signer saw.
        at: UTC instant of signing.
        actor: person or runner.
        content: what is decided, by decision.
    """

    decision: str
    tenant: Digest
    stream: str
    seq: int
    checkpoint: Seen
    at: str
    actor: str
    content: dict[str, Any]


def decision_of(statement: Statement) -> Decision:
    """The decision predicate of a statement.

    Raises:
        Untrue: another predicate, or one that cannot be read (`decision-unreadable`).
    """
    if statement.predicate_type != DECISION:
        raise Untrue("decision-unreadable", f"predicate {statement.predicate_type!r} is no decision")
    try:
        return msgspec.convert(statement.predicate, Decision)
    except msgspec.ValidationError as error:
        raise Untrue("decision-unreadable", f"decision predicate: {error}") from error
