"""Attack: a second id that looks like the first, so that a binding is read for one item and holds for another."""

from __future__ import annotations

import pytest
from plan_texts import plan

HEAD = "# Phase 2\n\n## Required artifacts\n\n"


@pytest.mark.parametrize("twin", ["Е-01", "Ε-01", "Ｅ-01", "E‑01".replace("‑", "-").replace("E", "Е")])
def test_a_homoglyph_is_reported(twin: str) -> None:
    found = plan(f"{HEAD}- **E-01 — Ledger**\n- **{twin} — Easier thing**\n")
    assert [p.rule for p in found.problems] == ["id-conflict"]
    assert "U+" in found.problems[0].message
    assert found.problems[0].severity == "error"


@pytest.mark.parametrize("hidden", ["\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u00ad"])
def test_a_hidden_character_makes_no_second_id(hidden: str) -> None:
    found = plan(f"{HEAD}- **E-01 — Ledger**\n- **E-{hidden}01 — Easier thing**\n")
    assert [i.name for i in found.items] == ["E-01", "E-01"]
    assert [p.rule for p in found.problems] == ["id-duplicate"]


def test_a_pin_with_hidden_characters_is_the_pin_without_them() -> None:
    found = plan("# Phase 2\n\n## Exit criteria\n\n- one {#a\u200bb}\n- two {#ab}\n")
    assert [i.name for i in found.items] == ["ab", "ab"]
    assert found.problems


def test_ids_that_differ_visibly_are_no_problem() -> None:
    assert not plan(f"{HEAD}- **E-01 — Ledger**\n- **F-01 — Ledger of F**\n").problems
