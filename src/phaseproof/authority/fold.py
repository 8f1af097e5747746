"""Events -> view. Order in, state out; the same events always give the same view."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

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


class RunStarted(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Payload of `run-started`; `limit` is in seconds."""

    run: str
    check: str
    check_digest: Digest
    inputs: Digest
    commit: str
    limit: Annotated[int, Meta(ge=0, le=2**31)]


class RunAbandoned(Struct, frozen=True, forbid_unknown_fields=True):
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
        self._announced: dict[tuple[str, str], RunStarted] = {}
        self._ended: set[tuple[str, str]] = set()
        self._envelopes: set[Digest] = set()
        self._signed: list[Signed] = []
        self._decided: list[tuple[int, Decided]] = []

    def take(self, event: Event, digest: Digest) -> None:
        """Fold one event.

        Raises:
            Untrue: a type nobody knows, a payload that is not of its type, an event out of its place
                (`event-unreadable`); an envelope or a run that has been used before (`event-replayed`).
        """
        if event.position != self._size or (event.type == "genesis") != (event.position == 0):
            raise _unreadable(event, f"does not belong at place {self._size} of a ledger")
        match event.type:
            case "evidence":
                self._evidence(event)
            case "control":
                fact = self._fact(event)
                if not fact.control:
                    raise _unreadable(event, "is a control's result of no control")
                self._controls.setdefault(fact.check, []).append(Run(event.position, fact, event.at))
            case "run-started":
                self._start(event)
            case "run-abandoned":
                gone = _read(event, RunAbandoned)
                known = self._open.get(gone.check, {}).get(gone.run)
                if known is not None:
                    self._open[gone.check][gone.run] = msgspec.structs.replace(known, ended=gone.reason)
            case "signed":
                signing = _read(event, Signing)
                self._once(event, signing.envelope)
                self._signed.append(Signed(event.position, event.at, signing))
            case "bundle-proposed":
                self._proposals.append(Proposed(event.position, event.at, _read(event, Proposal)))
            case "bundle-installed" | "bundle-activated":
                installed = _read(event, Installed)
                self._once(event, installed.envelope)
                self._bundles.append(InForce(event.position, event.at, installed))
            case "decided":
                decided = _read(event, Decided)
                self._once(event, decided.envelope)
                self._decided.append((event.position, decided))
            case "genesis":
                self._tenant, self._genesis = digest, event.payload
            case _:
                raise _unreadable(event, f"is of the unknown type {event.type!r}")
        self._size, self._head, self._last = event.position + 1, digest, max(self._last, event.at)

    def _start(self, event: Event) -> None:
        one = _read(event, RunStarted)
        key = (one.check, one.run)
        known = self._announced.setdefault(key, one)
        if known is not one:
            if known != one:
                raise _replayed(event, f"announces run {one.run} of {one.check} a second time, of other content")
            return
        if key in self._ended:
            return  # its result came from another clone first
        start = Start(event.position, event.at, one.run, one.check_digest, one.inputs, one.commit, one.limit)
        self._open.setdefault(one.check, {})[one.run] = start

    def _evidence(self, event: Event) -> None:
        fact = self._fact(event)
        if fact.control:
            raise _unreadable(event, f"gives the result of control {fact.control!r} as evidence")
        key = (fact.check, fact.run)
        if key in self._ended:
            raise _replayed(event, f"is a second result of run {fact.run} of {fact.check}")
        self._ended.add(key)
        start = self._open.get(fact.check, {}).get(fact.run)
        if start is not None and (start.check_digest, start.inputs) == (fact.check_digest, fact.inputs):
            del self._open[fact.check][fact.run]
        else:
            start = None  # a run announced for one content does not end with the result of another
        self._runs.setdefault(fact.check, []).append(Run(event.position, fact, event.at, start))

    def _fact(self, event: Event) -> Fact:
        fact = _read(event, Fact)
        self._once(event, fact.envelope)
        return fact

    def _once(self, event: Event, envelope: Digest) -> None:
        if envelope in self._envelopes:
            raise _replayed(event, f"names envelope {envelope}, which an event before it names")
        self._envelopes.add(envelope)

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
        raise _unreadable(event, f"has a payload that is not of its type: {error}") from error


def _unreadable(event: Event, why: str) -> Untrue:
    return Untrue("event-unreadable", f"event {event.position} ({event.type}) {why}",
                  "install the version of phaseproof that wrote this ledger")  # fmt: skip


def _replayed(event: Event, why: str) -> Untrue:
    return Untrue("event-replayed", f"event {event.position} ({event.type}) {why}", "phaseproof verify")
