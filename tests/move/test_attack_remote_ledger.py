"""Whoever can write to the remote writes what they like; whoever pulls takes none of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from clones import Clones, ok, refused

from phaseproof.digests import sha256
from phaseproof.evidence import keys
from phaseproof.ledger import carried, checkpoint
from phaseproof.ledger.opening import open_ledger
from support.shop import Shop

REF = "refs/phaseproof/ledger"
Files = dict[str, bytes]


def files(clones: Clones) -> Files:
    listed = clones.origin.git("ls-tree", "-r", REF).splitlines()
    found = {}
    for line in listed:
        oid, name = line.split()[2], line.split("\t")[1]
        data = clones.origin.git("cat-file", "blob", oid, env={"LC_ALL": "C"})
        found[name] = data.encode("utf-8", "surrogateescape")
        if clones.origin.git("cat-file", "-s", oid) == str(len(found[name]) + 1):
            found[name] += b"\n"  # the helper strips it
    return found


def write(clones: Clones, held: Files, *, parent: str | None = None, mode: str = "100644") -> None:
    stream = b"commit %s\ncommitter Mal <mal@example.org> 1700000000 +0000\ndata 1\n.\n" % REF.encode()
    if parent is not None:
        stream += b"from %s\ndeleteall\n" % parent.encode()
    for name, data in held.items():
        stream += b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), name.encode(), len(data), data)
    if parent is None:
        clones.origin.git("update-ref", "-d", REF)
    clones.origin.git("fast-import", "--quiet", "--force", data=stream)


def size(shop: Shop) -> int:
    with open_ledger(shop.ledger) as ledger:
        return ledger.size()


@pytest.fixture
def victim(pushed: Clones) -> Shop:
    """A clone that pulled before there was evidence; then evidence of `labels` was pushed."""
    return Shop(pushed.folder / "victim")


def _flip_event(held: Files) -> None:
    name = max(name for name in held if name.startswith("events/"))
    held[name] = held[name].replace(b'"outcome":"positive"', b'"outcome":"negative"', 1)


def _flip_first_event(held: Files) -> None:
    held["events/0000/00/00"] = held["events/0000/00/00"].replace(b"parcel-labels", b"parcel-babels", 1)


def _drop_event(held: Files) -> None:
    name = max(name for name in held if name.startswith("events/"))
    held[name] = b"".join(held[name].splitlines(keepends=True)[:-1])


def _cut_event(held: Files) -> None:
    name = max(name for name in held if name.startswith("events/"))
    held[name] = held[name][:-7]


def _drop_segment(held: Files) -> None:
    del held["events/0000/00/00"]


def _drop_objects(held: Files) -> None:
    for name in [name for name in held if name.startswith("objects/")]:
        del held[name]


def _swap_object(held: Files) -> None:
    name = next(name for name in held if name.startswith("objects/"))
    held[name] = b"something else"


def _drop_checkpoints(held: Files) -> None:
    del held[max(name for name in held if name.startswith("checkpoints/"))]


def _unsigned_checkpoint(held: Files) -> None:
    """The head's note, signed by a key that no bundle lists, under the runner's name."""
    name = max(name for name in held if name.startswith("checkpoints/"))
    head, _ = checkpoint.parse(held.pop(name).decode())
    note = checkpoint.sign(head.tenant, head.size, head.root, keys.generate("local")).note or ""
    held[carried.note_name(head.size, note)] = note.encode()


def _wrong_root(held: Files) -> None:
    name = max(name for name in held if name.startswith("checkpoints/"))
    head, _ = checkpoint.parse(held.pop(name).decode())
    note = checkpoint.sign(head.tenant, head.size, sha256(b"another tree"), keys.generate("local")).note or ""
    held[carried.note_name(head.size, note)] = note.encode()


def _misnamed_checkpoint(held: Files) -> None:
    name = max(name for name in held if name.startswith("checkpoints/"))
    held[name[:-4] + "0000"] = held.pop(name)


def _stray(held: Files) -> None:
    held["hooks/post-checkout"] = b"#!/bin/sh\ntouch hit\n"


def _outside(held: Files) -> None:
    held["objects/aa/" + "b" * 61 + "."] = b"x"


def _other_format(held: Files) -> None:
    held["format"] = b"phaseproof ledger 2\n"


def _facts(held: Files) -> None:
    held["facts"] = b""


def _another_byte_form(held: Files) -> None:
    """The same events with a space: their digests are not what the next ones name, and they are not canonical."""
    name = max(name for name in held if name.startswith("events/"))
    held[name] = held[name].replace(b'{"actor":', b'{ "actor":', 1)


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        (_flip_event, ("chain-broken", "event-altered", "not-a-prefix")),
        (_flip_first_event, ("ledger-other-tenant",)),
        (_drop_event, ("checkpoint-missing", "ledger-truncated")),
        (_cut_event, ("event-altered",)),
        (_drop_segment, ("event-missing",)),
        (_drop_objects, ("object-missing",)),
        (_swap_object, ("object-altered",)),
        (_drop_checkpoints, ("checkpoint-missing",)),
        (_unsigned_checkpoint, ("checkpoint-forged", "checkpoint-unsigned")),
        (_wrong_root, ("not-a-prefix",)),
        (_misnamed_checkpoint, ("checkpoint-altered",)),
        (_stray, ("parcel-stray",)),
        (_outside, ("parcel-stray",)),
        (_other_format, ("not-a-ledger",)),
        (_facts, ("not-a-ledger",)),
        (_another_byte_form, ("event-altered",)),
    ],
)
def test_a_ledger_that_was_changed_on_its_way(
    pushed: Clones, victim: Shop, change: Callable[[Files], None], rules: tuple[str, ...]
) -> None:
    held = files(pushed)
    change(held)
    write(pushed, held, parent=pushed.ref())
    said = victim.run("ledger", "pull", "--format", "json")
    assert said.code == 3, said.text
    assert said.json["error"]["rule"] in rules, said.text
    assert size(victim) == 3 and victim.run("verify").code == 0
    for place in (victim.ledger / "ledger.db", victim.ledger / "ledger.head", victim.home / "known-tenants"):
        place.unlink()
    said = victim.run("ledger", "pull", "--format", "json")
    if change is not _flip_first_event:
        assert said.code == 3, said.text
        assert said.json["error"]["rule"] in rules, said.text
    else:  # nothing in it is what it was, and nobody knows what it was
        assert said.code in (2, 3), said.text
    assert not (victim.ledger / "ledger.db").exists() and not (victim.home / "known-tenants").exists()


def test_the_helper_itself_changes_nothing(pushed: Clones, victim: Shop) -> None:
    held = files(pushed)
    write(pushed, held, parent=pushed.ref())
    assert ok(victim.run("ledger", "pull", "--format", "json")).json["how"] == "forward"


def test_evidence_of_a_stranger_under_a_checkpoint_of_the_runner(pushed: Clones, victim: Shop) -> None:
    """The worker has a runner's key for checkpoints and forges a statement of another runner."""
    first = pushed.first
    with open_ledger(first.ledger) as ledger:
        event = next(event for event, _ in ledger.events() if event.type == "evidence")
        envelope = json.loads(ledger.get(event.payload["envelope"]))
    from phaseproof.bundle import canonical
    from phaseproof.ledger.model import Entry

    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    forged = canonical.encode(envelope)
    payload = {**event.payload, "envelope": sha256(forged), "run": "0" * 32}
    first.append(
        Entry(event.stream, None, "evidence", event.at, event.actor, payload, {sha256(forged): forged}, sha256(forged))
    )
    assert first.run("ledger", "push").code == 0, "it is signed by a listed runner"
    refused(victim.run("ledger", "pull"), 3, "signature-invalid")
    assert size(victim) == 3


