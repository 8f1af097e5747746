"""Clones made once, a copy of them for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from clones import Clones, copy, open_clones


@pytest.fixture(scope="session")
def _clones(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    return open_clones(tmp_path_factory.mktemp("move") / "all")


@pytest.fixture
def clones(_clones: Clones, tmp_path: Path) -> Clones:
    """Clones of one's own: the first has the bundle installed and pushed its ledger; nothing has run."""
    return copy(_clones, tmp_path / "own")
