"""A pattern that takes exponential time on a file made for it: ended, and no judgement."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from phaseproof.checks import pattern_search
from phaseproof.checks.kind import Outcome
from phaseproof.checks.search import Refused, Search, SearchOptions
from support.bench import FolderBench


@pytest.mark.parametrize("place", ["file", "example"])
def test_a_search_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.setattr(pattern_search, "SECONDS", 0.5)
    slow = "a" * 60 + "!"
    options = SearchOptions(must_not=(Refused("^(a+)+$", example=slow if place == "example" else "aa"),))
    begin = time.monotonic()
    result = Search().run(options, FolderBench(tmp_path, {"a.txt": slow}), ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "pattern-too-slow")
    assert time.monotonic() - begin < 10
