"""Something happens between judging and recording: the decision is taken again on what there is, or not at all."""

from __future__ import annotations

import threading

import pytest

from phaseproof.authority.fold import RunStarted, fold
from phaseproof.bundle import canonical
from phaseproof.decisions import deciding, gating
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import open_ledger
from support.shop import Shop


def _before_recording(monkeypatch: pytest.MonkeyPatch, act: object) -> None:
    """Do something once, after the board was judged and before its decision is recorded."""
    done = threading.Event()

    def record(*arguments: object) -> object:
        if not done.is_set():
            done.set()
            assert callable(act)
            act()
        return deciding.record(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(gating, "record", record)


def test_a_run_that_is_announced(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(shop.ledger) as ledger:
        fact = fold(ledger.events()).checks["discreet"].runs[-1].fact
    start = RunStarted("f" * 32, "discreet", fact.check_digest, fact.inputs, fact.commit, 600)
    entry = Entry("check/discreet", None, "run-started", shop.desk().now(), "local", canonical.plain(start))
    _before_recording(monkeypatch, lambda: shop.append(entry))
    said = shop.gates()
    assert said.code == 1, said.text
    assert "in-progress" in shop.reasons(said.json)


def test_other_rules_that_come_into_force(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Judged under the old ones, which the commit holds; recorded under the new ones, which it does not."""
    good = shop.repo.head
    shop.commit({"docs/more.md": "# More\n"})
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, max_age: 30d}")
    assert shop.run("migrate", "propose").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0

    def activate() -> None:
        assert shop.run("migrate", "activate").code == 0

    _before_recording(monkeypatch, activate)
    said = shop.gates("--commit", good)
    assert said.code == 1, said.text
    assert "bundle-differs" in shop.reasons(said.json)


def test_two_decisions_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The faster one is in the ledger when the slower one is recorded, and both stand on what was there."""
    codes: list[int] = []

    def other() -> None:
        with monkeypatch.context() as undone:
            undone.setattr(gating, "record", deciding.record)
            codes.append(shop.gates().code)

    _before_recording(monkeypatch, other)
    assert shop.gates().code == 0
    assert codes == [0]
    assert shop.run("verify").code == 0
