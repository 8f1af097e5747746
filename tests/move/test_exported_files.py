"""`export`, `import`, `checkpoint`, `sign --out`: a ledger, its facts, its head and its signatures as files."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from clones import Clones, ok, refused

from phaseproof.ledger.opening import open_ledger
from support.shop import Shop

SIGN = ("sign", "reviewedby/shipping-lead")


def size(shop: Shop) -> int:
    with open_ledger(shop.ledger) as ledger:
        return ledger.size()


@pytest.fixture
def archive(pushed: Clones) -> Path:
    """The first clone's whole ledger in a file."""
    path = pushed.folder / "all.zip"
    ok(pushed.first.run("export", "--all", "--out", str(path)))
    return path


def test_the_same_ledger_gives_the_same_bytes(pushed: Clones, archive: Path) -> None:
    again = pushed.folder / "again.zip"
    said = ok(pushed.first.run("export", "--all", "--out", str(again), "--format", "json")).json
    assert again.read_bytes() == archive.read_bytes()
    assert said["tenant"] == pushed.first.genesis and said["events"] == said["size"] == size(pushed.first)
    assert archive.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(archive) as held:
        assert held.namelist() == sorted(held.namelist())
        assert {info.date_time for info in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.compress_type for info in held.infolist()} == {zipfile.ZIP_STORED}
    named = archive.read_bytes()
    assert str(pushed.folder).encode() not in named, "no path of this machine is in it"


def test_it_is_verified_where_there_is_no_ledger(pushed: Clones, archive: Path) -> None:
    auditor = pushed.clone("auditor")
    said = ok(auditor.run("verify", str(archive)))
    assert "holds" in said.out and pushed.first.genesis in said.out
    assert (
        ok(auditor.run("verify", str(archive), "--trust", pushed.first.genesis, "--format", "json")).json["verified"]
        is True
    )
    refused(auditor.run("verify", str(archive), "--trust", "0" * 64), 3, "genesis-changed")
    assert not auditor.ledger.exists() and not (auditor.home / "known-tenants").exists(), "it was only looked at"


def test_it_is_taken_in_like_a_pull(pushed: Clones, archive: Path) -> None:
    fresh, victim = pushed.clone("fresh", "desk"), Shop(pushed.folder / "victim")
    assert ok(fresh.run("import", str(archive), "--format", "json")).json["how"] == "first"
    ok(fresh.run("verify"))
    assert ok(fresh.run("import", str(archive), "--format", "json")).json["how"] == "same"
    victim.run("run", "--check", "runbook", "--runner", "desk")
    joined = ok(victim.run("import", str(archive), "--format", "json")).json
    assert (joined["how"], joined["taken"], joined["moved"]) == ("joined", 3, 3)
    ok(victim.run("verify"))
    ok(victim.run("ledger", "push", "--runner", "desk"))
    old = ok(victim.run("verify", str(archive)))
    assert "6 events" in old.out, "an older export is still one that holds"


def _recompress(old: Path, new: Path) -> None:
    with zipfile.ZipFile(old) as held, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as made:
        for name in held.namelist():
            made.writestr(name, held.read(name))


def _twice(old: Path, new: Path) -> None:
    with zipfile.ZipFile(old) as held, zipfile.ZipFile(new, "w") as made:
        for name in [*held.namelist(), "format"]:
            made.writestr(name, held.read(name))


def _climbs(old: Path, new: Path) -> None:
    with zipfile.ZipFile(old) as held, zipfile.ZipFile(new, "w") as made:
        for name in held.namelist():
            made.writestr(name, held.read(name))
        made.writestr("../../outside", b"x")


def _without_objects(old: Path, new: Path) -> None:
    with zipfile.ZipFile(old) as held, zipfile.ZipFile(new, "w") as made:
        for name in held.namelist():
            if not name.startswith("objects/"):
                made.writestr(name, held.read(name))


