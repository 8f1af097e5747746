"""Ids: what leads an entry, what is derived, what never changes."""

from __future__ import annotations

import pytest
from plan_texts import ids, plan

from phaseproof.plan.ids import leading_id, slug


@pytest.mark.parametrize(
    ("text", "boxed", "found"),
    [
        ("P6.1.1 Select the vertical", False, "P6.1.1"),
        ("**E-01 — Specification** (SEALED)", False, "E-01"),
        ("(6.0) Open the log", False, "6.0"),
        ("INV-S1: NO UNSIGNED COMMAND", False, "INV-S1"),
        ("T006a [P] [US1] Create the queue", True, "T006a"),
        ("**FR-001**: System MUST refuse", False, "FR-001"),
        ("1.1 create the table", True, "1.1"),
        ("1. Set up", True, "1"),
        ("01-02-PLAN.md — import trails", True, "01-02"),
        ("**Phase 1: Tiles** - load", True, "Phase 1"),
        ("Subtask 1.1: header", True, "Subtask 1.1"),
        ("[E-01](docs/e.md) Catalogue", False, "E-01"),
        ("`P6.1` Foundations", False, "P6.1"),
        ("CP-21 is SEALED", False, None),
        ("**CP-21 MUST be SEALED** first", False, None),
        ("R3 test: batch times out", False, None),
        ("L1-L7 all required", False, None),
        ("P95 latency under 200 ms", True, None),
        ("UTF-8 everywhere", True, None),
        ("S3 Bucket created", True, None),
        ("2.5 GB free", False, None),
        ("P0: fix the crash", True, None),
        ("Phase 5 deliverables are done", True, None),
        ("1. Set up", False, None),
    ],
)
def test_an_id_leads_its_entry(text: str, boxed: bool, found: str | None) -> None:
    assert leading_id(text, boxed) == found


def test_a_derived_id_has_the_section_and_six_significant_words() -> None:
    text = "# Phase 2\n\n## Gate A: Reliability\n\n- The tests are green on the release branch and the nightly one\n"
    assert ids(text) == ["gate-a/tests-green-release-branch-nightly-one"]


def test_a_pin_wins_and_is_taken_out_of_the_text() -> None:
    found = plan("# Phase 2\n\n## Exit criteria\n\n- [ ] All drills pass {#drills}\n").items[0]
    assert (found.id, found.explicit, found.text) == ("drills", True, "All drills pass")


BODY = [
    "- [ ] Restore rehearsed twice",
    "- [ ] Alarm reaches the rota",
    "- [ ] Alarm reaches the rota in the night shift too, with the pager switched to loud",
    "- [ ] Alarm reaches the rota in the night shift too, with the pager on silent",
]


def test_ids_depend_on_neither_lines_nor_order() -> None:
    head = "# Phase 2\n\n## Exit criteria\n\n"
    one = {i.text: i.id for i in plan(head + "\n".join(BODY)).items}
    other = {i.text: i.id for i in plan("Preface.\n\n" * 9 + head + "\n".join(reversed(BODY))).items}
    assert one == other
    assert len(set(one.values())) == 4


def test_list_numbers_of_headings_are_no_part_of_an_id() -> None:
    first = ids("# Phase 2\n\n## 5. Exit criteria\n\n- Restore rehearsed\n")
    assert (
        first == ids("# Phase 2\n\n## 6. Exit criteria\n\n- Restore rehearsed\n") == ["exit-criteria/restore-rehearsed"]
    )


def test_sections_of_one_title_carry_the_name_of_their_milestone() -> None:
    text = (
        "# Plan\n\n## Milestone M1: A\n\n### Acceptance\n\n- x works\n\n## Milestone M2: B\n\n### Acceptance\n\n- "
        "x works\n"
    )
    assert ids(text) == ["m1-acceptance/x-works", "m2-acceptance/x-works"]


def test_a_step_of_one_task_is_not_the_step_of_another() -> None:
    text = "# Plan\n\n### Task 1: a\n\n- [ ] **Step 1: write**\n\n### Task 2: b\n\n- [ ] **Step 1: read**\n"
    found = plan(text)
    assert [i.name for i in found.items] == ["Step 1", "Step 1"]
    assert [i.id for i in found.items] == ["task-1-a/step-1", "task-2-b/step-1"]
    assert not found.problems


def test_identical_twins_are_a_problem_that_asks_for_a_pin() -> None:
    found = plan("# Phase 2\n\n## Exit criteria\n\n- [ ] same\n- [ ] same\n- [ ] same\n- [ ] same\n")
    assert len({i.id for i in found.items}) == 4
    assert {p.rule for p in found.problems} == {"id-duplicate"}
    assert "{#" in found.problems[0].message


def test_work_told_twice_counts_twice_and_is_no_problem() -> None:
    found = plan("# Phase 2\n\n## Tasks\n\n- [ ] T-01: a b c\n\n## Checklist\n\n- [ ] T-01: a b c\n")
    assert [i.name for i in found.items] == ["T-01", "T-01"]
    assert not found.problems


def test_one_id_for_two_things_is_a_problem_and_neither_keeps_it() -> None:
    found = plan("# Phase 2\n\n## Tasks\n\n- [ ] E-01: ledger\n- [ ] E-01: something easier\n")
    assert [p.rule for p in found.problems] == ["id-duplicate"]
    assert all(i.id != "E-01" and i.name == "E-01" for i in found.items)


def test_slugs_are_words() -> None:
    assert slug("Łódź über naïve — café!") == "łodz-uber-naive-cafe"
    assert slug("the of and") == "the-of-and"
    assert slug("") == ""
