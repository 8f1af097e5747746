"""Every problem rule, where it must speak and where it must be silent."""

from __future__ import annotations

import json

import pytest
from plan_texts import plan

from phaseproof.plan.model import Problem
from phaseproof.plan.survey import RULES, survey
from phaseproof.plan.tree import Paths


def found(
    rule: str, *documents: tuple[str, str], files: tuple[str, ...] = (), contents: dict[str, bytes] | None = None
) -> list[Problem]:
    """Problems of one rule that documents show in a tree of themselves and other files."""
    plans = [plan(text, path) for path, text in documents]
    tree = Paths([path for path, _ in documents] + list(files), contents)
    return [p for p in survey(plans, tree) if p.rule == rule]


def index(*rows: str, status: str = "ACTIVE") -> str:
    head = (
        f"# Phase O Artifact Index\n\n**Status:** {status}\n\n## Artifacts\n\n| ID | Title | Path | Status |\n|"
        f"---|---|---|---|\n"
    )
    return head + "".join(f"| {row} |\n" for row in rows)


TASKS = "# Phase 2: Import\n\n## Tasks\n\n{}\n"


def test_ticked_without_evidence() -> None:
    problems = found(
        "ticked-without-evidence",
        ("p.md", TASKS.format("- [x] parser done\n- [ ] writer\n- [x] see `a.md`\n- [x] merged in #12")),
        files=("a.md",),
    )
    assert [(p.line, p.severity) for p in problems] == [(5, "warning")]


def test_cited_path_missing() -> None:
    text = TASKS.format(
        "- [x] report in `docs/r.md`\n- [x] old `docs/gone.md` removed\n- [ ] later `docs/s.md`\n- "
        "[x] there: `docs/t.md`"
    )
    problems = found("cited-path-missing", ("docs/p.md", text), files=("docs/t.md",))
    assert [(p.line, p.severity) for p in problems] == [(5, "error")]


@pytest.mark.parametrize("name", ["t.md", "docs/t.md", "a/t.md", "A/T.md", "docs/"])
def test_a_path_is_found_from_the_top_from_the_document_and_by_its_end(name: str) -> None:
    assert not found(
        "cited-path-missing", ("docs/p.md", TASKS.format(f"- [x] see `{name}`")), files=("docs/t.md", "x/a/t.md")
    )


def test_id_duplicate() -> None:
    one, same, other = (
        "E-01 | Ledger | `docs/a.md` | DRAFT",
        "E-01 | The ledger | `docs/a.md` | DRAFT",
        "E-01 | Alarm list | `docs/b.md` | DRAFT",
    )
    assert found("id-duplicate", ("docs/i.md", index(one, other)), files=("docs/a.md", "docs/b.md"))
    assert found(
        "id-duplicate", ("docs/i.md", index(one)), ("docs/j.md", index(other)), files=("docs/a.md", "docs/b.md")
    )
    assert not found("id-duplicate", ("docs/i.md", index(one)), ("docs/j.md", index(same)), files=("docs/a.md",))
    assert not found(
        "id-duplicate", ("one/i.md", index(one)), ("two/j.md", index(other)), files=("docs/a.md", "docs/b.md")
    )


def test_id_conflict() -> None:
    rows = index("O-03 | Ledger | `docs/o-03.md` | DRAFT")
    wrong, right = "# Ledger\n\n**Document ID:** O-04\n", "# Ledger\n\n**Document ID:** O-03\n"
    problems = found("id-conflict", ("docs/i.md", rows), ("docs/o-03.md", wrong))
    assert [(p.path, p.line, p.severity) for p in problems] == [("docs/o-03.md", 3, "error")]
    assert not found("id-conflict", ("docs/i.md", rows), ("docs/o-03.md", right))
    assert not found("id-conflict", ("docs/i.md", rows), ("docs/o-03.md", "# Ledger\n"))
    assert found("id-conflict", ("docs/i.md", rows), ("docs/o-03.md", "---\nid: O-04\n---\n# Ledger\n"))
    assert found("id-conflict", ("docs/i.md", rows), ("docs/o-03.md", "# O-04: Ledger\n"))


def test_index_missing_file() -> None:
    problems = found(
        "index-missing-file",
        ("docs/i.md", index("O-01 | Ledger | `docs/o-01.md` | SEALED", "O-02 | Alarm | `docs/o-02.md` | NOT AUTHORED")),
    )
    assert [(p.line, p.severity) for p in problems] == [(9, "error")]
    assert not found(
        "index-missing-file", ("docs/i.md", index("O-01 | Ledger | `docs/o-01.md` | SEALED")), files=("docs/o-01.md",)
    )


