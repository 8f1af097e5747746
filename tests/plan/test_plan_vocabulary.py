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


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("acceptance", "Success Targets|What success looks like|Audit points|How we check it|Validation scenarios|"
                       "Documentation checklist|Attestation of compliance|Phase goals|Quality bar|Verification steps"),
        ("exit", "Conditions for closing Phase D|Criteria for completion|End-of-phase checklist|Ready to close|"
                 "What \"done\" means|Wrap-up checklist|Phase exit|Requirements for closing"),
        ("precondition", "What must be in place first|What has to be true before we begin|Conditions to start|"
                         "Before work begins|Kickoff readiness|Inputs needed|Prior to start|Ready-to-start conditions"),
        ("gate", "Hard blockers|Blocking conditions|Rollback triggers|Point of no return|Promotion criteria|"
                 "Conditions for go-live|What blocks the release|No-go conditions|Release readiness criteria"),
        ("requirement", "Hard constraints|Must-haves|Principles that bind every document|Rules of engagement"),
        ("artifact", "Hand-over package|Documents to be produced|Artifact register|Required design documents"),
        ("test", "Chaos experiments|Drills|Scenarios to rehearse|Failure scenarios"),
        ("rollout", "Order of cutover|Launch day|Switch-over sequence|Canary stages|Merge order|Traffic ramp"),
        ("task", "Work breakdown|Action items|Remaining work|What we will build|Task breakdown"),
        ("signoff", "Approved by|Who signs off|Signatories|Sign off|Approvals needed"),
    ],
)  # fmt: skip
def test_titles_in_other_words_mean_the_same(kind: str, titles: str) -> None:
    found = {title: vocabulary.meaning(title) for title in titles.split("|")}
    assert {title: sense.kind if sense else None for title, sense in found.items()} == dict.fromkeys(found, kind)


@pytest.mark.parametrize(
    "title",
    [
        "What we will not build",
        "Not part of this phase",
        "After launch (later)",
        "Phase numbering",
        "Decisions",
        "Gate Review Process",
        "Phase Gate Overview",
    ],
)
def test_titles_of_what_is_left_out_hold_nothing(title: str) -> None:
    found = vocabulary.meaning(title)
    assert found is not None
    assert found.kind in (vocabulary.HARD, vocabulary.STOP)
