"""Keys, passphrases and the home folder: unset, unwritable, exposed, wrong, full."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli_support import PASSPHRASE, Answer, Kitchen

from phaseproof.cli import main
from support.running import need_sandbox

SIGN = "sign reviewedby/safety-owner --as ada --format json"


def refused(done: Answer, code: int, rule: str, way_out: str = "") -> None:
    assert (done.code, done.said["verdict"], done.error["rule"]) == (code, "HOLD", rule), done
    assert way_out in done.error["way_out"] and done.error["way_out"]
    assert PASSPHRASE not in done.out + done.err


@pytest.mark.parametrize(
    "line", ["status", "gates", "run", "install --as ada", "key list", "key new carla", SIGN[:-14]]
)
def test_a_home_that_is_a_file(start, line):
    kitchen = start("proven")
    done = kitchen.run(f"{line} --format json", PHASEPROOF_HOME=str(kitchen.words))
    refused(done, 2, "home-unusable", "PHASEPROOF_HOME")


def test_no_home_at_all(start):
    """Another user without an entry in the password file and without HOME."""
    kitchen = start("proven")
    program = (
        "import sys, os, pathlib\n"
        "def none(*a): raise RuntimeError('Could not determine home directory.')\n"
        "pathlib.Path.home = none\n"
        "from phaseproof.cli import main\n"
        "sys.exit(main.run(sys.argv[1:]))\n"
    )
    for line in ("status", "key list", "key new carla"):
        environment = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CONFIG_HOME")}
        environment.pop("PHASEPROOF_HOME", None)
        done = subprocess.run(
            [sys.executable, "-c", program, *line.split(), "--format", "json"],
            cwd=kitchen.root, env=environment, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        refused(Answer(done.returncode, done.stdout, done.stderr), 2, "home-unusable", "PHASEPROOF_HOME")


def test_without_HOME_the_users_own_folder_is_taken(start, tmp_path):
    kitchen = start("proven")
    done = kitchen.run("key list --format json", PHASEPROOF_HOME=None, HOME=str(tmp_path), XDG_CONFIG_HOME=None)
    assert (done.code, done.said) == (0, [])
    done = kitchen.run("key new carla", PHASEPROOF_HOME=None, HOME=str(tmp_path), XDG_CONFIG_HOME=None)
    assert done.code == 0
    assert (tmp_path / ".config/phaseproof/keys/carla.pem").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / ".config/phaseproof").stat().st_mode & 0o777 == 0o700


def test_a_home_that_cannot_be_written(start):
    kitchen = start("proven")
    refused(kitchen.run("key new carla --format json", PHASEPROOF_HOME="/proc/none"), 2, "key-unwritable")
    refused(kitchen.run("gates --format json", PHASEPROOF_HOME="/proc/none"), 2, "key-missing", "phaseproof key new")
    assert kitchen.run("status", PHASEPROOF_HOME="/proc/none").code == 0, "looking needs no home"


def outside(kitchen: Kitchen, options: list[str], *line: str) -> Answer:
    need_sandbox()
    process = kitchen.start(*line, "--format", "json", under=["bwrap", "--dev-bind", "/", "/", *options])
    out, err = (part.decode() for part in process.communicate(timeout=60))
    return Answer(process.returncode, out, err)


def test_known_tenants_on_a_read_only_disk(start):
    kitchen = start("proven")
    done = outside(kitchen, ["--ro-bind", str(kitchen.home), str(kitchen.home)], "gates")
    refused(done, 2, "home-unwritable")
    assert kitchen.run("verify").code == 0 and kitchen.run("gates").code == 0


def test_known_tenants_on_a_full_disk(start, tmp_path):
    kitchen = start("proven")
    room = tmp_path / "room"
    room.mkdir()
    before = (kitchen.home / "known-tenants").read_bytes()
    fill = f'cp -rp {kitchen.home}/. {room}; cat /dev/zero > {room}/fill 2>/dev/null; "$@"; code=$?; '
    fill += f"cat {room}/known-tenants > {tmp_path}/after; ls -a {room} > {tmp_path}/left; exit $code"
    under = ["bwrap", "--dev-bind", "/", "/", "--size", str(64 * 1024), "--tmpfs", str(room), "--"]
    under += ["sh", "-c", fill, "sh"]
    need_sandbox()
    process = kitchen.start("gates", "--format", "json", under=under, env={"PHASEPROOF_HOME": str(room)})
    out, err = (part.decode() for part in process.communicate(timeout=60))
    refused(Answer(process.returncode, out, err), 2, "home-unwritable")
    assert (tmp_path / "after").read_bytes() == before, "the old file stands whole"
    assert ".known-tenants-" not in (tmp_path / "left").read_text(), "and nothing lies about"


@pytest.mark.parametrize("broken", [b"{{{", b"[]", b'{"a": 1}', b"\xff", b""])
def test_known_tenants_that_cannot_be_read(start, broken):
    kitchen = start("proven")
    (kitchen.home / "known-tenants").write_bytes(broken)
    for line in ("gates", "verify", "status --verify"):
        refused(kitchen.run(f"{line} --format json"), 3, "known-tenants-unreadable", "known-tenants")
    assert (kitchen.home / "known-tenants").read_bytes() == broken


def test_a_runners_key_that_others_can_read(start):
    kitchen = start("installed")
    (kitchen.home / "keys/local.pem").chmod(0o644)
    for line in ("run", "gates"):
        refused(kitchen.run(f"{line} --format json"), 2, "key-exposed", "chmod 600")
    assert "exposed" in kitchen.run("key list").out
    assert kitchen.board()["position"] == 3, "nothing was recorded"


def test_a_wrong_passphrase_signs_nothing(start):
    kitchen = start("compiled")
    kitchen.words.write_text("not these words\n")
    refused(kitchen.run("install --as ada --format json"), 2, "key-unreadable", "phaseproof key list")
    assert not kitchen.ledger.exists(), "an install begins with the key"
    kitchen.words.write_text(PASSPHRASE + "\n")
    assert kitchen.run("install --as ada").code == 0
    kitchen.words.write_text("not these words\n")
    refused(kitchen.run(SIGN), 2, "key-unreadable")
    assert kitchen.run("verify --format json").said["envelopes"] == 2


@pytest.mark.parametrize("how", ["missing", "folder", "bytes"])
def test_a_passphrase_file_that_cannot_be_read(start, how):
    kitchen = start("installed")
    kitchen.words.unlink()
    if how == "folder":
        kitchen.words.mkdir()
    elif how == "bytes":
        kitchen.words.write_bytes(b"\xff\xfe\n")
    refused(kitchen.run(SIGN), 2, "passphrase-unreadable", "--passphrase-file")


def test_nobody_to_ask(start, monkeypatch):
    kitchen = start("installed")
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        refused(kitchen.run(SIGN, PHASEPROOF_PASSPHRASE_FILE=None), 2, "passphrase-needed", "--passphrase-file")
        refused(kitchen.run("key new carla --format json", PHASEPROOF_PASSPHRASE_FILE=None), 2, "passphrase-needed")


def test_keys_as_people_see_them(start):
    kitchen = start("compiled")
    done = kitchen.run("key new dora")
    uri = done.out.split("\n")[0]
    assert uri.startswith("ed25519:") and f"people:\n  dora: {{key: {uri}}}" in done.out
    done = kitchen.run("key new build --unattended --format json")
    assert done.said == {"name": "build", "key": done.said["key"], "encrypted": False}
    listed = {one["name"]: one for one in kitchen.run("key list --format json").said}
    assert listed["dora"]["uri"] == uri and listed["dora"]["encrypted"]
    assert not listed["build"]["encrypted"]
    (kitchen.home / "keys/dora.pub").write_text("nonsense")
    assert "unreadable" in kitchen.run("key list").out
    refused(kitchen.run("key new dora --format json"), 1, "key-exists")
    kitchen.words.write_text("short\n")
    refused(kitchen.run("key new eva --format json"), 1, "passphrase-short")
    assert not (kitchen.home / "keys/eva.pem").exists() and not (kitchen.home / "keys/eva.pub").exists()
    assert "PRIVATE" not in json.dumps(listed)


def test_keys_are_told_in_the_output_of_no_verb(start):
    kitchen = start("installed")
    secret = (kitchen.home / "keys/local.pem").read_text().splitlines()[1]
    for line in ("run", "gates --format json", "explain P1.1 --format json", "key list", "verify"):
        done = kitchen.run(line)
        assert secret not in done.out + done.err
    assert main.run(["--version"]) == 0