def test_index_missing_file_though_a_seal_says_the_phase_is_finished() -> None:
    rows = index("O-12 | Checklist | `docs/o-12.md` | NOT AUTHORED")
    seal = "# Phase O final seal\n\n**Status:** SEALED\n"
    problems = found("index-missing-file", ("docs/i.md", rows), ("docs/final-seal.md", seal))
    assert [(p.path, p.line) for p in problems] == [("docs/i.md", 9)]
    assert "docs/final-seal.md:3" in problems[0].message
    assert not found("index-missing-file", ("docs/i.md", rows), ("docs/final-seal.md", seal.replace("SEALED", "OPEN")))


def test_index_stale_status() -> None:
    rows = index("O-08 | Runbook | `docs/o-08.md` | NOT AUTHORED", "O-09 | Drill | `docs/o-09.md` | DRAFT")
    problems = found("index-stale-status", ("docs/i.md", rows), files=("docs/o-08.md", "docs/o-09.md"))
    assert [(p.line, p.severity) for p in problems] == [(9, "error")]
    sealed = ("docs/o-09.md", "# Phase O drill\n\n**Status:** SEALED\n")
    assert [p.line for p in found("index-stale-status", ("docs/i.md", rows), sealed)] == [10]
    assert not found("index-stale-status", ("docs/i.md", rows))


def test_sealed_with_open_items() -> None:
    text = "# Phase 2: Import\n\n**Status:** {}\n\n## Exit criteria\n\n- [x] parser\n- [{}] writer\n"
    problems = found("sealed-with-open-items", ("p.md", text.format("COMPLETE", " ")))
    assert [(p.line, p.severity) for p in problems] == [(1, "error")]
    assert not found("sealed-with-open-items", ("p.md", text.format("COMPLETE", "x")))
    assert not found("sealed-with-open-items", ("p.md", text.format("ACTIVE", " ")))


def test_sealed_in_one_document_open_in_another() -> None:
    plans = ("docs/p.md", "# Phase 2: Import\n\n## Exit criteria\n\n- [ ] writer\n")
    seal = ("docs/seal.md", "# Phase 2 seal\n\n**Status:** SEALED\n")
    assert [(p.path, p.line) for p in found("sealed-with-open-items", plans, seal)] == [("docs/p.md", 5)]
    assert not found("sealed-with-open-items", plans, ("elsewhere/seal.md", seal[1]))


def test_parent_ticked_child_open() -> None:
    assert [
        p.line for p in found("parent-ticked-child-open", ("p.md", TASKS.format("- [x] all\n  - [x] one\n  - [ ] two")))
    ] == [5]
    assert not found("parent-ticked-child-open", ("p.md", TASKS.format("- [ ] all\n  - [x] one\n  - [ ] two")))
    assert not found("parent-ticked-child-open", ("p.md", TASKS.format("- [x] all\n  - [x] one")))


def test_a_milestones_acceptance_ticked_over_its_open_tasks() -> None:
    text = "# Phase 2\n\n## Milestone M1: Import\n\n### TODOs\n\n- [{}] writer\n\n### Acceptance\n\n- [x] it works\n"
    assert [p.line for p in found("parent-ticked-child-open", ("p.md", text.format(" ")))] == [11]
    assert not found("parent-ticked-child-open", ("p.md", text.format("x")))


def test_a_phase_ticked_in_a_list_and_open_below() -> None:
    text = (
        "# Roadmap\n\n## Phases\n\n- [{}] **Phase 1: Tiles** - load\n\n### Phase 1: Tiles\n\nPlans:\n- [ ] 01-01: "
        "server\n"
    )
    assert [p.line for p in found("parent-ticked-child-open", ("p.md", text.format("x")))] == [5]
    assert not found("parent-ticked-child-open", ("p.md", text.format(" ")))


def test_section_contradiction() -> None:
    one = ("docs/a.md", "# Phase 2: Import\n\n**Status:** COMPLETE\n")
    other = "# Phase 2: Import\n\n**Status:** {}\n"
    problems = found("section-contradiction", one, ("docs/b.md", other.format("NOT STARTED")))
    assert [(p.path, p.severity) for p in problems] == [("docs/b.md", "error")]
    assert not found("section-contradiction", one, ("docs/b.md", other.format("DONE")))
    assert not found("section-contradiction", one, ("other/b.md", other.format("NOT STARTED")))


