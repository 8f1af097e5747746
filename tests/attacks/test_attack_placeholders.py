"""Documents that are there and say nothing."""

from __future__ import annotations

import pytest

from support.shop import FILES, Shop

PATH = "docs/runbook.md"
HEAD = "# Runbook\n\n"
GOOD = "## When the printer fails\n\nSwitch to the second printer, then call the depot and read them all the numbers.\n"


@pytest.mark.parametrize("text", [
    "",
    "\n\n\n",
    "# Runbook\n",
    "# Runbook\n\n## When the printer fails\n",
    "# Runbook\n\n## When the printer fails\n\nTBD\n",
    HEAD + f"<!--\n{GOOD}-->\n",
    HEAD + f"```\n{GOOD}```\n",
    HEAD + GOOD.replace("## When the printer fails\n\n", "When the printer fails: "),
    "# Runbook\n\n## When the printer fails\n\n" + "- \n" * 40,
    "# Runbook\n\n## When the printer fails\n\n" + "\u200b " * 40 + "\n",
    "# Runbook\n\n## When the printer fails\n\n" + "... --- " * 20 + "\n",
])  # fmt: skip
def test_it_is_refuted(shop: Shop, text: str) -> None:
    shop.commit({PATH: text})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-4"] == "refuted"


def test_words_without_sense_need_a_reader(shop: Shop) -> None:
    """Twelve words under the heading satisfy what was asked; whoever signed it did not sign this."""
    shop.commit({PATH: "# Runbook\n\n## When the printer fails\n\n" + "lorem ipsum " * 12 + "\n"})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-4"] == "proven"
    assert shop.verdicts(said.json)["reviewedby/shipping-lead"] == "stale"


@pytest.mark.parametrize("target", ["../README.md", "/etc/hostname", "other.md"])
def test_a_link_in_its_place(shop: Shop, target: str) -> None:
    shop.repo.write({PATH: None, "docs/other.md": FILES[PATH]})
    (shop.repo.root / PATH).symlink_to(target)
    shop.commit({})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-4"] != "proven"
