"""Titles: the quick look that says no must agree with the slow one."""

from __future__ import annotations

import re

import pytest
from plan_scoring import DOCUMENTS

from phaseproof.plan import vocabulary


def test_the_quick_look_never_differs_from_the_slow_one(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = {
        vocabulary.core(line.strip("# "))
        for path in DOCUMENTS.glob("*.md")
        for line in path.read_text("utf-8").split("\n")
        if line.strip()
    }
    titles |= {
        "gate to m5",
        "todos",
        "to-do",
        "go/no-go",
        "dod",
        "setup",
        "kickoff criteria",
        "exit",
        "artefact list",
        "why",
    }
    quick = {title: vocabulary._classify(title) for title in titles}
    everything = re.compile("")
    monkeypatch.setattr(vocabulary, "_STEMS", everything)
    monkeypatch.setattr(vocabulary, "_STRONG_STEMS", everything)
    assert {title: vocabulary._classify(title) for title in titles} == quick
    assert sum(found is not None for found in quick.values()) > 100


def test_a_units_name_is_not_its_meaning() -> None:
    assert vocabulary.meaning("Milestone P6.4: Governance Gate for Phase 7") is None
    found = vocabulary.meaning("Phase 2 exit criteria")
    assert found is not None
    assert found.kind == "exit"
