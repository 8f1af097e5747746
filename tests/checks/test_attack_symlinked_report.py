"""A report, or the place where we write, that is a link, a FIFO or a device."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.checks.command import Command, CommandOptions
from phaseproof.checks.kind import Outcome
from phaseproof.checks.reading import Unfit, keep, matching, read
from support.bench import FolderBench, case, judged, report

GREEN = report(case("a"))


@pytest.mark.parametrize(
    "script",
    [
        'ln -s "$PWD/given.xml" "$PHASEPROOF_OUT/junit.xml"',
        'ln -s /no/such/file "$PHASEPROOF_OUT/junit.xml"',
        'mkfifo "$PHASEPROOF_OUT/junit.xml"',
        'ln -s /dev/zero "$PHASEPROOF_OUT/junit.xml"',
        'mkdir "$PHASEPROOF_OUT/junit.xml"',
    ],
)
@pytest.mark.parametrize("junit", ["$PHASEPROOF_OUT/junit.xml", "$PHASEPROOF_OUT/*.xml"])
def test_only_a_regular_file_is_a_report(tmp_path: Path, script: str, junit: str) -> None:
    result = judged(tmp_path, GREEN, script=script, junit=junit)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")


def test_a_report_behind_a_linked_folder_is_not_read(tmp_path: Path) -> None:
    script = 'mkdir elsewhere; cat given.xml > elsewhere/r.xml; ln -s "$PWD/elsewhere" build'
    result = judged(tmp_path, GREEN, script=script, junit="build/r.xml")
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")


def test_our_own_outputs_follow_no_link_of_the_checks_making(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    script = f"for n in log log.txt tests.json; do ln -s {victim} $PHASEPROOF_OUT/$n; done"
    result = Command().run(CommandOptions(run=("sh", "-c", script)), FolderBench(tmp_path / "b"), ())
    assert result.outcome is Outcome.POSITIVE
    assert victim.read_text() == "untouched"
    assert result.outputs["log"] == b"", "kept in memory: no name of the check's making is written to"
    kept = keep(tmp_path, "tests.json", b"1")
    assert kept.is_file() and not kept.is_symlink() and kept.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "a/../x", "a//b", ".", "", "link/x", "a\0b"])
def test_no_name_leads_out(tmp_path: Path, path: str) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "x").write_text("secret")
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(Unfit):
        read(root, path, 100)


def test_reading_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x" * 101)
    with pytest.raises(Unfit) as caught:
        read(tmp_path, "a", 100)
    assert caught.value.rule == "too-large"
    assert read(tmp_path, "a", 101) == b"x" * 101


def test_walking_follows_no_link_and_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "loop").symlink_to(tmp_path)
    (tmp_path / "a" / "f.txt").write_text("x")
    assert matching(tmp_path, "a/**") == ["a/b/loop", "a/f.txt"]
    monkeypatch.setattr("phaseproof.checks.reading.MAX_FILES", 2)
    with pytest.raises(Unfit, match="more than 2"):
        matching(tmp_path, "a/**")


def test_outputs_of_one_name_do_not_collide(tmp_path: Path) -> None:
    assert keep(tmp_path, "tests.json", b"1") != keep(tmp_path, "tests.json", b"2")
