"""One bit flipped anywhere in the ledger's files: found and named, or it carried nothing that was stored."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from ledger_support import Signer, contents, evidence, fact, faults, flip, furnished, indexed_every, new

from phaseproof.ledger.opening import open_ledger

SAMPLES = 350


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "ledger"
    with indexed_every(15), new(folder) as ledger:
        for number in range(40):
            ledger.append([evidence(number, check=f"c{number % 7}"), fact(note="x" * 60, n=number)])
        ledger.append([evidence(900, size=9_000)])
        ledger.put(b"an object of no event")
        ledger.checkpoint(Signer())
        ledger.append([evidence(901, size=70_000)])
        ledger.checkpoint(Signer())
    return folder


def verdict(folder: Path, before: tuple) -> str:
    """`named`, or `idle` where everything reads back as it was; anything else fails the test."""
    found = faults(folder)
    if found:
        return "named"
    assert contents(folder) == before
    return "idle"


def test_a_flipped_bit_in_the_database_is_named_or_carried_nothing(whole: Path, tmp_path: Path) -> None:
    before = contents(whole)
    size = (whole / "ledger.db").stat().st_size
    source = random.Random(20260301)
    offsets = [*range(0, 100, 3), *(source.randrange(size) for _ in range(SAMPLES))]
    database = tmp_path / "ledger"
    shutil.copytree(whole, database)
    outcome = []
    for offset in offsets:
        bit = source.randrange(8)
        flip(database / "ledger.db", offset, bit)
        try:
            outcome.append(verdict(database, before))
        except AssertionError as error:
            raise AssertionError(f"bit {bit} of byte {offset}") from error
        shutil.copy(whole / "ledger.db", database / "ledger.db")
        for name in ("ledger.db-wal", "ledger.db-shm"):
            (database / name).unlink(missing_ok=True)
    assert outcome.count("named") > len(outcome) // 3


def test_damage_to_the_tables_own_description_is_refused_and_nothing_else(whole: Path, tmp_path: Path) -> None:
    """Text that no decoder takes, where SQLite quotes it in its message."""
    before = contents(whole)
    data = (whole / "ledger.db").read_bytes()
    database = tmp_path / "ledger"
    shutil.copytree(whole, database)
    for name in (b"tablecheckpoints", b"tableonceonce", b"CREATE TABLE streams(name"):
        for offset in range(data.index(name), data.index(name) + len(name), 2):
            flip(database / "ledger.db", offset, 7)
            assert verdict(database, before) == "named", offset
            flip(database / "ledger.db", offset, 7)


def test_every_bit_of_a_stored_event_object_and_checkpoint_counts(whole: Path, tmp_path: Path) -> None:
    """Offsets that certainly carry stored data: no flip there may go unnoticed."""
    data = (whole / "ledger.db").read_bytes()
    with open_ledger(whole) as ledger:
        events = list(ledger.events())
        note = ledger.checkpoints()[-1].note
    wanted = [
        (events[5][0].prev.encode(), "event 5"),
        (events[-1][0].prev.encode(), f"event {len(events) - 1}"),
        (bytes.fromhex(events[7][1][7:]), "event 7"),
        (b"envelope 12 ", "object sha256:"),
        ((note or "").encode()[100:], "checkpoint 2"),
    ]
    database = tmp_path / "ledger"
    shutil.copytree(whole, database)
    source = random.Random(7)
    for text, record in wanted:
        start = data.index(text)
        for _ in range(6):
            offset = start + source.randrange(len(text))
            flip(database / "ledger.db", offset, source.randrange(8))
            found = faults(database)
            assert any(record in line for line in found), (record, found)
            shutil.copy(whole / "ledger.db", database / "ledger.db")


def test_a_flipped_bit_in_the_head_is_named(whole: Path, tmp_path: Path) -> None:
    database = tmp_path / "ledger"
    shutil.copytree(whole, database)
    size = (whole / "ledger.head").stat().st_size
    for offset in range(size):
        flip(database / "ledger.head", offset, offset % 8)
        assert faults(database), offset
        flip(database / "ledger.head", offset, offset % 8)
    assert faults(database) == []


def test_a_flipped_bit_in_an_object_file_names_the_object(whole: Path, tmp_path: Path) -> None:
    database = tmp_path / "ledger"
    shutil.copytree(whole, database)
    (file,) = (path for path in (database / "objects").rglob("*") if path.is_file())
    digest = file.parent.name + file.name
    source = random.Random(3)
    for _ in range(12):
        offset, bit = source.randrange(file.stat().st_size), source.randrange(8)
        flip(file, offset, bit)
        assert f"object sha256:{digest}" in faults(database)[0]
        flip(file, offset, bit)
    assert faults(database) == []


def test_any_page_lost_or_zeroed_is_noticed(tmp_path: Path) -> None:
    furnished(tmp_path / "a")
    before = contents(tmp_path / "a")
    data = (tmp_path / "a" / "ledger.db").read_bytes()
    for page in range(len(data) // 4096):
        folder = tmp_path / f"p{page}"
        shutil.copytree(tmp_path / "a", folder)
        (folder / "ledger.db").write_bytes(data[: page * 4096] + bytes(4096) + data[(page + 1) * 4096 :])
        assert verdict(folder, before) == "named"
        if page:
            (folder / "ledger.db").write_bytes(data[: page * 4096])
            assert verdict(folder, before) == "named"
