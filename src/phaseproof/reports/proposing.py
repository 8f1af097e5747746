"""What `init` says: what it wrote, what it guessed and why, and what is left to a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from phaseproof.decisions.proposing.guesses import Guess
from phaseproof.decisions.proposing.proposal import Proposal
from phaseproof.decisions.proposing.surroundings import Surroundings
from phaseproof.reports.layout import counted, one_line

_MOST = 12
_TEXT = 48


def text(
    made: Proposal, around: Surroundings, path: str, fresh: Sequence[str], ignored: str, home: Path
) -> str:  # fmt: skip
    """For people.

    Args:
        made: what was proposed.
        around: from what.
        path: of the file written.
        fresh: names of the keys made.
        ignored: `there`, `added` or `by-hand`: what became of `.gitignore`.
        home: where keys lie.
    """
    items = sum(len(plan.items) for plan in made.plans)
    stands = len(made.bound) + made.itself
    lines = [
        f"wrote {path}: {counted(len(made.plans), 'plan')}, {counted(items, 'item')}, something stands for {stands}",
        "",
    ]
    lines.append(click.style("Plans", bold=True))
    lines += [f"  {one_line(plan.path)}   {counted(len(plan.items), 'item')}" for plan in made.plans[:_MOST]]
    lines += _more(len(made.plans))
    lines += [f"  left out: {one_line(other)}: {why}" for other, why in made.left_out[:_MOST]]
    lines += _more(len(made.left_out))
    lines += ["", click.style("Tests", bold=True)]
    for suite in made.suites:
        lines.append(f"  {suite.name}: {one_line(suite.run)}   because {one_line(suite.why)}")
        lines += [f"    {one_line(note)}" for note in suite.notes]
        lines += [f"    dependencies: {one_line(suite.setup)}"] if suite.setup else []
    lines += [] if made.suites else ["  none found: no pytest, unittest, npm, go, cargo or make test"]
    if made.bound or made.itself:
        lines += ["", click.style("What stands for items", bold=True)]
        for guess in made.bound[:_MOST]:
            name, what = one_line(guess.item.id, _TEXT), one_line(_stands(guess), _TEXT)
            lines.append(f"  {name} → {what}   because it {one_line(guess.why)}")
        lines += _more(len(made.bound))
        if made.itself:
            lines.append(
                f"  {counted(made.itself, 'item')} by itself: a role of that name, or the file that its row lists"
            )
    lines += ["", click.style("Keys", bold=True) + f" in {home / 'keys'}"]
    for name, what in (
        (around.person, "yours, under its passphrase"),
        (around.runner, "signs evidence here, unattended"),
    ):
        lines.append(f"  {name}: {what}" + ("" if name in fresh else "; it was there already"))
    lines += ["", click.style("Yours to decide", bold=True), *(f"  {one_line(one)}" for one in made.decide)]
    if ignored == "by-hand":
        lines.append("  .gitignore could not be changed: put .phaseproof/ into it; the ledger is never committed")
    add = f"git add {path}" + (" .gitignore" if ignored == "added" else "")
    read = f"read {path}, bind what you can (later it is a change of rules)"
    lines += ["", f"  → {read}, {add}, git commit, phaseproof install, phaseproof gates"]
    return "\n".join(lines)


def _stands(guess: Guess) -> str:
    if guess.binding[0][0] == "children":
        return "what is nested in it"
    return ", ".join(", ".join(value) if isinstance(value, tuple) else str(value) for _, value in guess.binding)


def _more(count: int) -> list[str]:
    return [f"  … and {count - _MOST} more"] if count > _MOST else []


def machine(
    made: Proposal, around: Surroundings, path: str, fresh: Sequence[str], ignored: str
) -> dict[str, Any]:  # fmt: skip
    """For programs. Arguments as `text`."""
    return {
        "path": path,
        "programme": around.programme,
        "plans": [{"path": plan.path, "items": len(plan.items)} for plan in made.plans],
        "left_out": [{"path": other, "why": why} for other, why in made.left_out],
        "suites": [
            {"name": one.name, "kind": one.kind, "run": one.run, "why": one.why, "setup": one.setup, "notes": one.notes}
            for one in made.suites
        ],
        "roles": made.roles,
        "bound": [
            {"item": f"{one.plan}:{one.item.id}", "binding": dict(one.binding), "why": one.why} for one in made.bound
        ],
        "by_itself": made.itself,
        "unbound": [
            {"item": f"{plan}:{item.id}", "text": item.text, "perhaps": dict(guess.binding) if guess else None}
            for plan, item, guess in made.unbound
        ],
        "decide": made.decide,
        "keys": {"person": around.person, "runner": around.runner, "made": list(fresh)},
        "gitignore": ignored,
    }
