"""Appends of many threads, committed together: while one thread commits the others queue, and the next one woken
commits for all of them. No thread of its own; a thread alone never waits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from threading import Event, Lock

from msgspec import Struct

from phaseproof.errors import PhaseproofError
from phaseproof.ledger.model import Appended
from phaseproof.ledger.prepared import Prepared

MAX_BATCH = 5000
"""Most events in one commit, unless one append alone has more."""


class Request(Struct, eq=False):
    """One append that waits for its commit.

    Attributes:
        prepared: its entries.
        outcome: once committed.
        error: once refused.
        turn: what its thread waits on; None where it need not.
    """

    prepared: Sequence[Prepared]
    outcome: tuple[Appended, ...] | None = None
    error: PhaseproofError | None = None
    turn: Event | None = None

    def done(self) -> bool:
        """Whether it was committed or refused."""
        return self.outcome is not None or self.error is not None


class Turns:
    """The queue of one ledger handle."""

    def __init__(self, lock: AbstractContextManager[object], commit: Callable[[Sequence[Request]], None]) -> None:
        """Use a lock around each commit.

        Args:
            lock: held while committing.
            commit: commits requests and gives each its outcome or its error.
        """
        self._lock = lock
        self._commit = commit
        self._gate = Lock()
        self._leading = False
        self._queue: deque[Request] = deque()

    def take(self, request: Request) -> None:
        """Have a request committed, by this thread or by another; it is done on return."""
        with self._gate:
            self._queue.append(request)
            if self._leading:
                request.turn = Event()
            self._leading = True
        try:
            if request.turn is not None:
                request.turn.wait()
            if not request.done():
                with self._lock:
                    if not request.done():
                        self._commit_some()
                self._pass_on()
        except BaseException:
            with self._gate, suppress(ValueError):  # it is being committed, or was
                self._queue.remove(request)
            if request.turn is None or request.turn.is_set():
                self._pass_on()
            raise

    def _commit_some(self) -> None:
        batch: list[Request] = []
        events = 0
        with self._gate:
            while self._queue and events < MAX_BATCH:
                batch.append(self._queue.popleft())
                events += len(batch[-1].prepared)
        try:
            self._commit(batch)
        finally:
            for request in batch:
                if request.turn is not None:
                    request.turn.set()

    def _pass_on(self) -> None:
        """Wake the first thread that waits."""
        with self._gate:
            if not self._queue:
                self._leading = False
            elif (turn := self._queue[0].turn) is not None:
                turn.set()
