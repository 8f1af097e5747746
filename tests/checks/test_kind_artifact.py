from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import default_instrument, default_subject
from phaseproof.bundle.model import Selection
from phaseproof.checks.artifact import Artifact
from phaseproof.checks.artifact_options import ArtifactOptions
from phaseproof.checks.kind import Finding, Outcome, Result
from phaseproof.checks.registry import decode_options
from support.bench import FolderBench

RUNBOOK = """\
---
owner: dana
version: 2
tags: []
---

# 1. Runbook for the *store*

Two lines of words that say
what this is about, in full.

## Steps

| Step | Action | Owner |
|------|:------:|-------|
| 1 | stop the writer | dana |
| 2 | `restore` it | erin |

## Rollback

Turn it round.

```sh
# Not a heading
rm -r assumed
```

Notes
-----

It is assumed nothing.
"""


def judged(folder: Path, files: dict[str, str | bytes], **options: Any) -> Result:
    return Artifact().run(ArtifactOptions(**options), FolderBench(folder, files), ())


def found(folder: Path, text: str | bytes, **options: Any) -> list[tuple[str, int]]:
    result = judged(folder, {"docs/a.md": text}, path="docs/a.md", **options)
    assert (result.outcome is Outcome.POSITIVE) == (not result.findings)
    return [(finding.rule, finding.line) for finding in result.findings]


def test_there_and_not_empty_is_positive(tmp_path: Path) -> None:
    result = judged(tmp_path, {"a.bin": b"\xff\x00"}, path="a.bin")
    assert (result.outcome, result.cases, result.findings) == (Outcome.POSITIVE, 1, ())


@pytest.mark.parametrize("content", ["", " \n\t\n"])
def test_empty_counts_as_missing(tmp_path: Path, content: str) -> None:
    result = judged(tmp_path, {"a.md": content}, path="a.md")
    assert result.outcome is Outcome.NEGATIVE
    assert result.findings == (Finding("artifact-empty", "a.md is empty", path="a.md"),)


def test_missing_is_negative_with_its_path(tmp_path: Path) -> None:
    result = judged(tmp_path, {"other.md": "x"}, path="docs/a.md")
    assert (result.outcome, result.cases) == (Outcome.NEGATIVE, 0)
    assert result.findings == (Finding("artifact-missing", "docs/a.md is not there", path="docs/a.md"),)


def test_every_path_and_every_file_of_a_glob_is_judged(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"d/a.md": "x", "d/b.md": "", "e/c.md": "x"}
    assert judged(tmp_path / "a", files, paths=("d/a.md", "e/*.md")).outcome is Outcome.POSITIVE
    glob = judged(tmp_path / "b", files, path="d/*.md")
    assert [finding.path for finding in glob.findings] == ["d/b.md"]
    none = judged(tmp_path / "c", files, paths=("d/a.md", "f/*.md"))
    assert [finding.rule for finding in none.findings] == ["artifact-missing"]
    assert none.outcome is Outcome.NEGATIVE


def test_a_folder_is_there_when_it_holds_something(tmp_path: Path) -> None:
    assert judged(tmp_path / "a", {"d/.keep": "", "d/a": "x"}, path="d/").outcome is Outcome.POSITIVE
    assert judged(tmp_path / "b", {"d/.keep": ""}, path="d").outcome is Outcome.NEGATIVE


def test_the_runbook_meets_every_demand(tmp_path: Path) -> None:
    assert found(
        tmp_path,
        RUNBOOK,
        front_matter=("owner", "version"),
        headings=("Runbook for the store", "STEPS", "rollback", "notes"),
        tables=table(columns=["step", "Action"], heading="Steps", min_rows=2),
        forbidden=("tbd",),
        min_words=20,
    ) == []  # fmt: skip


def test_headings_in_code_or_comments_are_none(tmp_path: Path) -> None:
    assert found(tmp_path / "a", RUNBOOK, headings=("Not a heading",)) == [("heading-missing", 0)]
    hidden = "words\n<!--\n# Rollback\ntext\n-->\n\n    # Rollback\n\n~~~\n# Rollback\n~~~\n"
    assert found(tmp_path / "b", hidden, headings=("Rollback",)) == [("heading-missing", 0)]


def test_a_heading_with_nothing_beneath_is_not_enough(tmp_path: Path) -> None:
    text = "# A\n\n## B\n\n<!-- words -->\n\n---\n\n# C\n\nwords\n"
    assert found(tmp_path / "a", text, headings=("A",)) == [("section-empty", 1)]
    assert found(tmp_path / "b", text.replace("---", "words"), headings=("A", "B", "C")) == []


def test_front_matter_by_keys(tmp_path: Path) -> None:
    rules = found(tmp_path / "a", RUNBOOK, front_matter=("owner", "tags", "date"))
    assert rules == [("front-matter-missing", 4), ("front-matter-missing", 2)]
    assert found(tmp_path / "b", "# No front\n", front_matter=("owner",)) == [("front-matter-missing", 1)]
    assert found(tmp_path / "c", "---\na: [\n---\nx\n", front_matter=("a",))[0][0] == "malformed"


