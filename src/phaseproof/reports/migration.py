"""A change of rules for people: what is weaker first, in red, with its reason; then where every item went."""

from __future__ import annotations

from typing import Any

import click
import msgspec

from phaseproof.bundle.compare import Migration
from phaseproof.decisions.migrate import Pending
from phaseproof.digests import short
from phaseproof.reports.layout import one_line


def text(waiting: Pending) -> str:
    """A proposal for people."""
    head = f"bundle {short(waiting.digest)}, version {waiting.bundle.version}, follows {short(waiting.migration.old)}"
    lines = [head, *differences(waiting.migration)]
    lines += [f"  {'✔' if count.met else '…'} {count}" for count in waiting.counts]
    return "\n".join(lines)


def differences(migration: Migration) -> list[str]:
    """What changes, a line each."""
    lines = []
    for change in migration.changes:
        why = migration.reasons.get(change.key, "")
        told = one_line(change.sentence) + (f"  because: {one_line(why)}" if why else "")
        if change.weakening:
            lines.append(f"  {click.style('weaker', fg='red', bold=True)}    {told}")
        else:
            lines.append(f"  {click.style('stronger', fg='green')}  {told}")
    counts: dict[str, int] = {}
    for one in migration.mapping:
        counts[one.fate] = counts.get(one.fate, 0) + 1
    counted = ", ".join(f"{number} {fate}" for fate, number in sorted(counts.items()))
    lines.append(f"  items: {counted or 'none'}" + (f", {len(migration.added)} added" if migration.added else ""))
    return lines


def machine(waiting: Pending) -> dict[str, Any]:
    """A proposal for programs."""
    return {
        "bundle": waiting.digest,
        "version": waiting.bundle.version,
        "approved": waiting.approved,
        "migration": msgspec.to_builtins(waiting.migration),
        "counts": [{**msgspec.to_builtins(count), "met": count.met} for count in waiting.counts],
    }
