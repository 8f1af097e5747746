"""A check in a clean checkout: what it sees, what it does not, what is said of it."""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from decimal import Decimal

import pytest

from phaseproof.bundle.model import Environment
from phaseproof.checks.kind import Outcome, Result
from support.repository import make_repository
from support.running import PYTHON, both, ground, said

FILES = {
    "src/a.py": "x = 1\n",
    "tests/t.py": "import a\n",
    "docs/read me.md": "hello\n",
    "run.sh": "#!/bin/sh\necho ran\n",
}


@pytest.fixture
def repo(tmp_path):
    made = make_repository(tmp_path / "repo", FILES)
    (made.root / "run.sh").chmod(0o755)
    (made.root / "link").symlink_to("src/a.py")
    made.commit()
    return made


@pytest.fixture(params=both())
def place(request, repo, tmp_path):
    with ground(repo, tmp_path, sandboxed=request.param) as made:
        yield made


def test_the_checkout_holds_the_inputs_and_nothing_else(place):
    ran = place.shell("find . -mindepth 1 | sort; cat src/a.py", subject=("src/**",), instrument=("tests/**",))
    assert ran.result.outcome is Outcome.POSITIVE, ran
    assert said(ran) == "./src\n./src/a.py\n./tests\n./tests/t.py\nx = 1\n"


def test_modes_and_links_are_those_of_the_commit(place):
    ran = place.shell("./run.sh; readlink link; test ! -x src/a.py; ls -a | grep -c '^.git' || true")
    assert said(ran) == "ran\nsrc/a.py\n0\n"
    assert ran.result.outcome is Outcome.POSITIVE


def test_the_commit_is_judged_not_the_working_tree(place):
    place.repo.write({"src/a.py": "x = 2\n", "src/new.py": ""})
    assert said(place.shell("cat src/a.py; ls src")) == "x = 1\na.py\n"


def test_the_environment_is_scrubbed(place, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2hunter2")
    monkeypatch.setenv("PHASEPROOF_PASSPHRASE", "open sesame")
    monkeypatch.setenv("LD_PRELOAD", "")
    ran = place.shell("env -0 | tr '\\0' '\\n' | sed 's/=.*//' | sort | tr '\\n' ' '")
    expected = {"HOME", "LANG", "PATH", "PHASEPROOF_OUT", "PHASEPROOF_RUN", "PYTHONDONTWRITEBYTECODE", "TMPDIR", "TZ"}
    assert set(said(ran).split()) - {"PWD", "OLDPWD", "SHLVL", "_"} == expected
    ran = place.shell('echo "$LANG $TZ"; touch "$HOME/a" "$TMPDIR/b" "$PHASEPROOF_OUT/c"; ls "$HOME" "$TMPDIR" | cat')
    assert said(ran).startswith("C.UTF-8 UTC\n")
    assert ran.result.outcome is Outcome.POSITIVE
    assert said(place.shell('ls -A "$HOME" "$TMPDIR" "$PHASEPROOF_OUT" | grep -v :; true')).strip() == ""


def test_python_is_the_one_that_runs_us(place):
    ran = place.run(("python3", "-c", "import sys; print(sys.base_prefix)"))
    assert said(ran) == sys.base_prefix + "\n"


def test_circumstances_are_told(place):
    ran = place.run("true", subject=("src/**",))
    assert ran.strength == "isolated"
    assert ran.started <= ran.finished
    assert ran.started.endswith("Z")
    assert os.uname().nodename not in ran.platform
    assert ran.inputs.files == 1
    assert json.loads(ran.manifest)[0][0] == "src/a.py"
    assert ran.environment.startswith("sha256:")
    if place.site.sandbox.works:
        assert ran.separate
        assert ran.mechanism.startswith("bubblewrap")
        assert ran.mechanism.endswith("no network")
        assert place.run("true", network=True).mechanism.endswith("network on")
    else:
        assert not ran.separate
        assert ran.mechanism == "process group, network on"


def test_time_is_up_for_the_whole_tree(place):
    ran = place.shell("sleep 60 & sleep 60", timeout=1)
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, "timeout")


