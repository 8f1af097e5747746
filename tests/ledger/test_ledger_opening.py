"""Making and opening a ledger: one clear refusal for each way in which it cannot be used."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest
from ledger_support import AT, evidence, fact, faults, furnished, new, tampering

from phaseproof.digests import sha256
from phaseproof.errors import PhaseproofError, Refused, Unable, Untrue
from phaseproof.ledger import audit, database
from phaseproof.ledger.opening import create, open_ledger

HERE = str(Path(__file__).parent)


def refusal_of(folder: Path, **options) -> PhaseproofError:
    with pytest.raises(PhaseproofError) as refusal:
        open_ledger(folder, **options)
    assert refusal.value.fact
    assert refusal.value.way_out
    return refusal.value


def test_no_ledger_is_unable_and_makes_nothing(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        refusal = refusal_of(folder)
        assert (refusal.rule, refusal.exit_code) == ("no-ledger", 2)
    assert list(tmp_path.iterdir()) == []


def test_creating_where_one_exists_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    tenant = furnished(tmp_path)
    before = (tmp_path / "ledger.db").read_bytes()
    with pytest.raises(Refused) as refusal:
        new(tmp_path, nonce="second")
    assert (refusal.value.rule, refusal.value.exit_code) == ("ledger-exists", 1)
    assert (tmp_path / "ledger.db").read_bytes() == before
    open_ledger(tmp_path, tenant).close()


def test_of_many_who_create_at_once_one_wins(tmp_path: Path) -> None:
    won, lost = [], []

    def work(number: int) -> None:
        try:
            with new(tmp_path / "l", nonce=str(number)) as ledger:
                won.append(ledger.tenant)
        except Refused:
            lost.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(won), len(lost)) == (1, 5)
    with open_ledger(tmp_path / "l", won[0]) as ledger:
        assert audit.verify(ledger).events == 1
    assert sorted(path.name for path in (tmp_path / "l").iterdir()) == ["ledger.db", "ledger.head"]


def test_a_creation_that_was_killed_does_not_stand_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "ledger.head").touch()
    (tmp_path / "ledger.db.new").write_bytes(b"half")
    (tmp_path / "ledger.db.new-wal").write_bytes(b"half")
    with new(tmp_path) as ledger:
        assert ledger.size() == 1
    (tmp_path / "ledger.db").unlink()  # killed between the head and the name
    with new(tmp_path, nonce="n1") as ledger:
        assert ledger.size() == 1
    assert faults(tmp_path) == []


def test_a_stale_log_is_never_taken_into_a_new_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger.db-wal").write_bytes(b"old")
    with pytest.raises(Untrue) as refusal:
        new(tmp_path)
    assert refusal.value.rule == "ledger-lost"


def test_a_malformed_genesis_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(Unable):
        create(tmp_path / "l", at="now", actor="a", payload={})
    with pytest.raises(Unable):
        create(tmp_path / "l", at=AT, actor="a", payload={"x": 1.5})
    assert not (tmp_path / "l").exists()


def test_files_and_folders_are_the_owners_alone(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with new(tmp_path / "l") as ledger:
            ledger.append([evidence(1, size=100_000)])
            found = {path: stat.S_IMODE(path.stat().st_mode) for path in [tmp_path / "l", *(tmp_path / "l").rglob("*")]}
    finally:
        os.umask(mask)
    assert any(path.name == "ledger.db-wal" for path in found)
    for path, mode in found.items():
        assert mode == (0o700 if path.is_dir() else 0o600), path


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 300, b"SQLite format 3\0" + bytes(4080)])
def test_a_file_that_is_no_ledger_is_untrue(tmp_path: Path, content: bytes) -> None:
    furnished(tmp_path)
    (tmp_path / "ledger.db").write_bytes(content)
    refusal = refusal_of(tmp_path)
    assert refusal.exit_code == 3
    assert "ledger" in refusal.fact


def test_another_programs_database_is_untrue(tmp_path: Path) -> None:
    furnished(tmp_path)
    (tmp_path / "ledger.db").unlink()
    with sqlite3.connect(tmp_path / "ledger.db") as connection:
        connection.execute("CREATE TABLE events(position INTEGER PRIMARY KEY)")
    connection.close()
    assert refusal_of(tmp_path).rule == "not-a-ledger"


def test_a_newer_ledger_is_unable(tmp_path: Path) -> None:
    furnished(tmp_path)
    with tampering(tmp_path) as connection:
        connection.execute(f"PRAGMA user_version = {database.stamp(database.VERSION + 1)}")
    refusal = refusal_of(tmp_path)
    assert (refusal.rule, refusal.exit_code) == ("ledger-newer", 2)


@pytest.mark.parametrize("kind", ["link", "folder", "fifo"])
@pytest.mark.parametrize("name", ["ledger.db", "ledger.head", "objects", "ledger.db-wal"])
def test_links_folders_and_pipes_in_place_of_its_files_are_refused(tmp_path: Path, name: str, kind: str) -> None:
    furnished(tmp_path / "real")
    folder = tmp_path / "l"
    shutil.copytree(tmp_path / "real", folder)
    path = folder / name
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(tmp_path / "real" / name)
    elif kind == "folder" and name != "objects":
        path.mkdir()
    else:
        os.mkfifo(path)
    assert refusal_of(folder).rule == "ledger-path"


def test_a_linked_folder_is_refused_and_a_linked_parent_is_not(tmp_path: Path) -> None:
    furnished(tmp_path / "real" / "l")
    (tmp_path / "direct").symlink_to(tmp_path / "real" / "l")
    (tmp_path / "parent").symlink_to(tmp_path / "real")
    assert refusal_of(tmp_path / "direct").rule == "ledger-path"
    with pytest.raises(Unable):
        new(tmp_path / "direct")
    open_ledger(tmp_path / "parent" / "l").close()


def test_a_link_among_the_object_files_is_not_followed(tmp_path: Path) -> None:
    with new(tmp_path / "l") as ledger:
        ledger.append([evidence(1, size=100_000)])
        (file,) = (path for path in (tmp_path / "l" / "objects").rglob("*") if path.is_file())
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(Untrue):
            ledger.get("sha256:" + file.parent.name + file.name)
    assert "object sha256:" in faults(tmp_path / "l")[0]


def test_a_stray_file_among_the_objects_is_said(tmp_path: Path) -> None:
    furnished(tmp_path)
    (tmp_path / "objects" / "notes.txt").write_text("x")
    assert "notes.txt" in faults(tmp_path)[0]


def test_a_locked_ledger_is_unable_after_the_wait_and_usable_after(tmp_path: Path) -> None:
    with new(tmp_path, wait=0.1) as ledger:
        with tampering(tmp_path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unable) as refusal:
                ledger.append([fact(n=1)])
            assert (refusal.value.rule, refusal.value.exit_code) == ("ledger-locked", 2)
            other.execute("ROLLBACK")
        with open_ledger(tmp_path, wait=0.1) as second, second._head.lock(0.1):
            with pytest.raises(Unable) as refusal:
                ledger.put(b"x")
            assert refusal.value.rule == "ledger-locked"
            assert ledger.size() == 1
        ledger.append([fact(n=1)])
        assert ledger.size() == 2


def test_a_handle_carried_across_a_fork_is_refused(tmp_path: Path, monkeypatch) -> None:
    with new(tmp_path) as ledger:
        monkeypatch.setattr(os, "getpid", lambda: -1)
        with pytest.raises(Unable) as refusal:
            ledger.append([fact(n=1)])
        assert refusal.value.rule == "ledger-forked"


def test_a_full_database_writes_nothing_and_says_so(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.append([fact(n=1)])
        pages = ledger._connection.execute("PRAGMA page_count").fetchone()[0]
        ledger._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(Unable) as refusal:
            ledger.append([evidence(n, size=3000) for n in range(30)])
        assert (refusal.value.rule, refusal.value.exit_code) == ("ledger-full", 2)
        assert ledger.size() == 2
        ledger._connection.execute("PRAGMA max_page_count = 100000")
        ledger.append([evidence(n, size=3000) for n in range(30)])
        assert audit.verify(ledger).events == 32


LIMITED = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from ledger_support import evidence, fact
from phaseproof.errors import Unable
from phaseproof.ledger.opening import open_ledger
ledger = open_ledger(Path(sys.argv[2]))
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
for size in (1000, 300_000):
    done = 0
    try:
        for number in range(400):
            ledger.append([evidence(number, size=size, check=f"s{size}")])
            done += 1
    except Unable as refusal:
        print(done, refusal.rule, ledger.next_seq(f"check/s{size}"))
"""


