"""Plans that are no plain files, too large, or written to mislead."""

from __future__ import annotations

import os

import pytest
from cli_support import PLAN, Kitchen


def replaced(kitchen: Kitchen, how: str) -> Kitchen:
    """The plan as something else than a plain file, committed where git can hold it."""
    path = kitchen.root / "docs/oven.md"
    path.unlink()
    if how == "link":
        (kitchen.root / "docs/real.md").write_text(PLAN)
        os.symlink("real.md", path)
    elif how == "link out":
        os.symlink("/etc/hostname", path)
    elif how == "folder":
        path.mkdir()
        (path / "notes.txt").write_text("nothing to do")
    elif how == "submodule":
        kitchen.repo.git("update-index", "--add", "--cacheinfo", f"160000,{kitchen.repo.head},docs/oven.md")
        kitchen.repo.git("commit", "-qm", "a submodule")
        return kitchen
    elif how == "large":
        path.write_text("- [ ] P1.1 Heat\n" * 700_000)
    kitchen.repo.commit()
    return kitchen


@pytest.mark.parametrize(
    ("how", "word"),
    [("link", "symbolic link"), ("link out", "symbolic link"), ("folder", "no item"), ("submodule", "submodule"),
     ("large", "docs/oven.md"), ("gone", "docs/oven.md")],
)  # fmt: skip
def test_compile_refuses_and_every_gate_holds(start, how, word):
    kitchen = replaced(start("proven"), how)
    done = kitchen.run("compile")
    assert done.code == 2 and done.out == "" and word in done.err, done
    assert kitchen.run("gates --format json").said["verdict"] == "HOLD"
    done = kitchen.run("migrate propose --format json")
    assert (done.code, done.said["verdict"]) == (2, "HOLD")


def test_scan_opens_plain_files_only(start):
    kitchen = start("compiled")
    docs = kitchen.root / "docs"
    (docs / "oven.md").unlink()
    os.mkfifo(docs / "oven.md")
    os.symlink("/etc", docs / "away")
    os.symlink("round.md", docs / "round.md")
    (docs / "deep.md").mkdir()
    done = kitchen.run("scan --format json")
    assert (done.code, done.said["summary"]["documents"]) == (0, 0), done
    for name in ("docs/oven.md", "docs/round.md", "docs/none.md"):
        done = kitchen.run(f"scan {name} --format json")
        assert (done.code, done.said["verdict"]) == (2, "HOLD"), (name, done)
        assert name in done.error["fact"]


def test_scan_says_what_it_did_not_read(start):
    kitchen = start("compiled")
    (kitchen.root / "docs/oven.md").write_text("- [ ] P1.1 Heat\n" * 700_000)
    done = kitchen.run("scan --format json")
    assert done.code == 1
    assert "file-unread" in done.out and "docs/oven.md" in done.out


MISLEADING = PLAN.replace(
    "- [ ] P1.1 The oven",
    "- [x] \u0420\u0031.1 The oven is cold.\n- [x] P\u200b9.1 The oven is warm.\n- [ ] P1.1 The \x1b[8moven\u202e",
)


def test_ids_that_only_look_alike_prove_nothing_for_each_other(start):
    kitchen = start("proven")
    kitchen.repo.commit({"docs/oven.md": MISLEADING})
    compiled = kitchen.run("compile --format json").said["bundle"]
    bound = {binding["item"] for binding in compiled["bindings"]}
    assert len(compiled["items"]) == 5 and len(bound & {i["id"] for i in compiled["items"]}) == 3
    assert kitchen.run("scan").code == 1
    assert kitchen.run("gates --format json").said["verdict"] == "HOLD"


def test_an_id_that_hides_a_letter_takes_nothing_from_its_twin(start):
    kitchen = start("proven")
    kitchen.repo.commit({"docs/oven.md": PLAN.replace("- [ ] P1.1", "- [x] P1\u200b.1 The oven is cold.\n- [ ] P1.1")})
    assert kitchen.run("scan").code == 1
    board = kitchen.run("gates --format json").said
    assert board["verdict"] == "HOLD"
    assert {reason["code"] for reason in board["gates"][0]["reasons"]} & {"bundle-differs", "bundle-unreadable"}


def test_no_text_of_a_plan_steers_the_terminal(start):
    kitchen = start("compiled")
    kitchen.repo.commit({"docs/oven.md": MISLEADING})
    for line in (
        "compile",
        "install --as ada",
        "scan",
        "status --all",
        "gates",
        "explain P1.1",
        "bundle diff",
        "verify",
    ):
        done = kitchen.run(line)
        assert done.code < 2, done
        assert not {"\x1b", "\u202e", "\u200b", "\x07"} & {*done.out, *done.err}, (line, done)
