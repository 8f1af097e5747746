"""The public half beside a private key says whose it is; the worker can write what they like there."""

from __future__ import annotations

from phaseproof.evidence import keys
from support.shop import PASSPHRASE, Shop


def test_ones_own_key_under_somebody_elses_name(shop: Shop) -> None:
    shop.replace("docs/runbook.md", "second printer", "third printer")
    assert shop.gates().code == 1
    folder = shop.home / "keys"
    mine = keys.create(shop.home, "mine", PASSPHRASE)
    (folder / "mine.pub").write_bytes((folder / "mara.pub").read_bytes())
    for name in ("mara.pem", "mara.pub"):
        (folder / name).unlink()
    assert mine.public
    said = shop.run("sign", "reviewedby/shipping-lead", "--as", "mara", lead=True)
    assert said.code == 2, said.text
    assert "key-mismatch" in said.text
    assert shop.gates().code == 1
    assert shop.run("verify").code == 0


def test_ones_own_runner_key_under_the_listed_name(shop: Shop) -> None:
    folder = shop.home / "keys"
    public = (folder / "local.pub").read_bytes()
    (folder / "local.pem").unlink()
    (folder / "local.pub").unlink()
    keys.create(shop.home, "local", None)
    (folder / "local.pub").write_bytes(public)
    shop.replace("parcels/weight.py", "1000)", "1000.0)")
    said = shop.gates()
    assert said.code == 1, said.text
    assert said.json["error"]["rule"] == "runner-unlisted"
