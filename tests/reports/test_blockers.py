"""What blocks, in the order in which to clear it."""

from __future__ import annotations

from phaseproof.reports.blockers import blockers
from support.programme import Programme


def named(programme: Programme) -> list[tuple[str, str]]:
    return [(one.gate.id, one.item.short if one.item else one.reasons[0].code) for one in blockers(programme.board())]


def test_small_open_gates_come_before_large_ones_and_locked_ones_last() -> None:
    programme = Programme().gate("gate-a").gate("gate-b").gate("gate-c", after=["gate-a"])
    programme.item("A-1", check="a1", gates=["gate-a"]).item("A-2", check="a2", gates=["gate-a"])
    programme.item("B-1", check="b1", gates=["gate-b"]).item("C-1", check="c1", gates=["gate-c"])
    programme.proves("A-1").refutes("B-1").proves("C-1")
    assert named(programme) == [("gate-b", "B-1"), ("gate-a", "A-2"), ("gate-c", "after-holds")]


def test_an_item_of_nested_gates_blocks_once_in_the_innermost() -> None:
    programme = Programme().gate("phase-1").gate("gate-a", parent="phase-1")
    programme.item("A-1", check="a1").item("P-1", check="p1", gates=["phase-1"]).refutes("A-1").proves("P-1")
    assert named(programme) == [("gate-a", "A-1")]


def test_what_holds_every_gate_is_said_once_and_first() -> None:
    programme = Programme().gate("gate-a").gate("gate-b")
    programme.item("A-1", check="a1", gates=["gate-a"]).item("B-1", check="b1", gates=["gate-b"])
    programme.installed("nobody").refutes("A-1").proves("B-1")
    found = blockers(programme.board())
    assert [one.reasons[0].code for one in found] == ["bundle-provisional", "check-failed"]
    assert found[0].next == "phaseproof sign --bundle"


def test_advisory_items_never_block_and_a_passing_board_has_no_blocker() -> None:
    programme = Programme().item("A-1", check="a1").item("A-2", check="a2", advisory=True)
    programme.proves("A-1").refutes("A-2")
    assert blockers(programme.board()) == ()


def test_each_says_a_command_or_what_a_person_has_to_do() -> None:
    programme = Programme().item("A-1", check="a1").item("A-2").item("A-3", check="a3").refutes("A-1")
    for one in blockers(programme.board()):
        assert bool(one.next) != bool(one.advice), one
        assert not one.next.startswith("phaseproof explain")
