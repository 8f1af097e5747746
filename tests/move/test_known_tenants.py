"""`known-tenants` with several writers, and in no state to be read."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from clones import Clones, ok, refused

from phaseproof.decisions import known
from phaseproof.digests import sha256
from phaseproof.errors import Conflict, Unable
from support.shop import Shop

WRITER = """
import sys
sys.path[:0] = {paths!r}
from support.shop import Shop
from pathlib import Path
from phaseproof.decisions import known
from phaseproof.digests import sha256
desk = Shop(Path({folder!r})).desk()
for number in range(1, 26):
    known.remember(desk, sys.argv[1] + str(number % 5), known.Known(sha256(sys.argv[1].encode()), number, sha256(b"r")))
"""


def test_many_processes_write_and_nothing_is_lost(clones: Clones) -> None:
    tests = Path(__file__).parents[1]
    shop = clones.first
    code = WRITER.format(paths=[str(tests), str(tests / "move")], folder=str(shop.folder))
    before = json.loads((shop.home / "known-tenants").read_bytes())
    writers = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("red", "green", "blue")]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    held = json.loads((shop.home / "known-tenants").read_bytes())
    assert {name: one for name, one in held.items() if name in before} == before
    sizes = {name.rpartition("/")[2]: one["size"] for name, one in held.items() if name not in before}
    assert sizes == {f"{c}{n % 5}": n for c in ("red", "green", "blue") for n in range(21, 26)}
    assert (shop.home / "known-tenants").stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in shop.home.iterdir()) == [".known-tenants.lock", "keys", "known-tenants"]


def test_less_of_a_ledger_changes_nothing(clones: Clones) -> None:
    desk = clones.first.desk()
    tenant = sha256(b"t")
    known.remember(desk, "p", known.Known(tenant, 9, sha256(b"nine")))
    known.remember(desk, "p", known.Known(tenant, 4, sha256(b"four")))
    assert [one.size for one in known.recall(desk, "p")] == [9]


def test_stepping_back_gives_way_only_for_what_was_looked_at(clones: Clones) -> None:
    desk = clones.first.desk()
    tenant = sha256(b"t")
    seen = known.Known(tenant, 9, sha256(b"nine"))
    known.remember(desk, "p", seen)
    to = known.Known(tenant, 4, sha256(b"four"))
    with pytest.raises(Conflict):
        known.step_back(desk, [known.Known(tenant, 8, sha256(b"eight"))], to)
    assert known.recall(desk, "p") == (seen,)
    known.step_back(desk, [seen], to)
    assert known.recall(desk, "p") == (to,)


def test_a_lock_that_is_held_is_waited_for_and_then_refused(clones: Clones, monkeypatch) -> None:
    import fcntl

    desk = clones.first.desk()
    monkeypatch.setattr(known, "WAIT", 0.1)
    handle = os.open(desk.home / ".known-tenants.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    with pytest.raises(Unable) as refusal:
        known.remember(desk, "p", known.Known(sha256(b"t"), 1, sha256(b"r")))
    assert refusal.value.rule == "home-locked"
    os.close(handle)
    known.remember(desk, "p", known.Known(sha256(b"t"), 1, sha256(b"r")))


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b'{"a/parcel-labels": {"tenant": "x"}}', b"\xff\xfe"])
def test_one_that_cannot_be_read_refuses_to_pull_and_is_left_alone(clones: Clones, broken: bytes) -> None:
    shop = Shop(clones.folder / "victim")
    (shop.home / "known-tenants").write_bytes(broken)
    for line in (("ledger", "pull"), ("ledger", "push", "--runner", "desk"), ("status", "--verify")):
        refused(shop.run(*line), 3, "known-tenants-unreadable")
    assert (shop.home / "known-tenants").read_bytes() == broken


def test_a_folder_or_a_pipe_in_its_place(clones: Clones) -> None:
    shop = Shop(clones.folder / "victim")
    (shop.home / "known-tenants").unlink()
    os.mkfifo(shop.home / "known-tenants")
    refused(shop.run("ledger", "pull"), 3, "known-tenants-unreadable")
    (shop.home / "known-tenants").unlink()
    (shop.home / "known-tenants").mkdir()
    refused(shop.run("ledger", "pull"), 3, "known-tenants-unreadable")


def test_after_joining_it_remembers_the_joined_ledger(clones: Clones) -> None:
    first, second = clones.first, Shop(clones.folder / "victim")
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    second.run("run", "--check", "runbook", "--runner", "desk")
    ok(second.run("ledger", "pull"))
    (one,) = json.loads((second.home / "known-tenants").read_bytes()).values()
    assert one["size"] == 9
    ok(second.run("verify"))


def test_killed_while_joining_it_opens_and_joins_again(clones: Clones, monkeypatch) -> None:
    from phaseproof.decisions import receiving
    from phaseproof.ledger import moving

    first, second = clones.first, Shop(clones.folder / "victim")
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    second.run("run", "--check", "runbook", "--runner", "desk")
    real = moving.rebase

    def killed(*_: object) -> None:
        monkeypatch.setattr(receiving, "open_state", None)  # nothing that follows is done either
        raise KeyboardInterrupt

    monkeypatch.setattr(moving, "rebase", killed)
    second.run("ledger", "pull")
    monkeypatch.undo()
    assert moving.rebase is real
    ok(second.run("verify"))
    assert second.board()["position"] == 6
    ok(second.run("ledger", "pull"))
    ok(second.run("verify"))
    assert second.board()["position"] == 9


DYING = """
import os, sys
sys.path[:0] = {paths!r}
from pathlib import Path
from support.shop import Shop
from phaseproof.ledger import moving
from phaseproof.ledger.head import HeadFile
real, when, calls = HeadFile.write, int(sys.argv[1]), [0]
rebase = moving.rebase

def write(self, head):
    calls[0] += 1
    if calls[0] == when:
        os._exit(9)
    real(self, head)

def patched(*given):
    HeadFile.write = write
    rebase(*given)

moving.rebase = patched
Shop(Path({folder!r})).run("ledger", "pull")
os._exit(0)
"""


@pytest.mark.parametrize(("when", "position"), [(1, 6), (2, 9)])
def test_a_process_that_dies_on_either_side_of_the_commit(clones: Clones, when: int, position: int) -> None:
    first, second = clones.first, Shop(clones.folder / "victim")
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    second.run("run", "--check", "runbook", "--runner", "desk")
    tests = Path(__file__).parents[1]
    code = DYING.format(paths=[str(tests), str(tests / "move")], folder=str(second.folder))
    assert subprocess.run([sys.executable, "-c", code, str(when)], check=False, timeout=60).returncode == 9
    ok(second.run("verify"))
    assert second.board()["position"] == position
    ok(second.run("ledger", "pull"))
    ok(second.run("verify"))
    assert second.board()["position"] == 9
