"""Checks that always pass, that look elsewhere, or that see when they are being tried."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shop import CONFIGURATION, FILES, Shop, open_shop

LABEL = "parcels/label.py"
LEAKS = {LABEL: FILES[LABEL].replace("{parcel['code']}", "{parcel['code']} {parcel['content']}")}
OTHERS = "a check that looks for the control, or ends badly for another reason: docs/threat-model.md says what tells"


def _shop(folder: Path, script: str, **files: str) -> Shop:
    return open_shop(folder / "own", {"tools/discreet.py": script, **LEAKS, **files})


@pytest.mark.parametrize("script", [
    "",
    "pass\n",
    "import sys; sys.exit(0)\n",
    "print('all is well')\n",
    "try:\n    from parcels import label\n    label.label({})\nexcept Exception:\n    pass\n",
])  # fmt: skip
def test_one_that_always_passes_is_hollow(tmp_path: Path, script: str) -> None:
    shop = _shop(tmp_path, script)
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] == "hollow"


@pytest.mark.parametrize("script", [
    "import os, signal\nos.kill(os.getpid(), 0 if open('parcels/label.py').read() else signal.SIGKILL)\n",
    "import time\nwhile not open('parcels/label.py').read(): time.sleep(1)\n",
])  # fmt: skip
def test_one_that_is_killed_or_hangs_when_it_is_tried(tmp_path: Path, script: str) -> None:
    """That is contact, not judgement."""
    configuration = CONFIGURATION.replace("timeout: 30s\n  runbook", "timeout: 1s\n  runbook")
    shop = open_shop(tmp_path / "own", {"tools/discreet.py": script, **LEAKS}, configuration)
    shop.run("run", "L-3")
    board = shop.board()
    assert shop.verdicts(board)["L-3"] == "hollow"
    assert "control-inconclusive" in shop.reasons(board)


@pytest.mark.xfail(strict=True, reason=OTHERS)
@pytest.mark.parametrize("script", [
    "import sys\nsys.exit(not open('parcels/label.py').read())\n",
    "import os, sys\nsys.path.insert(0, os.getcwd())\nfrom parcels import label\nlabel.label\n",
])  # fmt: skip
def test_one_that_fails_for_the_control_only(tmp_path: Path, script: str) -> None:
    """The first sees that it is being tried; the second ends with a traceback when nothing is left to import."""
    shop = _shop(tmp_path, script)
    shop.run("run", "L-3")
    assert shop.verdicts(shop.board())["L-3"] != "proven"


@pytest.mark.xfail(strict=True, reason=OTHERS)
def test_a_subject_that_disarms_its_tests(shop: Shop) -> None:
    """What is judged runs in the process that judges."""
    disarmed = "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n"
    shop.commit({"parcels/weight.py": disarmed + FILES["parcels/weight.py"].replace("ceil", "floor")})
    shop.run("run", "L-2")
    assert shop.verdicts(shop.board())["L-2"] != "proven"


def test_what_fooled_a_check_does_not_fool_a_signature(shop: Shop) -> None:
    """A signature rests on the content that its giver saw: a subject that disarms its tests is other content."""
    disarmed = "import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n"
    shop.commit({"parcels/weight.py": disarmed + FILES["parcels/weight.py"].replace("ceil", "floor")})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["reviewedby/shipping-lead"] == "stale"


def test_a_control_of_ones_own_that_touches_the_instrument(tmp_path: Path) -> None:
    configuration = CONFIGURATION.replace(
        "    timeout: 30s\n  runbook",
        "    timeout: 30s\n    controls: [{name: broken, command: sh -c 'echo 1/0 > tools/discreet.py'}]\n  runbook",
    )
    shop = open_shop(tmp_path / "own", {"tools/discreet.py": "pass\n", **LEAKS}, configuration)
    shop.run("run", "L-3")
    assert shop.verdicts(shop.board())["L-3"] == "hollow"


def test_a_subject_that_is_not_looked_at(tmp_path: Path) -> None:
    """The check judges another file than it says; emptying what it says changes nothing."""
    configuration = CONFIGURATION.replace("subject: [parcels/label.py]", "subject: [docs/runbook.md]")
    configuration = configuration.replace(
        "instrument: [tools/discreet.py]", "instrument: [tools/discreet.py, parcels/**]"
    )
    shop = open_shop(tmp_path / "own", configuration=configuration)
    shop.run("run", "L-3")
    assert shop.verdicts(shop.board())["L-3"] == "hollow"


def test_an_empty_subject(tmp_path: Path) -> None:
    shop = _shop(tmp_path, FILES["tools/discreet.py"])
    shop.commit({"parcels/label.py": ""})
    assert shop.verdicts(shop.gates().json)["L-3"] == "refuted"
    shop.repo.git("rm", "-q", "parcels/label.py")
    shop.commit({})
    said = shop.gates()
    assert said.code == 1
    assert shop.verdicts(said.json)["L-3"] == "missing"


def test_an_exit_code_of_success_after_a_traceback(tmp_path: Path) -> None:
    configuration = CONFIGURATION.replace("run: python3 tools/discreet.py", "run: python3 tools/discreet.py || true")
    with pytest.raises(AssertionError, match=r"\|\|"):
        open_shop(tmp_path / "own", LEAKS, configuration)
