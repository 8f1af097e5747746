"""Shops to attack: one made per session, a copy of it for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.shop import Shop, proven_shop


@pytest.fixture(scope="session")
def _template(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return proven_shop(tmp_path_factory.mktemp("template") / "proven")


@pytest.fixture
def shop(_template: Shop, tmp_path: Path) -> Shop:
    """A shop of one's own whose gates pass."""
    return _template.copy(tmp_path / "own")
