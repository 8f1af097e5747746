"""Instants: UTC, `YYYY-MM-DDTHH:MM:SS.ffffffZ`, one spelling, so that text order is time order."""

from __future__ import annotations

import re
from datetime import UTC, datetime

Instant = str
"""`YYYY-MM-DDTHH:MM:SS.ffffffZ`."""

_SHAPE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")


def text(seconds: float) -> Instant:
    """An instant from seconds since the epoch."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def seconds(instant: Instant) -> float:
    """Seconds since the epoch.

    Raises:
        ValueError: not of the one spelling, or no such instant.
    """
    if not _SHAPE.match(instant):
        raise ValueError(f"not an instant: {instant!r}")
    return datetime.fromisoformat(instant).timestamp()


def span(duration: float) -> str:
    """A duration in seconds, for people: `41.0 s`, `15 min`, `2 h`, `14 d`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if duration >= 2 * size or (duration >= size and duration % size == 0):
            return f"{duration / size:.0f} {unit}"
    return f"{duration:.1f} s"