def test_one_item_in_two_states() -> None:
    one = ("docs/a.md", TASKS.format("- [x] P2.1.1 write the parser in #4"))
    other = TASKS.format("- [{}] P2.1.1 Write the parser")
    assert found("section-contradiction", one, ("docs/b.md", other.format(" ")))
    assert not found("section-contradiction", one, ("docs/b.md", other.format("x")))


def test_exit_before_entry() -> None:
    text = "# Phase 2\n\n## Entry criteria\n\n- [{}] data is there\n\n## Exit criteria\n\n- [x] report filed in #1\n"
    assert [(p.line, p.severity) for p in found("exit-before-entry", ("p.md", text.format(" ")))] == [(9, "error")]
    assert not found("exit-before-entry", ("p.md", text.format("x")))


def test_a_phase_begun_before_the_one_it_depends_on_is_finished() -> None:
    text = "# Plan\n\n## Phase 1: A\n\n**Status:** {}\n\n## Phase 2: B\n\n**Status:** {}\n\n**Depends on:** Phase 1\n"
    assert [p.line for p in found("exit-before-entry", ("p.md", text.format("IN PROGRESS", "COMPLETE")))] == [7]
    assert not found("exit-before-entry", ("p.md", text.format("COMPLETE", "COMPLETE")))
    assert not found("exit-before-entry", ("p.md", text.format("IN PROGRESS", "PLANNED")))


@pytest.mark.parametrize(
    ("value", "certifies"),
    [
        ({"status": "pass"}, True),
        ({"verdict": "PASSED", "date": "2026-01-01"}, True),
        ({"passed": True, "logs": []}, True),
        ({"status": "pass", "command": "make test"}, False),
        ({"status": "pass", "log": "logs/run.txt"}, False),
        ({"status": "pass", "log": "logs/none.txt"}, True),
        ({"status": "pass", "run_url": "https://ci.example.org/1"}, False),
        ({"status": "fail"}, False),
        (["pass"], False),
    ],
)
def test_self_certifying_evidence(value: object, certifies: bool) -> None:
    text = TASKS.format("- [x] proven by `docs/e.json`")
    contents = {"docs/e.json": json.dumps(value).encode(), "logs/run.txt": b"ok"}
    problems = found("self-certifying-evidence", ("docs/p.md", text), contents=contents)
    assert [(p.line, p.severity) for p in problems] == ([(5, "error")] if certifies else [])


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 50_000, b"\xff\xfe", b'{"status": "pass"'])
def test_evidence_that_is_no_json_raises_nothing(data: bytes) -> None:
    text = TASKS.format("- [x] proven by `docs/e.json`")
    assert not found("self-certifying-evidence", ("docs/p.md", text), contents={"docs/e.json": data})


def test_every_rule_of_the_contract_has_a_sentence() -> None:
    assert {
        "ticked-without-evidence", "cited-path-missing", "id-duplicate", "id-conflict", "index-missing-file",
            "index-stale-status",
        "sealed-with-open-items", "parent-ticked-child-open", "section-contradiction", "exit-before-entry",
            "self-certifying-evidence",
    } <= set(RULES)  # fmt: skip


def test_the_survey_is_in_order_and_says_each_thing_once() -> None:
    plans = [plan(TASKS.format("- [x] a\n- [x] b"), "z.md"), plan(TASKS.format("- [x] c"), "a.md")]
    problems = survey(plans, Paths(()))
    assert [(p.path, p.line) for p in problems] == [("a.md", 5), ("z.md", 5), ("z.md", 6)]
    assert survey([*plans, plans[0]], Paths(())) == problems


@pytest.mark.parametrize(
    ("row", "document", "contradicts"),
    [
        ("✅ Complete", "IN PROGRESS", True),
        ("In progress", "SEALED", True),
        ("Planned", "DONE", True),
        ("✅ Complete", "SEALED", False),
        ("Planned", "IN PROGRESS", False),
        ("✅ Complete", "unclear", False),
    ],
)
def test_an_index_row_against_the_document_of_its_phase(row: str, document: str, contradicts: bool) -> None:
    index = f"# Programme\n\n| Phase | Title | Status |\n|---|---|---|\n| Phase 1 | [Intake](phases/one.md) | {row} |\n"
    text = f"# Phase 1: Intake\n\n**Status:** {document}\n\n- [ ] P1.1 Orders arrive.\n"
    said = found("section-contradiction", ("docs/INDEX.md", index), ("docs/phases/one.md", text))
    assert [(p.path, p.line, p.severity) for p in said] == ([("docs/INDEX.md", 5, "error")] if contradicts else [])
    assert not found("section-contradiction", ("docs/INDEX.md", index), ("elsewhere/phases.md", text))
