"""Thresholds count distinct people with distinct keys, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from phaseproof.authority.threshold import Count, count, key_of, needed, standing, valid
from phaseproof.authority.view import Signed, Signing
from phaseproof.bundle import digest
from phaseproof.bundle.model import Bundle, Policy, Role
from phaseproof.digests import sha256
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import uri
from support.rules import key_of as private

CONTENT = sha256(b"content")
NAMES = ("alice", "bob", "carol", "dana", "erin")


def bundle(members: tuple[str, ...], threshold: Any, keys: dict[str, str] | None = None) -> Bundle:
    people = {name: uri(private((keys or {}).get(name, name)).public) for name in NAMES}
    return Bundle("orders", roles={"leads": Role(members, threshold)}, people=people)


def signed(person: str, key: str | None = None, number: int = 0, content: str = CONTENT) -> Signed:
    envelope = sha256(f"{person} {key} {number}".encode())
    public = keyid(private(key or person).public)
    return Signed(number, "2026-03-01T09:00:00.000000Z", Signing(envelope, person, public, "bundle", content, content))


def met(rules: Bundle, *signatures: Signed) -> bool:
    return count(rules, "leads", signatures).met


def test_enough_distinct_people_meet_it() -> None:
    rules = bundle(("alice", "bob", "carol"), 2)
    assert not met(rules, signed("alice"))
    assert met(rules, signed("alice"), signed("carol"))


def test_one_person_signing_twice_is_one_person() -> None:
    rules = bundle(("alice", "bob"), 2)
    assert not met(rules, signed("alice"), signed("alice", number=1))


def test_a_member_listed_twice_is_one_person() -> None:
    rules = bundle(("alice", "alice"), 2)
    counted = count(rules, "leads", [signed("alice"), signed("alice", number=1)])
    assert not counted.met
    assert count(rules, "leads", []).lacking == ("alice",)


def test_all_means_every_member_also_one_who_joins_later() -> None:
    both = [signed("alice"), signed("bob")]
    assert met(bundle(("alice", "bob"), "all"), *both)
    assert not met(bundle(("alice", "bob", "carol"), "all"), *both)


@pytest.mark.parametrize("threshold", [0, -1, 3, 1000])
def test_a_threshold_of_none_or_more_than_there_are_is_never_met(threshold: int) -> None:
    assert not met(bundle(("alice", "bob"), threshold), signed("alice"), signed("bob"))


def test_a_role_without_members_is_never_met() -> None:
    assert needed(Role((), "all")) == 0
    assert not met(bundle((), "all"))
    assert not met(bundle((), 1), signed("alice"))


def test_a_role_that_the_bundle_does_not_have_is_never_met() -> None:
    counted = count(bundle(("alice",), 1), "security", [signed("alice")])
    assert not counted.met
    assert str(counted) == "role security has nobody who could sign"


def test_a_member_without_a_key_never_counts_and_all_cannot_be_met() -> None:
    rules = structs.replace(bundle(("alice", "zoe"), "all"))
    assert key_of(rules, "zoe") is None
    assert not met(rules, signed("alice"), signed("zoe"))


def test_a_member_whose_key_is_none_never_counts() -> None:
    rules = bundle(("alice",), 1)
    rules = structs.replace(rules, people={**rules.people, "alice": "ed25519:AAAA"})
    assert not met(rules, signed("alice"))


def test_only_a_key_that_the_bundle_lists_for_that_person_counts() -> None:
    assert not met(bundle(("alice",), 1), signed("alice", key="mallory"))
    assert not met(bundle(("alice", "bob"), 1), signed("alice", key="bob"))


def test_a_stranger_never_counts() -> None:
    assert not met(bundle(("alice",), 1), signed("dana"))


def test_what_is_lacking_is_named() -> None:
    counted = count(bundle(("alice", "bob", "carol"), 2), "leads", [signed("bob")])
    assert counted.lacking == ("alice", "carol")
    assert str(counted) == "needs 2 of role leads; 1 signed (bob)"


def test_a_bundle_is_valid_by_its_own_threshold_and_its_predecessors() -> None:
    own = structs.replace(bundle(("alice", "bob"), 2), policy=Policy(migrate=("leads",)))
    before = structs.replace(bundle(("carol",), 1), policy=Policy(migrate=("leads",)))
    name = digest.of(own)
    mine = [signed("alice", content=name), signed("bob", content=name)]
    assert valid(standing(own, name, mine))
    assert not valid(standing(own, name, mine, before))
    assert valid(standing(own, name, [*mine, signed("carol", content=name)], before))
    assert not valid(standing(own, name, [signed("carol", content=name)], before))


def test_signatures_over_another_bundle_or_for_another_purpose_make_none_valid() -> None:
    own = structs.replace(bundle(("alice",), 1), policy=Policy(migrate=("leads",)))
    name = digest.of(own)
    item = signed("alice", content=name)
    item = structs.replace(item, signing=structs.replace(item.signing, purpose="item"))
    assert not valid(standing(own, name, [signed("alice"), item]))


def test_a_bundle_that_nobody_may_sign_is_never_valid_not_even_through_its_predecessor() -> None:
    own = structs.replace(bundle(("alice",), 1), policy=Policy())
    before = structs.replace(own, policy=Policy(migrate=("leads",)))
    name = digest.of(own)
    assert not valid(standing(own, name, [signed("alice", content=name)]))
    assert not valid(standing(own, name, [signed("alice", content=name)], before))
    assert not valid(())


people = st.sampled_from(NAMES)
signatures = st.lists(st.tuples(people, people), max_size=12).map(
    lambda pairs: [signed(person, key, number) for number, (person, key) in enumerate(pairs)]
)
rosters = st.lists(people, max_size=5).map(tuple)
sharing = st.dictionaries(people, people, max_size=5)
thresholds = st.integers(-1, 6) | st.just("all")


def given_(members: tuple[str, ...], threshold: Any, keys: dict[str, str], over: list[Signed]) -> Count:
    return count(bundle(members, threshold, keys), "leads", over)


@settings(max_examples=80, deadline=None)
@given(members=rosters, threshold=thresholds, keys=sharing, over=signatures)
def test_the_count_is_bounded_by_people_keys_and_members(
    members: tuple[str, ...], threshold: Any, keys: dict[str, str], over: list[Signed]
) -> None:
    counted = given_(members, threshold, keys, over)
    assert len(counted.given) == len(set(counted.given)) == len(counted.envelopes)
    assert set(counted.given) <= set(members) & {one.signing.person for one in over}
    used = {one.signing.key for one in over if one.signing.envelope in counted.envelopes}
    assert len(used) == len(counted.given)
    assert not set(counted.given) & set(counted.lacking)


@settings(max_examples=80, deadline=None)
@given(members=rosters, threshold=thresholds, keys=sharing, over=signatures, again=st.integers(0, 11))
def test_signing_again_as_the_same_person_or_with_the_same_key_never_raises_it(
    members: tuple[str, ...], threshold: Any, keys: dict[str, str], over: list[Signed], again: int
) -> None:
    before = given_(members, threshold, keys, over)
    for one in over[again : again + 1]:
        for person in {one.signing.person, *NAMES}:
            twin = structs.replace(one, position=99, signing=structs.replace(one.signing, person=person))
            holds = keyid(private(keys.get(person, person)).public) == twin.signing.key
            after = given_(members, threshold, keys, [*over, twin])
            counted_key = any(o.signing.key == twin.signing.key for o in over if o.signing.envelope in before.envelopes)
            if person in before.given or counted_key or not holds:
                assert len(after.given) == len(before.given)


@settings(max_examples=80, deadline=None)
@given(members=rosters, threshold=thresholds, keys=sharing, over=signatures, order=st.randoms(use_true_random=False))
def test_more_signatures_never_lower_it_and_their_order_does_not_matter(
    members: tuple[str, ...], threshold: Any, keys: dict[str, str], over: list[Signed], order: Any
) -> None:
    whole = given_(members, threshold, keys, over)
    for cut in range(len(over)):
        assert len(given_(members, threshold, keys, over[:cut]).given) <= len(whole.given)
    mixed = list(over)
    order.shuffle(mixed)
    assert len(given_(members, threshold, keys, mixed).given) == len(whole.given)
