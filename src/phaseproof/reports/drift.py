"""What `drift` and `sync` say: text for people, JSON for programs, and drift as SARIF 2.1.0."""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import quote

import click
import msgspec

from phaseproof import __version__
from phaseproof.decisions.drifting import RULES, Drift, Finding
from phaseproof.decisions.syncing import Synced
from phaseproof.reports.layout import counted, one_line
from phaseproof.verdict.model import Board

_COLOURS = {"error": "red", "warning": "yellow", "note": None}
_MOST = 20
"""Findings of one rule and file that the text shows one by one."""


def text(found: Drift, board: Board) -> str:
    """Drift for people: by file, each with its line; what to type last."""
    lines = []
    by_path: dict[str, list[Finding]] = {}
    for one in found.findings:
        by_path.setdefault(one.path, []).append(one)
    width = max((len(one.rule) for one in found.findings), default=0)
    for path, findings in by_path.items():
        lines.append(click.style(one_line(path), bold=True))
        shown: Counter[str] = Counter()
        for one in findings:
            shown[one.rule] += 1
            if shown[one.rule] <= _MOST:
                rule = click.style(one.rule.ljust(width), fg=_COLOURS[one.severity])
                lines.append(f"  {one.line:>4}  {rule}  {one_line(one.message)}")
        lines += [f"        … and {n - _MOST} more of {rule}" for rule, n in shown.items() if n > _MOST]
        lines.append("")
    return "\n".join([*lines, _last(found, board)])


def _last(found: Drift, board: Board) -> str:
    where = f"{counted(found.looked, 'document')} against {board.programme} @ {board.commit[:7]}"
    if not found.drifts:
        notes = len(found.findings)
        return f"no drift: {where}" + (f"; {counted(notes, 'note')}" if notes else "")
    drifts = [one for one in found.findings if one.severity != "note"]
    following = list(dict.fromkeys(_next(one) for one in drifts))
    return f"{counted(len(drifts), 'drift')}: {where}\n  → {', '.join(one for one in following if one)}"


def _next(one: Finding) -> str:
    if one.rule in ("ticked-unproven", "unticked-proven", "status-ahead", "status-behind"):
        return "phaseproof sync"
    return one.next if one.rule == "plan-missing" else "" if one.rule == "rules-unreadable" else one.next


def machine(found: Drift, board: Board) -> dict[str, Any]:
    """Drift for programs."""
    counts = Counter(one.severity for one in found.findings)
    return {
        **_head(board),
        "drift": found.drifts,
        "findings": [msgspec.to_builtins(one) for one in found.findings],
        "summary": {
            "documents": found.looked,
            "errors": counts["error"],
            "warnings": counts["warning"],
            "notes": counts["note"],
        },
    }


def sarif(found: Drift, board: Board) -> dict[str, Any]:
    """Drift as SARIF 2.1.0 (OASIS)."""
    from phaseproof.reports.sarif import SCHEMA

    used = sorted({one.rule for one in found.findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "phaseproof",
                        "semanticVersion": __version__,
                        "rules": [{"id": rule, "shortDescription": {"text": RULES[rule]}} for rule in used],
                    }
                },
                "automationDetails": {"id": f"phaseproof-drift/{quote(board.programme, safe='')}/"},
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": one.rule,
                        "ruleIndex": used.index(one.rule),
                        "level": one.severity,
                        "message": {"text": one_line(one.message)},
                        "locations": [{"physicalLocation": {
                            "artifactLocation": {"uri": quote(one.path, safe="/", errors="surrogateescape")},
                            "region": _region(one),
                        }}],
                    }
                    for one in found.findings
                ],
                "properties": _head(board),
            }
        ],
    }  # fmt: skip


def _region(one: Finding) -> dict[str, int]:
    return {"startLine": max(1, one.line), **({"startColumn": one.column} if one.column else {})}


def sync_text(done: Synced, board: Board) -> str:
    """What `sync` changed, for people: a line for each mark."""
    lines = []
    for document in done.documents:
        lines.append(click.style(one_line(document.path), bold=True))
        for told in document.changes:
            change = told.change
            marks = f"{one_line(change.old)} → {one_line(change.new)}"
            shown = click.style(marks, fg="green" if change.good else "yellow")
            lines.append(f"  {change.line:>4}  {shown}  {one_line(change.name, 60)}" + (
                f"   {one_line(told.why)}" if told.why else ""))  # fmt: skip
    count = sum(len(document.changes) for document in done.documents)
    where = f"{board.programme} @ {board.commit[:7]}"
    if not count:
        return f"in sync: {counted(done.looked, 'document')} with {where}"
    what = f"{counted(count, 'mark')} in {counted(len(done.documents), 'document')}"
    if done.written:
        return "\n".join([*lines, "", f"changed {what} to what {where} proves\n  → git diff, git commit"])
    return "\n".join([*lines, "", f"not in sync with {where}: {what}; nothing was written\n  → phaseproof sync"])


def sync_machine(done: Synced, board: Board) -> dict[str, Any]:
    """What `sync` changed, for programs."""
    return {
        **_head(board),
        "in_sync": not done.documents,
        "written": done.written and bool(done.documents),
        "documents": [
            {"path": one.path, "changes": [{**msgspec.to_builtins(t.change), "why": t.why} for t in one.changes]}
            for one in done.documents
        ],
        "summary": {"documents": done.looked, "changed": len(done.documents),
                    "marks": sum(len(one.changes) for one in done.documents)},
    }  # fmt: skip


def _head(board: Board) -> dict[str, Any]:
    return {
        "programme": board.programme,
        "tenant": board.tenant,
        "bundle": board.bundle,
        "commit": board.commit,
        "position": board.size,
        "verdict": board.verdict,
    }
