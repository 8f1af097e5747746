"""Items that would share an id: what tells them apart, and what is reported.

An id never depends on line numbers or order. So no twin is "the first": where texts differ, every one gets a suffix
made of its own text, and of its neighbours' where texts agree. Explicit ids that differ in text are told apart and
reported; a binding to the bare id then fits nothing, which holds, rather than whichever item stands first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from phaseproof.plan.drafts import Draft
from phaseproof.plan.ids import fingerprint, skeleton, slug
from phaseproof.plan.model import Problem

SEPARATOR = "~"
"""Stands between an id and the suffix that tells its twins apart; no explicit id contains it."""

_LOCAL = re.compile(
    r"(?i:step|task|sub-?task|story|ac|criterion|check|scenario|test|requirement|objective|level|phase|"
    r"plan)[ #-]?\d+(?:\.\d+)*\Z|\d+(?:[.-]\d+)*[a-z]?\Z"
)


def settle_twins(path: str, drafts: list[Draft], prefix: Callable[[Draft], str], problems: list[Problem]) -> None:
    """Makes the keys of drafts unique.

    Args:
        path: the plan, for problems.
        drafts: in the order of the text, each with a key.
        prefix: slug of the section that a draft stands in.
        problems: added to.
    """
    groups = _groups(drafts)
    if not groups:
        return
    for indices in groups:
        first = drafts[indices[0]]
        if first.pin is None and first.id is not None and _plain_texts(drafts, indices) > 1 and _LOCAL.match(first.id):
            for index in indices:  # `Step 1` of one task is not `Step 1` of another
                drafts[index].key = f"{prefix(drafts[index])}/{slug(first.id)}"
    for indices in _groups(drafts):
        _tell_apart(path, drafts, indices, problems)
    taken: Counter[str] = Counter()
    for draft in drafts:
        taken[draft.key.casefold()] += 1
        if taken[draft.key.casefold()] > 1:
            draft.key = f"{draft.key}.{taken[draft.key.casefold()]}"
            taken[draft.key.casefold()] += 1


def _groups(drafts: list[Draft]) -> list[list[int]]:
    groups: dict[str, list[int]] = {}
    for index, draft in enumerate(drafts):
        groups.setdefault(draft.key.casefold(), []).append(index)
    return [indices for indices in groups.values() if len(indices) > 1]


def _plain_texts(drafts: list[Draft], indices: list[int]) -> int:
    return len({plain(drafts[index].text) for index in indices})


def _tell_apart(path: str, drafts: list[Draft], indices: list[int], problems: list[Problem]) -> None:
    named = drafts[indices[0]].pin is not None or drafts[indices[0]].id is not None
    base = drafts[indices[0]].key
    marks = [fingerprint(drafts[index].text) for index in indices]
    times = Counter(marks)
    told_twice = named and _plain_texts(drafts, indices) == 1
    seen: Counter[str] = Counter()
    for position, (index, own) in enumerate(zip(indices, marks, strict=True)):
        draft = drafts[index]
        mark = own if times[own] == 1 else fingerprint(draft.text, *_around(drafts, index))
        seen[mark] += 1
        if not (told_twice and position == 0):
            draft.key = f"{draft.key}{SEPARATOR}{mark}" + (f".{seen[mark]}" if seen[mark] > 1 else "")
        if told_twice:
            continue
        if named and position:
            other = drafts[indices[0]]
            said = f"{base} is also the id of another item, on line {other.line}: “{shortened(other.text)}”"
            problems.append(Problem(path, draft.line, "id-duplicate", "error", said))
        elif seen[mark] > 1:
            said = f"“{shortened(draft.text)}” stands here twice in the same words; give each an id: {{#my-id}}"
            problems.append(Problem(path, draft.line, "id-duplicate", "error", said))


def _around(drafts: list[Draft], index: int) -> tuple[str, ...]:
    before = drafts[index - 1].text if index else ""
    after = drafts[index + 1].text if index + 1 < len(drafts) else ""
    node = drafts[index].node
    return (before, after, node.title if node is not None else "")


def plain(text: str) -> str:
    """A text without marks and case, for comparing."""
    return re.sub(r"[\W_]+", " ", text).casefold().strip()


def shortened(text: str) -> str:
    """A text for a message."""
    return text if len(text) <= 60 else text[:59] + "…"


def look_alikes(path: str, drafts: list[Draft], problems: list[Problem]) -> None:
    """Reports explicit ids that differ but cannot be told apart by eye.

    Args:
        path: the plan.
        drafts: its items.
        problems: added to.
    """
    first: dict[str, Draft] = {}
    for draft in drafts:
        identity = draft.pin or draft.id
        if identity is None:
            continue
        other = first.setdefault(skeleton(identity), draft)
        spelled = other.pin or other.id or ""
        if other is not draft and spelled.casefold() != identity.casefold():
            codes = " ".join(f"U+{ord(c):04X}" for c in identity if not c.isascii()) or "other letters"
            said = f"{identity} only looks like the id on line {other.line}: it is written with {codes}"
            problems.append(Problem(path, draft.line, "id-conflict", "error", said))
