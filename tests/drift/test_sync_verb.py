"""`sync`: writes what is proven and nothing else, whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from phaseproof.errors import Refused, Unable
from phaseproof.repo.working import read_plain, replace_plain
from support.shop import Shop

DOCUMENT = "docs/PHASE3.md"


def plan(shop: Shop) -> str:
    return (shop.repo.root / DOCUMENT).read_text("utf-8")


def test_it_writes_what_is_proven_and_says_so(shop: Shop) -> None:
    before = plan(shop)
    said = shop.run("sync", "--format", "json")
    assert said.code == 0, said.text
    expected = before.replace("- [ ] L-", "- [x] L-").replace("| NOT AUTHORED |", "| AUTHORED |")
    assert plan(shop) == expected
    changed = [(c["name"], c["old"], c["new"], c["good"]) for d in said.json["documents"] for c in d["changes"]]
    assert changed == [
        *((f"L-{n}", "[ ]", "[x]", True) for n in range(1, 5)),
        ("E-01", "NOT AUTHORED", "AUTHORED", True),
    ]
    assert shop.run("sync", "--format", "json").json["in_sync"] is True


def test_check_writes_nothing_and_exits_1(shop: Shop) -> None:
    before, times = plan(shop), (shop.repo.root / DOCUMENT).stat().st_mtime_ns
    assert shop.run("sync", "--check").code == 1
    assert (plan(shop), (shop.repo.root / DOCUMENT).stat().st_mtime_ns) == (before, times)
    shop.run("sync")
    assert shop.run("sync", "--check").code == 0


def test_what_is_not_proven_loses_its_tick(synced: Shop) -> None:
    synced.replace("parcels/label.py", "parcel['name']", "parcel['content']")
    ticked = plan(synced)
    said = synced.run("sync", "--format", "json")  # nothing was run since: the evidence is stale
    assert "- [ ] L-1" in plan(synced)
    assert "- [ ] L-3" in plan(synced)
    assert "- [x] L-4" in plan(synced)
    why = {c["name"]: c["why"] for d in said.json["documents"] for c in d["changes"]}
    assert why["L-1"].startswith("stale: ")
    assert ticked.count("[x]") - plan(synced).count("[x]") == 3


def test_new_and_reworded_items_lose_their_tick(synced: Shop) -> None:
    path = synced.repo.root / DOCUMENT
    path.write_text(plan(synced).replace("up to whole grams", "to grams").replace(
        "## Sign-off", "- [x] L-9 Labels survive rain.\n\n## Sign-off"))  # fmt: skip
    assert synced.run("sync").code == 0
    assert "- [ ] L-2" in plan(synced)
    assert "- [ ] L-9" in plan(synced)


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_file_keeps_its_mode(shop: Shop, mode: int) -> None:
    path = shop.repo.root / DOCUMENT
    path.chmod(mode)
    assert shop.run("sync").code == 0
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert sorted(os.listdir(path.parent)) == ["PHASE3.md", "runbook.md"]


def test_a_link_in_the_place_of_a_plan_is_refused(shop: Shop) -> None:
    path, outside = shop.repo.root / DOCUMENT, shop.folder / "outside.md"
    path.rename(outside)
    path.symlink_to(outside)
    before = outside.read_bytes()
    for verb in ("sync", "drift"):
        said = shop.run(verb, "--format", "json")
        assert (said.code, said.json["error"]["rule"]) == (2, "plan-unreadable")
    assert (outside.read_bytes(), path.is_symlink()) == (before, True)


def test_a_link_in_the_place_of_a_folder_is_refused(shop: Shop) -> None:
    folder, outside = shop.repo.root / "docs", shop.folder / "elsewhere"
    folder.rename(outside)
    folder.symlink_to(outside)
    before = (outside / "PHASE3.md").read_bytes()
    assert shop.run("sync").code == 2
    assert (outside / "PHASE3.md").read_bytes() == before


def test_a_plan_that_cannot_be_rewritten_stops_all(shop: Shop) -> None:
    path = shop.repo.root / DOCUMENT
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes() + b"\n\xff\n")
    said = shop.run("sync", "--format", "json")
    assert (said.code, said.json["error"]["rule"]) == (2, "plan-unwritable")


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"one")
    plain = read_plain(tmp_path, "a.md", 100)
    assert plain is not None
    (tmp_path / "a.md").unlink()
    tmp_path.joinpath("b").write_bytes(b"")
    with pytest.raises(Refused, match="changed"):
        replace_plain(tmp_path, plain, b"two")
    assert os.listdir(tmp_path) == ["b"]


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"- [ ] one\n")
    plain = read_plain(tmp_path, "a.md", 100)
    assert plain is not None
    facts = path.stat()
    path.write_bytes(b"- [ ] two\n")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # the same size, the same time: only its bytes differ
    with pytest.raises(Refused, match="changed") as refused:
        replace_plain(tmp_path, plain, b"- [x] one\n")
    assert refused.value.rule == "changed-meanwhile"
    assert (path.read_bytes(), os.listdir(tmp_path)) == (b"- [ ] two\n", ["a.md"])


@pytest.mark.parametrize("path", ["../a.md", "/etc/passwd", "a/../b.md", ".", "a//b.md"])
def test_no_path_leads_out_of_the_tree(tmp_path: Path, path: str) -> None:
    tmp_path.joinpath("a").mkdir()
    with pytest.raises(Unable):
        read_plain(tmp_path, path, 100)


def test_pipes_folders_and_large_files_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large").write_bytes(b"x" * 101)
    for name in ("pipe", "folder", "large"):
        with pytest.raises(Unable):
            read_plain(tmp_path, name, 100)
    assert read_plain(tmp_path, "nothing", 100) is None


def test_every_line_ending_survives(shop: Shop) -> None:
    path = shop.repo.root / DOCUMENT
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert shop.run("sync").code == 0
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")
    assert b"- [x] L-1" in path.read_bytes()
    assert shop.run("sync", "--check").code == 0
