"""What is an item and what is not, case by case."""

from __future__ import annotations

import pytest
from plan_texts import by_text, items, plan


@pytest.mark.parametrize(
    "box", ["- [ ]", "* [ ]", "+ [ ]", "1. [ ]", "- ☐", "☐", "[ ]", "- □", "  - [ ]", "> - [ ]", "- \\[ \\]"]
)
def test_every_sort_of_open_box(box: str) -> None:
    found = plan(f"# Phase 1\n\n## Tasks\n\n{box} lay the cable\n").items
    assert [(i.text, i.claim.state) for i in found] == [("lay the cable", "unchecked")]


@pytest.mark.parametrize("box", ["- [x]", "- [X]", "- ☑", "- ✅", "✅", "- ✓"])
def test_every_sort_of_tick(box: str) -> None:
    found = plan(f"# Phase 1\n\n## Tasks\n\n{box} lay the cable\n").items
    assert [(i.text, i.claim.state) for i in found] == [("lay the cable", "checked")]


@pytest.mark.parametrize("mark", ["[-]", "[~]", "[>]", "❌", "☒", "✗", "⬜"])
def test_no_other_mark_says_done(mark: str) -> None:
    found = plan(f"# Phase 1\n\n## Tasks\n\n- {mark} lay the cable\n").items
    assert [i.claim.state for i in found] == ["unchecked"]


def test_a_form_field_is_no_item() -> None:
    assert items("# Phase 1\n\n## Gate\n\nShip? ☐ yes ☐ no\n") == []


def test_boxes_in_comments_examples_and_code_are_no_items() -> None:
    assert items("# Phase 1\n\n<!--\n- [ ] hidden\n-->\n") == []
    assert items("# Phase 1\n\n## Example\n\n- [ ] shown only\n") == []
    assert items("# Phase 1\n\nIt looks like this:\n\n```markdown\n- [ ] shown only\n```\n") == []
    assert items("# Phase 1\n\nAn entry looks like this:\n\n```\n- [ ] shown only\n```\n") == []
    assert items("# Phase 1\n\n```markdown\n# A plan\n\n- [ ] shown only\n```\n") == []
    assert items("# Phase 1\n\n```python\nx = '''\n- [ ] code\n'''\n```\n") == []


def test_boxes_in_a_plain_fence_are_items() -> None:
    assert items("# Phase 1\n\n```\n- [ ] real\n```\n") == [(4, "task", "real")]


def test_a_comment_that_never_ends_hides_nothing() -> None:
    assert len(items("# Phase 1\n\n<!-- oops\n\n- [ ] real\n")) == 1


def test_only_boxes_count_in_a_list_with_boxes() -> None:
    assert items("# Phase 1\n\n## Exit criteria\n\n- [ ] real\n  - detail\n- plain\n") == [(5, "exit", "real")]


def test_nested_conditions_count_where_a_list_decides() -> None:
    text = "# Phase 1\n\n## {}\n\n- Matrix validated:\n  - alone\n  - together\n"
    assert len(items(text.format("Exit criteria"))) == 3
    assert len(items(text.format("Mandatory requirements"))) == 1


def test_a_nested_list_knows_its_parent() -> None:
    found = plan("# Phase 1\n\n## Tasks\n\n- [ ] outer\n  - [ ] inner\n    - [ ] innermost\n")
    assert by_text(found, "innermost").parent == by_text(found, "inner").id
    assert by_text(found, "inner").parent == by_text(found, "outer").id


def test_an_identifier_makes_the_entry_the_unit() -> None:
    assert len(items("# Phase 1\n\n## Exit criteria\n\n- Q-7 Login: works\n  - with a card\n  - with a code\n")) == 1


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Exit criteria", "exit"),
        ("Definition of Done", "exit"),
        ("Entry criteria", "precondition"),
        ("Definition of Ready (DoR)", "precondition"),
        ("Acceptance", "acceptance"),
        ("Success criteria", "acceptance"),
        ("Release gate", "gate"),
        ("Go / no-go", "gate"),
        ("Stop conditions", "gate"),
        ("MANDATORY REQUIREMENTS", "requirement"),
        ("Deliverables (allowed now)", "artifact"),
        ("Required evidence", "artifact"),
        ("Rollout sequence", "rollout"),
        ("Fault injection suite", "test"),
        ("Invariants", "invariant"),
        ("Required sign-offs", "signoff"),
        ("TODOs", "task"),
    ],
)
def test_the_kind_follows_the_heading(title: str, kind: str) -> None:
    assert [k for _, k, _ in items(f"# Phase 1\n\n## {title}\n\n- the thing is so\n")] == [kind]


