"""A ledger that cannot be used: one clear refusal each, nothing half written."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import subprocess
import sys

import pytest
from cli_support import Answer, Kitchen, build

from phaseproof.ledger import opening
from support.running import need_sandbox

READING = ("status --format json", "explain P1.1 --format json", "verify --format json", "bundle diff --format json")
WRITING = (
    "run --all --format json", "gates --format json", "sign reviewedby/safety-owner --as ada --format json",
    "migrate propose --format json",
)  # fmt: skip


def refused(done: Answer, code: int, rule: str) -> None:
    assert (done.code, done.said["verdict"], done.error["rule"]) == (code, "HOLD", rule), done
    assert done.error["fact"] and done.error["way_out"]


def bytes_of(kitchen: Kitchen) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(kitchen.ledger.rglob("*")) if p.is_file() and "cache" not in p.parts}


@pytest.mark.parametrize("line", [*READING, *WRITING])
def test_missing(start, line):
    kitchen = start("proven")
    shutil.rmtree(kitchen.ledger)
    refused(kitchen.run(line), 2, "no-ledger")
    assert not kitchen.ledger.exists(), "looking makes nothing"


def test_missing_is_not_made_anew_by_install(start):
    kitchen = start("proven")
    shutil.rmtree(kitchen.ledger)
    refused(kitchen.run("install --as ada --format json"), 1, "known-elsewhere")
    assert not kitchen.ledger.exists()


@pytest.mark.parametrize("line", ["status --verify --format json", *READING[1:], *WRITING])
def test_of_another_tenant(start, tmp_path, line):
    kitchen = start("proven")
    other = build(tmp_path / "other")
    shutil.rmtree(kitchen.ledger)
    shutil.copytree(other.ledger, kitchen.ledger)
    before = bytes_of(kitchen)
    refused(kitchen.run(line), 3, "genesis-changed")
    assert bytes_of(kitchen) == before


@pytest.mark.parametrize("line", ["status --format json", *READING[1:], *WRITING, "install --as ada --format json"])
def test_of_a_newer_version(start, line):
    kitchen = start("proven")
    with sqlite3.connect(kitchen.ledger / "ledger.db") as database:
        database.execute(f"PRAGMA user_version={9 << 16 | 9}")
    database.close()
    refused(kitchen.run(line), 2, "ledger-newer")


@pytest.mark.parametrize("line", WRITING)
def test_locked_by_another_process(start, monkeypatch, line):
    monkeypatch.setitem(opening.open_ledger.__kwdefaults__, "wait", 0.2)
    kitchen = start("proven")
    kitchen.repo.commit({"oven/limit.txt": "# hot\nlimit=250\n"})
    before = bytes_of(kitchen)
    hold = (
        "import fcntl, sys; f = open(sys.argv[1], 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX); print(1, flush=True); input()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", hold, kitchen.ledger / "ledger.head"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with sqlite3.connect(kitchen.ledger / "ledger.db", isolation_level=None) as database:
        try:
            assert other.stdout is not None and other.stdout.readline()
            database.execute("BEGIN IMMEDIATE")
            done = kitchen.run(line)
            if line.startswith("migrate"):
                refused(done, 1, "nothing-to-migrate")
            else:
                refused(done, 2, "ledger-locked")
            database.execute("ROLLBACK")
        finally:
            other.communicate(b"\n")
    database.close()
    assert {k: v for k, v in bytes_of(kitchen).items() if not k.endswith("-shm")} == before
    assert kitchen.run("verify").code == 0


@pytest.mark.parametrize("size", [0, 4096, 36_000, 60_000])
def test_full(start, size):
    kitchen = start("installed")

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    process = kitchen.start("gates", "--format", "json", preexec_fn=no_room)
    out, err = (part.decode() for part in process.communicate(timeout=60))
    done = Answer(process.returncode, out, err)
    if size == 60_000 and done.code == 1:
        return  # this much room was enough
    assert (done.code, done.said["verdict"]) == (2, "HOLD"), done
    assert "Traceback" not in err and done.error["rule"] in ("ledger-unreachable", "ledger-full", "ledger-path")
    assert kitchen.run("verify").code == 0, "what was acknowledged is whole"
    assert kitchen.run("run P1.1 P1.2").code == 0, "and work goes on when there is room again"


@pytest.mark.parametrize("size", [0, 4096, 20_000])
def test_no_room_for_a_new_ledger(start, size):
    kitchen = start("compiled")

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    process = kitchen.start("install", "--as", "ada", "--format", "json", preexec_fn=no_room)
    out, err = (part.decode() for part in process.communicate(timeout=60))
    assert process.returncode == 2 and "Traceback" not in err, err
    assert Answer(2, out, err).said["verdict"] == "HOLD"
    assert not (kitchen.ledger / "ledger.db").exists()
    refused(kitchen.run("status --format json"), 2, "no-ledger")
    assert kitchen.run("install --as ada").code == 0


def sandboxed(kitchen: Kitchen, *mounts: str) -> list[str]:
    """Options that start a command with other mounts; the file system's rights hold for root, too."""
    need_sandbox()
    return ["bwrap", "--dev-bind", "/", "/", *mounts]


@pytest.mark.parametrize("line", WRITING)
def test_read_only(start, line):
    kitchen = start("proven")
    kitchen.repo.commit({"oven/limit.txt": "# hot\nlimit=250\n"})
    under = sandboxed(kitchen, "--ro-bind", str(kitchen.ledger), str(kitchen.ledger))
    process = kitchen.start(*line.split(), under=under)
    out, err = (part.decode() for part in process.communicate(timeout=60))
    done = Answer(process.returncode, out, err)
    if line.startswith("migrate"):
        refused(done, 1, "nothing-to-migrate")
    else:
        refused(done, 2, "ledger-read-only")


def test_read_only_can_be_read(start):
    kitchen = start("proven")
    under = sandboxed(kitchen, "--ro-bind", str(kitchen.ledger), str(kitchen.ledger))
    for line in ("status", "status --verify", "explain P1.1", "verify", "bundle diff"):
        process = kitchen.start(*line.split(), under=under)
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, (line, err)


def test_a_disk_that_is_really_full(start, tmp_path):
    kitchen = start("installed")
    room = tmp_path / "room"
    room.mkdir()
    under = sandboxed(kitchen, "--size", str(96 * 1024), "--tmpfs", str(room), "--")
    copy = f'cp -r {kitchen.ledger}/. {room} && exec "$@"'
    process = kitchen.start("run", "--format", "json", "--ledger", str(room), under=[*under, "sh", "-c", copy, "sh"])
    out, err = (part.decode() for part in process.communicate(timeout=60))
    done = Answer(process.returncode, out, err)
    assert (done.code, done.said["verdict"]) == (2, "HOLD"), done
    assert done.error["rule"] in ("ledger-full", "ledger-unreachable", "ledger-path"), done


@pytest.mark.parametrize("what", ["link", "file", "fifo"])
def test_a_ledger_that_is_something_else(start, what):
    kitchen = start("proven")
    database = kitchen.ledger / "ledger.db"
    if what == "link":
        database.rename(kitchen.folder / "elsewhere.db")
        os.symlink(kitchen.folder / "elsewhere.db", database)
    elif what == "fifo":
        database.unlink()
        os.mkfifo(database)
    else:
        shutil.rmtree(kitchen.ledger)
        kitchen.ledger.write_text("a file")
    done = kitchen.run("status --verify --format json")
    assert (done.code, done.said["verdict"]) in ((2, "HOLD"), (3, "HOLD")), done
