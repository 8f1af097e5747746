"""Ended from outside: Ctrl-C, a closed pipe, a kill; with real processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_support import CONFIG, Answer, Kitchen, build, copy

NAP = "61.73"
TEXT = CONFIG.replace("grep -q ^limit=250$ oven/limit.txt", f"sleep {NAP}")


def napping() -> list[str]:
    """Command lines of this test's sleepers that are alive."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if line.startswith(f"sleep {NAP}"):
            found.append(line)
    return found


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """A programme with a check that lasts longer than anybody waits."""
    return build(tmp_path_factory.mktemp("slow"), TEXT)


@pytest.fixture
def asleep(slow: Kitchen, tmp_path: Path) -> Iterator[tuple[Kitchen, list[subprocess.Popen[bytes]]]]:
    """A kitchen of one's own, and the processes started in it, which are gone at the end."""
    started: list[subprocess.Popen[bytes]] = []
    yield copy(slow, tmp_path / "slow"), started
    for process in started:
        process.kill()
        process.communicate()


def begin(kitchen: Kitchen, started: list[subprocess.Popen[bytes]], *words: str) -> subprocess.Popen[bytes]:
    """Start a verb and wait until its long check runs."""
    temporary = kitchen.folder / "temporary"
    temporary.mkdir(exist_ok=True)
    process = kitchen.start(*words, env={"TMPDIR": str(temporary)}, start_new_session=True)
    started.append(process)
    for _ in range(1000):
        if napping():
            return process
        assert process.poll() is None, process.communicate()
        time.sleep(0.01)
    raise AssertionError("the check never started")


def left(kitchen: Kitchen) -> list[str]:
    """What lies in the folder for temporary files, besides the empty one that runners of a user share."""
    folder = kitchen.folder / "temporary"
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.name != f"phaseproof-{os.getuid()}"]


@pytest.mark.parametrize("verb", ["run", "gates"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_ctrl_c_ends_it_leaves_nothing_behind_and_says_what_was_kept(asleep, verb, form):
    kitchen, started = asleep
    process = begin(kitchen, started, verb, "--format", form, "--jobs", "1")
    process.send_signal(signal.SIGINT)
    out, err = (part.decode() for part in process.communicate(timeout=20))
    assert process.returncode == 1 and "Traceback" not in err, err
    if form == "json":
        said = json.loads(out)
        assert said["verdict"] == "HOLD" and said["interrupted"] is True
    else:
        assert "interrupted" in out and "recorded" in out
    assert not napping()
    assert left(kitchen) == [], "no folder of a run is left"
    assert not list((kitchen.ledger / "cache/running").iterdir()), "and no mark"
    assert kitchen.run("verify").code == 0
    assert kitchen.item("P1.1")["reasons"][0]["code"] == "abandoned"


def test_what_was_recorded_before_stays(asleep):
    kitchen, started = asleep
    assert kitchen.run("run P1.2").code == 0
    process = begin(kitchen, started, "gates")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=20)
    assert kitchen.item("P1.2")["verdict"] == "proven"
    assert kitchen.run("verify --format json").said["decisions"] == 0, "nothing was decided"


def test_killed_it_leaves_no_process_and_the_next_run_clears_up(asleep):
    kitchen, started = asleep
    process = begin(kitchen, started, "run", "P1.1")
    process.kill()
    process.communicate(timeout=20)
    for _ in range(500):
        if not napping():
            break
        time.sleep(0.01)
    assert not napping(), "the check died with its runner"
    assert kitchen.item("P1.1")["verdict"] == "missing"
    assert kitchen.run("verify").code == 0
    again = begin(kitchen, started, "run", "P1.1")
    found = kitchen.item("P1.1")
    again.send_signal(signal.SIGINT)
    again.communicate(timeout=20)
    assert found["verdict"] in ("error", "missing"), found
    assert "killed" in kitchen.run("explain P1.1").out
    assert left(kitchen) == [], "folders of the killed run are gone, too"


def ended(process: subprocess.Popen[bytes]) -> Answer:
    out, err = process.communicate(timeout=60)
    return Answer(process.returncode, (out or b"").decode(), err.decode())


@pytest.mark.parametrize(
    "words", [["status"], ["status", "--format", "json"], ["schema"], ["--help"], ["explain", "P1.1"]]
)
def test_a_reader_who_has_gone(slow, words):
    reading, writing = os.pipe()
    process = slow.start(*words, stdout=writing)
    os.close(writing)
    os.close(reading)
    done = ended(process)
    assert done.code == 1 and done.err == "", "never a pass, and no complaint"


@pytest.mark.parametrize("words", [["status"], ["status", "--format", "json"], ["schema"], ["--help"]])
def test_output_that_cannot_be_written(slow, words):
    with Path("/dev/full").open("wb") as full:
        done = ended(slow.start(*words, stdout=full))
    assert done.code == 2 and "No space left" in done.err and "Traceback" not in done.err
    assert done.err.count("No space left") == 1


def test_no_output_at_all(slow):
    process = slow.start("status", under=["sh", "-c", 'exec "$@" >&-', "sh"])
    done = ended(process)
    assert done.code == 1 and done.err == ""


def test_a_terminal_that_knows_few_letters(slow):
    process = slow.start("status", env={"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0", "LC_ALL": "C.UTF-8"})
    done = ended(process)
    assert done.code == 1 and done.err == ""
    assert "\\u2192 phaseproof run P1.1" in done.out
