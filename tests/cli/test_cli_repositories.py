"""Where one may stand: no repository, a bare one, no commit, a detached head, a shallow or linked clone."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from cli_support import Answer, Kitchen

from support.repository import Repo

VERBS = ("compile", "install --as ada", "run", "gates", "status", "explain P1.1", "verify", "bundle diff")


def refused(done: Answer, rule: str) -> None:
    assert (done.code, done.said["verdict"], done.error["rule"]) == (2, "HOLD", rule), done
    assert done.error["way_out"]


@pytest.mark.parametrize("verb", VERBS)
def test_no_repository(start, tmp_path, verb):
    kitchen = start("compiled")
    (tmp_path / "plain").mkdir()
    refused(kitchen.run(f"{verb} --format json", cwd=tmp_path / "plain"), "not-a-repository")
    refused(kitchen.run(f"{verb} --format json -C {tmp_path / 'none'}"), "folder-missing")
    refused(kitchen.run(f"{verb} --format json -C {kitchen.words}"), "folder-missing")


@pytest.mark.parametrize("verb", VERBS)
def test_a_bare_repository(start, tmp_path, verb):
    kitchen = start("compiled")
    subprocess.run(["git", "clone", "-q", "--bare", kitchen.root, tmp_path / "bare"], check=True)
    refused(kitchen.run(f"{verb} --format json", cwd=tmp_path / "bare"), "no-work-tree")


def test_no_commit_yet(tmp_path):
    kitchen = Kitchen(tmp_path)
    kitchen.people()
    for verb in ("compile", "install --as ada", "gates", "status", "run"):
        done = kitchen.run(f"{verb} --format json")
        assert (done.code, done.said["verdict"]) == (2, "HOLD"), done
        assert done.error["rule"] in ("revision-unknown", "no-ledger")
    assert kitchen.run("scan").code == 0


def test_a_detached_head_is_judged(start):
    kitchen = start("proven")
    kitchen.repo.git("checkout", "-q", "--detach")
    assert kitchen.run("gates").code == 0


def test_from_a_folder_within(start):
    kitchen = start("proven")
    assert kitchen.run("gates", cwd=kitchen.root / "docs").code == 0
    assert kitchen.run(f"status -C {kitchen.root}", cwd=kitchen.folder).code == 0


def test_a_shallow_clone_is_judged_with_the_ledger_at_hand(start, tmp_path):
    kitchen = start("proven")
    kitchen.repo.commit({"README": "more"})
    clone = tmp_path / "shallow"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{kitchen.root}", clone], check=True)
    refused(kitchen.run("gates --format json", cwd=clone), "no-ledger")
    shutil.copytree(kitchen.ledger, clone / ".phaseproof")
    assert kitchen.run("gates", cwd=clone).code == 0
    assert kitchen.run("verify", cwd=clone).code == 0


def test_a_linked_working_tree_has_its_own_commit_and_names_the_ledger(start, tmp_path):
    kitchen = start("proven")
    kitchen.repo.git("worktree", "add", "-q", str(tmp_path / "linked"), "HEAD")
    refused(kitchen.run("status --format json", cwd=tmp_path / "linked"), "no-ledger")
    assert kitchen.run("status", cwd=tmp_path / "linked", PHASEPROOF_LEDGER=str(kitchen.ledger)).code == 0


def test_a_second_clone_is_known_as_the_same_repository(start, tmp_path):
    kitchen = start("proven")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", kitchen.root, clone], check=True)
    done = kitchen.run("install --as ada --format json", cwd=clone)
    assert (done.code, done.error["rule"]) == (1, "known-elsewhere")


def test_an_object_that_is_missing_holds(start):
    kitchen = start("proven")
    oid = kitchen.repo.git("rev-parse", "HEAD:oven/limit.txt")
    (kitchen.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    kitchen.repo.git("commit", "-q", "--allow-empty", "-m", "more")
    done = kitchen.run("run --all --format json")
    assert done.code in (1, 2) and done.said["verdict"] == "HOLD", done


def test_names_of_files_that_are_no_text(start):
    kitchen = start("installed")
    text = (kitchen.root / "phaseproof.yaml").read_text().replace("subject: [oven/limit.txt]", 'subject: ["oven/**"]')
    shutil.rmtree(kitchen.ledger)
    (kitchen.home / "known-tenants").unlink()
    kitchen.repo.commit({"phaseproof.yaml": text})
    assert kitchen.run("install --as ada").code == 0
    assert kitchen.run("run P1.1").code == 0
    Repo.commit(kitchen.repo, {os.fsdecode(b"oven/caf\xe9\x1b[31m.txt"): "hot"})
    for line in ("status", "explain P1.1", "status --format json", "explain P1.1 --format json", "gates --format json"):
        process = kitchen.start(*line.split())
        out, err = process.communicate(timeout=60)
        assert process.returncode == 1 and b"Traceback" not in err, err
        out.decode("utf-8")
        assert b"\x1b" not in out
        if "json" in line:
            assert Answer(1, out.decode(), "").said["verdict"] != "PASS"
    assert kitchen.run("run P1.1").code == 0