def test_front_matter_by_schema(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"version": {"const": 3}}, "required": ["reviewer"]}
    rules = found(tmp_path, RUNBOOK, front_matter=schema)
    assert sorted(rules) == [("schema-violation", 2), ("schema-violation", 3)]


def table(**demand: Any) -> Any:
    return decode_options(Artifact(), {"path": "x", "tables": [demand]}).tables  # type: ignore[attr-defined]


def test_tables(tmp_path: Path) -> None:
    gap = RUNBOOK.replace("stop the writer", " - ")
    assert found(tmp_path / "a", gap, tables=table(columns=["Action"])) == [("cell-empty", 16)]
    assert found(tmp_path / "b", gap, tables=table(columns=["Action"], filled=False)) == []
    assert found(tmp_path / "c", gap, tables=table(columns=["Owner"])) == []
    assert found(tmp_path / "d", RUNBOOK, tables=table(columns=["Cost"])) == [("table-missing", 14)]
    assert found(tmp_path / "e", RUNBOOK, tables=table(columns=["Step"], heading="Rollback"))[0][0] == "table-missing"
    assert (
        found(tmp_path / "f", RUNBOOK, tables=table(columns=["Step"], heading="Elsewhere"))[0][0] == "heading-missing"
    )
    assert found(tmp_path / "g", RUNBOOK, tables=table(columns=["Step"], min_rows=3)) == [("too-few-rows", 14)]
    short = "| A | B |\n|---|---|\n| only one |\n"
    assert found(tmp_path / "h", short, tables=table(columns=["B"])) == [("cell-empty", 3)]
    fenced = "```\n| A |\n|---|\n| x |\n```\nwords\n"
    assert found(tmp_path / "i", fenced, tables=table(columns=["A"]))[0][0] == "table-missing"


def test_forbidden_words_with_their_lines(tmp_path: Path) -> None:
    rules = found(tmp_path / "a", RUNBOOK, forbidden=("assumed", "dana"))
    assert rules == [("forbidden-word", 2), ("forbidden-word", 16), ("forbidden-word", 31)]
    assert found(tmp_path / "b", RUNBOOK, forbidden=("assumed",), normative=("Steps", "Rollback")) == []
    assert found(tmp_path / "c", RUNBOOK, forbidden=("assumed",), normative=("Notes",)) == [("forbidden-word", 31)]
    assert found(tmp_path / "d", RUNBOOK, forbidden=("assume", "med")) == []


def test_too_short(tmp_path: Path) -> None:
    assert found(tmp_path / "a", "one two\n```\nthree four\n```\n", min_words=3) == [("too-short", 0)]
    assert found(tmp_path / "b", "one two three\n", min_words=3) == []


def test_what_is_no_text_fails_demands_on_its_words(tmp_path: Path) -> None:
    assert found(tmp_path, b"\xff\xfe# A", headings=("A",)) == [("not-text", 0)]


def test_a_json_or_yaml_file_by_its_schema(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"rows": {"items": {"type": "integer"}}}, "required": ["rows"]}
    good: dict[str, str | bytes] = {"s.json": json.dumps(schema), "a.json": '{"rows": [1]}', "a.yaml": "rows:\n  - 1\n"}
    assert judged(tmp_path / "a", good, paths=("a.json", "a.yaml"), schema="s.json").outcome is Outcome.POSITIVE
    bad = {**good, "a.json": '{\n  "rows": [\n    1,\n    "x"\n  ]\n}', "a.yaml": "rows:\n  - 1\n  - yes\n"}
    result = judged(tmp_path / "b", bad, paths=("a.json", "a.yaml"), schema="s.json")
    assert [(finding.rule, finding.path, finding.line) for finding in result.findings] == [
        ("schema-violation", "a.json", 4),
        ("schema-violation", "a.yaml", 3),
    ]
    assert "rows/1" in result.findings[0].message


@pytest.mark.parametrize(
    "schema",
    [
        "{}", "true", "[]", '{"type": "nonsense"}', "not json", '{"$schema": "https://example.org/own"}',
        '{"$ref": "https://example.org/other.json"}', '{"$ref": "other.json"}', '{"$schema": ["x"]}', "{'a': 1}",
    ],
)  # fmt: skip
def test_a_schema_that_gives_no_answer_is_no_judgement(tmp_path: Path, schema: str) -> None:
    result = judged(tmp_path, {"s.json": schema, "a.json": "{}", "other.json": "{}"}, path="a.json", schema="s.json")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.reason in ("schema-unusable", "inputs-unreadable")


def test_a_schema_that_is_not_among_the_inputs_is_no_judgement(tmp_path: Path) -> None:
    result = judged(tmp_path, {"a.json": "{}"}, path="a.json", schema="s.json")
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "inputs-unreadable")
    assert "instrument" in result.summary


