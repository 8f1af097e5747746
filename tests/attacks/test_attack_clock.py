"""The clock set forward and back. A clock that is wrong from beginning to end is told from outside only."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from support.shop import CONFIGURATION, Shop, open_shop

DAY = 86400.0
AGED = CONFIGURATION.replace("L-3: {check: discreet}", "L-3: {check: discreet, max_age: 14d}")


@pytest.fixture
def aged(tmp_path: Path) -> Shop:
    """A shop in which one proof grows old."""
    shop = open_shop(tmp_path / "own", configuration=AGED)
    shop.gates()
    return shop


def _clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)


def test_proof_grows_old(aged: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    assert aged.verdicts(aged.board())["L-3"] == "proven"
    _clock(monkeypatch, 15 * DAY)
    board = aged.board()
    assert aged.verdicts(board)["L-3"] == "stale"
    assert "too-old" in aged.reasons(board)


def test_the_clock_set_back_after_an_event(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _clock(monkeypatch, -DAY)
    said = shop.gates()
    assert said.code == 1
    assert "clock" in shop.reasons(said.json)


def test_proof_from_the_future(aged: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made with a clock ahead, so as to last longer: it holds until that time has come."""
    with monkeypatch.context() as ahead:
        _clock(ahead, 30 * DAY)
        assert aged.run("run", "L-3", "--all").code == 0
    board = aged.board()
    assert board["verdict"] == "HOLD"
    assert "clock" in aged.reasons(board)


def test_a_clock_before_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time", lambda: 0.0)
    assert shop.gates().code != 0