def _flipped(old: Path, new: Path) -> None:
    data = bytearray(old.read_bytes())
    data[len(data) // 2] ^= 1
    new.write_bytes(bytes(data))


def _cut(old: Path, new: Path) -> None:
    new.write_bytes(old.read_bytes()[:-100])


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (_recompress, {"archive-unreadable"}),
        (_twice, {"archive-unreadable"}),
        (_climbs, {"parcel-stray"}),
        (_without_objects, {"object-missing"}),
        (_flipped, {"archive-unreadable", "object-altered", "event-altered", "chain-broken"}),
        (_cut, {"archive-unreadable"}),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_file_that_was_changed(pushed: Clones, archive: Path, change: Callable, rules: set[str]) -> None:
    bad = pushed.folder / "bad.zip"
    change(archive, bad)
    victim = Shop(pushed.folder / "victim")
    for line in (("import", str(bad)), ("verify", str(bad)), (*SIGN, "--from", str(bad), "--out", "x")):
        said = victim.run(*line, "--format", "json")
        assert said.code == 3 and said.json["error"]["rule"] in rules, said.text
    assert size(victim) == 3 and not (victim.repo.root / "x").exists()
    assert not (pushed.folder.parent / "outside").exists()


def test_evidence_travels_without_decisions(pushed: Clones) -> None:
    first, victim = pushed.first, Shop(pushed.folder / "victim")
    first.gates()
    path = pushed.folder / "seen.zip"
    ok(first.run("export", "--evidence", "--out", str(path)))
    said = ok(victim.run("import", str(path), "--format", "json")).json
    assert said["new"] == 9 and said["known"] == 0
    assert ok(victim.run("import", str(path), "--format", "json")).json["new"] == 0
    ok(victim.run("verify"))
    assert {v for i, v in victim.verdicts(victim.board()).items() if i.startswith("L-")} == {"proven"}
    assert "9 facts" in ok(victim.run("verify", str(path))).out
    assert "9 facts" in ok(first.run("verify", str(path))).out
    fresh = pushed.clone("fresh")
    refused(fresh.run("import", str(path)), 2, "no-ledger")


def test_a_signature_given_apart_counts_once(pushed: Clones) -> None:
    first, lead = pushed.first, pushed.clone("lead", "mara")
    first.gates()
    ok(first.run("ledger", "push"))
    ok(lead.run("ledger", "pull"))
    path = pushed.folder / "signature.json"
    before = size(lead)
    said = ok(lead.run(*SIGN, "--out", str(path), lead=True))
    assert "not in the ledger yet" in said.out and size(lead) == before
    assert first.gates().code == 1
    assert ok(first.run("import", str(path), "--format", "json")).json["new"] == 1
    assert ok(first.run("import", str(path), "--format", "json")).json["known"] == 1
    assert first.gates().code == 0
    ok(first.run("verify"))


def test_a_signature_needs_no_ledger_where_an_export_is(pushed: Clones) -> None:
    first, reviewer = pushed.first, pushed.clone("reviewer", "mara")
    first.gates()
    archive, path = pushed.folder / "review.zip", pushed.folder / "signature.json"
    ok(first.run("export", "--all", "--out", str(archive)))
    ok(reviewer.run(*SIGN, "--from", str(archive), "--out", str(path), lead=True))
    assert not reviewer.ledger.exists()
    refused(reviewer.run(*SIGN, "--from", str(archive), lead=True), 2, "usage")
    ok(first.run("import", str(path)))
    assert first.gates().code == 0


def test_a_signature_that_does_not_fit_any_more(pushed: Clones) -> None:
    first, lead = pushed.first, pushed.clone("lead", "mara")
    ok(lead.run("ledger", "pull"))
    old, new = pushed.folder / "old.json", pushed.folder / "new.json"
    ok(lead.run(*SIGN, "--out", str(old), lead=True))
    first.gates()
    ok(first.run("ledger", "push"))
    ok(lead.run("ledger", "pull"))
    ok(lead.run(*SIGN, "--out", str(new), lead=True))
    ok(first.run("import", str(new)))
    refused(first.run("import", str(old)), 1, "signature-outdated")


def test_a_signature_whose_signer_saw_a_fork(pushed: Clones) -> None:
    first, lead = pushed.first, Shop(pushed.folder / "victim")
    lead.run("run", "--check", "runbook", "--runner", "desk")
    (lead.home / "keys" / "mara.pem").write_bytes((first.home / "keys" / "mara.pem").read_bytes())
    (lead.home / "keys" / "mara.pem").chmod(0o600)
    (lead.home / "keys" / "mara.pub").write_bytes((first.home / "keys" / "mara.pub").read_bytes())
    path = pushed.folder / "signature.json"
    ok(lead.run(*SIGN, "--out", str(path), lead=True))
    refused(first.run("import", str(path)), 3, "not-a-prefix")


def test_a_signature_that_was_changed_or_is_none(pushed: Clones) -> None:
    first = pushed.first
    path, bad = pushed.folder / "signature.json", pushed.folder / "bad.json"
    ok(first.run(*SIGN, "--out", str(path), lead=True))
    said = json.loads(path.read_bytes())
    said["signatures"][0]["sig"] = "A" * 86 + "=="
    bad.write_text(json.dumps(said, sort_keys=True, separators=(",", ":")))
    refused(first.run("import", str(bad)), 3, "signature-invalid")
    for text, code, rule in (
        ("{}", 3, "envelope-unreadable"),
        ("hello", 2, "file-unreadable"),
        ("", 2, "file-unreadable"),
    ):
        bad.write_text(text)
        refused(first.run("import", str(bad)), code, rule)
    refused(first.run("import", str(pushed.folder / "none")), 2, "file-unreadable")
    with open_ledger(first.ledger) as ledger:
        event = next(event for event, _ in ledger.events() if event.type == "evidence")
        bad.write_bytes(ledger.get(event.payload["envelope"]))
    refused(first.run("import", str(bad)), 2, "not-a-signature")


def test_a_signature_for_a_stream_that_is_not_its_own(pushed: Clones) -> None:
    """Mara signs a statement that would take the next place among the bundles."""
    from phaseproof.decisions.statement import Draft, state
    from phaseproof.evidence import keys
    from phaseproof.evidence.envelope import seal
    from support.shop import PASSPHRASE

    first = pushed.first
    signer = keys.load(first.home, "mara", lambda _: PASSPHRASE)
    with open_ledger(first.ledger) as ledger:
        content = {"purpose": "item", "target": "docs/PHASE3.md:L-1", "content": ledger.tenant, "role": "owners"}
        draft = Draft("sign", "bundle", ledger.next_seq("bundle"), "mara", content)
        path = pushed.folder / "signature.json"
        path.write_bytes(seal(state(draft, ledger.tenant, ledger.checkpoint(), first.desk().now()), [signer]))
    refused(first.run("import", str(path)), 3, "decision-misplaced")


def test_a_checkpoint_is_what_trust_takes(pushed: Clones) -> None:
    first, victim = pushed.first, Shop(pushed.folder / "victim")
    note = pushed.folder / "head.note"
    said = ok(first.run("checkpoint", "--out", str(note)))
    assert f"--trust {first.genesis}@{note}" in said.out
    assert ok(first.run("checkpoint")).out.rstrip("\n") + "\n" == note.read_text()
    ok(first.run("verify", str(note)))
    refused(victim.run("status", "--trust", f"{first.genesis}@{note}"), 3, "ledger-truncated")
    ok(victim.run("ledger", "pull"))
    assert victim.run("status", "--trust", f"{first.genesis}@{note}").code == 1
    refused(victim.run("checkpoint"), 2, "key-missing")
    assert ok(first.run("checkpoint", "--format", "json")).json["size"] == size(first)


def test_what_cannot_be_exported(pushed: Clones) -> None:
    first = pushed.first
    refused(first.run("export", "--out", "x"), 2, "usage")
    refused(first.run("export", "--all", "--evidence", "--out", "x"), 2, "usage")
    refused(first.run("export", "--all", "--out", "/none/x"), 2, "file-unwritable")
    assert not list(first.repo.root.glob("*x*"))
