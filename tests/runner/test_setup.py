"""The set-up: once, from its inputs alone, read-only, and never taken for whole when it is not."""

from __future__ import annotations

import os
import threading

import pytest

from phaseproof.bundle.model import Environment
from phaseproof.checks.kind import Outcome
from support.repository import make_repository
from support.running import both, ground, said

SETUP = """set -e
mkdir -p .venv/bin
cp lock.txt .venv/lock.txt
ls > .venv/seen.txt
printf '#!/bin/sh\\necho tool\\n' > .venv/bin/tool
chmod +x .venv/bin/tool
echo once >> "$PHASEPROOF_OUT/../count" 2>/dev/null || true
"""


@pytest.fixture
def repo(tmp_path):
    return make_repository(tmp_path / "repo", {"lock.txt": "v1\n", "src/a.py": "x = 1\n", "setup.sh": SETUP})


def environment(setup="sh setup.sh", **fields):
    return Environment(setup=setup, setup_inputs=("lock.txt", "setup.sh"), **fields)


@pytest.fixture(params=both())
def sandboxed(request):
    return request.param


def test_it_sees_its_inputs_and_checks_see_its_products(repo, tmp_path, sandboxed):
    with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment()) as place:
        ran = place.shell("tool; cat .venv/lock.txt .venv/seen.txt; ls src", subject=("src/**",))
        assert ran.result.outcome is Outcome.POSITIVE, ran
        assert said(ran).split() == ["tool", "v1", "lock.txt", "setup.sh", "a.py"]


def test_it_is_made_once_and_again_when_its_inputs_change(repo, tmp_path, sandboxed):
    def places():
        return {entry.name: entry.stat().st_ino for entry in (tmp_path / "cache").iterdir() if entry.is_dir()}

    def run():
        with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment()) as place:
            assert place.shell("tool", subject=("src/**",)).result.outcome is Outcome.POSITIVE
        return places()

    first = run()
    repo.commit({"src/a.py": "x = 2\n"})
    assert run() == first
    repo.commit({"lock.txt": "v2\n"})
    assert len(run()) == 2


def test_products_are_read_only_to_checks(repo, tmp_path):
    with ground(repo, tmp_path, sandboxed=True, environment=environment()) as place:
        line = "! echo x >> .venv/lock.txt && ! rm .venv/lock.txt && ! touch .venv/new && ! rm -rf .venv && tool"
        ran = place.shell(line, subject=("src/**",))
        assert ran.result.outcome is Outcome.POSITIVE, said(ran)


@pytest.mark.parametrize(
    ("line", "why"),
    [("sh -c 'echo broken; exit 3'", "ended with 3"), ("true", "left nothing"), ("no-such-program", "No such file"),
     ("sh -c 'unclosed", "cannot be split"), ("sh -c 'kill -9 $$'", "ended with 9")],
)  # fmt: skip
def test_a_setup_that_fails_is_no_yes(repo, tmp_path, sandboxed, line, why):
    with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment(line)) as place:
        ran = place.run("true", subject=("src/**",))
    assert (ran.result.outcome, ran.result.reason) == (Outcome.INCONCLUSIVE, "setup-failed")
    assert why in ran.result.summary or why in ran.log.decode()
    if "broken" in line:
        assert ran.log == b"broken\n"
    assert [entry for entry in (tmp_path / "cache").iterdir() if entry.is_dir()] == []


def test_attack_altered_products_are_made_again(repo, tmp_path, sandboxed):
    def tool():
        with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment()) as place:
            return said(place.shell("tool", subject=("src/**",)))

    assert tool() == "tool\n"
    (place,) = [entry for entry in (tmp_path / "cache").iterdir() if entry.is_dir()]
    made = place / "work/.venv/bin/tool"
    before = made.stat()
    made.write_text("#!/bin/sh\necho evil\n")
    os.utime(made, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert tool() == "tool\n"
    (place / "work/.venv/bin/sh").write_text("#!/bin/false\n")
    assert tool() == "tool\n"


def test_a_half_made_one_is_thrown_away(repo, tmp_path, sandboxed):
    with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment()) as place:
        place.run("true", subject=("src/**",))
    (made,) = [entry for entry in (tmp_path / "cache").iterdir() if entry.is_dir()]
    (made / "complete").unlink()
    (made / "work/.venv/lock.txt").write_text("half\n")
    with ground(repo, tmp_path, sandboxed=sandboxed, environment=environment()) as place:
        assert said(place.shell("cat .venv/lock.txt", subject=("src/**",))) == "v1\n"


def test_two_runners_share_one(repo, tmp_path):
    counted = tmp_path / "counted"
    slow = f"sh -c 'echo x >> {counted}; sleep 0.3; mkdir .venv'"
    seen = []

    def run():
        with ground(repo, tmp_path, sandboxed=False, environment=environment(slow)) as place:
            seen.append(place.run("true", subject=("src/**",)).result.outcome)

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [Outcome.POSITIVE] * 3
    assert counted.read_text() == "x\n"


def test_a_product_among_the_inputs_is_refused(tmp_path):
    repo = make_repository(tmp_path / "repo", {"lock.txt": "v1\n", ".venv/lock.txt": "mine\n", "setup.sh": SETUP})
    with ground(repo, tmp_path, sandboxed=False, environment=environment()) as place:
        assert place.run("true").result.reason == "setup-collides"
