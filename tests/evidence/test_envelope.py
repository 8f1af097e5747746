"""Envelopes: one byte form, every signature checked, nothing unread."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from phaseproof.bundle import canonical
from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import (
    MAX_ENVELOPE,
    Subject,
    keyid,
    open_envelope,
    pae,
    read_statement,
    seal,
    statement,
    unverified,
)
from phaseproof.evidence.keys import generate
from phaseproof.evidence.model import DECISION, PAYLOAD
from support.rules import key_of

ALICE, BOB = key_of("alice"), key_of("bob")
KEYS = {keyid(one.public): one.public for one in (ALICE, BOB)}
PREDICATE = {"decision": "sign", "content": {"n": 3}}
STATEMENT = statement([Subject({"sha256": "0" * 64}, "thing")], DECISION, PREDICATE)


def refused(data: bytes, rule: str) -> None:
    with pytest.raises(Untrue) as caught:
        open_envelope(data, KEYS)
    assert caught.value.rule == rule
    assert caught.value.way_out


def changed(data: bytes, **changes: Any) -> bytes:
    return canonical.encode({**json.loads(data), **changes})


def sealed_raw(payload: bytes, payload_type: str = PAYLOAD) -> bytes:
    """A valid signature over whatever bytes and type."""
    sig = base64.b64encode(ALICE.sign(pae(payload_type, payload))).decode()
    signatures = [{"keyid": keyid(ALICE.public), "sig": sig}]
    return canonical.encode(
        {"payload": base64.b64encode(payload).decode(), "payloadType": payload_type, "signatures": signatures}
    )


def test_what_is_sealed_opens() -> None:
    data = seal(STATEMENT, [ALICE, BOB])
    opened = open_envelope(data, KEYS)
    assert opened.digest == sha256(data)
    assert opened.keys == (keyid(ALICE.public), keyid(BOB.public))
    assert opened.statement.predicate == PREDICATE
    assert opened.statement.subject == (Subject({"sha256": "0" * 64}, "thing"),)


def test_the_encoding_that_is_signed_is_that_of_the_dsse_protocol() -> None:
    # The example of the protocol's own page (DSSE v1.0.2, protocol.md).
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 "


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.text(max_size=20), st.binary(max_size=40)), st.tuples(st.text(max_size=20), st.binary(max_size=40)))
def test_two_things_never_have_one_encoding(one: tuple[str, bytes], other: tuple[str, bytes]) -> None:
    def encodable(text: str) -> bool:
        return not any(0xD800 <= ord(c) <= 0xDFFF for c in text)

    if encodable(one[0]) and encodable(other[0]):
        assert (pae(*one) == pae(*other)) == (one == other)


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_any_changed_byte_is_refused(data: st.DataObject) -> None:
    sealed = seal(STATEMENT, [ALICE])
    place = data.draw(st.integers(0, len(sealed) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != sealed[place]))
    altered = sealed[:place] + bytes([byte]) + sealed[place + 1 :]
    with pytest.raises(Untrue):
        open_envelope(altered, KEYS)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.text(max_size=5), lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["payload", "payloadType", "signatures", "keyid", "sig"]), inner, max_size=4),
    max_leaves=12,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_garbage_is_refused_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Untrue):
        open_envelope(data, KEYS)


def test_a_huge_envelope_is_refused_unread() -> None:
    refused(b" " * (MAX_ENVELOPE + 1), "envelope-unreadable")


def test_deep_nesting_is_refused() -> None:
    refused(b'{"payload":' * 50_000, "envelope-unreadable")
    refused(sealed_raw(b'{"predicate":' * 50_000), "statement-unreadable")


def test_another_payload_type_is_refused_although_its_signature_holds() -> None:
    refused(sealed_raw(STATEMENT, "application/json"), "envelope-unreadable")


def test_a_signature_made_for_another_payload_type_does_not_hold() -> None:
    refused(changed(sealed_raw(STATEMENT, "application/json"), payloadType=PAYLOAD), "signature-invalid")


def test_a_signature_over_the_bare_payload_does_not_hold() -> None:
    bare = [{"keyid": keyid(ALICE.public), "sig": base64.b64encode(ALICE.sign(STATEMENT)).decode()}]
    refused(changed(seal(STATEMENT, [ALICE]), signatures=bare), "signature-invalid")


def test_two_payload_types_in_one_envelope_are_refused() -> None:
    data = seal(STATEMENT, [ALICE])
    twice = data.replace(b'"payloadType"', b'"payloadType":"application/json","payloadType"')
    refused(twice, "envelope-unreadable")


def test_a_field_that_is_not_known_is_refused() -> None:
    refused(changed(seal(STATEMENT, [ALICE]), comment="trust me"), "envelope-unreadable")


class TestOneByteForm:
    """Whoever holds no key must not be able to make a second envelope of one signature."""

    data = seal(STATEMENT, [ALICE])

    def test_spaces(self) -> None:
        refused(self.data.replace(b":", b": ", 1), "envelope-unreadable")
        refused(self.data + b"\n", "envelope-unreadable")

    def test_order_of_keys(self) -> None:
        refused(json.dumps(dict(reversed(json.loads(self.data).items())), separators=(",", ":")).encode(),
                "envelope-unreadable")  # fmt: skip

    def test_escapes(self) -> None:
        refused(self.data.replace(b"payloadType", b"payloadT\\u0079pe"), "envelope-unreadable")

    def test_unused_bits_of_the_payload(self) -> None:
        padded = STATEMENT
        body = json.loads(seal(padded, [ALICE]))["payload"]
        for more in range(3):
            if body.endswith("="):
                break
            padded = statement([Subject({"sha256": "0" * 64}, "t" * (more + 1))], DECISION, PREDICATE)
            body = json.loads(seal(padded, [ALICE]))["payload"]
        digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        last = len(body.rstrip("=")) - 1
        other = body[:last] + digits[digits.index(body[last]) + 1] + body[last + 1 :]
        assert base64.b64decode(other) == padded
        refused(changed(seal(padded, [ALICE]), payload=other), "envelope-unreadable")

    def test_unused_bits_of_a_signature(self) -> None:
        digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
        (one,) = json.loads(self.data)["signatures"]
        last = one["sig"].rstrip("=")[-1]
        other = one["sig"].replace(last + "==", digits[digits.index(last) + 1] + "==")
        assert base64.b64decode(other) == base64.b64decode(one["sig"])
        refused(changed(self.data, signatures=[{**one, "sig": other}]), "signature-invalid")

    def test_characters_that_base64_readers_pass_over(self) -> None:
        (one,) = json.loads(self.data)["signatures"]
        refused(changed(self.data, signatures=[{**one, "sig": "\n" + one["sig"]}]), "signature-invalid")
        body = json.loads(self.data)["payload"]
        refused(changed(self.data, payload=body[:8] + "-" + body[8:]), "envelope-unreadable")
        refused(changed(self.data, payload="é" + body), "envelope-unreadable")

    def test_a_second_signature_of_one_key(self) -> None:
        (one,) = json.loads(self.data)["signatures"]
        refused(changed(self.data, signatures=[one, one]), "envelope-unreadable")
        refused(changed(self.data, signatures=[one, {**one, "sig": "AAAA"}]), "envelope-unreadable")

    def test_a_signature_of_a_stranger_added(self) -> None:
        (one,) = json.loads(self.data)["signatures"]
        stranger = {"keyid": keyid(key_of("mallory").public), "sig": "AAAA"}
        refused(changed(self.data, signatures=[one, stranger]), "signature-unknown")
        refused(changed(self.data, signatures=[stranger, one]), "signature-unknown")


def test_one_bad_signature_among_good_ones_is_refused() -> None:
    first, second = json.loads(seal(STATEMENT, [ALICE, BOB]))["signatures"]
    swapped = [{**first, "sig": second["sig"]}, second]
    refused(changed(seal(STATEMENT, [ALICE, BOB]), signatures=swapped), "signature-invalid")


def test_nobody_and_strangers_are_no_signers() -> None:
    refused(seal(STATEMENT, []), "signature-unknown")
    refused(seal(STATEMENT, [generate("mallory")]), "signature-unknown")


def test_a_key_under_another_keys_id_does_not_hold() -> None:
    data = seal(STATEMENT, [generate("mallory")])
    (one,) = json.loads(data)["signatures"]
    refused(changed(data, signatures=[{**one, "keyid": keyid(ALICE.public)}]), "signature-invalid")


@pytest.mark.parametrize(
    "payload",
    [
        STATEMENT.replace(b'"decision":"sign"', b'"decision":"sign","decision":"install"'),  # read two ways
        STATEMENT.replace(b'"n":3', b'"n":NaN'),
        STATEMENT.replace(b'"n":3', b'"n":3 '),
        STATEMENT + b" ",
        b"\xef\xbb\xbf" + STATEMENT,
        STATEMENT.replace(b"Statement/v1", b"Statement/v0.1"),
        STATEMENT.replace(b'"subject"', b'"comment":"trust me","subject"'),
        STATEMENT.replace(b'"name":"thing"', b'"annotations":{},"name":"thing"'),
        canonical.encode({**json.loads(STATEMENT), "subject": []}),
        canonical.encode([json.loads(STATEMENT)]),
        b"{}",
        b"",
        b"\xff\xfe",
    ],
)
def test_a_signed_payload_that_is_no_canonical_statement_is_refused(payload: bytes) -> None:
    refused(sealed_raw(payload), "statement-unreadable")


def test_a_statement_has_one_form() -> None:
    assert read_statement(STATEMENT).predicate == PREDICATE
    assert unverified(seal(STATEMENT, [ALICE]))[1] == STATEMENT
    with pytest.raises(ValueError, match="decimals travel as strings"):
        statement([Subject({"sha256": "0" * 64})], DECISION, {"ratio": 0.5})


def test_a_signer_whose_bytes_are_no_key_is_refused() -> None:
    data = seal(STATEMENT, [ALICE])
    with pytest.raises(Untrue) as caught:
        open_envelope(data, {keyid(ALICE.public): b"short"})
    assert caught.value.rule == "signature-invalid"
    assert structs.replace(open_envelope(data, KEYS), digest="").digest == ""
