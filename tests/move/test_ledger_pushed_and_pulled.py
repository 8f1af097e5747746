"""A ledger between clones: what arrives, what is refused, who is faster."""

from __future__ import annotations

import threading

from clones import Clones, ok, refused

from phaseproof.ledger.opening import open_ledger
from support.shop import Shop


def hashes(shop: Shop) -> list[str]:
    with open_ledger(shop.ledger) as ledger:
        return [digest for _, digest in ledger.events()]


def proven(shop: Shop) -> set[str]:
    return {item for item, verdict in shop.verdicts(shop.board()).items() if verdict == "proven"}


def test_a_clone_without_a_ledger_gets_it_and_is_told_that_it_is_the_first_sight(clones: Clones) -> None:
    second = clones.clone("second", "desk")
    assert second.run("status").code == 2
    said = ok(second.run("ledger", "pull"))
    assert "first sight" in said.out and clones.first.genesis in said.out
    assert hashes(second) == hashes(clones.first)
    assert (second.ledger / ".gitignore").read_text() == "*\n"
    assert second.ledger.stat().st_mode & 0o777 == 0o700
    ok(second.run("verify"))
    again = ok(second.run("ledger", "pull", "--format", "json")).json
    assert (again["how"], again["taken"]) == ("same", 0)


def test_a_trusted_or_known_ledger_is_no_first_sight(clones: Clones) -> None:
    second = clones.clone("second")
    said = ok(second.run("ledger", "pull", "--trust", clones.first.genesis))
    assert "first sight" not in said.out
    third = clones.clone("third")
    (third.home / "known-tenants").write_bytes((second.home / "known-tenants").read_bytes())
    assert "first sight" not in ok(third.run("ledger", "pull")).out


def test_what_was_seen_in_one_clone_is_proven_in_the_other_with_its_history(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "desk")
    ok(second.run("ledger", "pull"))
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    assert ok(second.run("ledger", "pull", "--format", "json")).json["how"] == "forward"
    assert hashes(second) == hashes(first)
    assert proven(second) == proven(first) == {"L-1", "L-2"}
    ok(second.run("verify"))


def test_a_push_adds_files_and_changes_none(clones: Clones) -> None:
    def tree() -> dict[str, str]:
        lines = clones.origin.git("ls-tree", "-r", "refs/phaseproof/ledger").splitlines()
        return {line.split("\t")[1]: line.split()[2] for line in lines}

    before, commit = tree(), clones.ref()
    clones.first.run("run", "--check", "labels")
    said = ok(clones.first.run("ledger", "push", "--format", "json")).json
    after = tree()
    assert {name: after[name] for name in before} == before
    new = [name for name in after if name not in before]
    assert sum(name.startswith("events/") for name in new) == 1
    assert clones.origin.git("rev-parse", f"{clones.ref()}^") == commit
    assert said["commit"] == clones.ref() and said["new"] == 3
    ok(clones.first.run("ledger", "push"))
    assert clones.ref() == said["commit"], "nothing new makes no commit"


def test_both_wrote_the_second_pulls_and_both_hold_the_same_at_last(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "desk")
    ok(second.run("ledger", "pull"))
    first.run("run", "--check", "labels")
    second.run("run", "--check", "runbook", "--runner", "desk")
    second.run("run", "--check", "labels", "--runner", "desk")
    ok(first.run("ledger", "push"))
    refused(second.run("ledger", "push", "--runner", "desk"), 1, "ledger-behind")
    before = clones.ref()
    joined = ok(second.run("ledger", "pull", "--format", "json")).json
    assert (joined["how"], joined["taken"], joined["moved"]) == ("joined", 3, 6)
    assert clones.ref() == before
    assert hashes(second)[: len(hashes(first))] == hashes(first)
    assert proven(second) == {"L-1", "L-2", "L-4"}
    ok(second.run("verify"))
    ok(second.run("ledger", "push", "--runner", "desk"))
    ok(first.run("ledger", "pull"))
    assert hashes(first) == hashes(second)
    ok(first.run("verify"))
    for shop in (first, second):
        assert ok(shop.run("ledger", "pull", "--format", "json")).json["how"] == "same"


def test_a_signature_follows_where_its_signer_saw_only_what_both_have(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "mara", "desk")
    first.gates()
    ok(first.run("ledger", "push"))
    ok(second.run("ledger", "pull"))
    ok(second.run("sign", "reviewedby/shipping-lead", lead=True))
    first.run("run", "--all", "--check", "labels")
    ok(first.run("ledger", "push"))
    assert ok(second.run("ledger", "pull", "--format", "json")).json["moved"] == 1
    ok(second.run("verify"))
    ok(second.run("ledger", "push", "--runner", "desk"))
    ok(first.run("ledger", "pull"))
    passed = first.gates()
    assert passed.code == 0, passed.text


