"""docs/threat-model.md names every attack that is tried, and none that is not."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]
TEXT = (TESTS.parent / "docs" / "threat-model.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`([a-z]+/test_attack_[a-z_]+\.py)`", TEXT))


def test_every_row_names_a_test_that_is_there() -> None:
    rows = [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith("| attempt")]
    assert len(rows) > 40
    for row in rows:
        assert re.search(r"`[a-z]+/test_attack_[a-z_]+\.py`", row.rsplit("|", 2)[1]), row
    assert {name for name in NAMED if not (TESTS / name).is_file()} == set()


def test_every_attack_that_is_kept_here_is_named() -> None:
    there = {path.relative_to(TESTS).as_posix() for path in TESTS.glob("attacks/test_attack_*.py")}
    assert there
    assert there - NAMED == set(), "give each a row in docs/threat-model.md"
