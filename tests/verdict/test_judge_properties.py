"""What holds of every programme: PASS is earned, judging is a function, and its words are ordered."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phaseproof.bundle import canonical
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid
from phaseproof.verdict.model import ORDER, Judgement, Reason, together, worst
from support.programme import DAY, Programme
from support.rules import key_of

CHECKS = ("unit", "lint", "load")
bindings = st.sampled_from([
    {"check": "unit"}, {"check": "lint", "strength": "independent"}, {"check": "load", "max_age": DAY},
    {"all": ("unit", "lint")}, {"any": ("lint", "load")}, {"role": "maintainer", "kind": "signoff"},
    {"check": "unit"}, {"check": "lint"}, {"children": True}, {"check": "unit", "advisory": True}, {"record": "MIG-06"},
    {},
])  # fmt: skip
deeds = st.tuples(
    st.sampled_from(["positive", "negative", "inconclusive", "announce", "edit", "sign", "forge", "wait", "hollow"]),
    st.sampled_from(CHECKS),
    st.sampled_from(["local", "ci", "stranger"]),
)


def programme_of(
    items: list[dict[str, Any]], happened: list[tuple[str, str, str]], signers: tuple[str, ...], mended: int
) -> Programme:
    programme = Programme().gate("a").gate("b", after=("a",)).gate("c", parent="b")
    gates = (("a",), ("b",), ("c", "b"))
    for number, binding in enumerate(items):
        parent = f"E-{number - 1}" if number % 3 == 2 else None
        programme.item(f"E-{number}", parent=parent, gates=gates[number % 3], **binding)
    for check in CHECKS:
        if check not in {one.name for one in programme.bundle.checks}:
            programme.check(check)
    programme.installed(*signers)
    for deed, check, by in happened:
        strength = "independent" if by == "ci" else "isolated"
        match deed:
            case "positive" | "negative" | "inconclusive":
                programme.runs(check, deed, by=by, strength=strength)
            case "hollow":
                programme.runs(check, by=by, strength=strength, controls={"subject truncated": "positive"})
            case "announce":
                programme.announces(check, limit=60)
            case "edit":
                programme.edits(check)
            case "forge":
                programme.forges(check)
            case "wait":
                programme.waits(DAY / 2)
            case _:
                sign(programme)
    for check in CHECKS if mended else ():
        for _ in range(3):
            programme.runs(check, by="ci", strength="independent")
    if mended:
        sign(programme)
    if mended == 2:
        programme.forges("unit")
    return programme


def sign(programme: Programme) -> None:
    for binding in programme.bundle.bindings:
        if binding.role:
            programme.signed_by("alice", "bob", item=binding.item)


programmes = st.builds(
    programme_of,
    st.lists(bindings, min_size=1, max_size=6),
    st.lists(deeds, max_size=6),
    st.sampled_from([("alice", "bob"), ("alice", "bob"), ("alice", "bob", "carol"), ("alice",), ("nobody",)]),
    st.sampled_from([0, 1, 1, 1, 2]),
)
often = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@often
@given(programmes)
def test_pass_is_earned(programme: Programme) -> None:
    board = programme.board()
    items = {item.id: item for item in board.items}
    gates = {gate.id: gate for gate in board.gates}
    for gate in board.gates:
        beneath = [items[name] for name in gate.items if items[name].required]
        verdicts = [item.judgement.verdict for item in beneath]
        earned = (
            "proven" in verdicts
            and set(verdicts) <= {"proven", "waived"}
            and all(gates[name].verdict == "PASS" for name in {"b": ["a"], "c": ["a"]}.get(gate.id, []))
            and len({one.signing.person for one in programme.view.signed if one.signing.purpose == "bundle"}) >= 2
        )
        assert (gate.verdict == "PASS") == earned
        assert (gate.verdict == "HOLD") == bool(gate.reasons)
    assert (board.verdict == "PASS") == all(gate.verdict == "PASS" for gate in board.gates)


@often
@given(programmes)
def test_what_is_proven_rests_on_a_pass_or_on_signatures(programme: Programme) -> None:
    passes = {
        run.fact.envelope for check in programme.view.checks.values() for run in check.runs
        if run.fact.outcome == "positive" and run.fact.runner in ("local", "ci")
    }  # fmt: skip
    signed = {one.signing.envelope for one in programme.view.signed if one.signing.purpose == "item"}
    for item in programme.board().items:
        if item.judgement.verdict == "proven":
            assert set(item.judgement.rests) & (passes | signed)
            assert item.next == ""
        else:
            assert item.judgement.reasons
            assert item.next.startswith("phaseproof ")


@often
@given(programmes)
def test_judging_is_a_function(programme: Programme) -> None:
    first, second = programme.board(), programme.board()
    assert canonical.encode(first) == canonical.encode(second)


@often
@given(programmes)
def test_who_decides_passes_on_nothing_forged(programme: Programme) -> None:
    forged = {
        run.fact.envelope for check in programme.view.checks.values() for run in check.runs
        if keyid(key_of("mallory").public).encode() in programme.ledger.objects[run.fact.envelope]
    }  # fmt: skip
    try:
        verdict = programme.decides()
    except Untrue:
        return
    rests = {name for item in programme.board().items for name in item.judgement.rests
             if item.judgement.verdict == "proven"}  # fmt: skip
    assert verdict in ("PASS", "HOLD")
    assert not rests & forged


verdicts = st.sampled_from(ORDER)
judgements = st.lists(
    st.builds(
        Judgement, verdicts, st.just((Reason("x"),)), st.sampled_from(["observed", "isolated", "independent", None]),
        st.sampled_from(["self", "separate"]), st.lists(st.sampled_from(["d1", "d2", "d3"]), max_size=3).map(tuple),
    ),
    min_size=1, max_size=5,
).map(tuple)  # fmt: skip


@given(judgements)
def test_the_first_of_the_order_is_shown_and_rests_on_all(listed: tuple[Judgement, ...]) -> None:
    shown = worst(listed)
    assert shown.verdict == next(word for word in ORDER if word in {one.verdict for one in listed})
    assert shown.rests == together(listed)
    assert set(shown.rests) == {name for one in listed for name in one.rests}
    assert (shown.assurance == "separate") == all(one.assurance == "separate" for one in listed)


def test_all_of_several_is_as_strong_as_the_weakest() -> None:
    strong, weak = Judgement("proven", (), "independent"), Judgement("proven", (), "isolated")
    assert worst((strong, weak)).strength == "isolated"


def test_nothing_has_no_worst() -> None:
    with pytest.raises(ValueError, match="no judgement"):
        worst(())
