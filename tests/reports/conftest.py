"""Programmes to report on, made once, and a browser to look at pages with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import quay
from large import large

from phaseproof.reports.page import page
from phaseproof.reports.scrub import Scrubber
from support.shop import Shop

OUTPUT = Path(__file__).parents[2] / "test-output" / "reports"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run", "--disable-quic", "--disable-gpu",
]  # fmt: skip


@pytest.fixture(scope="session")
def output() -> Path:
    """Where pages and screenshots are kept for whoever wants to look."""
    OUTPUT.mkdir(parents=True, exist_ok=True)
    return OUTPUT


@pytest.fixture(scope="session")
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Every sort of trouble; tests only read it."""
    return quay.troubled(tmp_path_factory.mktemp("troubled") / "quay")


@pytest.fixture(scope="session")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """One gate, and it passes; tests only read it."""
    return quay.single(tmp_path_factory.mktemp("passing") / "quay")


@pytest.fixture(scope="session")
def pages(troubled: Shop, passing: Shop, output: Path) -> dict[str, Path]:
    """The pages of both, as `report html --out` writes them, and one of a thousand items."""
    made = {}
    for name, shop in (("troubled", troubled), ("passing", passing)):
        made[name] = output / f"{name}.html"
        done = shop.run("report", "html", "--out", str(made[name]))
        assert done.code == 0, done.text
    made["large"] = output / "large.html"
    made["large"].write_text(page(*large(), Scrubber()), encoding="utf-8")
    return made


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """The system's Chromium, or a skip that says so aloud."""
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(
            "NO CHROMIUM on this machine: nobody has looked at the report in a browser (apt-get install chromium)"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as engine:
        opened = engine.chromium.launch(executable_path=found, args=FLAGS, env=_environment())
        yield opened
        opened.close()


def _environment() -> dict[str, str | float | bool]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
