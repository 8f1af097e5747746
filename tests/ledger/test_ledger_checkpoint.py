"""Checkpoints as C2SP tlog-checkpoint notes."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_support import Signer, evidence, fact, new

from phaseproof.digests import raw, sha256
from phaseproof.errors import Untrue
from phaseproof.ledger import checkpoint, merkle, tree
from phaseproof.ledger.opening import open_ledger

TENANT = sha256(b"tenant")
ROOT = sha256(b"root")


def test_the_note_reads_as_the_specification_has_it() -> None:
    signer = Signer()
    note = checkpoint.sign(TENANT, 42, ROOT, signer).note
    assert note is not None
    origin, size, root, blank, signature, end = note.split("\n")
    assert origin == "phaseproof.dev/ledger/" + TENANT[7:]
    assert (size, base64.b64decode(root), blank, end) == ("42", raw(ROOT), "", "")
    dash, name, blob = signature.split(" ")
    assert (dash, name) == ("\u2014", signer.name)
    key = base64.b64decode(blob)[:4]
    assert key == raw(sha256(signer.name.encode() + b"\n\x01" + signer.public))[:4]


def test_a_known_vector_of_the_specification_has_its_key_id() -> None:
    # The example of C2SP signed-note: PeterNeumann's key in Go's sumdb/note tests.
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")[1:]
    assert checkpoint.key_id("PeterNeumann", public).hex() == "c74f20a3"


def test_a_signed_checkpoint_verifies_and_says_who_signed() -> None:
    signer = Signer()
    signed = checkpoint.sign(TENANT, 42, ROOT, signer)
    assert checkpoint.verify(signed.note or "", {signer.name: signer.public, "x": b"\x01" * 32}) == (
        signed,
        (signer.name,),
    )


def test_unknown_signatures_are_passed_over_and_known_wrong_ones_refuse() -> None:
    one, two = Signer(), Signer("witness.example", b"\x08" * 32)
    note = checkpoint.sign(TENANT, 42, ROOT, one).note or ""
    other = (checkpoint.sign(TENANT, 42, ROOT, two).note or "").splitlines()[-1]
    forged = (checkpoint.sign(TENANT, 43, ROOT, two).note or "").splitlines()[-1]
    keys = {one.name: one.public, two.name: two.public}
    assert checkpoint.verify(note + other + "\n", keys)[1] == (one.name, two.name)
    assert checkpoint.verify(note + other + "\n", {two.name: two.public})[1] == (two.name,)
    with pytest.raises(Untrue) as refusal:
        checkpoint.verify(note + forged + "\n", keys)
    assert refusal.value.rule == "checkpoint-forged"
    for unknown in ({}, {"third.example": one.public}, {one.name: two.public}):
        with pytest.raises(Untrue) as refusal:
            checkpoint.verify(note, unknown)
        assert refusal.value.rule == "checkpoint-unsigned"


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_note_with_one_character_changed_is_refused(data: st.DataObject) -> None:
    signer = Signer()
    note = checkpoint.sign(TENANT, 42, ROOT, signer).note or ""
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters(exclude_characters=note[at]) | st.just(""))
    changed = note[:at] + other + note[at + 1 :]
    with pytest.raises(Untrue):
        checkpoint.verify(changed, {signer.name: signer.public})


@settings(max_examples=200, deadline=None)
@given(note=st.text(max_size=300))
def test_no_text_makes_the_parser_fail_otherwise(note: str) -> None:
    with pytest.raises(Untrue):
        checkpoint.parse(note)


@pytest.mark.parametrize(
    "damage",
    [
        lambda note: note.replace("\n42\n", "\n042\n"),
        lambda note: note.replace("\n42\n", "\n0\n"),
        lambda note: note.replace("\n42\n", "\n٤٢\n"),
        lambda note: note.replace("\n42\n", "\n42\nextension\n", 1),
        lambda note: note.replace("phaseproof.dev", "elsewhere.dev"),
        lambda note: note.replace("=\n\n", "\n\n"),
        lambda note: re.sub("(.)=\n\n", lambda found: chr(ord(found[1]) + 1) + "=\n\n", note),
        lambda note: re.sub("(.)=\n$", lambda found: chr(ord(found[1]) + 1) + "=\n", note),
        lambda note: note.replace("\n", "\r\n"),
        lambda note: note.replace("\u2014", "-"),
        lambda note: note + "\n",
        lambda note: note[:-1],
        lambda note: note.split("\n\n")[0] + "\n\n",
        lambda note: note + note.splitlines()[-1] * 1 + "\u2028\n",
        lambda note: note + (note.splitlines()[-1] + "\n") * 64,
        lambda note: note + "\u2014 a AAAA\n",
        lambda note: note + "\u2014 a+b AAAAAAAA\n",
        lambda note: note * 300,
    ],
)
def test_another_form_is_refused(damage) -> None:
    note = checkpoint.sign(TENANT, 42, ROOT, Signer()).note or ""
    assert damage(note) != note
    with pytest.raises(Untrue) as refusal:
        checkpoint.parse(damage(note))
    assert refusal.value.rule == "checkpoint-malformed"


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u2003b", "a\x00"])
def test_a_name_that_a_note_cannot_hold_signs_nothing(name: str) -> None:
    with pytest.raises(ValueError, match="key name"):
        checkpoint.sign(TENANT, 1, ROOT, Signer(name))


def test_a_ledgers_checkpoint_is_the_root_over_its_events(tmp_path: Path) -> None:
    signer = Signer()
    with new(tmp_path) as ledger:
        ledger.append([evidence(1), fact(n=2)])
        unsigned = ledger.checkpoint()
        leaves = list(ledger.leaves())
        assert (unsigned.size, unsigned.root, unsigned.note) == (3, "sha256:" + merkle.root(leaves).hex(), None)
        assert ledger.checkpoints() == ()
        first = ledger.checkpoint(signer)
        assert (first.size, first.root) == (unsigned.size, unsigned.root)
        ledger.append([fact(n=3)])
        second = ledger.checkpoint(signer)
        assert ledger.checkpoint(signer) == second
    with open_ledger(tmp_path) as again:
        assert again.checkpoints() == (first, second)
        assert checkpoint.verify(second.note or "", {signer.name: signer.public})[0] == second
        tree.check_prefix(again, first.size, first.root)
        proof = tree.prove_consistency(again, first.size, second.size)
        merkle.verify_consistency(first.size, second.size, proof, raw(first.root), raw(second.root))
        inclusion = tree.prove_inclusion(again, 1, second.size)
        merkle.verify_inclusion(list(again.leaves())[1], 1, second.size, inclusion, raw(second.root))
