"""A ledger opened for `verify`: the store is audited first, so that damage is named record by record."""

from __future__ import annotations

from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State, open_state
from phaseproof.errors import Untrue
from phaseproof.ledger import audit
from phaseproof.ledger.opening import open_ledger


def open_checked(desk: Desk, trust: str | None = None) -> State:
    """Open a ledger; where its own bytes do not hold, say which record.

    Args:
        desk: where.
        trust: as `open_state`.

    Raises:
        Untrue: the store does not hold (every damaged record named), or is not the one known or trusted.
        Unable: no ledger, or no bundle in it.
    """
    try:
        return open_state(desk, trust)
    except Untrue as error:
        with open_ledger(desk.folder) as ledger:
            report = audit.examine(ledger)
        if not report.findings:
            raise
        named = "\n  ".join(f"{one.record}: {one.fact} [{one.rule}]" for one in report.findings)
        raise Untrue(
            report.findings[0].rule,
            f"{len(report.findings)} records:\n  {named}",
            "restore the ledger from a backup or another clone, then phaseproof verify",
        ) from error
