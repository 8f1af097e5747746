"""The board for people and for programs (EXPERIENCE, minute 7; FORMATS, `status --format json`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from phaseproof.digests import short
from phaseproof.reasons import sentence
from phaseproof.reports.layout import columns, fold, one_line, visible
from phaseproof.verdict.model import Board, GateBoard, ItemBoard, Reason

_COLOURS = {"error": "red", "refuted": "red", "flaky": "yellow", "hollow": "magenta", "stale": "yellow",
            "missing": "yellow", "waived": "cyan", "proven": "green", "PASS": "green", "HOLD": "red"}  # fmt: skip
_SHOWN = 12
"""Blocking items shown per gate before the rest is counted."""
_SETTLED = ("proven", "waived")
_MARGIN = 12
"""Columns that a verdict takes before what is said of it."""


def paint(word: str, width: int = 0) -> str:
    """A verdict in its colour; colours vanish where the output is no terminal."""
    return click.style(word.ljust(width), fg=_COLOURS.get(word), bold=word in ("PASS", "HOLD"))


def told(reasons: Iterable[Reason]) -> str:
    """Reasons as sentences, the first first."""
    return "; ".join(visible(sentence(reason.code, reason.detail)) for reason in reasons)


def heading(board: Board, remarks: Iterable[str] = ()) -> str:
    """The first line: verdict, programme, commit, bundle, position, assurance."""
    parts = [
        f"{paint(board.verdict)}   {board.programme} @ {board.commit[:7]}",
        f"bundle {short(board.bundle)}",
        f"position {board.size}",
        f"assurance {board.assurance}",
        *remarks,
    ]
    return "   ".join(parts)


def text(board: Board, *, everything: bool = False, only: Iterable[str] = (), remarks: Iterable[str] = ()) -> str:
    """The board for people: what blocks first, in the order in which to clear it.

    Each item is shown once, under the innermost gate it counts for.

    Args:
        board: what was decided.
        everything: show proven items too.
        only: gates to show; empty: all.
        remarks: said in the first line: `unverified cache`, `ephemeral` …
    """
    wanted = set(only)
    gates = [gate for gate in board.gates if not wanted or gate.id in wanted]
    items = {item.id: item for item in board.items}
    homes = homes_of(gates)
    lines = [heading(board, remarks), ""]
    if not board.gates:
        lines.append(f"  {sentence('no-gates')}")
    passing: list[GateBoard] = []
    for gate in sorted(gates, key=lambda one: (one.state == "locked", len(one.items))):
        if gate.verdict == "PASS" and not everything:
            passing.append(gate)
            continue
        own = [items[name] for name in gate.items if homes[name] == gate.id]
        lines += _gate(gate, own, everything)
    if passing:
        lines.append(f"{paint('PASS')}   {fold(', '.join(one_line(gate.title) for gate in passing), 7, 7)}")
        apart = [item for gate in passing for item in (items[name] for name in gate.items if homes[name] == gate.id)]
        lines += [_item(item) for item in apart if not item.required and item.judgement.verdict not in _SETTLED]
        noted = [item for item in apart if item.judgement.verdict in _SETTLED and item.judgement.reasons]
        lines += [_item(item) for item in noted[:_SHOWN]]
        if len(noted) > _SHOWN:
            lines.append(f"  … and {len(noted) - _SHOWN} more with a note: --all")
    loose = [item for item in board.items if not any(item.id in gate.items for gate in board.gates)]
    if loose and everything:
        lines += ["", "In no gate", *(_item(item) for item in loose)]
    return "\n".join(lines).rstrip()


def homes_of(gates: Iterable[GateBoard]) -> dict[str, str]:
    """Item -> the innermost of some gates that it counts for."""
    known = {gate.id: gate for gate in gates}

    def depth(gate: GateBoard | None) -> int:
        seen: set[str] = set()
        while gate is not None and gate.id not in seen:
            seen.add(gate.id)
            gate = known.get(gate.parent)
        return len(seen)

    homes: dict[str, str] = {}
    for gate in sorted(known.values(), key=lambda one: (-len(one.items), depth(one))):
        homes |= dict.fromkeys(gate.items, gate.id)
    return homes


def _gate(gate: GateBoard, own: list[ItemBoard], everything: bool) -> list[str]:
    count = f"{gate.proven} of {gate.required}"
    state = "   locked" if gate.state == "locked" else ""
    lines = [f"{click.style(one_line(gate.title), bold=True)}   {paint(gate.verdict)}  {count}{state}"]
    reasons = [reason for reason in gate.reasons if reason.code != "item-holds"]
    lines += [f"  {fold(told([reason]), 2, 2)}" for reason in reasons]
    if gate.next:
        lines.append(f"            → {gate.next}")
    open_ones = [one for one in own if one.judgement.verdict not in _SETTLED]
    holding = [one for one in open_ones if one.required]
    shown = own if everything else [*holding[:_SHOWN], *(one for one in open_ones if not one.required)]
    lines += [_item(item) for item in shown]
    if not everything and len(holding) > _SHOWN:
        lines.append(f"  … and {len(holding) - _SHOWN} more: --all")
    elsewhere = gate.required - gate.proven - len(holding)
    if elsewhere and not everything:
        lines.append(f"  {elsewhere} more in the gates within it")
    return [*lines, ""]


def _item(item: ItemBoard) -> str:
    said = told(item.judgement.reasons)
    optional = "" if item.required else "  (not required)"
    name = one_line(item.short) + optional
    line = f"  {paint(item.judgement.verdict, 8)}  {name}"
    if said:
        width, used = columns(), _MARGIN + len(name) + 3
        apart = width is not None and used + len(said) > width and used > width // 2
        line += f"\n{' ' * _MARGIN}{fold(said, _MARGIN, _MARGIN)}" if apart else f"   {fold(said, _MARGIN, used)}"
    if item.next:
        line += f"\n{' ' * _MARGIN}→ {visible(item.next)}"
    return line


def machine(board: Board, *, verified: bool, only: Iterable[str] = ()) -> dict[str, Any]:
    """The board for programs; this shape is stable.

    Args:
        board: what was decided.
        verified: whether everything that proven items rest on was checked in this process.
        only: gates to show; empty: all.
    """
    wanted = set(only)
    items = {item.id: item for item in board.items}
    return {
        "programme": board.programme,
        "tenant": board.tenant,
        "bundle": board.bundle,
        "commit": board.commit,
        "position": board.size,
        "at": board.at,
        "verdict": board.verdict,
        "assurance": board.assurance,
        "verified": verified,
        "gates": [
            {
                "id": gate.id,
                "title": gate.title,
                "verdict": gate.verdict,
                "state": gate.state,
                "proven": gate.proven,
                "required": gate.required,
                "assurance": gate.assurance,
                "reasons": [_reason(reason) for reason in gate.reasons],
                "next": gate.next,
                "items": [_machine_item(items[name]) for name in gate.items],
            }
            for gate in board.gates
            if not wanted or gate.id in wanted
        ],
    }


def _machine_item(item: ItemBoard) -> dict[str, Any]:
    judgement = item.judgement
    return {
        "id": item.short,
        "full": item.id,
        "kind": item.kind,
        "text": item.text,
        "required": item.required,
        "verdict": judgement.verdict,
        "strength": judgement.strength,
        "assurance": judgement.assurance,
        "evidence": list(judgement.rests),
        "reasons": [_reason(reason) for reason in judgement.reasons],
        "next": item.next,
    }


def _reason(reason: Reason) -> dict[str, str]:
    return {"code": reason.code, "detail": reason.detail, "sentence": sentence(reason.code, reason.detail)}