def test_a_signal_and_a_program_that_is_not_there_judge_nothing(place):
    assert place.shell("kill -SEGV $$").result.reason == "signal"
    assert place.run("no-such-program").result.reason == "not-started"
    assert place.run("./src/a.py").result.reason == "not-started"
    assert place.shell("exit 3").result.outcome is Outcome.NEGATIVE


def test_an_emptied_script_is_not_handed_to_a_shell(place):
    place.repo.commit({"run.sh": ""})
    with ground(place.repo, place.repo.root.parent / "again", sandboxed=place.site.sandbox.works) as again:
        ran = again.run("./run.sh")
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, "not-started")


def test_inputs_without_an_answer_are_told_and_nothing_runs(place):
    ran = place.run("touch /tmp/ran", subject=("nothing/**",))
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, "pattern-empty")


class Judge:
    name = "own"
    options = None
    selections = ()
    absent = False

    def __init__(self, act):
        self._act = act

    def run(self, options, bench, selections):
        return self._act(bench)

    def controls(self, options, subject, read):
        return ()


def yes(**fields):
    return Result(Outcome.POSITIVE, cases=fields.pop("cases", 1), **fields)


def boom(bench):
    raise ZeroDivisionError("in a kind")


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (boom, "kind-raised"),
        (lambda bench: True, "kind-raised"),
        (lambda bench: None, "kind-raised"),
        (lambda bench: yes(cases=0), "no-cases"),
        (lambda bench: yes(metrics={"m": Decimal("NaN")}), "metric-not-finite"),
        (lambda bench: yes(metrics={"m": Decimal("Infinity")}), "metric-not-finite"),
        (lambda bench: yes(outputs={"x": bench.out / "absent"}), "output-unreadable"),
    ],
)
def test_attack_a_kind_that_fails_never_says_yes(place, act, reason):
    ran = place.run(place.job(kind_of=Judge(act)))
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, reason)


def test_a_commands_out_folder_is_put_into_its_arguments(place):
    def act(bench):
        done = bench.execute([PYTHON, "-c", "import sys; open(sys.argv[1], 'w').write('report')",
                              "$PHASEPROOF_OUT/a.txt"])  # fmt: skip
        assert done.exit_code == 0, done
        return yes(outputs={"a": bench.out / "a.txt"})

    assert place.run(place.job(kind_of=Judge(act))).outputs == {"a": b"report"}


def test_history_is_whole_and_leads_nowhere(place):
    before = place.repo.commits[0]
    line = "git rev-list --count HEAD; git remote; git for-each-ref; git status --porcelain; git fsck --strict"
    ran = place.shell(line, history=True)
    assert ran.result.outcome is Outcome.POSITIVE, said(ran)
    assert said(ran).splitlines()[0] == "2"
    assert "refs" not in said(ran)
    assert before in said(place.shell("git log --format=%H", history=True))


def test_what_is_passed_is_passed_and_not_logged(repo, tmp_path, monkeypatch):
    monkeypatch.setenv("SERVICE_TOKEN", "s3cr3t-value")
    monkeypatch.setenv("REGION", "north")
    passes = Environment(passes=("SERVICE_TOKEN", "REGION"))
    with ground(repo, tmp_path, sandboxed=False, environment=passes) as place:
        assert said(place.shell('echo "$REGION $SERVICE_TOKEN"')) == "north [hidden]\n"
    for name in ("PHASEPROOF_HOME", "KEY_PASSPHRASE", "SSH_AUTH_SOCK", "HOME", "a-b"):
        with ground(repo, tmp_path, sandboxed=False, environment=Environment(passes=(name,))) as place:
            assert place.run("true").result.reason == "pass-refused"


def test_nothing_is_left_behind(repo, tmp_path):
    with ground(repo, tmp_path, sandboxed=False) as place:
        place.shell("mkdir -p a/b; chmod 000 a; echo x > $TMPDIR/y; chmod 500 .")
        root = place.site.workspace.root
        for _ in range(200):
            if {entry.name for entry in root.iterdir()} == {"lock"}:
                break
            time.sleep(0.02)
        else:
            raise AssertionError("the run's folders are still there")
        assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert list((tmp_path / "runs").iterdir()) == []
