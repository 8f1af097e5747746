"""Caches rewritten: what they say is said to be a cache, and nothing is decided on it."""

from __future__ import annotations

import msgspec

from phaseproof.decisions import board_cache
from phaseproof.evidence import keys
from support.shop import PASSPHRASE, Shop

BAD = {"parcels/label.py": "def label(parcel):\n    return str(parcel)\n"}


def _forge(shop: Shop) -> None:
    """The board of today, all green, signed with a key of one's own under the runner's name."""
    held = shop.run("status", "--format", "json").json
    assert held["verdict"] == "HOLD"
    path = shop.ledger / "cache" / "board"
    cached = msgspec.msgpack.decode(path.read_bytes()[64:], type=board_cache.Cached)
    from msgspec import structs

    gates = tuple(structs.replace(gate, verdict="PASS", reasons=()) for gate in cached.board.gates)
    items = tuple(
        structs.replace(item, judgement=structs.replace(item.judgement, verdict="proven", reasons=()))
        for item in cached.board.items
    )
    board = structs.replace(cached.board, verdict="PASS", gates=gates, items=items)
    body = msgspec.msgpack.encode(structs.replace(cached, board=board))
    mine = keys.create(shop.folder / "elsewhere", "local", None)
    path.write_bytes(mine.sign(board_cache.PREFIX + body) + body)
    (shop.home / "keys" / "local.pub").write_text(keys.uri(mine.public) + "\n", encoding="ascii")


def test_a_board_painted_green(shop: Shop) -> None:
    shop.commit(BAD)
    assert shop.gates().code == 1
    _forge(shop)
    shown = shop.run("status", "--format", "json").json
    assert shown["verified"] is False
    assert "unverified cache" in shop.run("status").out
    ran = shop.run("run", "--format", "json")
    assert ran.json["verified"] is False
    assert shop.board()["verdict"] == "HOLD"
    said = shop.gates()
    assert said.code == 1, said.text
    assert said.json["verdict"] == "HOLD"


def test_a_board_of_another_commit(shop: Shop) -> None:
    assert shop.run("status").code == 0
    shop.commit(BAD)
    assert shop.run("status").code == 1


def test_a_board_altered_in_place(shop: Shop) -> None:
    assert shop.run("status").code == 0
    path = shop.ledger / "cache" / "board"
    path.write_bytes(path.read_bytes().replace(b"self", b"both"))
    shown = shop.run("status", "--format", "json")
    assert shown.json["verified"] is True
    assert shown.json["assurance"] == "self"


def test_caches_may_be_removed_at_any_time(shop: Shop) -> None:
    import shutil

    shutil.rmtree(shop.ledger / "cache", ignore_errors=True)
    assert shop.run("status").code == 0
    assert shop.gates().code == 0


def test_a_reading_from_a_poisoned_cache(shop: Shop) -> None:
    """What `scan` keeps decides nothing: rules are read from the commit."""
    assert shop.run("scan").code in (0, 1)
    for path in (shop.ledger / "cache").rglob("*"):
        if path.is_file() and path.name != "board":
            path.write_bytes(b"\x00" * path.stat().st_size)
    shop.replace("docs/PHASE3.md", "never names", "rarely names")
    said = shop.gates()
    assert said.code == 1
    assert "bundle-differs" in shop.reasons(said.json)
    assert PASSPHRASE
