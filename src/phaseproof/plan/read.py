"""`read`: the text of a plan in, its items and sections out. Pure, and it never fails on a text."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from phaseproof.plan.assemble import items_of, sections_of
from phaseproof.plan.corrections import correct
from phaseproof.plan.decode import decode, unify
from phaseproof.plan.drafts import MOST
from phaseproof.plan.headers import own_id
from phaseproof.plan.inert import is_inert
from phaseproof.plan.model import Correction, Plan, Problem
from phaseproof.plan.normal import normal_digest
from phaseproof.plan.references import NOTHING, Named
from phaseproof.plan.titles import clean
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
    text = unify(decode(data))
    lines = text.split("\n")
    identity, identity_line = own_id(lines)
    if not corrections and is_inert(text, lines, path):
        normal = normal_digest(lines, ())
        return Plan(path, _title(lines, path), (), (), (), (), normal, identity=identity, identity_line=identity_line)
    reading = read_blocks(lines, path, text if not corrections else "")
    problems: list[Problem] = []
    if corrections:
        correct(reading, corrections, problems)
    if reading.full:
        problems.append(Problem(path, 1, "file-unread", "error", f"more than {MOST} items; the rest is not read"))
    sections = sections_of(reading, problems)
    named = Named(text, lines) if sections or reading.drafts else NOTHING
    items = items_of(reading, named, problems)
    claims = (*(i.claim for i in items), *(c for s in sections for c in (s.claim, *s.also)))
    marks = [c.mark for c in claims if c.mark is not None]
    return Plan(
        path=path,
        title=next((n.title for n in reading.nodes), path),
        sections=sections,
        items=items,
        references=named.all,
        problems=tuple(problems),
        normal=normal_digest(lines, marks),
        identity=identity,
        identity_line=identity_line,
    )


@lru_cache(maxsize=1024)
def read_once(data: bytes, path: str, corrections: tuple[Correction, ...]) -> Plan:
    """As `read`, remembering: a commit and the working tree mostly hold the same texts."""
    return read(data, path, corrections)


def _title(lines: list[str], path: str) -> str:
    first = next((line for line in lines[:60] if line.startswith("#")), "")
    return clean(first.lstrip("#")) or path