@pytest.mark.parametrize("text", ["{", '{"a": 1, "a": 2}', '{"a": NaN}', "[" * 100 + "]" * 100, '{"a": 1e999}'])
def test_malformed_json_is_negative(tmp_path: Path, text: str) -> None:
    files: dict[str, str | bytes] = {"s.json": '{"type": "object"}', "a.json": text}
    result = judged(tmp_path, files, path="a.json", schema="s.json")
    assert [finding.rule for finding in result.findings] == ["malformed"]


def test_age_by_the_last_commit(tmp_path: Path) -> None:
    def aged(days: float | None) -> Result:
        bench = FolderBench(tmp_path / str(days), {"a.md": "x"})
        if days is not None:
            bench.commits["a.md"] = bench.now - days * 86_400
        return Artifact().run(ArtifactOptions(path="a.md", committed_within="90d"), bench, ())

    assert aged(89).outcome is Outcome.POSITIVE
    assert [finding.rule for finding in aged(90).findings] == ["artifact-old"]
    assert [finding.rule for finding in aged(-2).findings] == ["artifact-from-future"]
    unknown = aged(None)
    assert (unknown.outcome, unknown.reason) == (Outcome.INCONCLUSIVE, "age-unknown")


def test_emptied_it_is_negative(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"docs/a.md": RUNBOOK, "docs/s.json": "{}"})
    options = ArtifactOptions(path="docs/a.md")
    assert Artifact().run(options, bench, ()).outcome is Outcome.POSITIVE
    (control,) = Artifact().controls(options, ["docs/a.md", "docs/s.json"], lambda path: b"")
    assert [plant.path for plant in control.plants] == ["docs/a.md"]
    bench.apply(control)
    assert Artifact().run(options, bench, ()).outcome is Outcome.NEGATIVE


@pytest.mark.parametrize("normative", [(), ("Steps",), ("Notes",)])
def test_a_planted_word_is_found(tmp_path: Path, normative: tuple[str, ...]) -> None:
    bench = FolderBench(tmp_path, {"docs/a.md": RUNBOOK})
    options = ArtifactOptions(path="docs/a.md", forbidden=("best effort",), normative=normative)
    assert Artifact().run(options, bench, ()).outcome is Outcome.POSITIVE
    _, planted = Artifact().controls(options, ["docs/a.md"], lambda path: (bench.root / path).read_bytes())
    bench.apply(planted)
    result = Artifact().run(options, bench, ())
    assert [finding.rule for finding in result.findings] == ["forbidden-word"]


@pytest.mark.parametrize(
    ("schema", "hollow"), [('{"required": ["a"], "type": "object"}', False), ('{"title": "x"}', True)]
)
def test_a_schema_that_accepts_anything_is_shown_to_be_hollow(tmp_path: Path, schema: str, hollow: bool) -> None:
    bench = FolderBench(tmp_path, {"a.json": '{"a": 1}', "s.json": schema})
    options = ArtifactOptions(path="a.json", schema="s.json")
    assert Artifact().run(options, bench, ()).outcome is Outcome.POSITIVE
    _, voided = Artifact().controls(options, ["a.json"], lambda path: b"")
    bench.apply(voided)
    assert (Artifact().run(options, bench, ()).outcome is Outcome.POSITIVE) == hollow


def test_what_compiling_may_ask_of_the_options() -> None:
    options = ArtifactOptions(path="a.json", schema="s.json")
    assert (default_subject(options), default_instrument(options)) == (("a.json",), ("s.json",))
    assert default_subject(ArtifactOptions(path="a.md", links=True)) == ()


def test_a_selection_of_an_artifact_is_never_positive(tmp_path: Path) -> None:
    bench = FolderBench(tmp_path, {"a.md": "x"})
    result = Artifact().run(ArtifactOptions(path="a.md"), bench, [Selection(level="L1")])
    assert result.selections == {0: Outcome.INCONCLUSIVE}


@pytest.mark.parametrize(
    "plain",
    [
        {}, {"path": "a", "paths": ["b"]}, {"paths": []}, {"path": ""}, {"path": "../a"}, {"path": "/a"},
        {"path": "a", "schema": "*.json"}, {"path": "a", "schema": "../s.json"}, {"path": "a", "headings": ["  "]},
        {"path": "a", "forbidden": ["--"]}, {"path": "a", "normative": ["A"]}, {"path": "a", "front_matter": []},
        {"path": "a", "front_matter": {}}, {"path": "a", "tables": [{"columns": []}]},
        {"path": "a", "tables": [{"columns": ["A"], "min_rows": 0}]}, {"path": "a", "min_words": -1},
        {"path": "a", "committed_within": "3 months"}, {"path": "a", "committed_within": "0d"},
        {"path": "a", "link": True},
        {"path": "a", "forbidden": ["x"] * 501},
    ],
)  # fmt: skip
def test_options_that_cannot_be_meant_are_refused(plain: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="do not fit"):
        decode_options(Artifact(), plain)
