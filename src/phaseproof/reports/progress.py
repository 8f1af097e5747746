"""How a run goes, for the person who waits: a line per finished check, and what is running on a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click

from phaseproof.checks.kind import Finding, Outcome
from phaseproof.evidence.model import Fact
from phaseproof.instants import span
from phaseproof.reports.layout import one_line
from phaseproof.runner.job import Ran

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_FINDINGS = 3
"""Findings told of a check that did not pass; `explain` tells more."""
_SIGNS = {"positive": ("✔", "green"), "negative": ("✘", "red"), "inconclusive": ("!", "yellow")}


class Teller:
    """Tells of a run on standard error; on a terminal it shows what is running and how far the whole is.

    Args:
        total: checks to run; 0 where not known yet.
        quiet: say nothing (machine formats on a pipe still get progress on a terminal).
    """

    def __init__(self, total: int = 0, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._began = time.monotonic()
        self._controls: dict[str, list[str]] = {}
        self._findings: dict[str, list[str]] = {}
        if not quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._live = Progress(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(),
                                  console=Console(stderr=True), transient=True)  # fmt: skip
        self.total = total

    def __enter__(self) -> Teller:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._live is not None:
            self._live.stop()

    def started(self, check: str, control: str) -> None:
        """A check, or one of its controls, has started."""
        if self._live is not None:
            name = f"{check}: control, {control}" if control else check
            self._tasks[f"{check}/{control}"] = self._live.add_task(name)

    def said(self, check: str, text: str) -> None:
        """What a check is doing."""
        task = self._tasks.get(f"{check}/")
        if self._live is not None and task is not None:
            self._live.update(task, description=f"{check}: {text[:100]}")

    def finished(self, check: str, control: str, ran: Ran) -> None:
        """A check, or one of its controls, has ended."""
        task = self._tasks.pop(f"{check}/{control}", None)
        if self._live is not None and task is not None:
            self._live.remove_task(task)
        if not control and ran.result.outcome is not Outcome.POSITIVE:
            self._findings[check] = [_finding(one) for one in ran.result.findings[:_FINDINGS]]
        if control:
            self._controls.setdefault(check, []).append(_control(control, ran))

    def recorded(self, check: str, fact: Fact, seconds: float) -> None:
        """Evidence of a check stands in the ledger."""
        if self._quiet:
            return
        sign, colour = _SIGNS[fact.outcome]
        said = fact.summary or fact.reason or fact.outcome
        controls = "; ".join(self._controls.pop(check, [])) or _known(fact)
        line = f"  {click.style(sign, fg=colour)} {check:24s} {fact.strength:11s} {said}   {span(seconds)}"
        self._say(f"{line}   {controls}" if controls else line)
        for finding in self._findings.pop(check, []):
            if finding != one_line(said):
                self._say(f"      {finding}")

    def _say(self, line: str) -> None:
        if self._live is not None:
            self._live.console.print(line, highlight=False, markup=False, soft_wrap=True)
        else:
            click.echo(line, err=True)


def _finding(one: Finding) -> str:
    """What a check noticed, on one line that cannot steer a terminal."""
    place = f"{one.path}:{one.line} " if one.path and one.line else f"{one.path} " if one.path else ""
    return one_line(f"{place}{one.message}")[:300]


def _control(name: str, ran: Ran) -> str:
    words = {
        "negative": "control: noticed",
        "positive": "control: PASSES with",
        "inconclusive": "control: unclear with",
    }
    return f"{words[ran.result.outcome.value]} {name}"


def _known(fact: Fact) -> str:
    if not fact.controls:
        return ""
    return "control known: " + ", ".join(f"{one.name} {one.outcome}" for one in fact.controls)
