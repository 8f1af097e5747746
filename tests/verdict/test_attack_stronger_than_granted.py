"""Evidence that says it is stronger than its signer may say."""

from __future__ import annotations

import pytest

from phaseproof.bundle.model import Runner
from phaseproof.evidence.keys import uri
from support.programme import Programme, proven
from support.rules import key_of


@pytest.fixture
def programme() -> Programme:
    return Programme().item("E-03", check="unit", strength="independent")


def test_independence_that_the_bundle_does_not_grant_is_capped(programme: Programme) -> None:
    programme.proves("E-03", strength="independent")
    assert programme.verdict("E-03") == ("missing", "strength-too-weak")
    assert programme.judgement("E-03").reasons[0].detail == "isolated, wanted independent"


def test_independence_that_it_grants_counts(programme: Programme) -> None:
    assert programme.proves("E-03", by="ci", strength="independent").verdict("E-03") == proven


def test_independence_without_a_mechanism_is_capped(programme: Programme) -> None:
    programme.proves("E-03", by="ci", strength="independent", mechanism=" ")
    assert programme.verdict("E-03") == ("missing", "strength-too-weak")


def test_a_granted_runner_is_not_made_independent_by_the_grant(programme: Programme) -> None:
    programme.proves("E-03", by="ci", strength="isolated")
    assert programme.verdict("E-03") == ("missing", "strength-too-weak")


def test_evidence_in_the_name_of_another_runner_counts_for_nobody(programme: Programme) -> None:
    programme.proves("E-03", by="ci", key="local", strength="independent", announced=False)
    assert programme.verdict("E-03") == ("missing", "signer-unknown")


def test_controls_of_a_weaker_runner_do_not_show_that_it_can_fail(programme: Programme) -> None:
    programme.proves("E-03", by="ci", control_by="local", strength="independent")
    assert programme.verdict("E-03") == ("hollow", "control-missing")


def test_a_tick_satisfies_nothing_even_where_a_tick_is_asked_for() -> None:
    programme = Programme().item("E-03", check="unit", strength="claimed").proves("E-03", strength="claimed")
    assert programme.verdict("E-03") == ("missing", "strength-too-weak")


def test_a_reporter_is_no_runner() -> None:
    programme = Programme().item("E-03", check="unit", strength="reported")
    programme.rules(reporters={"jenkins": Runner(uri(key_of("jenkins").public))})
    programme.proves("E-03", by="jenkins", strength="reported", announced=False)
    assert programme.verdict("E-03") == ("missing", "signer-unknown")


def test_a_runner_whose_listed_key_is_none_signs_nothing() -> None:
    programme = Programme().item("E-03", check="unit").rules(runners={"local": Runner("ed25519:AAAA")})
    assert programme.proves("E-03", announced=False).verdict("E-03") == ("missing", "signer-unknown")


def test_separate_needs_an_independent_runner_and_a_reviewed_instrument() -> None:
    programme = Programme().item("E-03", check="unit", assurance="separate")
    programme.proves("E-03", by="ci", strength="independent")
    assert programme.verdict("E-03") == ("missing", "assurance-too-low")
    reviewed = Programme().policy(instrument=("maintainer",)).item("E-03", check="unit", assurance="separate")
    reviewed.proves("E-03", by="ci", strength="independent").accepts("unit", "alice", "bob")
    assert reviewed.verdict("E-03") == proven
    assert reviewed.board().assurance == "separate"
    assert reviewed.decides() == "PASS"
    reviewed.proves("E-03")
    assert reviewed.verdict("E-03") == ("missing", "assurance-too-low")
