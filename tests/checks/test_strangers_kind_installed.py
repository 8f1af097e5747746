"""A kind of somebody else's, made from the documentation's own page: built, installed and used as a person would."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest

from phaseproof.evidence import keys
from support.repository import Repo, make_repository

TOP = Path(__file__).parents[2]
PAGE = (TOP / "docs" / "own-kind.md").read_text(encoding="utf-8")
PASSPHRASE = "counting lines by lamplight"
PLAN = "# Phase 1\n\n## Gate A: Small\n\n- [ ] P1.1 No file is longer than three lines.\n"
CONFIG = """\
phaseproof: 1
programme: small
phases:
  - {id: phase-1, plans: [docs/plan.md]}
people:
  ada: {key: ADA}
runners:
  local: {key: LOCAL}
roles:
  owner: {members: [ada]}
policy:
  protected: main
  migrate: {roles: [owner]}
checks:
  short: {kind: lines, most: 3, subject: [src/**]}
bindings:
  P1.1: {check: short}
"""


def block(language: str) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    return str(found[0])


def wheel(folder: Path, source: str) -> Path:
    """A wheel as a build backend makes it from the page's two files (PEP 427; PyPA, "Entry points specification")."""
    project = tomllib.loads(block("toml"))["project"]
    stem = f"{project['name'].replace('-', '_')}-{project['version']}"
    points = "".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
        for group, entries in project["entry-points"].items()
    )
    files = {
        "phaseproof_lines.py": source,
        f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {project['name']}\n"
        f"Version: {project['version']}\n",
        f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{stem}.dist-info/entry_points.txt": points,
    }
    record = "".join(
        f"{path},sha256={base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip('=')},"
        f"{len(text.encode())}\n"
        for path, text in files.items()
    )
    made = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(made, "w") as archive:
        for path, text in {**files, f"{stem}.dist-info/RECORD": record}.items():
            archive.writestr(path, text)
    return made


class Desk:
    """A repository, a home, a folder of installed packages, and a shell."""

    def __init__(self, folder: Path, source: str) -> None:
        self.home, self.site, self.words = folder / "home", folder / "site", folder / "words"
        with zipfile.ZipFile(wheel(folder, source)) as archive:  # what `pip install --no-deps --target` does
            archive.extractall(self.site)
        self.words.write_text(PASSPHRASE + "\n")
        text = CONFIG
        for name, secret in (("ada", PASSPHRASE), ("local", None)):
            text = text.replace(name.upper(), keys.uri(keys.create(self.home, name, secret).public))
        files = {
            "docs/plan.md": PLAN,
            "src/a.txt": "1\n2\n3\n",
            "phaseproof.yaml": text,
            ".gitignore": ".phaseproof/\n",
        }
        self.repo: Repo = make_repository(folder / "repo", files)

    def run(self, *arguments: str, installed: bool = True) -> subprocess.CompletedProcess[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PHASEPROOF_", "GIT_"))}
        environment = {**clean, "PHASEPROOF_HOME": str(self.home), "PHASEPROOF_PASSPHRASE_FILE": str(self.words)}
        if installed:
            environment["PYTHONPATH"] = str(self.site)
        return subprocess.run(
            [sys.executable, "-m", "phaseproof", *arguments],
            cwd=self.repo.root, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def item(self, *arguments: str) -> dict[str, Any]:
        done = self.run("gates", "--format", "json", *arguments)
        board = json.loads(done.stdout)
        found: dict[str, Any] = board["gates"][0]["items"][0] | {"gate": board["verdict"], "code": done.returncode}
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path, block("python"))


def test_the_page_keeps_its_word_on_twenty_lines() -> None:
    code = [line for line in block("python").splitlines() if line.strip() and not line.startswith(("from", "import"))]
    assert len(code) <= 20


def test_it_is_installed_bound_and_proven_and_refuted(desk: Desk) -> None:
    done = desk.run("install", "--as", "ada")
    assert done.returncode == 0, done.stderr
    proven = desk.item()
    assert (proven["verdict"], proven["gate"], proven["code"]) == ("proven", "PASS", 0), proven
    desk.repo.commit({"src/b.txt": "1\n2\n3\n4\n"}, "a long file")
    refuted = desk.item()
    assert (refuted["verdict"], refuted["gate"], refuted["code"]) == ("refuted", "HOLD", 1), refuted
    told = desk.run("explain", "P1.1").stdout
    assert "1 of 2 too long" in told


def test_where_it_is_not_installed_nothing_passes(desk: Desk) -> None:
    assert desk.run("install", "--as", "ada").returncode == 0
    assert desk.item()["verdict"] == "proven"
    done = desk.run("gates", "--format", "json", installed=False)
    assert done.returncode != 0
    assert json.loads(done.stdout)["verdict"] == "HOLD"


def test_a_mistake_in_its_options_is_told_at_its_place(desk: Desk) -> None:
    text = (desk.repo.root / "phaseproof.yaml").read_text().replace("most: 3", "mots: 3")
    desk.repo.commit({"phaseproof.yaml": text}, "a slip")
    done = desk.run("compile")
    assert done.returncode == 2
    assert re.search(r"phaseproof\.yaml:\d+:\d+ .*unknown key “mots”; did you mean “most”", done.stdout + done.stderr)


def test_one_that_always_says_yes_is_hollow(tmp_path: Path) -> None:
    source = block("python").replace("if n > options.most", "if n < 0")
    desk = Desk(tmp_path, source)
    assert desk.run("install", "--as", "ada").returncode == 0
    item = desk.item()
    assert (item["verdict"], item["reasons"][0]["code"], item["gate"]) == ("hollow", "control-passed", "HOLD"), item
