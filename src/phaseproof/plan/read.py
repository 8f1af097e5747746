"""`read`: the text of a plan in, its items and sections out. Pure, and it never fails on a text."""

from __future__ import annotations

from collections.abc import Sequence

from phaseproof.plan.assemble import items_of, sections_of
from phaseproof.plan.corrections import correct
from phaseproof.plan.decode import decode, unify
from phaseproof.plan.headers import own_id
from phaseproof.plan.model import Correction, Plan, Problem
from phaseproof.plan.normal import normal_digest
from phaseproof.plan.references import references
from phaseproof.plan.walk import read_blocks


def read(data: bytes, path: str, corrections: Sequence[Correction] = ()) -> Plan:
    """Reads a plan.

    Args:
        data: its bytes, in whatever encoding.
        path: its path in the repository, with forward slashes; told apart by it are only sorts of documents.
        corrections: what the configuration says the reader gets wrong.

    Returns:
        The plan; one without items or sections where the text holds none. No text raises.
    """
    lines = unify(decode(data)).split("\n")
    reading = read_blocks(lines, path)
    problems: list[Problem] = []
    if corrections:
        correct(reading, corrections, problems)
    sections = sections_of(reading)
    items = items_of(reading, problems)
    marks = [c.mark for c in (*(i.claim for i in items), *(s.claim for s in sections)) if c.mark is not None]
    identity, identity_line = own_id(lines)
    return Plan(
        path=path,
        title=next((n.title for n in reading.nodes), path),
        sections=sections,
        items=items,
        references=references(lines, 1, len(lines)) if items or sections else (),
        problems=tuple(problems),
        normal=normal_digest(lines, marks),
        identity=identity,
        identity_line=identity_line,
    )
