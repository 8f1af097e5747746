"""A commit made while the gates run: a PASS of the old head must not be taken for the new one."""

from __future__ import annotations

import pytest

from phaseproof.decisions import gating
from support.shop import Shop


def test_a_head_that_moved_meanwhile_was_not_judged(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before = shop.gates("gate-a")
    assert before.code == 0 and before.json["verdict"] == "PASS" and before.json["overtaken"] is False
    take = gating.decide

    def decide(*arguments: object) -> object:
        done = take(*arguments)  # type: ignore[arg-type]
        shop.commit({"notes.txt": "pushed meanwhile"})
        return done

    monkeypatch.setattr(gating, "decide", decide)
    said = shop.run("gates", "gate-a")
    assert said.code == 1 and "overtaken: HEAD has moved" in said.text
    late = shop.run("gates", "gate-a", "--format", "json")
    assert late.code == 1 and late.json["verdict"] == "HOLD" and late.json["overtaken"]
