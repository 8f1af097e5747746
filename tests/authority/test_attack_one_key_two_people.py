"""One hand that signs for two: shared keys, swapped names, borrowed roles."""

from __future__ import annotations

import pytest

from phaseproof.errors import Untrue
from support.programme import PASS, Programme, holds, proven


@pytest.fixture
def programme() -> Programme:
    return Programme().role("leads", ("dana", "erin"), 2).item("S-1", kind="signoff", role="leads")


def test_two_people_with_their_own_keys_count_as_two(programme: Programme) -> None:
    assert programme.signed_by("dana", "erin", item="S-1").verdict("S-1") == proven
    assert programme.decides() == "PASS"


def test_two_people_with_one_key_count_as_one() -> None:
    programme = Programme().role("leads", ("dana", "erin"), 2).item("S-1", kind="signoff", role="leads")
    programme.person_with_key_of("erin", "dana").signed_by("dana", "erin", item="S-1")
    assert programme.verdict("S-1") == ("missing", "signature-missing")
    assert "1 signed (dana)" in programme.judgement("S-1").reasons[0].detail


def test_one_person_who_signs_twice_counts_as_one(programme: Programme) -> None:
    programme.signed_by("dana", "dana", item="S-1")
    assert programme.verdict("S-1") == ("missing", "signature-missing")


def test_a_key_of_ones_own_under_anothers_name_does_not_count(programme: Programme) -> None:
    programme.signed_by("dana", item="S-1")
    exact = programme.view.signed[-1].signing
    programme.signs("item", exact.target, exact.content, "erin", "leads", key="dana")
    programme.signs("item", exact.target, exact.content, "erin", "leads", key="mallory")
    assert programme.verdict("S-1") == ("missing", "signature-missing")


def test_an_index_that_names_a_member_for_a_strangers_signature_is_refused(programme: Programme) -> None:
    programme.signed_by("dana", "erin", item="S-1")
    event, _ = programme.ledger.rows.pop()
    stranger = programme.view.signed[-1].signing
    programme.signs("item", stranger.target, stranger.content, "erin", "leads", key="mallory")
    forged, _ = programme.ledger.rows.pop()
    said = {**forged.payload, "key": event.payload["key"]}
    programme.ledger.write(forged.stream, "signed", "erin", said, forged.at)
    assert programme.gate_verdict() == PASS
    with pytest.raises(Untrue) as refusal:
        programme.decides()
    assert refusal.value.rule in ("signature-unknown", "index-altered")


def test_a_signature_for_another_role_does_not_count(programme: Programme) -> None:
    programme.signed_by("dana", "erin", item="S-1", role="maintainer")
    assert programme.verdict("S-1") == ("missing", "signature-missing")


def test_a_signature_on_another_item_does_not_count() -> None:
    programme = (
        Programme().item("S-1", kind="signoff", role="maintainer").item("S-2", kind="signoff", role="maintainer")
    )
    programme.signed_by("alice", "bob", item="S-2")
    assert programme.verdict("S-1") == ("missing", "signature-missing")
    assert programme.gate_verdict() == holds("item-holds")


def test_accepting_an_instrument_takes_distinct_people_too() -> None:
    programme = Programme().policy(instrument=("leads",)).role("leads", ("dana", "erin"), 2).item("E-1", check="unit")
    programme.person_with_key_of("erin", "dana").proves("E-1").accepts("unit", "dana", "erin")
    assert programme.verdict("E-1") == ("missing", "instrument-unreviewed")


def test_an_accepted_instrument_is_one_content() -> None:
    programme = Programme().policy(instrument=("maintainer",)).item("E-1", check="unit")
    programme.proves("E-1").accepts("unit", "alice", "bob")
    assert programme.verdict("E-1") == proven
    assert programme.decides() == "PASS"
    programme.edits("unit", "instrument").proves("E-1")
    assert programme.verdict("E-1") == ("missing", "instrument-unreviewed")


def test_a_bundle_signed_by_one_of_two_stays_provisional() -> None:
    programme = Programme().item("E-1", check="unit").installed("alice").proves("E-1")
    assert programme.gate_verdict() == holds("bundle-provisional")
    assert programme.signs("bundle", *[programme.view.bundles[0].installed.bundle] * 2, "bob").gate_verdict() == PASS
