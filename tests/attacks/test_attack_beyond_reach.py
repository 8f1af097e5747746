"""What this program cannot stop on the machine of whoever does the work; docs/threat-model.md names each remedy.

Each test states what one would wish for, and fails; beside it stands the remedy, which works.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from phaseproof.ledger.opening import open_ledger
from support.shop import CONFIGURATION, FILES, Shop, open_shop

BEYOND = pytest.mark.xfail(strict=True, reason="beyond reach on the worker's own machine: docs/threat-model.md")
SUITE = "tests/test_parcels.py"


def _rolled_back(shop: Shop, tmp_path: Path) -> tuple[str, Path]:
    """A failure taken back: ledger and home as they were. The genesis and the checkpoint that others keep come back."""
    ledger = Path(shutil.copytree(shop.ledger, tmp_path / "ledger"))
    home = Path(shutil.copytree(shop.home, tmp_path / "home"))
    shop.replace("parcels/weight.py", "ceil", "floor")
    assert shop.gates().code == 1
    note = tmp_path / "checkpoint"
    with open_ledger(shop.ledger) as opened:
        note.write_text(opened.checkpoints()[-1].note or "", encoding="utf-8")
    for kept, place in ((ledger, shop.ledger), (home, shop.home)):
        shutil.rmtree(place)
        shutil.copytree(kept, place)
    shop.replace("parcels/weight.py", "floor", "ceil")
    return shop.genesis, note


@BEYOND
def test_ledger_and_home_put_back_together(shop: Shop, tmp_path: Path) -> None:
    _rolled_back(shop, tmp_path)
    assert shop.gates().code != 0


def test_a_checkpoint_that_others_keep_tells(shop: Shop, tmp_path: Path) -> None:
    genesis, note = _rolled_back(shop, tmp_path)
    assert shop.gates("--trust", f"{genesis}@{note}").code == 3


def _side_history(tmp_path: Path, configuration: str) -> Shop:
    """A test taken away on a history that never had it; its files are then brought over."""
    grows = configuration.replace(
        "    run: python3 tools/suite.py\n", "    run: python3 tools/suite.py\n    grow: true\n"
    )
    shop = open_shop(tmp_path / "own", configuration=grows)
    shop.run("run")
    more = FILES[SUITE] + "\n    def test_heavy(self):\n        self.assertEqual(weight.grams(2), 2000)\n"
    shop.commit({SUITE: more})
    assert shop.run("run", "L-2").code == 0
    shop.repo.git("checkout", "-q", "-b", "side", "HEAD^")
    shop.commit({"parcels/weight.py": FILES["parcels/weight.py"] + "\n# other\n"})
    shop.run("run", "L-2")
    shop.repo.git("checkout", "-q", "main")
    shop.repo.git("checkout", "-q", "side", "--", ".")
    shop.commit({})
    shop.run("run", "L-2")
    return shop


@BEYOND
def test_a_suite_that_shrinks_by_way_of_a_side_history(tmp_path: Path) -> None:
    shop = _side_history(tmp_path, CONFIGURATION.replace("  protected: main\n", ""))
    assert shop.verdicts(shop.board())["L-2"] == "refuted"


def test_a_protected_branch_is_what_a_suite_is_compared_with(tmp_path: Path) -> None:
    shop = _side_history(tmp_path, CONFIGURATION)
    assert shop.verdicts(shop.board())["L-2"] == "refuted"


def _weakened_before_the_first_run(tmp_path: Path, configuration: str) -> Shop:
    shop = open_shop(tmp_path / "own", configuration=configuration)
    shop.commit({SUITE: FILES[SUITE].replace("weight.grams(0.0011), 2", "weight.grams(0), 0")})
    shop.run("run", "L-2")
    return shop


@BEYOND
def test_tests_weakened_before_they_ever_ran(tmp_path: Path) -> None:
    """That an instrument has changed is told from the first evidence on; there was none yet."""
    shop = _weakened_before_the_first_run(tmp_path, CONFIGURATION)
    assert "instrument-changed" in shop.reasons(shop.board())


def test_an_instrument_that_must_be_accepted_is_looked_at(tmp_path: Path) -> None:
    reviewed = CONFIGURATION.replace("policy:\n", "policy:\n  instrument: {roles: [owners]}\n")
    shop = _weakened_before_the_first_run(tmp_path, reviewed)
    assert shop.verdicts(shop.board())["L-2"] == "missing"
