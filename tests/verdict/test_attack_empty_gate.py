"""Gates over nothing, and gates that something else should have opened."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.reports.board import text as shown
from support.programme import PASS, Programme, holds


def test_a_gate_without_items_holds() -> None:
    programme = Programme().gate("a").gate("b").item("E-01", check="unit").proves("E-01")
    assert programme.gate_verdict("a") == holds("gate-empty")
    assert programme.gate_verdict("b") == PASS
    assert programme.board().verdict == "HOLD"


def test_a_programme_without_gates_holds_and_says_why() -> None:
    board = Programme().board()
    assert board.verdict == "HOLD"
    assert "the programme has no gate" in shown(board)


def test_a_gate_that_nobody_knows_holds() -> None:
    programme = Programme().item("E-01", check="unit").proves("E-01")
    assert programme.board(["gate-a"]).verdict == "PASS"
    assert programme.board(["gate-a", "gate-z"]).verdict == "HOLD"


def test_a_gate_of_advisory_items_holds() -> None:
    programme = Programme().item("E-01", check="unit", advisory=True).proves("E-01")
    assert programme.gate_verdict() == holds("gate-empty")


def test_a_recommended_review_that_was_given_opens_nothing() -> None:
    programme = Programme().item("S-1", kind="signoff", role="maintainer", recommended=True)
    programme.signed_by("alice", "bob", item="S-1")
    assert programme.verdict("S-1") == ("proven",)
    assert programme.gate_verdict() == holds("gate-empty")


def test_children_of_nothing_prove_nothing() -> None:
    programme = Programme().item("E-01", children=True).item("E-01.1", parent="E-01", check="unit", advisory=True)
    programme.proves("E-01.1")
    assert programme.verdict("E-01") == ("missing", "children-empty")


def test_children_prove_their_parent_and_the_worst_one_is_shown() -> None:
    programme = Programme().item("E-01", children=True)
    programme.item("E-01.1", parent="E-01", check="unit").item("E-01.2", parent="E-01", check="lint")
    programme.proves("E-01.1")
    assert programme.verdict("E-01") == ("missing", "never-run")
    assert programme.refutes("E-01.2").verdict("E-01") == ("refuted", "check-failed")
    programme.edits("lint").proves("E-01.2")
    assert programme.verdict("E-01") == ("proven",)
    assert programme.decides() == "PASS"


def test_an_item_nested_in_itself_ends_as_an_error() -> None:
    programme = Programme().item("E-01", children=True, parent="E-02").item("E-02", children=True, parent="E-01")
    assert {programme.verdict("E-01")[0], programme.verdict("E-02")[0]} == {"error"}


def test_a_sign_off_beneath_derived_items_counts_at_every_depth() -> None:
    programme = Programme().item("E-01", children=True).item("E-02", children=True, parent="E-01")
    programme.item("S-1", kind="signoff", role="maintainer", parent="E-02")
    assert programme.verdict("E-01") == ("missing", "children-empty")
    programme.signed_by("alice", "bob", item="S-1")
    assert programme.verdict("E-01") == ("proven",)
    assert programme.gate_verdict() == PASS


def test_an_item_counts_for_the_gates_around_its_own() -> None:
    programme = Programme().gate("phase").gate("m1", parent="phase").item("E-01", check="unit")
    programme.gate("m2", parent="phase").item("E-02", check="lint").proves("E-01")
    assert programme.gate_verdict("m1") == PASS
    assert programme.gate_verdict("phase") == holds("item-holds")


def test_a_gate_waits_for_what_its_parent_waits_for() -> None:
    programme = Programme().gate("entry").item("E-00", check="entry")
    programme.gate("phase", after=("entry",)).gate("m1", parent="phase").item("E-01", check="unit").proves("E-01")
    assert programme.gate_verdict("m1") == holds("after-holds")
    assert next(gate.state for gate in programme.board().gates if gate.id == "m1") == "locked"
    assert programme.proves("E-00").gate_verdict("m1") == PASS


@pytest.mark.parametrize("after", [("gate-z",), ("a",), ("b",)])
def test_a_gate_after_an_unknown_one_itself_or_in_a_circle_holds(after: tuple[str, ...]) -> None:
    programme = Programme().gate("a", after=after).item("E-01", check="unit")
    programme.gate("b", after=("a",)).item("E-02", check="lint").proves("E-01").proves("E-02")
    assert programme.gate_verdict("a") == holds("after-holds")
    assert programme.gate_verdict("b") == holds("after-holds")


@settings(max_examples=60, deadline=None)
@given(
    edges=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=8, unique=True),
    open_=st.sets(st.integers(0, 4)),
)
def test_no_order_of_gates_opens_one_before_those_it_comes_after(edges: list[tuple[int, int]], open_: set[int]) -> None:
    programme = Programme()
    for number in range(5):
        after = tuple(f"g{before}" for late, before in edges if late == number)
        programme.gate(f"g{number}", after=after).item(f"E-{number}", check=f"c{number}")
    for number in open_:
        programme.proves(f"E-{number}")
    verdicts = {gate.id: gate.verdict for gate in programme.board().gates}
    for late, before in edges:
        assert verdicts[f"g{late}"] == "HOLD" or verdicts[f"g{before}"] == "PASS"
    for number in set(range(5)) - open_:
        assert verdicts[f"g{number}"] == "HOLD"
