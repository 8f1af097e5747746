"""A thousand items, each with a check of its own that ran twice or more: the largest page that has a promised size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from phaseproof.bundle import digest
from phaseproof.bundle.model import Binding, BundleItem, Check, Gate, KindRef, Reading
from phaseproof.decisions.state import State
from phaseproof.digests import sha256
from phaseproof.evidence.model import FindingRecord
from phaseproof.instants import text as text_of
from phaseproof.ledger.model import Event, Ledger
from phaseproof.reports.documents import document
from phaseproof.reports.dossier import Dossier, sightings
from support.memory_ledger import MemoryLedger
from support.programme import START, Programme
from support.rules import PLAN

PER_GATE = 50


class _Ledger(MemoryLedger):
    """A ledger in memory that counts its streams."""

    def __init__(self, programme: str, at: str) -> None:
        self._next: dict[str, int] = {}
        super().__init__(programme, at)

    def next_seq(self, stream: str) -> int:
        return self._next.get(stream, 0)

    def write(self, stream: str, type_: str, actor: str, payload: Mapping[str, Any], at: str) -> Event:
        event = super().write(stream, type_, actor, payload, at)
        self._next[stream] = event.seq + 1
        return event


def large(count: int = 1000) -> tuple[Dossier, Ledger]:
    """The dossier and the ledger behind it; every seventh item is refuted at the end."""
    programme = Programme()
    programme.ledger = _Ledger("orders", text_of(START))
    gates = tuple(Gate(f"gate-{n}", f"Gate {n}: part {n}", "gate", PLAN) for n in range(-(-count // PER_GATE)))
    items, bindings, checks, lines = [], [], [], ["# Phase 1: Many parts", ""]
    for n in range(count):
        if n % PER_GATE == 0:
            lines += ["", f"## Gate {n // PER_GATE}: part {n // PER_GATE}", "", "What these parts have in common.", ""]
        full = f"{PLAN}:P-{n}"
        text = f"Part number {n} does what its {n % 11} neighbours rely on, and says so in its own log"
        lines.append(f"- [{'x' if n % 3 else ' '}] P-{n} {text}.")
        items.append(BundleItem(full, "acceptance", f"P-{n} {text}.", (f"gate-{n // PER_GATE}",)))
        checks.append(Check(f"part-{n}", KindRef("tests", "phaseproof"), {"run": f"python -m pytest tests/part_{n}"},
                            (f"parts/part_{n}/**",), (f"tests/part_{n}/**",)))  # fmt: skip
        bindings.append(Binding(full, check=f"part-{n}"))
    programme.rules(gates=gates, items=tuple(items), bindings=tuple(bindings), checks=tuple(checks)).installed()
    log = b"collected 12 items\n............\n12 passed in 0.42s\n"
    programme.ledger.objects[sha256(log)] = log
    own = digest.of(programme.bundle)
    with patch("support.programme.digest.of", lambda _: own):
        _run(programme, count, log)
    board = programme.board()
    reading = Reading({PLAN: sha256(b"")}, "1", order=tuple(gate.id for gate in gates))
    state = State(programme.ledger, programme.view, programme.bundle, reading)  # type: ignore[arg-type]
    made = Dossier(
        board=board, checked=2 * count, dirty=(), documents=(document(PLAN, "\n".join(lines).encode()),),
        items={item.id: item for item in items}, bindings={one.item: one for one in bindings},
        sightings=sightings(state, board, programme.now), signed={}, decided=None,
        runners={name: one.key for name, one in programme.bundle.runners.items()}, people=programme.bundle.people,
        order={}, after={}, parents={}, plans={gate.id: PLAN for gate in gates},
    )  # fmt: skip
    return made, programme.ledger  # type: ignore[return-value]


def _run(programme: Programme, count: int, log: bytes) -> None:
    for n in range(count):
        more: dict[str, Any] = {"objects": {"log": sha256(log)}, "exit_code": 0,
                                "command": ("python", "-m", "pytest", "-q", f"tests/part_{n}")}  # fmt: skip
        for _ in range(2):
            programme.runs(f"part-{n}", **more)
        finding = FindingRecord("failed", f"test_part_{n} failed: 3 != 4", f"tests/part_{n}/test_it.py", 17)
        if n % 7 == 0:
            programme.runs(f"part-{n}", "negative", **more, findings=(finding,))
