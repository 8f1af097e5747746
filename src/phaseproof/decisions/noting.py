"""Runs noted in `known-tenants` while they last: a ledger put back to before a failure is shorter than remembered."""

from __future__ import annotations

import time

from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State, note_seen

INTERVAL = 1.0
"""Seconds between two notes, at least; a note reads the whole ledger, and its cost stays below a twentieth."""


class Notes:
    """Remembers the ledger's head from time to time, the first time at once.

    Args:
        desk: whose home remembers.
        state: the ledger.
    """

    def __init__(self, desk: Desk, state: State) -> None:
        self._desk, self._state = desk, state
        self._due = 0.0
        self._noted = 0

    def now_and_then(self) -> None:
        """Remember the head, if the last time was long enough ago."""
        if time.monotonic() >= self._due:
            self.now()

    def now(self) -> None:
        """Remember the head, if it has moved.

        Raises:
            Unable: the home cannot be written.
            Untrue: the ledger does not hold.
        """
        ledger = self._state.ledger
        size = ledger.size()
        if size == self._noted:
            return
        started = time.monotonic()
        note_seen(self._desk, self._state, ledger.checkpoint())
        ended = time.monotonic()
        self._noted, self._due = size, ended + max(INTERVAL, 20 * (ended - started))
