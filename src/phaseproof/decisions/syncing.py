"""`sync`: the documents of the working tree made to say what is proven, and nothing else about them changed."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from phaseproof.decisions.candidate import MAX_PLAN
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.saying import Standing, Standings
from phaseproof.decisions.state import State
from phaseproof.errors import Unable
from phaseproof.plan.model import Plan
from phaseproof.plan.read import read_once
from phaseproof.plan.rewrite import Change, Unwritable, restate
from phaseproof.repo.working import Plain, read_plain, replace_plain
from phaseproof.verdict.model import Board


class Told(Struct, frozen=True):
    """One mark that was changed, or has to be.

    Attributes:
        change: where, and from what to what.
        why: why it may not say done; empty where it may.
    """

    change: Change
    why: str


class Document(Struct, frozen=True):
    """A document and its changed marks, in the order of its text."""

    path: str
    changes: tuple[Told, ...]


class Synced(Struct, frozen=True):
    """What came of it.

    Attributes:
        looked: how many documents were read.
        documents: those that changed, or have to.
        written: whether they were written.
    """

    looked: int
    documents: tuple[Document, ...]
    written: bool


def sync(desk: Desk, state: State, board: Board, *, check: bool = False) -> Synced:
    """Set ticks, status cells and status words of every plan in the working tree to what a board proves.

    Nothing is written before every document is known to be writable; each is replaced whole.

    Args:
        desk: where.
        state: the ledger, whose bundle says which documents are plans.
        board: of the commit, everything it rests on checked.
        check: write nothing.

    Raises:
        Unable: a plan is gone, a link, or cannot be rewritten without touching other bytes (`plan-unwritable`).
        Refused: a plan was changed by somebody else meanwhile (`changed-meanwhile`).
    """
    standings = Standings(state.bundle, board)
    waiting: list[tuple[Plain, bytes]] = []
    found: list[Document] = []
    for plain, plan in documents(desk, state):
        standing = standings.of(plan)
        corrections = state.bundle.corrections.get(plan.path, ())
        try:
            made = restate(plain.data, plan, standing.proven, standing.passing, corrections)
        except Unwritable as error:
            raise Unable("plan-unwritable", f"{plan.path} cannot be rewritten: {error}",
                         f"phaseproof drift, then mend {plan.path} by hand") from error  # fmt: skip
        if made.changes:
            found.append(Document(plan.path, tuple(_told(change, standing) for change in made.changes)))
            waiting.append((plain, made.data))
    if not check:
        for plain, data in waiting:
            replace_plain(desk.repository.root, plain, data)
    return Synced(len(state.reading.plans), tuple(found), not check)


def documents(desk: Desk, state: State) -> Iterator[tuple[Plain, Plan]]:
    """The installed bundle's plans as the working tree has them, read as it was agreed to read them.

    Raises:
        Unable: one of them is gone, a link, too large or unreadable (`plan-unreadable`).
    """
    for path in sorted(state.reading.plans):
        try:
            plain = read_plain(desk.repository.root, path, MAX_PLAN)
        except Unable as error:
            raise Unable("plan-unreadable", error.fact, error.way_out) from error
        if plain is None:
            raise Unable("plan-unreadable", f"{path} is a plan of this programme and not in the working tree",
                         f"git checkout -- {path}, or phaseproof migrate propose")  # fmt: skip
        yield plain, read_once(plain.data, path, state.bundle.corrections.get(path, ()))


def _told(change: Change, standing: Standing) -> Told:
    return Told(change, standing.why.get((change.section, change.name), ""))
