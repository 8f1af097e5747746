"""`scan`: what it finds by itself, what it prints, how it ends, and what it never opens."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest

from phaseproof.cli.main import run
from phaseproof.cli.scan_run import scan_paths

PLAN = "# Phase 2: Import\n\n## Tasks\n\n- [x] parser\n- [ ] writer\n"
BROKEN = "# Phase 2: Import\n\n## Tasks\n\n- [x] parser, see `docs/none.md`\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that we stand in, with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    root = tmp_path / "work"
    root.mkdir()
    monkeypatch.chdir(root)
    return root


def git(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments], cwd=root, check=True, capture_output=True
    )


def scanned(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["scan", *arguments, "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


def write(root: Path, **files: str) -> None:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_md", ".md")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_json_has_the_shape_of_the_contract(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, docs__plan_md=PLAN)
    code, said = scanned(capsys)
    assert code == 0
    document = said["documents"][0]
    assert document["path"] == "docs/plan.md"
    assert document["sections"][0] == {
        "line": 1,
        "id": "Phase 2",
        "title": "Phase 2: Import",
        "kind": "phase",
        "level": 1,
    }
    item = document["items"][0]
    assert {k: item[k] for k in ("line", "column", "id", "kind", "state", "raw_state", "group", "text",
        "references")} == {
        "line": 5, "column": 7, "id": "tasks/parser", "kind": "task", "state": "checked", "raw_state":
            "x", "group": "Tasks",
        "text": "parser", "references": [],
    }  # fmt: skip
    assert document["problems"] == [
        {
            "line": 5,
            "rule": "ticked-without-evidence",
            "severity": "warning",
            "message": "“parser” is ticked and cites nothing",
        }
    ]
    assert said["summary"] == {"documents": 1, "items": 2, "checked": 1, "problems": 1, "errors": 0, "warnings": 1}


def test_exit_codes(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, plan_md=PLAN)
    assert run(["scan"]) == 0
    assert run(["scan", "--strict"]) == 1
    write(place, plan_md=BROKEN)
    assert run(["scan"]) == 1
    assert run(["scan", "none.md"]) == 2
    assert run(["scan", "--format", "xml"]) == 2
    capsys.readouterr()


def test_text_puts_errors_first_and_names_file_and_line(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, a_md=PLAN, b_md=BROKEN)
    assert run(["scan"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("2 plans, 3 items, 2 ticked")
    assert out.index("b.md") < out.index("a.md")
    assert "cited-path-missing" in out
    assert "Next: " in out


def test_text_carries_no_control_characters(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, a_md="# Phase 2\n\n## Tasks\n\n- [x] red \x1b[31malert\x07 \u202e\u200b\n")
    run(["scan"])
    out = capsys.readouterr().out
    assert "alert" in out
    assert all(c == "\n" or c.isprintable() for c in out)


def test_sarif_is_sarif(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, **{"docs__a b_md": BROKEN})
    assert run(["scan", "--format", "sarif"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert said["version"] == "2.1.0"
    jsonschema.validate(said, SARIF)
    result = said["runs"][0]["results"][0]
    assert (result["ruleId"], result["level"]) == ("cited-path-missing", "error")
    location = result["locations"][0]["physicalLocation"]
    assert (location["artifactLocation"]["uri"], location["region"]["startLine"]) == ("docs/a%20b.md", 5)


def test_git_decides_what_is_looked_at(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(place, "init", "-q")
    write(
        place,
        tracked_md=PLAN,
        untracked_md=PLAN,
        ignored_md=PLAN,
        node_modules__x__plan_md=PLAN,
        gone_md=PLAN,
        deep__er__plan_md=PLAN,
    )
    (place / ".gitignore").write_text("ignored.md\n")
    git(place, "add", "tracked.md", "gone.md", "-f", "node_modules")
    git(place, "commit", "-qm", "x")
    (place / "gone.md").unlink()
    _, said = scanned(capsys)
    assert [d["path"] for d in said["documents"]] == ["deep/er/plan.md", "tracked.md", "untracked.md"]


def test_a_folder_is_scanned_within_its_repository(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git(place, "init", "-q")
    write(place, docs__a_md=BROKEN.replace("docs/none.md", "src/there.py"), b_md=PLAN)
    write(place, **{"src__there.py": "x"})
    code, said = scanned(capsys, "docs")
    assert [d["path"] for d in said["documents"]] == ["docs/a.md"]
    assert code == 0


def test_inputs_of_tests_are_looked_at_only_where_they_are_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(place, tests__fixtures__a_md=PLAN)
    assert scanned(capsys)[1]["documents"] == []
    assert len(scanned(capsys, "tests/fixtures")[1]["documents"]) == 1


def test_ordinary_documents_are_not_listed_unless_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, README_md="# tool\n\n## Requirements\n\n- Python\n\n## Installation\n\n1. install\n", plan_md=PLAN)
    _, said = scanned(capsys)
    assert [d["path"] for d in said["documents"]] == ["plan.md"]
    _, said = scanned(capsys, "README.md")
    assert [(d["path"], d["items"]) for d in said["documents"]] == [("README.md", [])]


def test_links_pipes_sockets_and_folders_are_never_opened(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    secret = place.parent / "secret.md"
    secret.write_text(PLAN)
    (place / "link.md").symlink_to(secret)
    (place / "loop").symlink_to(place)
    (place / "folder.md").mkdir()
    os.mkfifo(place / "pipe.md")
    with socket.socket(socket.AF_UNIX) as held:
        held.bind("sock.md")
        code, said = scanned(capsys)
        assert (code, said["documents"]) == (0, [])
        assert run(["scan", "pipe.md"]) == 2
        assert run(["scan", "link.md"]) == 2
        assert run(["scan", "sock.md"]) == 2
        assert "symbolic link" in capsys.readouterr().err


def test_a_huge_file_is_reported_not_read(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (place / "huge.md").open("wb") as out:
        out.truncate(11 * 1024 * 1024)
    write(place, plan_md=PLAN)
    code, said = scanned(capsys)
    assert code == 1
    assert [(d["path"], [p["rule"] for p in d["problems"]]) for d in said["documents"]] == [
        ("plan.md", ["ticked-without-evidence"]),
        ("huge.md", ["file-unread"]),
    ]


def test_names_that_are_no_text_do_not_break_the_output(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    try:
        Path(os.fsdecode(os.fsencode(place) + b"/pl\xffan.md")).write_text(PLAN)
    except OSError:
        pytest.skip("this file system takes no such name")
    for form in ("json", "sarif", "text"):
        assert run(["scan", "--format", form]) == 0
    capsys.readouterr()


def test_plans_read_before_are_not_read_again_and_say_the_same(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(place, a_md=PLAN, b_md=BROKEN, c_md="# Nothing\n\n- words\n")
    first = scan_paths(())
    monkeypatch.setattr("phaseproof.cli.scan_run.read", lambda *_: pytest.fail("read again"))
    second = scan_paths(())
    assert (second.plans, second.problems) == (first.plans, first.problems)
    with pytest.raises(pytest.fail.Exception):
        scan_paths((), cache=False)


def test_a_changed_file_is_read_again(place: Path) -> None:
    write(place, a_md=PLAN)
    scan_paths(())
    write(place, a_md=PLAN.replace("[ ]", "[x]"))
    assert [i.claim.state for i in scan_paths(()).plans[0].items] == ["checked", "checked"]


@pytest.mark.parametrize("damage", [b"", b"\xc1", b"\x80", b"\x81\xc4\x01a\xc4\x01b", b"garbage" * 1000])
def test_a_damaged_cache_is_as_good_as_none(place: Path, damage: bytes) -> None:
    write(place, a_md=PLAN)
    first = scan_paths(())
    cache = place.parent / "home" / "cache" / "phaseproof"
    files = [p for p in cache.iterdir() if p.is_file()]
    assert len(files) == 1
    assert files[0].stat().st_mode & 0o777 == 0o600
    files[0].write_bytes(damage)
    assert scan_paths(()).plans == first.plans


def test_a_damaged_plan_in_the_cache_is_read_again(place: Path) -> None:
    write(place, a_md=PLAN)
    first = scan_paths(())
    file = next((place.parent / "home" / "cache" / "phaseproof").iterdir())
    held = msgspec.msgpack.decode(file.read_bytes(), type=dict[bytes, bytes])
    file.write_bytes(msgspec.msgpack.encode({key: value[:-3] for key, value in held.items()}))
    assert scan_paths(()).plans == first.plans


def test_the_cache_lies_in_the_repository_where_there_is_a_folder_for_it(place: Path) -> None:
    (place / ".phaseproof").mkdir()
    write(place, a_md=PLAN)
    scan_paths(())
    assert list((place / ".phaseproof" / "cache").iterdir())
    assert not (place.parent / "home" / "cache").exists()


def test_a_home_that_cannot_be_written_is_no_error(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/proc/none")
    write(place, a_md=PLAN)
    assert len(scan_paths(()).plans) == 1


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "type": "object",
                        "required": ["driver"],
                        "properties": {"driver": {"type": "object", "required": ["name"]}},
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["message"],
                            "properties": {
                                "level": {"enum": ["none", "note", "warning", "error"]},
                                "message": {"type": "object", "required": ["text"]},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                            },
                        },
                    },
                },
            },
        },
    },
}  # the parts of the OASIS schema that this output uses
