"""Where pytest loads the probe."""

from __future__ import annotations

import json
import os
import sys
from typing import Any

import pytest

VARIABLE = "PHASEPROOF_PROBE"


def _begin() -> Any:
    """Read the plan, and take every trace of it out of the environment that tests see."""
    place = os.environ.pop(VARIABLE, "")
    if not place:
        return None
    for name, mark in (("PYTEST_PLUGINS", ","), ("PYTHONPATH", os.pathsep)):
        rest = [part for part in os.environ.pop(name, "").split(mark)[1:] if part]  # ours stands in front
        if rest:
            os.environ[name] = mark.join(rest)
    with open(place, encoding="utf-8") as file:  # noqa: PTH123 - this runs where every import counts
        plan = json.load(file)
    sys.path[:] = [path for path in sys.path if path != plan["folder"]]
    if plan["mode"] == "reach":
        from .reach import Reach

        return Reach(plan)
    from .mutate import Mutate

    return Mutate(plan)


_PROBE = _begin()


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> None:
    """Keep tests in this process, whatever pytest-xdist was told; then begin."""
    if _PROBE is None:
        return
    for name, value in (("numprocesses", None), ("dist", "no"), ("tx", []), ("looponfail", False)):
        if hasattr(config.option, name):
            setattr(config.option, name, value)
    config.pluginmanager.register(_PROBE, "phaseproof-probe")
