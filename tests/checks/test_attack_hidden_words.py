"""A forbidden word that a reader sees and a program shall not; and a required one the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.checks.artifact import Artifact
from phaseproof.checks.artifact_options import ArtifactOptions
from phaseproof.checks.document import read
from phaseproof.checks.kind import Outcome, Result
from phaseproof.checks.wording import judged_lines, occurrences, planted
from support.bench import FolderBench


def judged(folder: Path, text: str, name: str = "a.md") -> Result:
    options = ArtifactOptions(path=name, forbidden=("assumed", "best effort"))
    return Artifact().run(options, FolderBench(folder, {name: text}), ())


@pytest.mark.parametrize(
    "text",
    [
        "ASSUMED", "_assumed_", "**assumed**", "(assumed)", "as\u200bsumed", "as\u00adsumed", "ａssumed", "assumed's",
        "best  effort", "best\neffort", "best-effort", "best *effort*", "**best** effort", "best\u2011effort",
        "> best\n> effort", "    assumed in indented code", "`assumed`", "<!-- assumed -->", "| assumed |",
        "```\nnever closed\nassumed", "<!--\n```\n-->\nassumed\n<!--\n```\n-->", "<div>\n```\n\nassumed\n\n```\n",
        "<pre>\n```\n</pre>\nassumed\n<pre>\n```\n</pre>", "- item\n  ```\nassumed\n  ```\n", "``` a`b\nassumed\n```",
        "---\ntitle: assumed\n---\ntext", "\ufeffassumed", "text\rassumed\rtext", "[a](x 'assumed')", "# Assumed",
        "````\n```\n````\nassumed", "~~~\n```\n~~~\nassumed\n~~~\n```\n~~~",
    ],
)  # fmt: skip
def test_what_a_reader_sees_is_found(tmp_path: Path, text: str) -> None:
    result = judged(tmp_path, f"words\n\n{text}\n" if not text.startswith(("---", "\ufeff")) else text)
    assert "forbidden-word" in [finding.rule for finding in result.findings]
    assert result.outcome is Outcome.NEGATIVE


@pytest.mark.parametrize(
    "text", ["unassumed", "assumedly", "best\n\neffort", "best of effort", "```\nassumed\n```", "~~~sh\nassumed\n~~~"]
)
def test_other_words_and_code_are_not(tmp_path: Path, text: str) -> None:
    assert judged(tmp_path, f"words\n\n{text}\n").outcome is Outcome.POSITIVE


def test_code_fences_mean_nothing_outside_markdown(tmp_path: Path) -> None:
    assert judged(tmp_path, "a\n```\nassumed\n```\n", "a.txt").outcome is Outcome.NEGATIVE


@pytest.mark.parametrize("text", ["```\nall of it in code\n```\n", "---\n---\n\n***\n", "| |\n|-|\n"])
def test_a_document_without_words_is_not_free_of_them(tmp_path: Path, text: str) -> None:
    assert [finding.rule for finding in judged(tmp_path, text).findings] == ["nothing-to-judge"]


def test_a_normative_section_that_is_not_there_is_not_clean(tmp_path: Path) -> None:
    options = ArtifactOptions(path="a.md", forbidden=("assumed",), normative=("Guarantees",))
    result = Artifact().run(options, FolderBench(tmp_path, {"a.md": "# Other\n\nwords\n"}), ())
    assert [finding.rule for finding in result.findings] == ["nothing-to-judge"]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["```", "~~~", "<!--", "-->", "<div>", "- a", "  ```", "# H", "", "x", "---", "|a|"])))
def test_no_opening_of_any_sort_hides_the_last_line(lines: list[str]) -> None:
    text = "\n".join([*lines, "assumed"])
    assert list(occurrences(["assumed"], judged_lines(text, "a.md", ())))
    document = read(text)
    assert len(document.lines) == len(document.shown) == len(lines) + 1
    assert planted(text, "assumed", ()) is not None


def test_long_lines_are_read_in_time() -> None:
    for line in ("# " + " " * 500_000 + "x", "[" * 500_000, "<a" * 250_000, "|" * 500_000 + "\n" + " " * 500_000 + "-",
                 "](" * 200_000, "`" * 500_000, "assumed " * 100_000, "\\|" * 200_000 + "|\n|-|"):  # fmt: skip
        document = read(line)
        list(occurrences(["assumed x", "y"], document.shown))