def test_a_disk_that_takes_no_more_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """A limit on file size stands in for the full disk: writes fail in the middle, as there."""
    new(tmp_path).close()
    child = subprocess.run([sys.executable, "-c", LIMITED, HERE, str(tmp_path)], capture_output=True, text=True)
    small, large = (line.split() for line in child.stdout.splitlines())
    assert small[1] in ("ledger-unreachable", "ledger-full")
    assert int(small[0]) > 3
    assert large[1] in ("object-unwritable", "ledger-full", "ledger-unreachable")
    assert (small[0], large[0]) == (small[2], large[2])
    assert faults(tmp_path) == []
    with open_ledger(tmp_path) as ledger:
        assert ledger.size() == 1 + int(small[0]) + int(large[0])


READ_ONLY = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from ledger_support import Signer, fact
from phaseproof.errors import Unable
from phaseproof.ledger import audit
from phaseproof.ledger.opening import create, open_ledger
import cryptography.hazmat.primitives.asymmetric.ed25519
from phaseproof.ledger import checkpoint
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
ledger = open_ledger(Path(sys.argv[2]))
print(audit.verify(ledger).events, ledger.checkpoint().size)
for act in (lambda: ledger.append([fact(n=1)]), lambda: ledger.put(b"x"), lambda: ledger.checkpoint(Signer())):
    try:
        act()
    except Unable as refusal:
        print(refusal.rule)
