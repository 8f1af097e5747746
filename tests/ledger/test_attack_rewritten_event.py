"""An adversary edits the ledger's file: every change of every column is found, and the record named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from ledger_support import Signer, contents, fact, faults, furnished, new, tampering

from phaseproof.digests import raw, sha256
from phaseproof.errors import Untrue
from phaseproof.ledger import audit, chain, prepared, sqlite
from phaseproof.ledger.opening import open_ledger


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("whole") / "ledger"
    furnished(folder)
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "ledger")
    return tmp_path / "ledger"


# statement -> how the first finding begins
EDITS = {
    "UPDATE events SET body = replace(CAST(body AS TEXT), 'line 2', 'line 9') WHERE position = 6": "event 6",
    "UPDATE events SET body = CAST(replace(CAST(body AS TEXT), 'e 2', 'e 9') AS BLOB) WHERE position = 6": "event 6",
    "UPDATE events SET body = x'00' WHERE position = 0": "event 0",
    "UPDATE events SET body = '' WHERE position = 4": "event 4",
    "UPDATE events SET hash = zeroblob(32) WHERE position = 4": "event 4",
    "UPDATE events SET hash = 7 WHERE position = 4": "event 4",
    "UPDATE events SET once = zeroblob(32) WHERE position = 1": "event 1",
    "UPDATE events SET once = NULL WHERE position = 1": "once sha256:",
    "UPDATE events SET objects = zeroblob(32) WHERE position = 1": "object sha256:0000",
    "UPDATE events SET objects = zeroblob(31) WHERE position = 1": "event 1",
    "UPDATE events SET objects = 'text' WHERE position = 1": "event 1",
    "DELETE FROM events WHERE position = 5": "event 5",
    "DELETE FROM events WHERE position = 0": "event 0",
    "UPDATE events SET position = 900 WHERE position = 5": "event 5",
    "UPDATE events SET position = -1 WHERE position = 5": "event",
    "INSERT INTO events SELECT 14, hash, NULL, x'', body FROM events WHERE position = 13": "event 14",
    "INSERT INTO events SELECT 5000, hash, NULL, x'', body FROM events WHERE position = 13": "event 14",
    "UPDATE streams SET seq = seq + 1 WHERE name = 'log'": "stream log",
    "UPDATE streams SET position = position - 1 WHERE name = 'log'": "stream log",
    "DELETE FROM streams WHERE name = 'log'": "stream log",
    "UPDATE streams SET name = CAST(name AS BLOB) WHERE name = 'log'": "stream log",
    "INSERT INTO streams VALUES ('another', 3, 0)": "stream another",
    "UPDATE streams SET seq = seq + 1 WHERE name = ''": "streams",
    "UPDATE streams SET seq = seq - 1, position = position - 1 WHERE name = ''": "stream",
    "UPDATE streams SET seq = 900, position = 900 WHERE name = ''": "streams",
    "DELETE FROM streams WHERE name = ''": "streams",
    "UPDATE once SET position = position + 1": "once sha256:",
    "DELETE FROM once": "once sha256:",
    "INSERT INTO once VALUES (zeroblob(32), 3)": "once sha256:0000",
    "UPDATE objects SET data = data || x'00' WHERE number = 2": "object sha256:",
    "UPDATE objects SET data = CAST(data AS TEXT) WHERE number = 2": "object number 2",
    "UPDATE objects SET digest = zeroblob(32) WHERE number = 2": "object sha256:",
    "UPDATE objects SET digest = 'x' WHERE number = 2": "object",
    "DELETE FROM objects WHERE number = 2": "object number 2",
    "UPDATE objects SET number = 77 WHERE number = 2": "object number 2",
    "INSERT INTO objects VALUES (78, zeroblob(32), 'x')": "object",
    "UPDATE checkpoints SET note = replace(CAST(note AS TEXT), 'ci.', 'cx.') WHERE number = 1": "checkpoint 1",
    "UPDATE checkpoints SET digest = zeroblob(32) WHERE number = 1": "checkpoint 1",
    "UPDATE checkpoints SET number = 5 WHERE number = 1": "checkpoint 1",
    "INSERT INTO checkpoints VALUES (3, zeroblob(32), x'ff')": "checkpoint 3",
    "DELETE FROM checkpoints WHERE number = 1": "checkpoint 1",
    "PRAGMA user_version = 0": "ledger.db",
    "PRAGMA application_id = 1": "ledger.db",
    "CREATE TABLE more(x)": "the tables",
    "CREATE TRIGGER t AFTER INSERT ON events BEGIN DELETE FROM events; END": "the tables",
    "DROP TABLE once": "the tables",
}


@pytest.mark.parametrize("statement", EDITS)
def test_every_edit_is_found_and_names_its_record(folder: Path, statement: str) -> None:
    assert faults(folder) == []
    with tampering(folder) as connection:
        connection.execute(statement)
    found = faults(folder)
    assert found, "not noticed"
    assert any(line.startswith(EDITS[statement]) for line in found), found


def test_replay_refuses_an_altered_event_and_says_which(folder: Path) -> None:
    with tampering(folder) as connection:
        connection.execute("UPDATE events SET hash = zeroblob(32) WHERE position = 6")
    with open_ledger(folder) as ledger:
        assert len(list(ledger.events(8))) == 6
        with pytest.raises(Untrue) as refusal:
            list(ledger.events())
        assert refusal.value.fact.startswith("event 6 ")
        with pytest.raises(Untrue):
            list(ledger.leaves())
        with pytest.raises(Untrue):
            ledger.checkpoint()


def test_an_event_rewritten_with_its_hash_breaks_the_chain_behind_it(folder: Path) -> None:
    with tampering(folder) as connection:
        body = connection.execute("SELECT body FROM events WHERE position = 6").fetchone()[0]
        assert b"line 2" in body
        body = body.replace(b"line 2", b"line 9")
        connection.execute("UPDATE events SET body = ?, hash = ? WHERE position = 6", (body, raw(sha256(body))))
    with open_ledger(folder) as ledger, pytest.raises(Untrue) as refusal:
        list(ledger.events())
    assert refusal.value.rule == "chain-broken"
    assert refusal.value.fact.startswith("event 7 follows")
    assert any(line.startswith("checkpoint 1: ") for line in faults(folder))


def test_the_last_event_rewritten_with_its_hash_is_not_the_one_acknowledged(folder: Path) -> None:
    with tampering(folder) as connection:
        body = connection.execute("SELECT body FROM events WHERE position = 13").fetchone()[0]
        body = body.replace(b'"positive"', b'"negative"')
        connection.execute("UPDATE events SET body = ?, hash = ? WHERE position = 13", (body, raw(sha256(body))))
    assert faults(folder) == ["event 13 is not the one that was acknowledged"]


def rewrite_from(folder: Path, position: int, old: bytes, new_text: bytes) -> None:
    """Rewrite history thoroughly: the event, every `prev` and hash behind it, and the head."""
    import msgspec

    from phaseproof.ledger.head import FILE, pack, unpack

    with tampering(folder) as connection:
        rows = connection.execute("SELECT position, body FROM events WHERE position >= ?", (position,)).fetchall()
        prev = None
        for at, body in rows:
            if prev is not None:
                event = chain.decode_strict(body, at)
                body = body.replace(event.prev.encode(), prev.encode())
            else:
                assert old in body
                body = body.replace(old, new_text)
            prev = sha256(body)
            connection.execute("UPDATE events SET body = ?, hash = ? WHERE position = ?", (body, raw(prev), at))
    assert prev is not None
    head = unpack((folder / FILE).read_bytes())
    (folder / FILE).write_bytes(pack(msgspec.structs.replace(head, tail=prev)))


def test_a_history_rewritten_throughout_contradicts_its_checkpoints(folder: Path) -> None:
    with open_ledger(folder) as ledger:
        signed = ledger.checkpoints()
    rewrite_from(folder, 6, b"line 2", b"line 9")
    with open_ledger(folder) as ledger:
        assert len(list(ledger.events())) == 14
        findings = audit.examine(ledger).findings
        assert [(finding.record, finding.rule) for finding in findings] == [
            ("checkpoint 1", "not-a-prefix"),
            ("checkpoint 2", "not-a-prefix"),
        ]
        assert str(signed[0].size) in findings[0].fact
        with pytest.raises(Untrue) as refusal:
            ledger.checkpoint(Signer())
        assert refusal.value.rule == "not-a-prefix"


def test_a_genesis_rewritten_throughout_is_another_tenant(folder: Path) -> None:
    rewrite_from(folder, 0, b"orders", b"0rders")
    assert faults(folder) == ["event 0 is not this tenant's genesis"]


def test_a_forged_checkpoint_signature_is_found_where_the_key_is_given(folder: Path) -> None:
    real, forger = Signer(), Signer(seed=b"\x09" * 32)
    with open_ledger(folder) as ledger:
        assert audit.verify(ledger, {real.name: real.public}).checkpoints == 2
        ledger.append([fact(n=1)])
        ledger.checkpoint(forger)
        findings = audit.examine(ledger, {real.name: real.public}).findings
        assert [(finding.record, finding.rule) for finding in findings] == [("checkpoint 3", "checkpoint-unsigned")]


def test_an_index_that_lies_does_not_make_evidence_vanish(tmp_path: Path) -> None:
    from ledger_support import evidence

    with new(tmp_path) as ledger:
        ledger.append([evidence(1)])
        ledger.append([fact(n=1)])
    with tampering(tmp_path) as connection:
        connection.execute("INSERT INTO once VALUES (?, 2)", (raw(evidence(2).once or ""),))
    with open_ledger(tmp_path) as ledger:
        with pytest.raises(Untrue) as refusal:
            ledger.append([evidence(2)])
        assert refusal.value.rule == "index-altered"


def test_an_index_that_lies_about_a_stream_is_not_written_behind(tmp_path: Path) -> None:
    with new(tmp_path) as ledger:
        ledger.append([fact("s", 0), fact("s", 1), fact("t", 0)])
        ledger.append([fact("filler") for _ in range(sqlite.INDEX_LAG)])
    for lie in ("seq = 5", "position = 3", "position = 900", "position = 'x'"):
        with tampering(tmp_path) as connection:
            connection.execute(f"UPDATE streams SET {lie} WHERE name = 's'")
        with open_ledger(tmp_path) as ledger, pytest.raises(Untrue):
            ledger.append([fact("s", None)])
        with tampering(tmp_path) as connection:
            connection.execute("UPDATE streams SET seq = 1, position = 2 WHERE name = 's'")
    with open_ledger(tmp_path) as ledger:
        ledger.append([fact("s", 2)])


def test_a_stored_object_is_not_given_out_altered(folder: Path) -> None:
    objects = contents(folder)[2]
    small = next(digest for digest, data in objects if len(data) < 1000)
    large = next(digest for digest, data in objects if len(data) > 65536)
    with tampering(folder) as connection:
        connection.execute("UPDATE objects SET data = x'00' WHERE digest = ?", (raw(small),))
    path = folder / "objects" / large[7:9] / large[9:]
    path.write_bytes(path.read_bytes()[:-1])
    with open_ledger(folder) as ledger:
        for digest in (small, large):
            with pytest.raises(Untrue) as refusal:
                ledger.get(digest)
            assert refusal.value.rule == "object-altered"
            assert digest in refusal.value.fact
        path.unlink()
        with pytest.raises(Untrue) as refusal:
            ledger.get(large)
        assert refusal.value.rule == "object-missing"
    assert any(line.startswith(f"object {large}") for line in faults(folder))


def test_a_forged_event_in_an_unbroken_chain_is_refused_on_replay() -> None:
    """Hashes and `prev` are right; the event says another tenant, position or place in its stream."""
    at = "2026-03-01T09:30:00.250000Z"
    genesis, first, tenant = chain.genesis(at, "alice", {"nonce": "n"})
    ready = prepared.prepare(fact("s"))

    def replay(*bodies: bytes) -> int:
        rows = [(raw(sha256(body)), body) for body in bodies]
        return len(list(chain.follow(rows, tenant, 0, genesis.prev, {})))

    assert replay(first, chain.link(ready, tenant, 1, 0, tenant)[1]) == 2
    forged = {
        "tenant": chain.link(ready, sha256(b"another"), 1, 0, tenant)[1],
        "genesis again": chain.link(ready, genesis.tenant, 1, 0, tenant)[1],
        "position": chain.link(ready, tenant, 0, 0, tenant)[1],
        "gap": chain.link(ready, tenant, 2, 0, tenant)[1],
        "seq": chain.link(ready, tenant, 1, 1, tenant)[1],
        "prev": chain.link(ready, tenant, 1, 0, sha256(b"another"))[1],
    }
    for name, body in forged.items():
        with pytest.raises(Untrue) as refusal:
            replay(first, body)
        assert refusal.value.fact.startswith("event 1 "), name


def test_an_audit_names_the_event_that_jumps_in_its_stream(folder: Path) -> None:
    rewrite_from(folder, 13, b'"seq":0', b'"seq":5')
    found = faults(folder)
    assert "event 13: event 13 has seq 5 in stream check/large, not 0" in found
