"""From nothing to a running gate: init, commit, install, gates, with nothing edited in between."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from yards import EXECUTABLE, GOVERNANCE, MIXED, PASSPHRASE, PYTEST, wheels

from support.repository import make_repository
from support.shop import Said, Shop

PLUGINS = ("pytest", "pluggy", "iniconfig", "packaging", "Pygments")


class Yard(Shop):
    """A repository without a configuration, and a person who knows their passphrase."""

    def __init__(self, folder: Path, files: Mapping[str, str | bytes]) -> None:
        super().__init__(folder)
        make_repository(self.repo.root, files)
        for path in EXECUTABLE & files.keys():
            (self.repo.root / path).chmod(0o755)
        self.secret = folder / "secret"
        self.secret.write_text(PASSPHRASE + "\n")

    def type(self, *words: str, **environment: str) -> Said:
        """Type a command as that person."""
        return self.run(*words, env={"PHASEPROOF_PASSPHRASE_FILE": str(self.secret), **environment})

    @property
    def configuration(self) -> Path:
        """The file."""
        return self.repo.root / "phaseproof.yaml"

    def gates_of(self, *words: str) -> dict[str, tuple[str, str]]:
        """Init, commit, install, gates: item -> verdict and first reason."""
        made = self.type("init", "--as", "ann", *words)
        assert made.code == 0, made.text
        self.commit({}, "what init wrote")
        installed = self.type("install")
        assert installed.code == 0, installed.text
        assert "provisional" not in installed.out
        said = self.gates()
        assert said.code == 1, said.text
        items = {item["id"]: item for gate in said.json["gates"] for item in gate["items"]}
        return {name: (one["verdict"], next((r["code"] for r in one["reasons"]), "")) for name, one in items.items()}


def proven(board: dict[str, tuple[str, str]]) -> set[str]:
    """Ids of proven items."""
    return {name for name, (verdict, _) in board.items() if verdict == "proven"}


def test_a_pytest_project_with_its_dependencies(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard", {**PYTEST, **wheels(*PLUGINS)})
    board = yard.gates_of()
    assert proven(board) == {"T-1", "T-2", "T-3", "T-5", "T-6", "T-6.1"}
    assert board["T-4"] == ("missing", "unbound")
    assert board["reviewedby/harbour-master"] == ("missing", "signature-missing")
    assert yard.type("sync").code == 0
    plan = (yard.repo.root / "docs/PHASE2.md").read_text()
    assert "**Status:** OPEN" in plan
    assert "- [ ] T-4" in plan
    assert "- [x] T-3" in plan


def test_a_project_of_documents_with_an_index(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard", GOVERNANCE)
    board = yard.gates_of()
    policy = "exit-criteria/policy-requests-written-docs-policy-requests"
    assert proven(board) == {"R-01", "R-02", policy}
    assert board["R-03"] == ("missing", "path-missing")
    assert {board[f"reviewedby/{role}"][1] for role in ("data-protection-officer", "records-lead")} == {
        "signature-missing"
    }
    signed = yard.type("sign", "reviewedby/records-lead")
    assert signed.code == 0, signed.text


def test_a_mixed_project_with_make_test(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard", MIXED)
    board = yard.gates_of()
    assert proven(board) == {"M1.1", "M1.3"}
    assert board["M1.2"] == board["M2.1"] == ("missing", "unbound")


def test_the_demonstration_without_its_configuration(tmp_path: Path) -> None:
    from importlib import resources

    top = resources.files("phaseproof.cli") / "demo_files"
    with resources.as_file(top) as folder:
        files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*")
                 if p.is_file() and p.name != "phaseproof.yaml" and "__pycache__" not in p.parts}  # fmt: skip
    board = Yard(tmp_path / "yard", files).gates_of()
    assert len(board) == 6


# -- what it leaves alone, and what it refuses


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path / "yard", MIXED)


def keys_in(yard: Yard) -> set[str]:
    return {path.name for path in (yard.home / "keys").glob("*")}


def test_only_public_halves_are_written_and_private_ones_are_kept_to_oneself(yard: Yard) -> None:
    assert yard.type("init", "--as", "ann").code == 0
    assert keys_in(yard) == {"ann.pem", "ann.pub", "local.pem", "local.pub"}
    text = yard.configuration.read_text()
    for name in ("ann", "local"):
        path = yard.home / "keys" / f"{name}.pem"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (yard.home / "keys" / f"{name}.pub").read_text().strip() in text
        assert "PRIVATE" not in text
    assert b"ENCRYPTED" in (yard.home / "keys" / "ann.pem").read_bytes()
    assert (yard.repo.root / ".gitignore").read_text() == ".phaseproof/\n"


def test_keys_that_are_there_are_used(yard: Yard) -> None:
    for words in (("ann",), ("local", "--unattended")):
        assert yard.type("key", "new", *words).code == 0
    before = {path.name: path.read_bytes() for path in (yard.home / "keys").glob("*")}
    assert yard.run("init", "--as", "ann").code == 0  # no passphrase is asked for
    assert {path.name: path.read_bytes() for path in (yard.home / "keys").glob("*")} == before
    assert before["ann.pub"].decode().strip() in yard.configuration.read_text()


@pytest.mark.parametrize("make", ["file", "link", "folder"])
def test_a_configuration_that_is_there_is_never_touched(yard: Yard, make: str) -> None:
    if make == "file":
        yard.configuration.write_text("mine\n")
    elif make == "link":
        yard.configuration.symlink_to("nowhere")
    else:
        yard.configuration.mkdir()
    said = yard.type("init", "--as", "ann", "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (1, "configuration-exists")
    assert not (yard.home / "keys").exists()
    assert not (yard.repo.root / ".gitignore").exists()
    assert os.path.lexists(yard.configuration)
    if make == "file":
        assert yard.configuration.read_text() == "mine\n"


def test_without_a_passphrase_nothing_is_made(yard: Yard) -> None:
    said = yard.run("init", "--as", "ann", "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (2, "passphrase-needed")
    assert not (yard.home / "keys").exists()
    assert not yard.configuration.exists()


def test_a_short_passphrase_is_refused_before_anything_is_written(yard: Yard) -> None:
    yard.secret.write_text("short\n")
    said = yard.type("init", "--as", "ann", "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (1, "passphrase-short")
    assert not yard.configuration.exists()


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        (None, ".phaseproof/\n", "added"),
        ("*.log\n", "*.log\n.phaseproof/\n", "added"),
        ("*.log", "*.log\n.phaseproof/\n", "added"),
        ("*.log\r\n/.phaseproof/\r\n", "*.log\r\n/.phaseproof/\r\n", "there"),
    ],
)
def test_gitignore(yard: Yard, before: str | None, after: str, what: str) -> None:
    path = yard.repo.root / ".gitignore"
    if before is not None:
        path.write_bytes(before.encode())
    said = yard.type("init", "--as", "ann", "--format", "json")
    assert (said.code, said.json["gitignore"]) == (0, what)
    assert path.read_bytes() == after.encode()


def test_a_gitignore_that_is_a_link_is_left_to_its_owner(yard: Yard, tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("")
    (yard.repo.root / ".gitignore").symlink_to(tmp_path / "theirs")
    said = yard.type("init", "--as", "ann")
    assert said.code == 0
    assert "put .phaseproof/ into it" in said.out
    assert (tmp_path / "theirs").read_text() == ""


@pytest.mark.parametrize(
    ("user", "expected"),
    [("Ann Author", "ann-author"), ("José Núñez", "jose-nunez"), ("李雷", "tester"), ("9 Lives", "lives")],
)
def test_the_key_is_named_as_git_names_its_owner(yard: Yard, user: str, expected: str) -> None:
    yard.repo.git("config", "user.name", user)
    said = yard.type("init", "--format", "json", USER="tester")
    assert (said.code, said.json["keys"]["person"]) == (0, expected)


def test_it_tells_what_it_guessed_and_why(yard: Yard) -> None:
    said = yard.type("init", "--as", "ann")
    for words in (
        "something stands for 2", "because Makefile has a target test",
        "M1.3 → scripts-lint   because it names the command",
        "Yours to decide", "what stands for 2 items", "git commit, phaseproof install, phaseproof gates",
    ):  # fmt: skip
        assert words in said.out
    text = yard.configuration.read_text()
    assert "#   M1.2  Valves are never open longer than ten minutes." in text
    assert len(text.split("\n")) < 32


def test_no_plan_no_proposal(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard", {"notes.md": "Buy rope.\n"})
    said = yard.type("init", "--as", "ann", "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (1, "no-plans")


def test_outside_of_a_repository(tmp_path: Path) -> None:
    yard = Yard(tmp_path / "yard", MIXED)
    (tmp_path / "empty").mkdir()
    said: Any = yard.type("init", "-C", str(tmp_path / "empty"), "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (2, "not-a-repository")