def test_a_remote_put_back_to_an_earlier_state(pushed: Clones, victim: Shop) -> None:
    before = pushed.origin.git("rev-parse", f"{REF}^")
    for shop in (victim, pushed.first):
        ok(shop.run("ledger", "pull"))
    pushed.origin.git("update-ref", REF, before)
    refused(victim.run("ledger", "pull"), 3, "ledger-rewritten")
    refused(pushed.first.run("ledger", "push"), 3, "ledger-rewritten")
    assert size(victim) == 6


def test_a_ledger_lost_here_does_not_come_back_shorter(pushed: Clones, victim: Shop) -> None:
    import shutil

    ok(victim.run("ledger", "pull"))
    shutil.rmtree(victim.ledger)
    pushed.origin.git("update-ref", REF, f"{REF}^")
    for ref in victim.repo.git("for-each-ref", "--format=%(refname)", "refs/phaseproof").split():
        victim.repo.git("update-ref", "-d", ref)
    refused(victim.run("ledger", "pull"), 3, "ledger-truncated")
    assert not (victim.ledger / "ledger.db").exists()


def test_another_tenants_ledger(clones: Clones, tmp_path) -> None:
    from clones import open_clones

    other = open_clones(tmp_path / "other")
    shop = Shop(clones.folder / "victim")
    refused(shop.run("ledger", "pull", str(other.origin.root)), 3, "ledger-other-tenant")
    refused(shop.run("ledger", "push", "--runner", "desk", str(other.origin.root)), 3, "ledger-other-tenant")
    fresh = clones.clone("fresh")
    said = fresh.run("ledger", "pull", str(other.origin.root), "--trust", clones.first.genesis)
    refused(said, 3, "genesis-changed")
    (fresh.home / "known-tenants").write_bytes((shop.home / "known-tenants").read_bytes())
    refused(fresh.run("ledger", "pull", str(other.origin.root)), 3, "genesis-changed")