def test_a_signature_on_what_the_other_side_does_not_have_is_not_moved(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "mara", "desk")
    ok(second.run("ledger", "pull"))
    second.run("run", "--runner", "desk")
    ok(second.run("sign", "reviewedby/shipping-lead", lead=True))
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    before = hashes(second)
    said = refused(second.run("ledger", "pull"), 1, "unsupported")
    assert "signed of mara" in said.text
    assert hashes(second) == before and second.run("verify").code == 0


def test_two_decisions_on_gates_are_not_merged(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "desk")
    ok(second.run("ledger", "pull"))
    second.gates("--runner", "desk")
    first.gates()
    ok(first.run("ledger", "push"))
    before = hashes(second)
    refused(second.run("ledger", "pull"), 1, "unsupported")
    refused(second.run("ledger", "push", "--runner", "desk"), 1, "ledger-behind")
    assert hashes(second) == before and second.run("verify").code == 0


def test_of_two_who_push_at_once_one_is_told_to_pull(clones: Clones) -> None:
    first, second = clones.first, clones.clone("second", "desk")
    ok(second.run("ledger", "pull"))
    first.run("run", "--check", "labels")
    second.run("run", "--check", "runbook", "--runner", "desk")
    # Both look, then both push: the hook holds the first to come until the second has looked, too.
    desks = {"first": first.desk(), "second": second.desk()}
    from msgspec import structs

    from phaseproof.decisions import travelling
    from phaseproof.errors import PhaseproofError
    from phaseproof.repo.remotes import Remote

    gate = threading.Barrier(2, timeout=30)
    real, outcome = Remote.push, {}

    def push(self: Remote, ref: str, commit: str) -> None:
        gate.wait()
        real(self, ref, commit)

    def go(name: str) -> None:
        desk = desks[name] if name == "first" else structs.replace(desks[name], runner="desk")
        try:
            outcome[name] = travelling.push(desk, "origin")
        except PhaseproofError as error:
            outcome[name] = error

    Remote.push = push  # type: ignore[method-assign]
    try:
        threads = [threading.Thread(target=go, args=(name,)) for name in desks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    finally:
        Remote.push = real  # type: ignore[method-assign]
    lost = [one for one in outcome.values() if isinstance(one, PhaseproofError)]
    won = [one for one in outcome.values() if isinstance(one, travelling.Pushed)]
    assert [error.rule for error in lost] == ["ledger-behind"] and len(won) == 1, outcome
    loser = second if isinstance(outcome["second"], PhaseproofError) else first
    runner = ["--runner", "desk"] if loser is second else []
    ok(loser.run("ledger", "pull"))
    ok(loser.run("ledger", "push", *runner))
    assert proven(loser) == {"L-1", "L-2", "L-4"}


def test_a_remote_without_a_ledger_and_remotes_that_are_none(clones: Clones) -> None:
    first = clones.first
    clones.origin.git("update-ref", "-d", "refs/phaseproof/ledger")
    refused(first.run("ledger", "pull"), 2, "no-remote-ledger")
    for name in ("nowhere", "--upload-pack=touch hit", ""):
        said = first.run("ledger", "pull", "--", name)
        refused(said, 2, "remote-unknown")
    refused(first.run("ledger", "pull", "ssh://localhost:1/none"), 2, "remote-unreachable")


def test_a_runner_that_is_not_listed_pushes_nothing(clones: Clones) -> None:
    second = clones.clone("second")
    ok(second.run("ledger", "pull"))
    refused(second.run("ledger", "push"), 2, "key-missing")
    ok(second.run("key", "new", "local", "--unattended"))
    refused(second.run("ledger", "push"), 1, "runner-unlisted")


def test_a_taking_in_that_was_broken_off_goes_on(clones: Clones, monkeypatch) -> None:
    from phaseproof.ledger import moving

    second = clones.clone("second", "desk")
    real = moving.adopt
    calls = 0

    def broken(ledger, *rest):
        nonlocal calls
        calls += str(ledger.folder).startswith(str(second.repo.root))
        if calls:
            raise KeyboardInterrupt
        return real(ledger, *rest)

    monkeypatch.setattr("phaseproof.ledger.moving.adopt", broken)
    assert second.run("ledger", "pull").code == 1
    monkeypatch.setattr("phaseproof.ledger.moving.adopt", real)
    assert hashes(second) == hashes(clones.first)[:1]
    ok(second.run("ledger", "pull"))
    assert hashes(second) == hashes(clones.first)
    ok(second.run("verify"))


def test_two_remotes_are_told_apart(clones: Clones) -> None:
    from support.repository import Repo

    first = clones.first
    other = Repo(clones.folder / "other.git")
    other.root.mkdir()
    other.git("init", "-q", "--bare", ".")
    ok(first.run("ledger", "push", str(other.root)))
    first.run("run", "--check", "labels")
    ok(first.run("ledger", "push"))
    second = clones.clone("second")
    ok(second.run("ledger", "pull"))
    said = ok(second.run("ledger", "pull", str(other.root), "--format", "json")).json
    assert said["how"] == "behind", "less than another remote has is nothing wrong"
    ok(first.run("ledger", "push", str(other.root)))
    assert ok(second.run("ledger", "pull", str(other.root), "--format", "json")).json["how"] == "same"
