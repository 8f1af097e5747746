"""Signatures given early, by the wrong person, over something else, or counted twice."""

from __future__ import annotations

from pathlib import Path

from phaseproof.authority.fold import fold
from phaseproof.bundle import canonical
from phaseproof.evidence import keys
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import open_ledger
from support.shop import CONFIGURATION, FILES, PASSPHRASE, Shop, open_shop

SIGN = "reviewedby/shipping-lead"


def test_signed_before_anything_was_proven(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "own")
    assert shop.run("sign", SIGN, lead=True).code == 0
    said = shop.gates()
    assert said.code == 1
    assert "content-changed" in shop.reasons(said.json)


def test_signed_and_then_changed(shop: Shop) -> None:
    shop.replace("docs/runbook.md", "second printer", "third printer")
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)[SIGN] == "stale"


def test_signed_while_the_tests_were_other_tests(shop: Shop) -> None:
    shop.replace("tests/test_parcels.py", "0.0011), 2", "0.001), 1")
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)[SIGN] == "stale"


def test_changed_and_put_back_is_what_was_signed(shop: Shop) -> None:
    shop.replace("docs/runbook.md", "second printer", "third printer")
    shop.commit({"docs/runbook.md": FILES["docs/runbook.md"]})
    assert shop.gates().code == 0


def test_by_somebody_who_is_no_member(shop: Shop) -> None:
    shop.replace("docs/runbook.md", "second printer", "third printer")
    shop.gates()
    said = shop.run("sign", SIGN, "--as", "nils", lead=True)
    assert said.code == 1
    assert "not-a-member" in said.text
    assert shop.run("sign", SIGN, "--as", "local", lead=True).code == 2
    assert shop.run("sign", SIGN, "--role", "owners", "--as", "nils", lead=True).code == 2


def test_without_the_passphrase(shop: Shop) -> None:
    shop.replace("docs/runbook.md", "second printer", "third printer")
    shop.gates()
    said = shop.run("sign", SIGN)
    assert said.code == 2
    assert "passphrase-needed" in said.text


def test_one_person_under_two_names(tmp_path: Path) -> None:
    """Two names, one key: no configuration, and so no threshold of two."""
    shop = open_shop(tmp_path / "own")
    mara = (shop.home / "keys" / "mara.pub").read_text(encoding="ascii").strip()
    shop.replace("phaseproof.yaml", "people:\n", f"people:\n  mara2: {{key: {mara}}}\n")
    said = shop.run("migrate", "propose")
    assert said.code == 2
    assert "each signer has its own" in said.text


def test_one_signature_twice(tmp_path: Path) -> None:
    both = CONFIGURATION.replace("{members: [mara]}", "{members: [mara, nils], threshold: 2}")
    shop = open_shop(tmp_path / "own", configuration=both)
    shop.gates()
    assert shop.run("sign", SIGN, "--as", "mara", lead=True).code == 0
    again = shop.run("sign", SIGN, "--as", "mara", lead=True)
    assert again.code == 1
    assert "already-signed" in again.text
    assert shop.gates().code == 1


def _last_signature(shop: Shop) -> dict[str, str]:
    with open_ledger(shop.ledger) as ledger:
        return dict(canonical.plain(fold(ledger.events()).signed[-1].signing))


def test_a_signature_carried_to_another_item(tmp_path: Path) -> None:
    two = CONFIGURATION.replace("L-4: {check: runbook}", "L-4: {role: shipping-lead}")
    shop = open_shop(tmp_path / "own", configuration=two)
    shop.gates()
    assert shop.run("sign", SIGN, lead=True).code == 0
    held = shop.gates()
    assert (held.code, shop.verdicts(held.json)["L-4"]) == (1, "missing")
    carried = {**_last_signature(shop), "target": "docs/PHASE3.md:L-4"}
    shop.append(Entry("sign/item/carried/mara", None, "signed", shop.desk().now(), "mara", carried))
    assert shop.gates().code == 3


def test_a_signature_replayed_over_new_content(shop: Shop) -> None:
    """The envelope that was signed, under an event that says it is of the content of today."""
    signed = _last_signature(shop)
    shop.replace("docs/runbook.md", "second printer", "third printer")
    shop.gates()
    shop.append(Entry("sign/item/again/mara", None, "signed", shop.desk().now(), "mara", signed))
    assert shop.gates().code == 3


def test_a_persons_key_made_anew(shop: Shop) -> None:
    """A new key under an old name is not the one that the rules list."""
    shop.replace("docs/runbook.md", "second printer", "third printer")
    shop.gates()
    for suffix in ("pem", "pub"):
        (shop.home / "keys" / f"mara.{suffix}").unlink()
    keys.create(shop.home, "mara", PASSPHRASE)
    said = shop.run("sign", SIGN, "--as", "mara", lead=True)
    assert said.code == 2, said.text
    assert shop.gates().code == 1


def test_an_instrument_nobody_accepted(tmp_path: Path) -> None:
    reviewed = CONFIGURATION.replace("policy:\n", "policy:\n  instrument: {roles: [owners]}\n")
    shop = open_shop(tmp_path / "own", configuration=reviewed)
    said = shop.gates()
    assert said.code == 1
    assert "instrument-unreviewed" in shop.reasons(said.json)
    assert shop.run("sign", "--instrument", "labels", "--as", "mara", lead=True).code == 0
    assert shop.verdicts(shop.board())["L-2"] == "proven"
    shop.replace("tests/test_parcels.py", "(0.0011), 2", "(1), 1000")
    assert shop.run("run", "L-2").code == 1
    assert shop.verdicts(shop.board())["L-2"] == "missing"
