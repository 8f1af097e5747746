"""One measured row: ours, the limit and the peers in the same rounds, and the ratios within each round."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

Work = Callable[[], None]
_UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6}


def row(
    name: str, unit: str, ours: Work, limit: Work | None, peers: Mapping[str, Work], rounds: int, count: int,
    goals: Mapping[str, float],
) -> dict[str, Any]:  # fmt: skip
    """Measure.

    Args:
        name: of the row.
        unit: `s`, `ms` or `us`, per piece.
        ours, limit, peers: each does `count` pieces of work.
        rounds: how often, in turn; the first is not counted.
        count: pieces of work in one call.
        goals: `limit` or a peer -> the highest ratio wanted.
    """
    works: dict[str, Work] = {"ours": ours, **({"limit": limit} if limit else {}), **peers}
    taken: dict[str, list[float]] = {who: [] for who in works}
    for number in range(rounds + 1):
        for who, work in works.items():
            begun = time.perf_counter()
            work()
            spent = time.perf_counter() - begun
            if number:
                taken[who].append(spent)
    ratios = {
        who: statistics.median(mine / theirs for mine, theirs in zip(taken["ours"], spent, strict=True))
        for who, spent in taken.items()
        if who != "ours"
    }
    figures = {who: round(statistics.median(spent) / count * _UNITS[unit], 3) for who, spent in taken.items()}
    return {
        "row": name,
        "unit": unit,
        **figures,
        "ratios": {who: round(ratio, 3) for who, ratio in ratios.items()},
        "goals": dict(goals),
        "met": all(ratios[who] <= goal for who, goal in goals.items()),
    }
