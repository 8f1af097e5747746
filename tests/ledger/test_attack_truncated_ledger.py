"""An adversary, or an accident, takes the end of a ledger away."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_support import Signer, fact, faults, forget_head, furnished, new, tampering

from phaseproof.errors import Unable, Untrue
from phaseproof.ledger import audit, tree
from phaseproof.ledger.opening import create, open_ledger


def truncate(folder: Path, size: int) -> None:
    with tampering(folder) as connection:
        connection.execute("DELETE FROM events WHERE position >= ?", (size,))


def test_a_ledger_shorter_than_what_was_acknowledged_is_refused(tmp_path: Path) -> None:
    furnished(tmp_path)
    truncate(tmp_path, 10)
    with pytest.raises(Untrue) as refusal:
        open_ledger(tmp_path)
    assert refusal.value.rule == "ledger-truncated"
    assert "event 10 is missing" in refusal.value.fact


def test_an_open_handle_notices_too(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.append([fact(n=1), fact(n=2)])
        truncate(tmp_path, 2)
        with pytest.raises(Untrue) as refusal:
            ledger.append([fact(n=3)])
        assert refusal.value.rule == "ledger-truncated"
        with pytest.raises(Untrue):
            list(ledger.events(3))
        with pytest.raises(Untrue):
            list(ledger.events(0, 3))


def test_one_who_rewrites_the_head_too_is_betrayed_by_a_stored_checkpoint(tmp_path: Path) -> None:
    furnished(tmp_path / "a")
    (tmp_path / "b").mkdir()
    shutil.copytree(tmp_path / "a", tmp_path / "short", dirs_exist_ok=True)
    with new(tmp_path / "c") as other:
        head = other.acknowledged()
    folder = tmp_path / "short"
    with tampering(folder) as connection:
        connection.execute("DELETE FROM events WHERE position >= 10")
        tail = connection.execute("SELECT hash FROM events WHERE position = 9").fetchone()[0]
    write_head(folder, tmp_path / "a", events=10, tail="sha256:" + tail.hex())
    with open_ledger(folder) as ledger:
        assert ledger.size() == 10
        assert head.events == 1
        found = audit.examine(ledger).findings
        assert any(finding.record == "checkpoint 1" and finding.rule == "ledger-truncated" for finding in found)
        with pytest.raises(Untrue):
            audit.verify(ledger)
        with pytest.raises(Untrue):
            ledger.checkpoint(Signer())


def write_head(folder: Path, source: Path, *, events: int, tail: str) -> None:
    import msgspec

    from phaseproof.ledger.head import FILE, pack, unpack

    head = unpack((source / FILE).read_bytes())
    (folder / FILE).write_bytes(pack(msgspec.structs.replace(head, events=events, tail=tail)))


def test_one_who_removes_the_checkpoints_too_is_betrayed_by_one_kept_elsewhere(tmp_path: Path) -> None:
    furnished(tmp_path)
    with open_ledger(tmp_path) as ledger:
        kept = ledger.checkpoints()[-1]
    with new(tmp_path / "other") as other:
        assert other.size() < kept.size
        with pytest.raises(Untrue) as refusal:
            tree.check_prefix(other, kept.size, kept.root)
        assert (refusal.value.rule, refusal.value.exit_code) == ("ledger-truncated", 3)


def leave_a_log(folder: Path, events: int = 30) -> None:
    """A ledger whose last commits are in the write-ahead log only: its process was killed."""
    program = (
        "import sys, os; sys.path.insert(0, sys.argv[1])\n"
        "from pathlib import Path\n"
        "from ledger_support import new, fact\n"
        "ledger = new(Path(sys.argv[2]))\n"
        f"for n in range({events}): ledger.append([fact(n=n)])\n"
        "print('done', flush=True); sys.stdin.read()\n"
    )
    arguments = [sys.executable, "-c", program, str(Path(__file__).parent), str(folder)]
    child = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout is not None and child.stdin is not None
    assert child.stdout.readline() == b"done\n"
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdin.close()
    child.stdout.close()
    assert (folder / "ledger.db-wal").stat().st_size > 0


def test_a_deleted_log_is_noticed(tmp_path: Path) -> None:
    leave_a_log(tmp_path)
    (tmp_path / "ledger.db-wal").unlink()
    assert faults(tmp_path)[0].startswith("event 1 is missing: 31 events were acknowledged")


def test_a_log_cut_short_is_noticed(tmp_path: Path) -> None:
    leave_a_log(tmp_path)
    log = tmp_path / "ledger.db-wal"
    os.truncate(log, log.stat().st_size // 2)
    assert "were acknowledged" in faults(tmp_path)[0]


def test_a_killed_process_leaves_a_ledger_that_opens_with_everything(tmp_path: Path) -> None:
    leave_a_log(tmp_path)
    assert faults(tmp_path) == []
    with open_ledger(tmp_path) as ledger:
        assert ledger.size() == 31


@pytest.mark.parametrize("bit", [0, 5])
def test_a_flipped_bit_in_the_log_is_noticed_wherever_it_drops_a_commit(tmp_path: Path, bit: int) -> None:
    from ledger_support import flip

    leave_a_log(tmp_path / "a", events=12)
    with open_ledger_copy(tmp_path / "a", tmp_path / "whole") as ledger:
        whole = list(ledger.events())
    length = (tmp_path / "a" / "ledger.db-wal").stat().st_size
    for number, offset in enumerate(range(3 + bit, length, length // 30)):
        folder = tmp_path / str(number)
        shutil.copytree(tmp_path / "a", folder)
        flip(folder / "ledger.db-wal", offset, bit)
        if not faults(folder):
            with open_ledger(folder) as ledger:
                assert list(ledger.events()) == whole


def open_ledger_copy(source: Path, target: Path):
    shutil.copytree(source, target)
    return open_ledger(target)


def test_a_missing_or_damaged_head_is_refused(tmp_path: Path) -> None:
    furnished(tmp_path)
    head = tmp_path / "ledger.head"
    line = head.read_bytes()
    for damaged in (b"", line[:-1], line + b"\n", line.replace(b"head 1", b"head 2", 1), b"\x00" * len(line)):
        head.write_bytes(damaged)
        with pytest.raises(Untrue) as refusal:
            open_ledger(tmp_path)
        assert refusal.value.rule == "head-altered"
    head.unlink()
    with pytest.raises(Untrue) as refusal:
        open_ledger(tmp_path)
    assert refusal.value.rule == "head-missing"


def test_another_ledgers_head_is_refused(tmp_path: Path) -> None:
    furnished(tmp_path / "a")
    with new(tmp_path / "b", nonce="b"):
        pass
    forget_head(tmp_path / "a", tmp_path / "b")
    assert faults(tmp_path / "a") == ["event 0 is not this tenant's genesis"]


def test_a_ledger_that_is_gone_is_no_ledger_and_no_new_one_takes_its_place_unnoticed(tmp_path: Path) -> None:
    furnished(tmp_path)
    (tmp_path / "ledger.db").unlink()
    with pytest.raises(Unable) as gone:
        open_ledger(tmp_path)
    assert (gone.value.rule, gone.value.exit_code) == ("no-ledger", 2)
    with pytest.raises(Untrue) as lost:
        create(tmp_path, at="2026-03-02T00:00:00.000000Z", actor="eve", payload={"nonce": "again"})
    assert lost.value.rule == "ledger-lost"


def test_lost_checkpoints_and_objects_are_noticed_on_opening(tmp_path: Path) -> None:
    for number, statement in enumerate(
        (
            "DELETE FROM checkpoints WHERE number = 2",
            "DELETE FROM objects WHERE number = (SELECT max(number) FROM objects)",
        )
    ):
        furnished(tmp_path / str(number))
        with tampering(tmp_path / str(number)) as connection:
            connection.execute(statement)
        assert "missing" in faults(tmp_path / str(number))[0]
