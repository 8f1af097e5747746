"""A signature under the rules that nobody gave, put into the ledger while a decision is being taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.bundle import digest
from phaseproof.decisions.state import open_state, refreshed
from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import public_of
from phaseproof.ledger.model import Entry
from support.shop import CONFIGURATION, Shop, open_shop

BOTH = CONFIGURATION.replace("owners: {members: [mara, nils]}", "owners: {members: [mara, nils], threshold: 2}")


@pytest.fixture
def provisional(tmp_path: Path) -> Shop:
    """Rules that two must sign, signed by one; everything else is proven."""
    shop = open_shop(tmp_path / "own", configuration=BOTH)
    assert shop.run("run").code == 1
    assert shop.run("sign", "reviewedby/shipping-lead", lead=True).code == 0
    return shop


def _forged(shop: Shop) -> Entry:
    with open_state(shop.desk()) as state:
        own = digest.of(state.bundle)
        key = keyid(public_of(state.bundle.people["nils"]))
    data = b"{}"
    payload = {"envelope": sha256(data), "person": "nils", "key": key, "purpose": "bundle", "target": own,
               "content": own}  # fmt: skip
    return Entry(f"sign/bundle/{own[7:23]}/nils", 0, "signed", shop.desk().now(), "nils", payload, {sha256(data): data})


def test_rules_signed_by_one_of_two_hold(provisional: Shop) -> None:
    said = provisional.gates()
    assert said.code == 1
    assert "bundle-provisional" in provisional.reasons(said.json)


def test_a_forged_second_signature(provisional: Shop) -> None:
    provisional.append(_forged(provisional))
    said = provisional.gates()
    assert said.code == 3, said.text


def test_a_forged_second_signature_between_judging_and_recording(provisional: Shop) -> None:
    with open_state(provisional.desk()) as state:
        provisional.append(_forged(provisional))
        with pytest.raises(Untrue):
            refreshed(state)


def test_a_history_rewritten_between_judging_and_recording(shop: Shop) -> None:
    """The same beginning, another course: what was checked at opening is not what is read later."""
    import sqlite3

    from phaseproof.bundle import canonical

    with open_state(shop.desk()) as state, sqlite3.connect(shop.ledger / "ledger.db") as database:
        rows = database.execute("SELECT position, body FROM events ORDER BY position").fetchall()
        prev = ""
        for position, body in rows:
            event = canonical.decode(body)
            if position > 2:
                event["actor"] = "somebody" if position == 3 else event["actor"]
                event["prev"] = prev
            made = canonical.encode(event)
            prev = sha256(made)
            database.execute("UPDATE events SET body = ?, hash = ? WHERE position = ?",
                             (made, bytes.fromhex(prev[7:]), position))  # fmt: skip
        database.commit()
        with pytest.raises(Untrue):
            refreshed(state)