@pytest.mark.parametrize(
    "title",
    ["Background", "Non-goals", "Out of scope", "Risks", "Changelog", "Glossary", "Future work",
        "Implementation guidance",
     "Steps to reproduce", "Alternatives considered", "Open questions", "Timeline", "Next steps", "What not to build"],
)  # fmt: skip
def test_other_lists_are_no_items(title: str) -> None:
    assert items(f"# Phase 1\n\n## {title}\n\n- the thing is so\n") == []


def test_conditions_between_bars() -> None:
    assert [t for _, _, t in items("# Phase 1\n\n## Gate\n\nGrade >= B | Loss < 1 % | Report filed\n")] == [
        "Grade >= B",
        "Loss < 1 %",
        "Report filed",
    ]
    assert items("# Phase 1\n# Status: open | Sessions: 2\n") == []


def test_roles_of_a_review_line() -> None:
    found = items("# Phase 1\n\nReviewedBy: QA Lead, SRE/DevOps Lead (deputy, too), Architect.\n")
    assert [(k, t) for _, k, t in found] == [
        ("signoff", "QA Lead"),
        ("signoff", "SRE/DevOps Lead (deputy, too)"),
        ("signoff", "Architect"),
    ]


def test_a_role_that_signs_is_a_signoff_whatever_the_heading() -> None:
    text = (
        "# Phase 1\n\n## Acceptance criteria\n\n- The Security Lead's written sign-off on the report\n- The list "
        "is formally signed off\n"
    )
    assert [k for _, k, _ in items(text)] == ["signoff", "acceptance"]


def test_an_invariant_cited_by_id_is_one_whatever_the_heading() -> None:
    assert [k for _, k, _ in items("# Phase 1\n\n## Gate\n\n- INV-S1 through INV-S4 hold\n- build passes\n")] == [
        "invariant",
        "gate",
    ]


def test_a_status_cell_is_the_state_of_its_row() -> None:
    text = "# Phase 1\n\n## Artifacts\n\n| ID | Title | Status |\n|---|---|---|\n| E-01 | Ledger | NOT AUTHORED |\n"
    item = plan(text).items[0]
    assert (item.id, item.text, item.claim.state, item.claim.raw) == ("E-01", "Ledger", "NOT AUTHORED", "NOT AUTHORED")


def test_tables_that_compare_or_tell_list_nothing() -> None:
    for head, row in (("| Option | Fast | Cheap |", "| A | ✅ | ❌ |"), ("| Field | Value |", "| Owner | Ada |"),
                      ("| Risk | Status |", "| fire | Open |"), ("| File | Purpose |", "| `a.py` | code |"),
                      ("| Item | Hours |", "| parser | 4 |")):  # fmt: skip
        width = head.count("|") - 1
        assert items(f"# Phase 1\n\n## Facts\n\n{head}\n{'|---' * width}|\n{row}\n{row.replace('A', 'B')}\n") == []


def test_an_escaped_bar_divides_no_cell() -> None:
    text = "# Phase 1\n\n| Deliverable | Status |\n|---|---|\n| a \\| b | Done |\n"
    assert [(i.text, i.claim.raw) for i in plan(text).items] == [("a \\| b", "Done")]


def test_sections_claim_their_status() -> None:
    found = plan("# Phase 3: Search\n\n**Status:** SEALED\n\n## Milestone M1: Index — COMPLETE\n\n- [x] a\n")
    assert [(s.id, s.claim.state) for s in found.sections] == [("Phase 3", "SEALED"), ("M1", "COMPLETE")]
    mark = found.sections[0].claim.mark
    assert mark is not None
    assert (mark.line, mark.start, mark.stop, mark.form) == (3, 13, 19, "word")


def test_boxes_beneath_a_criterion_with_an_id_are_the_items() -> None:
    text = "# Story 1.2\n\n## Acceptance Criteria\n\n### AC1: Queue\n\n- [ ] Kept in order\n- [x] Survives a restart\n"
    assert [line for line, _, _ in items(text, "docs/stories/1.2.md")] == [7, 8]
    plain = text.replace("[ ] ", "").replace("[x] ", "")
    assert [line for line, _, _ in items(plain, "docs/stories/1.2.md")] == [5]


def test_a_table_lists_what_its_evidence_is_of() -> None:
    table = "| Item | Status | Evidence |\n|---|---|---|\n| Runbook read | Open | log |\n"
    text = f"# Phase 2 plan\n\n## Exit criteria\n\n{table}"
    assert items(text) == [(7, "exit", "Runbook read")]


def test_a_field_that_nobody_filled_in_is_no_item() -> None:
    text = "# Phase 2 plan\n\n## Go / No-Go\n\n- Decision: ☐ Go ☐ No-Go\n- Conditions:\n- Backups restored\n"
    assert [words for _, _, words in items(text)] == ["Backups restored"]
