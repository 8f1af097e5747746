"""Clones made once, a copy of them for each test."""

from __future__ import annotations

from pathlib import Path

import pytest
from clones import Clones, copy, ok, open_clones


@pytest.fixture(scope="session")
def _clones(tmp_path_factory: pytest.TempPathFactory) -> Clones:
    clones = open_clones(tmp_path_factory.mktemp("move") / "all")
    victim = clones.clone("victim", "desk")
    ok(victim.run("ledger", "pull"))
    return clones


@pytest.fixture(scope="session")
def _pushed(_clones: Clones, tmp_path_factory: pytest.TempPathFactory) -> Clones:
    clones = copy(_clones, tmp_path_factory.mktemp("pushed") / "all")
    clones.first.run("run", "--check", "labels")
    ok(clones.first.run("ledger", "push"))
    return clones


@pytest.fixture
def pushed(_pushed: Clones, tmp_path: Path) -> Clones:
    """Clones of one's own: the first has pushed evidence of `labels`; `victim` pulled before that."""
    return copy(_pushed, tmp_path / "own")


@pytest.fixture
def clones(_clones: Clones, tmp_path: Path) -> Clones:
    """Clones of one's own: the first has the bundle installed and pushed its ledger; nothing has run."""
    return copy(_clones, tmp_path / "own")
