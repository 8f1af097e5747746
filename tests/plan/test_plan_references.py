"""Files and folders that a text names."""

from __future__ import annotations

import pytest
from plan_texts import plan

from phaseproof.plan.references import paths_in


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("see `docs/a.md` and reports/b.json.", ["docs/a.md", "reports/b.json"]),
        ("All src/__tests__/ from the phases", ["src/__tests__/"]),
        ("`fuzz/corpus/` is seeded", ["fuzz/corpus/"]),
        ("GOVERNANCE.MD and contract.md:12", ["GOVERNANCE.MD", "contract.md"]),
        ("[x](docs/a.md#part) and @docs/b.md", ["docs/a.md", "docs/b.md"]),
        ("src/__tests__/stress.test.ts — load", ["src/__tests__/stress.test.ts"]),
        ("https://example.org/a.md and www.example.org/b.html", []),
        ('run tool path="src/" now', []),
        ("reply.json() of Node.js, e.g. v1.2, i.e. 3.5", []),
        ("~/bin/a.sh, /etc/b.conf and ../c.md", []),
        ("`lightning/cl-hive` and/or either", []),
        ("src/**/*.ts", []),
    ],
)
def test_paths_of_a_line(line: str, found: list[str]) -> None:
    assert paths_in(line) == found


def test_items_cite_what_stands_on_their_lines() -> None:
    found = plan("# Phase 1\n\n## Tasks\n\n- [x] load `a/b.json`\n  and c/d.md\n- [x] nothing\n\nsee e.md\n")
    assert [[r.path for r in i.references] for i in found.items] == [["a/b.json", "c/d.md"], []]
    assert [(r.line, r.path) for r in found.references] == [(5, "a/b.json"), (6, "c/d.md"), (9, "e.md")]