try:
    create(Path(sys.argv[2]) / "inner", at="2026-01-01T00:00:00.000000Z", actor="a", payload={})
except Unable as refusal:
    print(refusal.rule)
"""


def test_a_read_only_ledger_reads_and_verifies_and_refuses_to_be_written() -> None:
    # Not in tmp_path: the child gives up root's rights and must still reach the folder.
    outer = Path(tempfile.mkdtemp())
    try:
        outer.chmod(0o755)
        folder = outer / "l"
        furnished(folder)
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        bare = {"PATH": "/bin", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        child = subprocess.run(
            [sys.executable, "-c", READ_ONLY, HERE, str(folder)], capture_output=True, text=True, env=bare
        )
        assert child.stdout.split() == ["14", "14", *["ledger-read-only"] * 3, "ledger-path"], child
        assert sorted(path.name for path in folder.iterdir()) == ["ledger.db", "ledger.head", "objects"]
    finally:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o700)
        shutil.rmtree(outer)


def test_objects_of_any_size_come_back(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        for size in (0, 1, 65_536, 65_537, 1_000_000):
            data = b"z" * size
            assert ledger.put(data) == sha256(data) == ledger.put(data)
            assert ledger.get(sha256(data)) == data
        with pytest.raises(Untrue) as refusal:
            ledger.get(sha256(b"never stored"))
        assert refusal.value.rule == "object-missing"
        assert audit.verify(ledger).objects == 5


def test_what_killed_writers_left_is_swept_and_what_is_fresh_is_not(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.put(b"x" * 100_000)
        incoming = tmp_path / "objects" / "incoming"
        old, fresh = incoming / "old", incoming / "fresh"
        old.touch()
        fresh.touch()
        os.utime(old, (1, 1))
        ledger.put(b"y" * 100_000)
        assert (old.exists(), fresh.exists()) == (False, True)
        audit.verify(ledger)


def test_a_commit_is_flushed_before_it_is_acknowledged(tmp_path: Path) -> None:
    """What a kill cannot show: SQLite itself says that each commit of its log is synced."""
    with new(tmp_path) as ledger:
        pragma = {
            name: ledger._connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("synchronous", "journal_mode")
        }
        assert pragma == {"synchronous": 2, "journal_mode": b"wal"}


def test_a_folder_that_was_there_becomes_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "l"
    folder.mkdir()
    folder.chmod(0o755)
    new(folder).close()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_genesis_in_another_byte_form_is_refused_whatever_its_digest(tmp_path: Path, monkeypatch) -> None:
    from phaseproof.ledger import chain

    made = chain.genesis

    def spaced(*arguments):
        event, body, _ = made(*arguments)
        body = body.replace(b'"seq":0', b'"seq": 0')
        return event, body, sha256(body)

    monkeypatch.setattr(chain, "genesis", spaced)
    with pytest.raises(Untrue) as refusal:
        new(tmp_path)
    assert refusal.value.fact.startswith("event 0 is not canonical")


def test_events_that_go_while_they_are_read_are_missed(tmp_path: Path, monkeypatch) -> None:
    with new(tmp_path) as ledger:
        ledger.append([fact(n=1)])
        monkeypatch.setattr(ledger, "size", lambda: 4)
        with pytest.raises(Untrue) as refusal:
            list(ledger.events())
        assert refusal.value.fact.startswith("event 2 is missing")
