"""An approval that lands on other rules than those its giver looked at."""

from __future__ import annotations

from support.shop import CONFIGURATION, Shop

WHY = ("--reason", "L-3=printed by another shop", "--reason", "L-4=we know it by heart")


def _advisory(shop: Shop, item: str, check: str) -> None:
    shop.replace("phaseproof.yaml", f"{item}: {{check: {check}}}", f"{item}: {{check: {check}, advisory: true}}")


def test_a_second_proposal_is_not_signed_unnamed(shop: Shop) -> None:
    _advisory(shop, "L-4", "runbook")
    first = shop.run("migrate", "propose", *WHY, "--format", "json").json["bundle"]
    _advisory(shop, "L-3", "discreet")
    assert shop.run("migrate", "propose", *WHY).code == 0
    said = shop.run("migrate", "approve", "--as", "mara", lead=True)
    assert said.code == 2, said.text
    assert "proposal-ambiguous" in said.text
    assert shop.run("migrate", "approve", first[7:15], "--as", "mara", lead=True).code == 0
    assert shop.run("migrate", "activate", first[7:15]).code == 1


def test_what_was_approved_is_what_the_commit_must_hold(shop: Shop) -> None:
    _advisory(shop, "L-4", "runbook")
    assert shop.run("migrate", "propose", *WHY).code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    _advisory(shop, "L-3", "discreet")
    said = shop.run("migrate", "activate")
    assert said.code == 1
    assert "bundle-differs" in said.text


def test_an_approval_is_not_one_of_the_next_proposal(shop: Shop) -> None:
    _advisory(shop, "L-4", "runbook")
    first = shop.run("migrate", "propose", *WHY, "--format", "json").json["bundle"]
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    assert shop.run("migrate", "activate").code == 0
    _advisory(shop, "L-3", "discreet")
    assert shop.run("migrate", "propose", *WHY).code == 0
    said = shop.run("migrate", "activate")
    assert said.code == 1
    assert "not-approved" in said.text
    stale = shop.run("migrate", "activate", first[7:15])
    assert stale.code == 2
    assert "proposal-unknown" in stale.text


def test_nobody_else_can_approve(shop: Shop) -> None:
    _advisory(shop, "L-4", "runbook")
    assert shop.run("migrate", "propose", *WHY).code == 0
    assert shop.run("migrate", "approve", "--as", "local").code == 2
    assert shop.run("migrate", "approve", "--as", "mara").code == 2, "without her passphrase"
    assert shop.run("migrate", "activate").code == 1


def test_a_weakening_without_a_reason_is_not_even_proposed(shop: Shop) -> None:
    _advisory(shop, "L-3", "discreet")
    said = shop.run("migrate", "propose")
    assert said.code == 1
    assert "L-3" in said.text
    assert "reason-missing" in said.text


def test_a_reason_cannot_paint_over_what_is_weaker(shop: Shop) -> None:
    _advisory(shop, "L-3", "discreet")
    said = shop.run("migrate", "propose", "--reason", "L-3=fine\r\x1b[2K  \x1b[32mstronger\x1b[0m  all of it")
    assert said.code == 0, said.text
    assert "\x1b[2K" not in said.out
    assert "\r" not in said.out
    assert "weaker" in said.out


def test_an_activation_by_a_runner_nobody_listed(shop: Shop) -> None:
    from phaseproof.evidence import keys

    keys.create(shop.home, "stray", None)
    _advisory(shop, "L-4", "runbook")
    assert shop.run("migrate", "propose", *WHY).code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    said = shop.run("migrate", "activate", "--runner", "stray")
    assert said.code == 1, said.text
    assert "runner-unlisted" in said.text
    assert shop.run("verify").code == 0
    assert CONFIGURATION
