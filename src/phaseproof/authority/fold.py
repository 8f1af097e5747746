"""Events -> view. Order in, state out; the same events always give the same view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from phaseproof.authority.view import (
    CheckView,
    Decided,
    InForce,
    Installed,
    Proposal,
    Proposed,
    Run,
    Signed,
    Signing,
    Start,
    View,
)
from phaseproof.digests import ZERO, Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.model import Fact
from phaseproof.ledger.model import Event

_T = TypeVar("_T")


class RunStarted(Struct, frozen=True):
    """Payload of `run-started`."""

    run: str
    check: str
    check_digest: Digest
    inputs: Digest
    commit: str
    limit: int


class RunAbandoned(Struct, frozen=True):
    """Payload of `run-abandoned`: its runner gave it up and could still say so."""

    run: str
    check: str
    reason: str


class Folder:
    """Takes events one after the other; `view()` may be asked at any position."""

    def __init__(self) -> None:
        self._tenant: Digest = ZERO
        self._size = 0
        self._head: Digest = ZERO
        self._genesis: dict[str, Any] = {}
        self._last = ""
        self._bundles: list[InForce] = []
        self._proposals: list[Proposed] = []
        self._runs: dict[str, list[Run]] = {}
        self._controls: dict[str, list[Run]] = {}
        self._open: dict[str, dict[str, Start]] = {}
        self._signed: list[Signed] = []
        self._decided: list[tuple[int, Decided]] = []

    def take(self, event: Event, digest: Digest) -> None:
        """Fold one event.

        Raises:
            Untrue: a type nobody knows, or a payload that is not of its type (`event-unreadable`).
        """
        match event.type:
            case "evidence":
                self._evidence(event)
            case "control":
                fact = _read(event, Fact)
                self._controls.setdefault(fact.check, []).append(Run(event.position, fact))
            case "run-started":
                one = _read(event, RunStarted)
                start = Start(event.position, event.at, one.run, one.check_digest, one.inputs, one.commit, one.limit)
                self._open.setdefault(one.check, {})[one.run] = start
            case "run-abandoned":
                gone = _read(event, RunAbandoned)
                known = self._open.get(gone.check, {}).get(gone.run)
                if known is not None:
                    self._open[gone.check][gone.run] = msgspec.structs.replace(known, ended=gone.reason)
            case "signed":
                self._signed.append(Signed(event.position, event.at, _read(event, Signing)))
            case "bundle-proposed":
                self._proposals.append(Proposed(event.position, event.at, _read(event, Proposal)))
            case "bundle-installed" | "bundle-activated":
                self._bundles.append(InForce(event.position, event.at, _read(event, Installed)))
            case "decided":
                self._decided.append((event.position, _read(event, Decided)))
            case "genesis":
                if event.position != 0:
                    raise Untrue("event-unreadable", f"event {event.position} is a second genesis")
                self._tenant, self._genesis = digest, event.payload
            case _:
                raise Untrue(
                    "event-unreadable",
                    f"event {event.position} is of the unknown type {event.type!r}",
                    "install the version of phaseproof that wrote this ledger",
                )
        self._size, self._head, self._last = event.position + 1, digest, event.at

    def _evidence(self, event: Event) -> None:
        fact = _read(event, Fact)
        self._runs.setdefault(fact.check, []).append(Run(event.position, fact))
        self._open.get(fact.check, {}).pop(fact.run, None)

    def view(self) -> View:
        """The state after the events taken so far."""
        names = {*self._runs, *self._controls, *self._open}
        return View(
            tenant=self._tenant,
            size=self._size,
            head=self._head,
            genesis=self._genesis,
            last_at=self._last,
            bundles=tuple(self._bundles),
            proposals=tuple(self._proposals),
            checks={
                name: CheckView(
                    tuple(self._runs.get(name, ())),
                    tuple(self._open.get(name, {}).values()),
                    tuple(self._controls.get(name, ())),
                )
                for name in names
            },
            signed=tuple(self._signed),
            decided=tuple(self._decided),
        )


def fold(events: Iterable[tuple[Event, Digest]]) -> View:
    """The view after all events.

    Raises:
        Untrue: see `Folder.take`.
    """
    folder = Folder()
    for event, digest in events:
        folder.take(event, digest)
    return folder.view()


def _read(event: Event, kind: type[_T]) -> _T:
    try:
        return msgspec.convert(event.payload, kind)
    except msgspec.ValidationError as error:
        raise Untrue("event-unreadable", f"event {event.position} ({event.type}): {error}") from error
