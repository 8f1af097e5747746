"""Ids on a page: readable, unique, the same for the same programme."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OTHER = re.compile(r"[^A-Za-z0-9._-]+")


def anchors(prefix: str, names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """An id for each name.

    Args:
        prefix: what each begins with.
        names: name and the short word it is called by, in order; the first of two equal words keeps it.
    """
    made: dict[str, str] = {}
    taken: set[str] = set()
    for name, word in names:
        base = f"{prefix}-{_OTHER.sub('-', word).strip('-')[:60] or 'x'}"
        chosen, number = base, 1
        while chosen in taken:
            number += 1
            chosen = f"{base}-{number}"
        taken.add(chosen)
        made[name] = chosen
    return made
