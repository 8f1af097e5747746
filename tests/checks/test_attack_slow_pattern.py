"""A pattern that takes exponential time on text the check prints: ended, and no judgement."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from phaseproof.checks import searching
from phaseproof.checks.command import Command, CommandOptions
from phaseproof.checks.kind import Outcome
from support.bench import FolderBench


def test_a_search_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching.search, "__defaults__", (0.5,))
    begin = time.monotonic()
    options = CommandOptions(run=("echo", "a" * 60 + "!"), must_not_print=("^(a+)+$",))
    result = Command().run(options, FolderBench(tmp_path), ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "pattern-too-slow")
    assert time.monotonic() - begin < 10
