"""kill -9 at any instant, several writers at once."""

from __future__ import annotations

from pathlib import Path

import ledger_crash
import pytest
from ledger_support import fact, new

from phaseproof.errors import Unable
from phaseproof.ledger.opening import open_ledger


def test_killed_writers_lose_nothing_acknowledged_and_leave_nothing_in_half(tmp_path: Path) -> None:
    counts = ledger_crash.run(tmp_path / "l", kills=27, seed=20260301)
    assert counts["kill"] == 27
    assert counts["event"] > 100


def test_the_check_itself_notices_a_lost_event(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        (appended,) = ledger.append([fact(n=1)])
    told = [f"event {appended.event.position} {appended.hash}"]
    assert ledger_crash.check(tmp_path, told)["event"] == 1
    with pytest.raises(IndexError):
        ledger_crash.check(tmp_path, [f"event 2 {appended.hash}"])
    with pytest.raises(AssertionError):
        ledger_crash.check(tmp_path, [f"event 0 {appended.hash}"])


def test_a_writer_interrupted_between_statements_leaves_nothing(tmp_path: Path, monkeypatch) -> None:
    with new(tmp_path) as ledger:
        write = ledger._write_stage
        monkeypatch.setattr(
            ledger, "_write_stage", lambda transaction, stage: (write(transaction, stage), interrupt())[0]
        )
        with pytest.raises(KeyboardInterrupt):
            ledger.append([fact(n=1)])
        monkeypatch.undo()
        assert ledger.size() == 1
        (appended,) = ledger.append([fact("s", 0)])
        assert appended.event.position == 1


def interrupt() -> None:
    raise KeyboardInterrupt


def test_a_failure_on_the_way_to_disk_reaches_every_thread_that_waited(tmp_path: Path, monkeypatch) -> None:
    with new(tmp_path, wait=0.05) as ledger, open_ledger(tmp_path) as other, other._head.lock(1.0):
        import threading

        refusals: list[str] = []

        def work() -> None:
            try:
                ledger.append([fact(n=1)])
            except Unable as refusal:
                refusals.append(refusal.rule)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert refusals == ["ledger-locked"] * 4
        assert ledger.size() == 1
