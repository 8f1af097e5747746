"""A configuration that is wrong: every mistake at once, each with its place; nothing is installed."""

from __future__ import annotations

import os
import re
import tracemalloc

import pytest
from cli_support import CONFIG, Kitchen

PLACE = re.compile(r"^phaseproof\.yaml:\d+:\d+ +\S", re.MULTILINE)


def committed(kitchen: Kitchen, data: str | bytes) -> Kitchen:
    kitchen.repo.commit({"phaseproof.yaml": data})
    return kitchen


def test_all_mistakes_come_at_once_with_place_and_nearest_word(start):
    kitchen = start("compiled")
    text = (
        kitchen.config()
        .replace("kind: command", "kind: comand")
        .replace("P1.1: {check: limit}", "P1.1: {check: limt}")
        .replace("members: [ada]", "members: [adda]")
        .replace("  protected: main", "  protectd: main")
    )
    done = committed(kitchen, text).run("compile")
    assert done.code == 2 and done.out == ""
    assert done.err.splitlines() == [
        "phaseproof.yaml:11:21  roles.owner.members: unknown person “adda”; did you mean “ada”?",
        "phaseproof.yaml:14:3   policy: unknown key “protectd”; did you mean “protected”?",
        "phaseproof.yaml:18:11  checks.limit: unknown kind “comand”; did you mean “command”?",
        "phaseproof.yaml:23:17  bindings.P1.1.check: unknown check “limt”; did you mean “limit”?",
        "4 errors",
    ]
    said = kitchen.run("compile --format json").error
    assert [(m["line"], m["column"], m["nearest"]) for m in said["mistakes"]] == [
        (11, 21, "ada"), (14, 3, "protected"), (18, 11, "command"), (23, 17, "limit"),
    ]  # fmt: skip


BAD = {
    "bomb": ("phaseproof: 1\na: &a [x, x]\nb: &b [*a, *a, *a]\nc: &c [*b, *b, *b]\nd: [*c, *c, *c]\n", "anchor"),
    "alias": (CONFIG.replace("members: [ada]}", "members: &m [ada]}"), "anchor"),
    "merge": (CONFIG + "<<: {programme: x}\n", "merge"),
    "tag": (CONFIG.replace("programme: oven", "programme: !!python/name:os.system oven"), "tag"),
    "twice": (CONFIG + "programme: again\n", "stands on line 2 already"),
    "unknown": (CONFIG + "ovens: 3\n", "unknown key “ovens”"),
    "tab": (CONFIG.replace("  limit:", "\tlimit:"), "tab"),
    "second document": (CONFIG + "---\nphaseproof: 1\n", "second document"),
    "mark": ("\ufeff" + CONFIG, "byte order mark"),
    "latin": (CONFIG.encode() + b"# caf\xe9\n", "not UTF-8"),
    "nul": (CONFIG + "\0", "U+0000"),
    "empty": ("", "empty"),
    "list": ("- phaseproof: 1\n", ""),
    "deep": ("phaseproof: " + "[" * 100_000, "deeper than"),
    "long": (CONFIG + "# " + "x" * 10_000_000, "at most"),
    "noise": (bytes(range(256)) * 64, ""),
    "no width": (CONFIG.replace("P1.1: {", "P1\u200b.1: {"), "ZERO WIDTH SPACE"),
    "look-alike": (CONFIG.replace("P1.1: {", "\u0420\u0031.1: {"), "no item"),
    "newer": (CONFIG.replace("phaseproof: 1", "phaseproof: 2"), ""),
    "plan missing": (CONFIG.replace("docs/oven.md", "docs/open.md"), "docs/open.md"),
    "no member": (CONFIG.replace("members: [ada]", "members: []"), ""),
    "secret key": (CONFIG.replace("key: ADA", "key: '-----BEGIN PRIVATE KEY-----'"), ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_one_clear_refusal(start, name):
    kitchen = start("compiled")
    data, word = BAD[name]
    committed(kitchen, kitchen.config(data) if isinstance(data, str) else data)
    tracemalloc.start()
    try:
        done = kitchen.run("compile")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert done.code == 2 and done.out == "", done
    assert PLACE.search(done.err) and word in done.err, done.err
    assert peak < 120e6
    assert "\x00" not in done.err and "\u200b" not in done.err
    done = kitchen.run("install --as ada --format json")
    assert (done.code, done.said["verdict"], done.error["rule"]) == (2, "HOLD", "configuration")
    assert not kitchen.ledger.exists()


def test_windows_line_ends_are_read(start):
    kitchen = start("compiled")
    assert committed(kitchen, kitchen.config().replace("\n", "\r\n")).run("compile").code == 0


@pytest.mark.parametrize("how", ["missing", "link", "folder"])
def test_no_configuration_file(start, how):
    kitchen = start("compiled")
    path = kitchen.root / "phaseproof.yaml"
    text = path.read_text()
    path.unlink()
    if how == "link":
        (kitchen.root / "real.yaml").write_text(text)
        os.symlink("real.yaml", path)
    elif how == "folder":
        path.mkdir()
        (path / "a.yaml").write_text(text)
    kitchen.repo.commit()
    done = kitchen.run("compile --format json")
    assert (done.code, done.error["rule"]) == (2, "no-configuration")
    assert "phaseproof.yaml" in done.error["fact"] and done.error["way_out"]


def test_what_lies_in_the_working_tree_is_not_what_counts(start):
    kitchen = start("proven")
    (kitchen.root / "phaseproof.yaml").write_text("nonsense: [")
    done = kitchen.run("gates")
    assert done.code == 0
    assert "1 file differs from HEAD, not judged" in kitchen.run("status").out


def test_a_newer_commit_that_does_not_compile_holds_every_gate(start):
    kitchen = start("mistaken")
    board = kitchen.board()
    assert board["verdict"] == "HOLD"
    assert {reason["code"] for gate in board["gates"] for reason in gate["reasons"]} >= {"bundle-unreadable"}
    assert all(gate["verdict"] == "HOLD" for gate in board["gates"])
