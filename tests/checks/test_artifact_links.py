from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.checks.artifact import Artifact
from phaseproof.checks.artifact_options import ArtifactOptions
from phaseproof.checks.document import anchors, read
from phaseproof.checks.kind import Outcome, Result
from support.bench import FolderBench

TREE: dict[str, str | bytes] = {
    "README.md": "# Top\n",
    "docs/other.md": "# Über uns: the *plan*!\n\n## Twice\n\n## Twice\n\n## Pinned {#pin}\n\n<a id='here'></a>\n",
    "docs/with space.md": "x\n",
    "docs/pic(1).png": b"x",
}


def linked(folder: Path, text: str) -> Result:
    bench = FolderBench(folder, {**TREE, "docs/a.md": text})
    (bench.root / "docs" / "out").symlink_to("/etc")
    (bench.root / "docs" / "twin.md").symlink_to("other.md")
    return Artifact().run(ArtifactOptions(path="docs/a.md", links=True), bench, ())


@pytest.mark.parametrize(
    "text",
    [
        "no link", "[a](other.md)", "[a](./other.md)", "[a](../README.md)", "[a](/README.md)", "[a](..)", "[a](/)",
        "[a](<with space.md>)", "[a](with%20space.md)", "[a](other.md?plain=1#twice)", "![p](pic(1).png)",
        "[a](other.md#über-uns-the-plan)", "[a](other.md#twice-1)", "[a](other.md#pin)", "[a](other.md#here)",
        "[a](https://example.org/none#x)", "[a](mailto:a@example.org)", "[a](//example.org/x)",
        "`[a](none.md)` ``[b](none.md)``", "```\n[a](none.md)\n```", "# Here\n\n[a](#here)", '<a href="other.md">x</a>',
        "[x][ref]\n\n[ref]: other.md 'title'", '[a](other.md "title")', "[a](#Here)\n\n# here",
    ],
)  # fmt: skip
def test_links_that_lead_somewhere(tmp_path: Path, text: str) -> None:
    result = linked(tmp_path, text + "\n")
    assert (result.outcome, result.findings) == (Outcome.POSITIVE, ())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("[a](none.md)", "link-broken"),
        ("[a](Other.md)", "link-broken"),
        ("[a](other.md/x)", "link-broken"),
        ("[a](../../etc/passwd)", "link-escapes"),
        ("[a](%2e%2e/%2e%2e/etc/passwd)", "link-escapes"),
        ("[a](/../x)", "link-escapes"),
        ("[a](out/passwd)", "link-escapes"),
        ("[a](twin.md)", "link-escapes"),
        ("[a](..\\..\\x)", "link-escapes"),
        ("[a](other.md#none)", "link-anchor"),
        ("[a](other.md#twice-2)", "link-anchor"),
        ("[a](#none)", "link-anchor"),
        ("![p](none.png)", "link-broken"),
        ("[![p](pic(1).png)](none.md)", "link-broken"),
        ("[x][ref]\n\n[ref]: none.md", "link-broken"),
        ('<img src="none.png">', "link-broken"),
        ("[a\nb](none.md)", "link-broken"),
    ],
)
def test_links_that_do_not(tmp_path: Path, text: str, rule: str) -> None:
    result = linked(tmp_path, f"# T\n\n{text}\n")
    assert [finding.rule for finding in result.findings] == [rule]
    assert result.findings[0].line >= 3
    assert result.outcome is Outcome.NEGATIVE


def test_anchors_are_githubs() -> None:
    document = read("# A `code` & B_c - d\n\n# [Link](x.md) text\n\nSetext 1.2\n---\n")
    assert anchors(document) == {"a-code--b_c---d", "link-text", "setext-12"}
