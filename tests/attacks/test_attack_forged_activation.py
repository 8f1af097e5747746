"""Rules that were approved, and wait for a protected commit, brought into force by hand."""

from __future__ import annotations

import msgspec
import pytest

from phaseproof.bundle import canonical
from phaseproof.bundle.model import Reading
from phaseproof.decisions import migrate
from phaseproof.decisions.state import open_state
from phaseproof.digests import sha256
from phaseproof.ledger.model import Entry
from support.shop import Shop

WHY = ("--reason", "L-3=printed by another shop from now on")


@pytest.fixture
def approved(shop: Shop) -> Shop:
    """A weaker bundle, approved, whose commit is on no protected branch."""
    shop.repo.git("checkout", "-q", "-b", "side")
    shop.replace("phaseproof.yaml", "  L-3: {check: discreet}\n", "  L-3: {check: discreet, advisory: true}\n")
    assert shop.run("migrate", "propose", *WHY).code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    return shop


def _content(shop: Shop) -> tuple[dict[str, str], bytes]:
    with open_state(shop.desk()) as state:
        waiting = migrate.pending(state)
        reading = state.reading
    data = canonical.encode(reading)
    return {"bundle": waiting.digest, "reading": sha256(data), "commit": shop.repo.head}, data


def test_the_branch_is_not_protected(approved: Shop) -> None:
    said = approved.run("migrate", "activate")
    assert said.code == 1
    assert "not-protected" in said.text


def test_an_activation_that_nobody_signed(approved: Shop) -> None:
    content, data = _content(approved)
    forged = b"{}"
    payload = {**content, "envelope": sha256(forged)}
    approved.append(
        Entry("bundle", 2, "bundle-activated", approved.desk().now(), "local", payload,
              {sha256(data): data, sha256(forged): forged})
    )  # fmt: skip
    said = approved.gates()
    assert said.code == 3, said.text
    assert said.json["verdict"] == "HOLD"


def test_an_activation_with_a_reading_of_ones_own(shop: Shop) -> None:
    """The event of an earlier installation, its signed envelope kept, its reading exchanged."""
    with open_state(shop.desk()) as state:
        installed = state.view.installed
        assert installed is not None
        plans = {**state.reading.plans, "parcels/label.py": "sha256:" + "0" * 64}
        reading = canonical.encode(msgspec.structs.replace(state.reading, plans=plans))
        assert isinstance(state.reading, Reading)
    payload = {**msgspec.to_builtins(installed.installed), "reading": sha256(reading)}
    shop.append(Entry("bundle", 1, "bundle-installed", shop.desk().now(), "mara", payload, {sha256(reading): reading}))
    said = shop.gates()
    assert said.code == 3, said.text
