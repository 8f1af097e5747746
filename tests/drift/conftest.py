"""A shop whose plan says what is proven: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from support.shop import FILES, PLAN, Shop, open_shop

DOCUMENT = "docs/PHASE3.md"
SHOP_PLAN = (
    PLAN.replace("# Phase 3: Parcel labels\n", "# Phase 3: Parcel labels\n\n**Status:** IN PROGRESS 🚧\n")
    + """
## Artifacts

| ID   | Artifact | Path              | Status       |
|------|----------|-------------------|--------------|
| E-01 | Runbook  | `docs/runbook.md` | NOT AUTHORED |
| E-02 | Guide    | `docs/guide.md`   | DRAFT        |
"""
)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Nobody may touch it: everything has run, E-02 and the sign-off are missing, nothing is ticked."""
    shop = open_shop(tmp_path_factory.mktemp("drift") / "shop", {**FILES, DOCUMENT: SHOP_PLAN})
    assert shop.gates().code == 1
    return shop


@pytest.fixture
def shop(made: Shop, tmp_path: Path) -> Shop:
    """A shop of one's own in which sync has never run."""
    return made.copy(tmp_path / "shop")


Edit = Callable[[str, str], None]


@pytest.fixture
def synced(shop: Shop) -> Shop:
    """A shop of one's own whose documents say what is proven, in the last commit."""
    assert shop.run("sync").code == 0
    shop.commit({}, "ticks as proven")
    return shop


@pytest.fixture
def edit(synced: Shop) -> Edit:
    """Replaces a piece of the plan in the working tree."""

    def replace(old: str, new: str) -> None:
        path = synced.repo.root / DOCUMENT
        text = path.read_text("utf-8")
        assert old in text, f"the plan has no {old!r}"
        path.write_text(text.replace(old, new), "utf-8")

    return replace
