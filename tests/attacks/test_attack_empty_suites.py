"""Suites that shrink, skip, select nothing, or write their own report."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shop import CONFIGURATION, FILES, Shop, open_shop

SUITE = "tests/test_parcels.py"
TESTS = FILES[SUITE]


@pytest.mark.parametrize(("change", "verdict"), [
    (("class Weight(unittest.TestCase)", "class Heaviness(unittest.TestCase)"), "refuted"),
    (("class Weight(unittest.TestCase):", "@unittest.skip('later')\nclass Weight(unittest.TestCase):"), "refuted"),
    (("    def test_up", "    @unittest.expectedFailure\n    def test_up"), "refuted"),
    (("    def test_up", "    def no_test_up"), "refuted"),
    (("        self.assertEqual(weight", "        self.skipTest('no')\n        self.assertEqual(weight"), "refuted"),
])  # fmt: skip
def test_a_test_that_is_not_executed_proves_nothing(shop: Shop, change: tuple[str, str], verdict: str) -> None:
    assert change[0] in TESTS
    shop.commit({SUITE: TESTS.replace(*change)})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] == verdict


def test_a_suite_without_tests(shop: Shop) -> None:
    shop.commit({SUITE: "import unittest\n"})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] == "error"


def test_a_suite_that_is_gone(shop: Shop) -> None:
    shop.commit({SUITE: None})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] in ("error", "missing")


def test_a_weaker_test_is_told_and_voids_the_signature(shop: Shop) -> None:
    shop.commit(
        {SUITE: TESTS.replace("self.assertEqual(weight.grams(0.0011), 2)", "self.assertTrue(weight.grams(1) < 1001)")}
    )
    said = shop.gates()
    assert said.code == 1
    assert "instrument-changed" in shop.reasons(said.json)
    assert shop.verdicts(said.json)["reviewedby/shipping-lead"] == "stale"


def test_fewer_tests_than_demanded_behind_a_selection(tmp_path: Path) -> None:
    """The part that stands for the item passes; the whole has not what was agreed."""
    demands = "    run: python3 tools/suite.py\n    min_tests: 3\n"
    shop = open_shop(
        tmp_path / "own", configuration=CONFIGURATION.replace("    run: python3 tools/suite.py\n", demands)
    )
    said = shop.gates()
    assert shop.verdicts(said.json)["L-1"] == "refuted"
    assert shop.verdicts(said.json)["L-2"] == "refuted"


def test_a_demand_on_the_whole_does_not_make_a_hollow_part_look_sound(tmp_path: Path) -> None:
    """Emptied, the subject leaves fewer tests than demanded; the selected test passes all the same."""
    hollow = TESTS.replace("        self.assertEqual(weight.grams(0.0011), 2)", "        self.assertTrue(True)")
    hollow = hollow.replace(
        "class Label", "@unittest.skipUnless(hasattr(label, 'label'), 'nothing there')\nclass Label"
    )
    demands = "    run: python3 tools/suite.py\n    min_tests: 2\n"
    configuration = CONFIGURATION.replace("    run: python3 tools/suite.py\n", demands)
    shop = open_shop(tmp_path / "own", {SUITE: hollow}, configuration)
    shop.run("run", "L-2")
    assert shop.verdicts(shop.board())["L-2"] == "hollow"


def test_a_report_that_the_tests_write_themselves(shop: Shop) -> None:
    """As green as you like, it stays green when the subject is emptied."""
    forged = (
        "import os\nreport = \"<testsuite><testcase classname='t.Label' name='a'/><testcase classname='t.Weight' "
        "name='b'/></testsuite>\"\n"
        "open(os.environ['PHASEPROOF_OUT'] + '/junit.xml', 'w').write(report)\nos._exit(0)\n"
    )
    shop.commit({SUITE: forged})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] == "hollow"


def test_a_report_that_lies_in_the_tree(shop: Shop) -> None:
    shop.commit({SUITE: "import os\nos._exit(0)\n", "junit.xml": "<testsuite><testcase name='Weight'/></testsuite>"})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] == "error"
