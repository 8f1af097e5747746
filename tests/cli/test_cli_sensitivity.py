"""A demand for sensitivity from the first run to the mended suite, typed as a person would type it."""

from __future__ import annotations

import json
from pathlib import Path

from cli_support import CONFIG, Kitchen, build

from phaseproof.runner.sensitivity import measuring

RUNNER = """\
import os, sys, unittest
sys.path.insert(0, os.getcwd())
suite = unittest.defaultTestLoader.discover("tests")
found = unittest.TextTestRunner(stream=sys.stdout).run(suite)
sys.exit(0 if found.wasSuccessful() and found.testsRun else 1)
"""
SUBJECT = """\
def heat(target, limit):
    if target > limit:
        return limit
    return target


def note(target):
    return f"heating to {target}"
"""
BLUNT = """\
import unittest
from oven.heat import heat, note


class Heat(unittest.TestCase):
    def test_limit(self):
        self.assertEqual(heat(300, 250), 250)

    def test_note(self):
        note(3)
"""
SHARP = BLUNT.replace("note(3)", 'self.assertEqual(note(3), "heating to 3")')
ASKING = CONFIG.replace(
    "    kind: command\n    run: grep -q ^limit=250$ oven/limit.txt\n    subject: [oven/limit.txt]\n",
    "    kind: command\n    run: python3 tests/run.py\n    subject: [oven/**]\n    instrument: [tests/**]\n"
    "    min_sensitivity: 0.9\n",
)


def kitchen(folder: Path) -> Kitchen:
    assert ASKING != CONFIG
    return build(folder, ASKING, {"oven/__init__.py": "", "oven/heat.py": SUBJECT, "tests/run.py": RUNNER,
                                  "tests/test_heat.py": BLUNT})  # fmt: skip


def sensed(made: Kitchen) -> dict[str, object]:
    said = made.run("explain P1.1 --format json").said
    seen: dict[str, object] = said["checks"][0]["seen"]
    return seen


def test_a_blunt_suite_holds_names_what_it_missed_and_passes_once_it_looks(tmp_path: Path) -> None:
    made = kitchen(tmp_path)
    first = made.run("run P1.1")
    assert first.code == 1, first.err
    item = made.item("P1.1")
    assert (item["verdict"], [reason["code"] for reason in item["reasons"]]) == ("hollow", ["sensitivity-low"])
    assert "oven/heat.py:7 note" in item["reasons"][0]["detail"]
    letter = made.run("explain P1.1").out
    assert "2 functions made to do nothing, one at a time: 1 noticed, wanted 0.9" in letter
    assert "oven/heat.py:7 note made to do nothing: no test fails" in letter
    seen = sensed(made)
    assert seen["metrics"]["sensitivity.killed"] == "1"  # type: ignore[index]
    assert (seen["sensitivity"]["population"], seen["sensitivity"]["sampled"]) == (2, 2)  # type: ignore[index]
    listing = json.loads(_object(made, seen["objects"]["sensitivity.json"]))  # type: ignore[index]
    assert listing["survivors"] == ["oven/heat.py:7 note"]
    assert {one["outcome"] for one in listing["functions"]} == {"killed", "survived"}

    made.repo.commit({"tests/test_heat.py": SHARP})
    second = made.run("run P1.1")
    assert second.code == 0, second.out
    assert made.item("P1.1")["verdict"] == "proven"
    assert sensed(made)["sensitivity"]["killed"] == 2  # type: ignore[index]
    assert made.run("verify").code == 0


def test_what_was_measured_once_is_not_measured_again(tmp_path: Path, monkeypatch) -> None:
    made = kitchen(tmp_path)
    made.repo.commit({"tests/test_heat.py": SHARP})
    assert made.run("run P1.1").code == 0
    before = sensed(made)

    def never(*_: object) -> None:
        raise AssertionError("measured again")

    monkeypatch.setattr("phaseproof.runner.sensitivity.measuring.measure", never)
    assert made.run("run P1.1 --all").code == 0
    after = sensed(made)
    assert before["run"] != after["run"]
    for part in ("sensitivity", "findings"):
        assert before.get(part) == after.get(part)
    assert before["objects"]["sensitivity.json"] == after["objects"]["sensitivity.json"]  # type: ignore[index]


def test_attack_a_retry_does_not_draw_another_sample(tmp_path: Path, monkeypatch) -> None:
    """A function that gives no answer is tried again at every run: in the same order, whatever was checkpointed."""
    quits = RUNNER.replace("suite =", "from oven.heat import note\nif note(1) is None: sys.exit(127)\nsuite =")
    real, measured = measuring.measure, []
    monkeypatch.setattr(measuring, "measure", lambda *args: measured.append(1) or real(*args))
    made = kitchen(tmp_path)
    made.repo.commit({"tests/run.py": quits})
    made.run("run P1.1")
    first = sensed(made)
    assert first["sensitivity"]["inconclusive"] == 1  # type: ignore[index]
    assert made.run("checkpoint").code == 0
    made.run("run P1.1")
    again = sensed(made)
    assert again["run"] != first["run"]
    assert len(measured) == 2
    assert again["sensitivity"]["seed"] == first["sensitivity"]["seed"]  # type: ignore[index]
    made.repo.commit({"oven/heat.py": SUBJECT + "\n"})
    made.run("run P1.1")
    assert sensed(made)["sensitivity"]["seed"] != first["sensitivity"]["seed"]  # type: ignore[index]


def test_a_check_that_a_control_found_hollow_is_not_measured(tmp_path: Path) -> None:
    made = kitchen(tmp_path)
    made.repo.commit({"tests/run.py": "print('all is well')\n"})
    assert made.run("run P1.1").code == 1
    codes = [reason["code"] for reason in made.item("P1.1")["reasons"]]
    assert codes == ["control-passed"]
    assert made.item("P1.1")["next"] == "phaseproof explain P1.1"
    assert sensed(made).get("sensitivity") is None
    assert "How much it notices was not measured." in made.run("explain P1.1").out


def _object(made: Kitchen, digest: str) -> bytes:
    from phaseproof.ledger.opening import open_ledger

    ledger = open_ledger(made.ledger)
    try:
        return ledger.get(digest)
    finally:
        ledger.close()
