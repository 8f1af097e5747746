"""Many checks at once: announced before, recorded after, ended within a moment."""

from __future__ import annotations

import signal
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from phaseproof.checks.kind import Outcome
from phaseproof.errors import Conflict
from phaseproof.runner.pool import Task, run_all
from support.alive import alive, gone
from support.repository import make_repository
from support.running import both, ground, said


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "repo", {"a.txt": "a", "b.txt": "b"})


def collect(place, tasks, jobs=2, **callbacks):
    events = []
    report = run_all(
        place.site, tasks, jobs=jobs,
        on_start=lambda task, run: events.append(("start", task.job.check.name, run)),
        on_finish=lambda task, ran: events.append(("finish", task.job.check.name, ran.run)), **callbacks,
    )  # fmt: skip
    return report, events


@pytest.mark.parametrize("isolated", [True, False])
def test_each_is_announced_before_and_told_after(repo, tmp_path, isolated):
    with ground(repo, tmp_path, sandboxed=False) as place:
        tasks = [Task(place.job(("sh", "-c", f"exit {n % 2}"), name=f"c{n}", isolated=isolated)) for n in range(12)]
        report, events = collect(place, tasks, jobs=3)
    assert not report.interrupted
    assert {ran.check: ran.result.outcome for ran in report.finished} == {
        f"c{n}": Outcome.NEGATIVE if n % 2 else Outcome.POSITIVE for n in range(12)
    }
    assert len({ran.run for ran in report.finished}) == 12
    for ran in report.finished:
        start, finish = (events.index((word, ran.check, ran.run)) for word in ("start", "finish"))
        assert start < finish
        assert ran.strength == ("isolated" if isolated else "observed")


def test_at_most_so_many_at_once(repo, tmp_path):
    class Judge:
        name, options, selections, absent = "own", None, (), False
        now = most = 0
        lock = threading.Lock()

        def run(self, options, bench, selections):
            with self.lock:
                Judge.now += 1
                Judge.most = max(Judge.most, Judge.now)
            bench.execute(["sleep", "0.05"])
            with self.lock:
                Judge.now -= 1

    with ground(repo, tmp_path, sandboxed=False) as place:
        collect(place, [Task(place.job(kind_of=Judge(), name=f"c{n}")) for n in range(9)], jobs=3)
        assert Judge.most == 3
        with pytest.raises(ValueError, match="jobs"):
            collect(place, [], jobs=0)
        assert collect(place, [])[0].finished == ()


def test_progress_is_told(repo, tmp_path):
    texts = []
    with ground(repo, tmp_path, sandboxed=False) as place:
        collect(place, [Task(place.job("true"))], on_text=lambda task, text: texts.append((task.job.check.name, text)))
    assert texts == [("c", "true")]


@pytest.mark.parametrize("which", ["on_start", "on_finish"])
def test_what_a_callback_raises_ends_everything(repo, tmp_path, which):
    def refuse(*_):
        raise Conflict("runs", 1, 2)

    with ground(repo, tmp_path, sandboxed=False) as place:
        tasks = [Task(place.job(("sleep", "30"), name="slow")), Task(place.job("true", name="quick"))]
        others = {"on_start": lambda *_: None, "on_finish": lambda *_: None, which: refuse}
        with pytest.raises(Conflict):
            run_all(place.site, tasks, jobs=2, **others)
        assert place.site.stop.is_set()


def test_attack_a_kind_that_leaves_by_exit_0(repo, tmp_path):
    class Judge:
        name, options, selections, absent = "own", None, (), False

        def run(self, options, bench, selections):
            sys.exit(0)

    with ground(repo, tmp_path, sandboxed=False) as place:
        report, _ = collect(place, [Task(place.job(kind_of=Judge()))])
    assert [ran.result.reason for ran in report.finished] == ["kind-raised"]


CTRL_C = """
import faulthandler, sys, pathlib, time
faulthandler.dump_traceback_later(15, exit=True)
sys.path[:0] = {path!r}
from support.repository import Repo
from support.running import ground
from phaseproof.runner.pool import Task, run_all
repo = Repo(pathlib.Path({repo!r})); repo.commits = [{head!r}]
with ground(repo, pathlib.Path({tmp!r}), sandboxed={sandboxed!r}) as place:
    tasks = [Task(place.job(("sleep", {first!r}), name="first"))]
    slow = ("sh", "-c", "trap '' INT TERM; sleep {nonce} & sleep {nonce}")
    tasks += [Task(place.job(slow, name=f"slow{{n}}")) for n in range(4)]
    finished, started = [], []
    def start(task, run):
        started.append(run)
        if task.job.check.name == "slow1":
            print("ready", flush=True)
    report = run_all(place.site, tasks, jobs=2, on_start=start, on_finish=lambda task, ran: finished.append(ran))
    told = sorted(ran.check + ":" + ran.result.reason for ran in finished)
    assert sorted(started) == sorted(ran.run for ran in finished), "each that was announced is told of, once"
    print(report.interrupted, told, len(report.waiting), flush=True)
"""


@pytest.mark.parametrize("first", ["0.2", "0"])
@pytest.mark.parametrize("sandboxed", both())
def test_ctrl_c_ends_all_trees_and_tells_what_was_finished(repo, tmp_path, sandboxed, first):
    nonce = f"61{int(sandboxed)}{id(repo) % 10000}.125"
    code = textwrap.dedent(CTRL_C).format(
        path=[str(Path(__file__).parents[1])], repo=str(repo.root), head=repo.head, tmp=str(tmp_path),
        sandboxed=sandboxed, nonce=nonce, first=first,
    )  # fmt: skip
    runner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert runner.stdout.readline() == b"ready\n"
    while len([pid for pid in alive(nonce) if int(pid) != runner.pid]) < 4:
        assert runner.poll() is None
    runner.send_signal(signal.SIGINT)
    out, _ = runner.communicate(timeout=20)
    assert out.decode().startswith("True ['first:', 'slow0:interrupted', 'slow1:interrupted'")
    if first != "0":
        assert out.decode().endswith("'slow1:interrupted'] 2\n"), "what was not begun is not announced"
    assert gone(nonce)
    assert list((tmp_path / "runs").iterdir()) == []


def test_the_working_tree_must_hold_what_the_commit_holds(repo, tmp_path):
    with ground(repo, tmp_path, sandboxed=False) as place:
        ran = place.run("cat a.txt", isolated=False)
        assert (ran.strength, ran.mechanism, ran.separate) == ("observed", "working tree", False)
        assert said(ran) == "a"
        repo.write({"a.txt": "edited"})
        assert place.run("cat a.txt", isolated=False).result.reason == "dirty-inputs"
        assert place.run("true", isolated=False, subject=("b.txt",)).result.outcome is Outcome.POSITIVE
        repo.write({"a.txt": "a"})
        (repo.root / "a.txt").chmod(0o755)
        assert place.run("true", isolated=False).result.reason == "dirty-inputs"


def test_a_check_that_changes_its_own_inputs_is_overtaken(repo, tmp_path):
    with ground(repo, tmp_path, sandboxed=False) as place:
        assert not place.run("true", isolated=False).overtaken
        ran = place.run(("sh", "-c", "echo more >> a.txt"), isolated=False)
        assert ran.overtaken