def test_a_fork_of_a_trusted_checkpoint(pushed: Clones, victim: Shop) -> None:
    """A checkpoint kept elsewhere refuses a ledger that does not extend it, whatever its own signatures say."""
    first = pushed.first
    first.run("run", "--check", "runbook")
    note = pushed.folder / "head.note"
    ok(first.run("checkpoint", "--out", str(note)))
    trust = f"{first.genesis}@{note}"
    refused(victim.run("ledger", "pull", "--trust", trust), 3, "ledger-truncated")
    ok(first.run("ledger", "push"))
    ok(victim.run("ledger", "pull", "--trust", trust))


def test_protocols_that_run_programs_and_programs_that_remotes_name(clones: Clones) -> None:
    first, hit = clones.first, clones.folder / "hit"
    ext = f"ext::sh -c touch% {hit}"
    refused(first.run("ledger", "pull", ext), 2, "remote-unknown")
    first.repo.git("remote", "add", "evil", ext)
    refused(first.run("ledger", "pull", "evil"), 2, "remote-unreachable")
    refused(first.run("ledger", "push", "evil"), 2, "remote-unreachable")
    refused(first.run("ledger", "pull", "git://localhost:1/none"), 2, "remote-unreachable")
    assert not hit.exists()
    first.repo.git("config", "remote.origin.uploadpack", f"sh -c 'touch {hit}' ")
    first.repo.git("config", "remote.origin.receivepack", f"sh -c 'touch {hit}' ")
    hooks = clones.folder / "hooks"
    hooks.mkdir()
    for name in ("pre-push", "post-checkout", "reference-transaction", "post-merge"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {hit}\n")
        (hooks / name).chmod(0o755)
    first.repo.git("config", "core.hooksPath", str(hooks))
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    ok(first.run("ledger", "pull"))
    assert not hit.exists()


def test_links_in_the_place_of_files(pushed: Clones, victim: Shop) -> None:
    held = files(pushed)
    write(pushed, held, parent=pushed.ref(), mode="120000")
    refused(victim.run("ledger", "pull"), 3, "parcel-stray")


def test_a_ref_that_is_no_commit(pushed: Clones, victim: Shop) -> None:
    pushed.origin.git("update-ref", REF, pushed.origin.git("hash-object", "-w", "--stdin", data=b"blob"))
    assert victim.run("ledger", "pull").code in (2, 3)
    assert size(victim) == 3
