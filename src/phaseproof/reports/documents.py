"""Plans as their authors wrote them, at the judged commit, with the places of the items agreed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from phaseproof.decisions.candidate import MAX_PLAN
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.state import State
from phaseproof.errors import Unable
from phaseproof.plan.decode import decode, unify
from phaseproof.plan.model import Claim, Correction
from phaseproof.plan.read import read
from phaseproof.repo.tree import Tree


class Place(Struct, frozen=True):
    """Where an item stands in a document.

    Attributes:
        line: first line, from 1.
        claim: what the document says of it.
    """

    line: int
    claim: Claim


class Document(Struct, frozen=True):
    """A plan at the commit.

    Attributes:
        path: in the repository.
        title: its title, or its path.
        lines: its text.
        places: full id of each item that stands in it -> where.
        headings: line of a section -> its title.
        trouble: why there is no text, empty where there is.
    """

    path: str
    title: str
    lines: tuple[str, ...] = ()
    places: dict[str, Place] = {}
    headings: dict[int, str] = {}
    trouble: str = ""


def documents(desk: Desk, state: State, tree: Tree) -> tuple[Document, ...]:
    """Every plan of the installed rules, in their order, as a commit holds it.

    A plan that the commit does not hold, or not as a plain file, is told of; it is never left out.

    Raises:
        Unable: git failed.
    """
    return tuple(_document(desk, state, tree, path) for path in _in_order(state))


def _in_order(state: State) -> list[str]:
    """Paths of plans: those of configured phases first, in the order of their gates."""
    first = [gate.plan for gate in state.bundle.gates if gate.plan]
    items = [name.split(":", 1)[0] for name in state.reading.order if ":" in name]
    known = state.reading.plans
    return [path for path in dict.fromkeys((*first, *items, *sorted(known))) if path in known]


def _document(desk: Desk, state: State, tree: Tree, path: str) -> Document:
    blob = tree.blobs.get(path)
    if blob is None:
        return Document(path, path, trouble=f"commit {tree.commit[:7]} does not hold this plan")
    if not blob.is_file:
        return Document(path, path, trouble="it is no plain file in this commit")
    try:
        data = desk.repository.read(blob.oid, MAX_PLAN)
    except Unable as error:
        return Document(path, path, trouble=error.fact)
    return document(path, data, state.bundle.corrections.get(path, ()))


def document(path: str, data: bytes, corrections: Sequence[Correction] = ()) -> Document:
    """A plan's text with the places of its items.

    Args:
        path: in the repository.
        data: its bytes.
        corrections: what the rules say the reader gets wrong.
    """
    plan = read(data, path, corrections)
    return Document(
        path=path,
        title=plan.title,
        lines=tuple(unify(decode(data)).split("\n")),
        places={f"{path}:{item.id}": Place(item.span.line, item.claim) for item in plan.items},
        headings={section.line: " ".join(section.title.split()) for section in plan.sections},
    )
