"""Attacks by outliving: daemons, floods, bombs; and a runner that is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from phaseproof.checks.kind import Outcome
from phaseproof.runner import output, process
from phaseproof.runner.workspace import Workspace
from support.alive import alive, gone
from support.repository import make_repository
from support.running import PYTHON, both, ground, need_sandbox, said


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "repo", {"a.txt": "a"})


WAYS = {
    "background": "sleep {n} & sleep 0.1",
    "setsid": "setsid sleep {n} & sleep 0.1",
    "nohup": "nohup sleep {n} >/dev/null 2>&1 & sleep 0.1",
    "double fork": "( ( setsid sleep {n} & ) & ) ; sleep 0.1",
    "clean environment": "( setsid env -i /bin/sleep {n} & ) ; sleep 0.1",
    "chain": "setsid sh -c 'setsid env -i /bin/sh -c \"sleep {n} & sleep {n} & wait\" & exit' ; sleep 0.1",
    "closed output": "setsid sleep {n} </dev/null >/dev/null 2>/dev/null & disown; sleep 0.1",
}


@pytest.mark.parametrize("sandboxed", both())
@pytest.mark.parametrize("way", sorted(WAYS))
def test_what_a_check_leaves_running_is_ended(repo, tmp_path, way, sandboxed):
    nonce = f"3{os.getpid()}{sorted(WAYS).index(way)}.25"
    with ground(repo, tmp_path, sandboxed=sandboxed) as place:
        ran = place.shell(WAYS[way].format(n=nonce))
        assert ran.result.outcome is Outcome.POSITIVE, ran
        assert gone(nonce), way


@pytest.mark.parametrize("sandboxed", both())
def test_a_daemon_that_holds_the_output_does_not_keep_the_runner(repo, tmp_path, sandboxed):
    with ground(repo, tmp_path, sandboxed=sandboxed) as place:
        ran = place.shell("(setsid sh -c 'while :; do echo x; sleep 0.01; done' &); echo done", timeout=30)
        assert ran.result.reason == "", "it waited for the daemon, not for the check"
    assert "done" in said(ran)


@pytest.mark.parametrize("sandboxed", both())
def test_attack_output_flood(repo, tmp_path, sandboxed):
    with ground(repo, tmp_path, sandboxed=sandboxed) as place:
        ran = place.shell("echo first; head -c 30000000 /dev/zero | tr '\\0' 'x'; echo; echo last")
    log = ran.outputs["log"]
    assert ran.result.outcome is Outcome.POSITIVE
    assert log.startswith(b"first\n")
    assert log.endswith(b"last\n")
    assert b"bytes left out" in log
    assert len(log) <= output.HEAD + output.TAIL + 100


@pytest.mark.parametrize("sandboxed", both())
def test_attack_fork_bomb_ends_with_the_time_out(repo, tmp_path, sandboxed):
    nonce = f"4{os.getpid()}{int(sandboxed)}.5"
    with ground(repo, tmp_path, sandboxed=sandboxed) as place:
        ran = place.shell(f"for i in $(seq 150); do setsid sleep {nonce} & done; trap '' TERM; wait", timeout=2)
        assert ran.result.reason == "timeout"
        assert gone(nonce)


@pytest.mark.skipif(os.geteuid() != 0, reason="processes are counted per user, and only root can have another one")
def test_attack_fork_bomb_is_bounded(repo, tmp_path, monkeypatch):
    monkeypatch.setattr(process, "PROCESSES", 40)
    code = """
import os, sys, time
for count in range(200):
    try:
        if os.fork() == 0:
            time.sleep(30)
    except BlockingIOError:
        print("stopped at", count, flush=True)
        os._exit(0)
print("never stopped")
"""
    with ground(repo, tmp_path, sandboxed=True) as place:
        ran = place.run((PYTHON, "-c", code))
    assert "stopped at" in said(ran)


def test_a_file_larger_than_the_limit_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(process, "FILE_SIZE", 1_000_000)
    done = process.execute(["sh", "-c", "sleep 0.1; head -c 3000000 /dev/zero > big"], cwd=tmp_path,
                           environment={"PATH": os.environ["PATH"]}, timeout=10)  # fmt: skip
    assert done.exit_code != 0
    assert (tmp_path / "big").stat().st_size == 1_000_000


RUNNER = """
import sys, pathlib
sys.path[:0] = {path!r}
from support.repository import Repo
from support.running import ground
repo = Repo(pathlib.Path({repo!r})); repo.commits = [{head!r}]
with ground(repo, pathlib.Path({tmp!r}), sandboxed={sandboxed!r}) as place:
    print("ready", flush=True)
    place.shell("setsid sleep {nonce} & sleep {nonce}")
"""


@pytest.mark.parametrize("sandboxed", both())
def test_a_runner_killed_with_9_leaves_no_process_and_no_folder(repo, tmp_path, sandboxed):
    if sandboxed:
        need_sandbox()
    nonce = f"5{os.getpid()}{int(sandboxed)}.75"
    code = textwrap.dedent(RUNNER).format(
        path=[str(Path(__file__).parents[1])], repo=str(repo.root), head=repo.head, tmp=str(tmp_path),
        sandboxed=sandboxed, nonce=nonce,
    )  # fmt: skip
    runner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert runner.stdout.readline() == b"ready\n"
    for _ in range(200):
        if len([pid for pid in alive(nonce) if int(pid) != runner.pid]) >= 2:
            break
        time.sleep(0.02)
    else:
        raise AssertionError("the check did not start")
    os.kill(runner.pid, signal.SIGKILL)
    runner.wait()
    runner.stdout.close()
    assert gone(nonce)
    with Workspace(tmp_path / "runs") as later:
        assert {entry.name for entry in (tmp_path / "runs").iterdir()} == {later.root.name}


def test_folders_of_a_living_runner_are_left_alone(tmp_path):
    with Workspace(tmp_path / "runs") as first, Workspace(tmp_path / "runs") as second:
        assert first.root.exists()
        assert second.root.exists()
        folders = first.new()
        with Workspace(tmp_path / "runs"):
            assert folders.work.exists()


def test_a_shared_temporary_folder_of_somebody_else_is_not_used(tmp_path, monkeypatch):
    if os.geteuid() != 0:
        pytest.skip("only root can give a folder to somebody else")
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    taken = tmp_path / f"phaseproof-{os.getuid()}"
    taken.mkdir()
    os.chown(taken, 65534, 65534)
    with Workspace() as workspace:
        assert workspace.base != taken
        assert workspace.base.stat().st_uid == os.getuid()


def test_folders_that_a_killed_runner_left_are_removed_by_the_next(tmp_path):
    for name in ("run-0123456789abcdef", "run-fedcba9876543210"):
        left = tmp_path / "runs" / name
        (left / "1/work/sub").mkdir(parents=True)
        (left / "1/work/sub/file").write_text("x")
        (left / "1/work/sub").chmod(0o000)
    (tmp_path / "runs/run-0123456789abcdef/lock").touch()
    with Workspace(tmp_path / "runs") as later:
        assert [entry.name for entry in (tmp_path / "runs").iterdir()] == [later.root.name]
