"""The protected branch moved on one's own machine, for as long as it takes to activate what was approved."""

from __future__ import annotations

from support.shop import Shop


def test_verify_finds_rules_that_came_from_elsewhere(shop: Shop) -> None:
    main = shop.repo.git("rev-parse", "main")
    shop.repo.git("checkout", "-q", "-b", "side")
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, advisory: true}")
    assert shop.run("migrate", "propose", "--reason", "L-3=why not").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    assert shop.run("migrate", "activate").code == 1
    shop.repo.git("branch", "-f", "main", "side")
    assert shop.run("migrate", "activate").code == 0
    shop.repo.git("branch", "-f", "main", main)
    said = shop.run("verify")
    assert said.code == 3, said.text
    assert "not-protected" in said.text


def test_what_came_from_the_protected_branch_holds(shop: Shop) -> None:
    shop.replace("phaseproof.yaml", "L-3: {check: discreet}", "L-3: {check: discreet, max_age: 30d}")
    assert shop.run("migrate", "propose").code == 0
    assert shop.run("migrate", "approve", "--as", "mara", lead=True).code == 0
    assert shop.run("migrate", "activate").code == 0
    assert shop.run("verify").code == 0
