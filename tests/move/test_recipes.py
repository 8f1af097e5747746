"""docs/recipes.md, line by line: every command in it is run, in clones of their own, and ends as it says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest
from clones import Clones

from support.shop import PASSPHRASE, Shop

RECIPES = Path(__file__).parents[2] / "docs" / "recipes.md"
LINE = re.compile(r"(?P<who>[a-z]+)\$ (?P<command>.+?)(?:\s+# exit (?P<code>\d))?\Z")
KEYS = {"fork": (), "second": ("desk",), "pipeline": ("desk",), "job": ("desk",), "lead": ("mara",),
        "reviewer": ("mara", "desk")}  # fmt: skip


def blocks() -> dict[str, list[tuple[str, str, int]]]:
    """Heading -> commands under it: whose, what, exit code."""
    found: dict[str, list[tuple[str, str, int]]] = {}
    inside, heading = False, ""
    for line in RECIPES.read_text(encoding="utf-8").splitlines():
        if line.startswith("```"):
            inside = line == "```console"
        elif line.startswith("## "):
            heading = line[3:]
        elif inside:
            match = LINE.match(line)
            assert match is not None, line
            found.setdefault(heading, []).append((match["who"], match["command"], int(match["code"] or 0)))
    return found


def type_in(shop: Shop, command: str, environment: dict[str, str]) -> int:
    """Type a line; phaseproof runs in this process, everything else in a shell."""
    words = [re.sub(r"\$([A-Z]+)", lambda name: environment[name[1]], word) for word in shlex.split(command)]
    if words[0] == "phaseproof":
        said = shop.run(*words[1:], lead=True)
        return said.code
    env = {"PATH": os.environ["PATH"], "HOME": str(shop.home), "GIT_CONFIG_NOSYSTEM": "1", **environment}
    done = subprocess.run(["sh", "-ec", command], cwd=shop.repo.root, env=env, check=False, timeout=60)
    return done.returncode


@pytest.mark.parametrize("heading", blocks())
def test_every_line_ends_as_the_recipe_says(clones: Clones, heading: str) -> None:
    shops = {"first": clones.first}
    environment = {"GENESIS": clones.first.genesis, "ORIGIN": str(clones.origin.root)}
    for name in dict.fromkeys(who for who, _, _ in blocks()[heading]):
        if name != "first":
            shops[name] = clones.clone(name, *KEYS[name])
    if any(who == "pipeline" for who, _, _ in blocks()[heading]) and "lead" in shops:
        assert shops["pipeline"].run("ledger", "pull").code == 0
    if heading.startswith("When two"):
        assert shops["second"].run("ledger", "pull").code == 0
    for who, command, code in blocks()[heading]:
        assert type_in(shops[who], command, environment) == code, f"{who}$ {command}"


def test_the_recipes_are_there() -> None:
    headings = " ".join(blocks())
    for wanted in ("pull request from a fork", "protected branch", "ephemeral runner", "air-gapped review"):
        assert wanted in headings
    assert PASSPHRASE not in RECIPES.read_text(encoding="utf-8")
