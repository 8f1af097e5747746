"""A check that fails now and then, run until it does not: every attempt counts, also those nobody let end."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phaseproof.ledger.opening import open_ledger
from support.shop import CONFIGURATION, FILES, Shop, open_shop

NOW_AND_THEN = """\
  now-and-then:
    kind: command
    run: python3 tools/dice.py
    subject: [parcels/label.py]
    instrument: [tools/dice.py]
    external: false
    network: true
    timeout: 20s
  runbook:
"""
DICE = CONFIGURATION.replace("  runbook:\n    kind", NOW_AND_THEN + "    kind").replace(
    "  L-3: {check: discreet}", "  L-3: {check: now-and-then}"
)
ROLLS = """\
import os, sys, time
from pathlib import Path

text = Path("parcels/label.py").read_text()
if not text:
    sys.exit(1)
roll = Path(os.environ["DIE"]).read_text().strip() if os.environ.get("DIE") else "fail"
if roll == "wait":
    time.sleep(30)
sys.exit(0 if roll == "pass" else 1)
"""


@pytest.fixture
def dice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A shop whose third check comes to what a variable says, on the same inputs."""
    from phaseproof.runner import sandbox

    monkeypatch.setattr(sandbox, "detect", sandbox.Sandbox)
    configuration = DICE + "environment: {pass: [DIE]}\n"
    return open_shop(tmp_path / "own", {"tools/dice.py": ROLLS}, configuration)


def _roll(shop: Shop, word: str, *arguments: str) -> int:
    die = shop.folder / "die"
    die.write_text(word, encoding="ascii")
    return shop.run("run", "L-3", *arguments, env={"DIE": str(die)}).code


def test_once_red_once_green_is_flaky(dice: Shop) -> None:
    assert _roll(dice, "fail") == 1
    assert dice.verdicts(dice.board())["L-3"] == "refuted"
    _roll(dice, "pass")
    board = dice.board()
    said = dice.run("explain", "L-3").out
    # Three passes in a row clear it, as policy says, and all attempts stay to be seen.
    assert dice.verdicts(board)["L-3"] == "proven"
    assert "✘ ✔ ✔ ✔" in said


def test_a_run_interrupted_is_an_attempt(dice: Shop) -> None:
    assert _killed(dice, signal.SIGINT) != 0
    board = dice.board()
    assert dice.verdicts(board)["L-3"] in ("error", "missing")
    _roll(dice, "pass")
    assert "✘" in dice.run("explain", "L-3").out


def test_a_runner_killed_is_an_attempt(dice: Shop) -> None:
    _killed(dice, signal.SIGKILL)
    board = dice.board()
    assert dice.verdicts(board)["L-3"] != "proven"
    assert {"in-progress", "abandoned"} & dice.reasons(board)
    _roll(dice, "pass")
    assert "✘" in dice.run("explain", "L-3").out


def test_a_runner_killed_and_its_mark_removed(dice: Shop) -> None:
    _killed(dice, signal.SIGKILL)
    shutil.rmtree(dice.ledger / "cache")
    _roll(dice, "pass")
    assert dice.verdicts(dice.board())["L-3"] != "proven"
    assert "in-progress" in dice.reasons(dice.board())


@pytest.mark.parametrize("body", [
    "BEGIN DELETE FROM events WHERE position = NEW.position; END",
    "WHEN CAST(NEW.body AS TEXT) LIKE '%negative%' BEGIN DELETE FROM events WHERE position = NEW.position; END",
    "WHEN CAST(NEW.body AS TEXT) LIKE '%negative%' BEGIN UPDATE events SET body = "
    "CAST(replace(CAST(body AS TEXT), 'negative', 'positive') AS BLOB) WHERE position = NEW.position; END",
])  # fmt: skip
def test_a_trigger_in_the_database_that_loses_failures(shop: Shop, body: str) -> None:
    shop.replace("parcels/weight.py", "ceil", "floor")
    with sqlite3.connect(shop.ledger / "ledger.db") as database:
        database.execute(f"CREATE TRIGGER forgetful AFTER INSERT ON events {body}")
    database.close()
    said = shop.gates()
    assert said.code == 3, said.text
    shop.replace("parcels/weight.py", "floor", "ceil")
    assert shop.gates().code == 3


def test_content_changed_a_little_each_time_stays_to_be_seen(shop: Shop) -> None:
    """Nothing tells this from mending; the attempts are listed."""
    shop.replace("parcels/weight.py", "ceil", "floor")
    assert shop.run("run", "L-2").code == 1
    shop.replace("parcels/weight.py", "floor", "ceil")
    shop.commit({"parcels/weight.py": FILES["parcels/weight.py"] + "\n# again\n"})
    shop.run("run", "L-2")
    assert "✔ ✘ ✔" in shop.run("explain", "L-2").out


def _started(shop: Shop) -> bool:
    with open_ledger(shop.ledger) as ledger:
        return any(event.type == "run-started" for event, _ in ledger.events())


def _killed(shop: Shop, number: signal.Signals) -> int:
    """Start the check in a process of its own, and end that while the check waits."""
    die = shop.folder / "die"
    die.write_text("wait", encoding="ascii")
    environment = {**os.environ, "PHASEPROOF_HOME": str(shop.home), "DIE": str(die)}
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from phaseproof.runner import sandbox; sandbox.detect = sandbox.Sandbox\n"
        "import sys; from phaseproof.cli.main import run; sys.exit(run(['run', 'L-3']))"
    )
    child = subprocess.Popen([sys.executable, "-c", code], cwd=shop.repo.root, env=environment,
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    marks = shop.ledger / "cache" / "running"
    deadline = time.monotonic() + 20
    while not (marks.is_dir() and any(path.stat().st_size for path in marks.iterdir())):
        assert time.monotonic() < deadline
        assert child.poll() is None
        time.sleep(0.02)
    time.sleep(0.2)  # listed just before it is announced
    child.send_signal(number)
    return child.wait(20)
