"""Artifacts that are something else than a file of the tree, or take forever to judge."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path

import pytest

from phaseproof.checks import schema_judge
from phaseproof.checks.artifact import Artifact
from phaseproof.checks.artifact_options import ArtifactOptions
from phaseproof.checks.kind import Outcome
from support.bench import FolderBench


def test_links_fifos_and_folders_are_no_artifact(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"real.md": "words"})
    (tmp_path / "secret.md").write_text("# Secret\n\nwords\n")
    (bench.root / "link.md").symlink_to(tmp_path / "secret.md")
    (bench.root / "inside.md").symlink_to("real.md")
    (bench.root / "dangling.md").symlink_to("nowhere.md")
    os.mkfifo(bench.root / "fifo.md")
    (bench.root / "folder.md").mkdir()
    (bench.root / "linked").symlink_to(tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(bench.root, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{folder}/sock.md")
        os.close(folder)
        for name in ("link.md", "inside.md", "dangling.md", "fifo.md", "folder.md", "sock.md", "linked/secret.md"):
            result = Artifact().run(ArtifactOptions(path=name), bench, ())
            assert result.outcome is Outcome.NEGATIVE, name
            assert "Secret" not in repr(result)
        glob = Artifact().run(ArtifactOptions(path="*.md"), bench, ())
        assert glob.outcome is Outcome.NEGATIVE


def test_a_schema_behind_a_link_is_not_read(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"a.json": "{}", "real.json": '{"type": "object"}'})
    (bench.root / "s.json").symlink_to("real.json")
    result = Artifact().run(ArtifactOptions(path="a.json", schema="s.json"), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "inputs-unreadable")


def test_a_document_of_many_megabytes_is_there_but_not_judged(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path)
    with (bench.root / "big.md").open("wb") as file:
        file.write(b"# Big\n\nwords\n")
        file.truncate(11_000_000)
    assert Artifact().run(ArtifactOptions(path="big.md"), bench, ()).outcome is Outcome.POSITIVE
    result = Artifact().run(ArtifactOptions(path="big.md", headings=("Big",)), bench, ())
    assert [finding.rule for finding in result.findings] == ["artifact-unfit"]


@pytest.mark.parametrize("keyword", ["pattern", "patternProperties"])
def test_a_schema_without_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keyword: str) -> None:
    monkeypatch.setattr(schema_judge.violations, "__defaults__", (2.0,))
    slow = '"pattern": "^(a+)+$"' if keyword == "pattern" else '"patternProperties": {"^(a+)+$": {}}'
    text = '"' + "a" * 60 + '!"'
    document = text if keyword == "pattern" else "{" + text + ": 1}"
    bench = FolderBench(tmp_path, {"a.json": document, "s.json": "{" + slow + "}"})
    begin = time.monotonic()
    result = Artifact().run(ArtifactOptions(path="a.json", schema="s.json"), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "schema-unusable")
    assert time.monotonic() - begin < 20


def test_a_schema_that_refers_to_itself_for_ever_is_no_answer(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"a.json": "{}", "s.json": '{"$ref": "#"}'})
    result = Artifact().run(ArtifactOptions(path="a.json", schema="s.json"), bench, ())
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "schema-unusable")


def test_a_schema_elsewhere_is_never_fetched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        schema = f'{{"$ref": "http://127.0.0.1:{port}/s.json"}}'
        bench = FolderBench(tmp_path, {"a.json": "{}", "s.json": schema})
        result = Artifact().run(ArtifactOptions(path="a.json", schema="s.json"), bench, ())
        assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "schema-unusable")
        with pytest.raises(TimeoutError):
            server.accept()
