"""`ledger push` and `ledger pull`: a tenant's ledger between clones, on a git ref that only grows (DESIGN 12)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from phaseproof.decisions import receiving
from phaseproof.decisions.arriving import other_tenant
from phaseproof.decisions.belongings import belongings
from phaseproof.decisions.deciding import require_runner
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State, note_seen, open_state
from phaseproof.digests import Digest, sha256
from phaseproof.errors import Conflict, Refused, Unable, Untrue
from phaseproof.instants import seconds
from phaseproof.ledger import carried, checkpoint, moving
from phaseproof.ledger.carried import Parcel
from phaseproof.ledger.model import Checkpoint, Event
from phaseproof.ledger.sqlite import SqliteLedger
from phaseproof.ledger.tree import roots
from phaseproof.repo.git import Repository
from phaseproof.repo.remotes import Remote, commit_files

REF = "refs/phaseproof/ledger"
"""Where a ledger lies in a git repository."""

File = tuple[str, bytes]
"""A file of a travelling ledger: its name and its bytes."""


class Pushed(Struct, frozen=True):
    """What a push came to.

    Attributes:
        tenant: the ledger.
        remote: where to.
        size: events that are there now.
        new: how many of them were not there before.
        commit: the commit that holds them.
    """

    tenant: Digest
    remote: str
    size: int
    new: int
    commit: str


class TreeSource:
    """The files of a commit.

    Args:
        repository: where it is.
        commit: full commit id.

    Raises:
        Unable, Untrue: as `Repository.tree`; something in it is no plain file (`parcel-stray`).
    """

    def __init__(self, repository: Repository, commit: str) -> None:
        self._repository = repository
        self._blobs = repository.tree(commit).blobs
        for name, blob in self._blobs.items():
            if blob.mode != "100644":
                raise Untrue("parcel-stray", f"{name[:200]!r} is no plain file", "see who wrote it")

    def names(self) -> Collection[str]:
        """All names."""
        return self._blobs.keys()

    def read(self, names: Sequence[str], limit: int) -> Iterator[bytes]:
        """Bytes of files, in the order asked for. Raises `Unable`, `Untrue` as `Repository.read_many`."""
        for _, data in self._repository.read_many((self._blobs[name].oid for name in names), limit):
            yield data


def pull(desk: Desk, name: str, trust: str | None = None) -> receiving.Received:
    """Take in what a remote's ledger has that is not here; everything in it is checked first.

    Args:
        desk: where.
        name: the remote.
        trust: `GENESIS[@FILE]`: the ledger that it must be, and a checkpoint that it must extend.

    Raises:
        Untrue: it does not hold, was rewritten, is another tenant's, or less or other than is known or trusted.
        Refused: a decision that was taken here cannot be merged (`unsupported`).
        Unable: the remote cannot be reached or has no ledger (`no-remote-ledger`).
        Usage: no such remote.
    """
    remote = Remote.find(desk.repository, name)
    commit = remote.fetch(REF)
    if commit is None:
        raise Unable(
            "no-remote-ledger", f"{name} holds no ledger", f"where there is one: phaseproof ledger push {name}"
        )
    parcel = _events(desk, commit)
    _insist_grown(desk, remote, parcel, commit)
    received = receiving.take_in(desk, parcel, trust)
    remote.accept(REF, commit)
    return received


def push(desk: Desk, name: str) -> Pushed:
    """Add to a remote's ledger what is here and not there, with a checkpoint signed by this runner.

    Args:
        desk: where.
        name: the remote.

    Raises:
        Refused: the remote holds events that are not here, or got some meanwhile (`ledger-behind`); the bundle does
            not list this runner.
        Untrue: the remote's ledger was rewritten or is another tenant's, or the one here does not hold.
        Unable: the remote cannot be reached, or will not take it.
        Usage: no such remote.
    """
    remote = Remote.find(desk.repository, name)
    with open_state(desk) as state:
        signer = require_runner(desk, state)
        ledger = state.ledger
        parent = remote.fetch(REF)
        there: Parcel | None = None
        since = 0
        if parent is not None:
            there = _events(desk, parent)
            if there.tenant() != ledger.tenant:
                raise other_tenant(there.tenant(), ledger.tenant)
            _insist_grown(desk, remote, there, parent)
            position, digest = there.tail()
            if position >= state.view.size or ledger.digest_at(position) != digest:
                raise behind(name)
            since = position + 1
        size = state.view.size
        if parent is not None and since == size:
            remote.accept(REF, parent)
            return Pushed(ledger.tenant, name, size, 0, parent)
        head = checkpoint.sign(ledger.tenant, size, roots(ledger, {size})[size], signer)
        files = sorted(dict(_files(state, there, since, head)).items())
        message = f"Ledger {ledger.tenant[7:15]}: {size} events\n\n{head.note}"
        commit = commit_files(desk.repository, parent, files, message, int(seconds(state.view.last_at)))
        try:
            remote.push(REF, commit)
        except Conflict as error:
            raise behind(name) from error
        remote.accept(REF, commit)
        moving.keep(ledger, [head.note or ""])
        note_seen(desk, state, head)
        return Pushed(ledger.tenant, name, size, size - since, commit)


def behind(name: str) -> Refused:
    """The refusal of a push to a ledger that holds more."""
    return Refused("ledger-behind", f"{name} holds events that are not here: another writer was faster",
                   f"phaseproof ledger pull {name}")  # fmt: skip


def _files(state: State, there: Parcel | None, since: int, head: Checkpoint) -> Iterator[File]:
    """What a push adds."""
    ledger = state.ledger
    if there is None:
        yield "format", carried.FORMAT
    yield from carried.segments(ledger.bodies(since, head.size), since)
    notes = {one.note or "": one.size for one in (*ledger.checkpoints(), head) if one.size <= head.size}
    held = set(there.notes) if there is not None else set()
    for note, size in notes.items():
        if carried.note_name(size, note) not in held:
            yield carried.note_name(size, note), note.encode()
    events = (event for event, _ in ledger.events(since, head.size))
    yield from objects_named(ledger, events, there.objects if there is not None else ())


def objects_named(ledger: SqliteLedger, events: Iterable[Event], without: Collection[Digest] = ()) -> Iterator[File]:
    """Objects that belong to events, each once, as files.

    Args:
        ledger: where they are.
        events: whose they are.
        without: digests that are left out.

    Raises:
        Untrue: one is missing or altered.
    """
    named = (digest for event in events for digest in belongings(event, ledger.get))
    for digest in dict.fromkeys(named):
        if digest not in without:
            yield carried.object_name(digest), ledger.get(digest)


def _events(desk: Desk, commit: str) -> Parcel:
    parcel = carried.unpack(TreeSource(desk.repository, commit))
    if parcel.facts:
        raise Untrue("not-a-ledger", "it holds facts of a ledger, and no ledger", "see who wrote it")
    return parcel


def _insist_grown(desk: Desk, remote: Remote, parcel: Parcel, commit: str) -> None:
    """Refuse a remote whose ledger has lost or changed what was last seen there."""
    before = remote.seen(REF)
    if before is None or before == commit:
        return
    position, digest = _events(desk, before).tail()
    body = parcel.body(position)
    if body is None or sha256(body) != digest:
        was = f"{position + 1} events"
        now = parcel.tail()[0] + 1
        raise Untrue(
            "ledger-rewritten",
            f"{remote.name} held {was} of this ledger when it was last looked at; what it holds now ({now}) does not "
            "begin with them",
            "see who rewrote refs/phaseproof/ledger there; push from a clone that has all of it",
        )
