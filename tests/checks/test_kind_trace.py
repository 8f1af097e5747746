"""The kind `trace`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from phaseproof.bundle.kinds import OptionMistake
from phaseproof.checks.kind import Outcome, Result
from phaseproof.checks.trace import Tracing
from phaseproof.checks.trace_matrix import Trace, comma_separated, markdown
from phaseproof.checks.trace_options import TraceLink, TraceOptions, TracePlan, TraceTable
from support.bench import FolderBench

DECISIONS = """\
# Decisions

## Taken

| ID | Decision | Constraints |
|----|----------|-------------|
| D-1 | One writer | C-1, C-2 |
| **D-2** | Keep a log | [C-2](constraints.md#c-2) |
"""
CONSTRAINTS = """\
| ID | Constraint | Work |
|---|---|---|
| C-1 | Writes take a lock | P1.1 |
| C-2 | The log is appended to | P1.1<br>P1.2 |
"""
PLAN = "# Phase 1\n\n## Tasks\n\n- [ ] P1.1 Lock writes.\n- [ ] P1.2 Append to the log.\n"
RISKS = """\
# Risks

| Risk | What | Answered by |
|---|---|---|
| R-1 | Two writers | K-1 |
| R-2 | A full disk | A-1 |

## Controls

| ID | Control |
|---|---|
| K-1 | A lock |

## Accepted

| ID | About | Owner |
|---|---|---|
| A-1 | A full disk | dana |
"""
FILES = {"decisions.md": DECISIONS, "constraints.md": CONSTRAINTS, "plan.md": PLAN, "risks.md": RISKS}


def options(*links: TraceLink, **tables: TraceTable) -> TraceOptions:
    plans = {"work": TracePlan("plan.md", ("task",))} if any("work" in (x.source, *x.targets) for x in links) else {}
    return TraceOptions(links=links, tables=tables, plans=plans)


DESIGN = options(
    TraceLink("decisions", "constraints", "Constraints"), TraceLink("constraints", "work", "Work"),
    decisions=TraceTable("decisions.md", heading="Taken"), constraints=TraceTable("constraints.md"),
)  # fmt: skip
ANSWERED = options(
    TraceLink("risks", ("controls", "accepted"), "Answered by"),
    risks=TraceTable("risks.md", id="Risk", filled=("What",)),
    controls=TraceTable("risks.md", heading="Controls"),
    accepted=TraceTable("risks.md", heading="Accepted", filled=("Owner",)),
)


def traced(folder: Path, asked: TraceOptions, **changed: tuple[str, str]) -> Result:
    """What it says of the documents, in some of which a piece was replaced."""
    files: dict[str, str | bytes] = dict(FILES)
    for name, (old, new) in changed.items():
        assert old in FILES[f"{name}.md"]
        files[f"{name}.md"] = FILES[f"{name}.md"].replace(old, new)
    return Tracing().run(asked, FolderBench(folder, files), ())


def told(result: Result) -> list[tuple[str, str, int]]:
    return [(one.rule, one.path, one.line) for one in result.findings]


def test_decisions_lead_to_constraints_and_these_to_work(tmp_path: Path) -> None:
    result = traced(tmp_path, DESIGN)
    assert (result.outcome, result.cases, result.summary) == (Outcome.POSITIVE, 6, "6 traced by 6 links, no orphan")


NOT_ANSWERED = "R-2 (risks) leads to nothing in controls or accepted"


@pytest.mark.parametrize(
    ("changed", "rule", "line"),
    [
        ({"decisions": ("| C-1, C-2 |", "| — |")}, "trace-orphan", 7),
        ({"decisions": ("C-1, C-2", "C-1, C-9")}, "trace-dangling", 7),
        ({"decisions": ("C-1, C-2", "C-1 C-2")}, "trace-dangling", 7),
        ({"decisions": ("C-1, C-2", "C-2")}, "trace-unreached", 3),
        ({"decisions": ("D-1", "D-2")}, "id-duplicate", 8),
        ({"decisions": ("| D-1 |", "| |")}, "id-missing", 7),
        ({"decisions": ("## Taken", "## Dropped")}, "table-missing", 0),
        ({"decisions": ("Constraints |", "Bounds |")}, "column-missing", 5),
        ({"constraints": ("P1.1<br>P1.2", "P1.1")}, "trace-unreached", 6),
        ({"constraints": ("P1.1<br>P1.2", "P1.1, P1.2, P1.20")}, "trace-dangling", 4),
        ({"plan": ("- [ ] P1.2 Append to the log.\n", "")}, "trace-dangling", 4),
        ({"plan": ("- [ ] P1.2", "- [ ] P1.3 Do more.\n- [ ] P1.2")}, "trace-unreached", 6),
    ],
)
def test_an_orphan_is_refused_in_both_directions(tmp_path: Path, changed: Any, rule: str, line: int) -> None:
    result = traced(tmp_path, DESIGN, **changed)
    assert result.outcome is Outcome.NEGATIVE
    assert (rule, line) in [(one.rule, one.line) for one in result.findings], result.findings


def test_a_second_table_beneath_the_heading_hides_nothing(tmp_path: Path) -> None:
    more = "\nAnd:\n\n| ID | Constraints |\n|---|---|\n| D-3 | none |\n"
    files: dict[str, str | bytes] = {**FILES, "decisions.md": DECISIONS + more}
    again = Tracing().run(DESIGN, FolderBench(tmp_path, files), ())
    assert told(again) == [("trace-orphan", "decisions.md", 14)]


def test_a_risk_is_answered_by_a_control_or_an_owned_acceptance(tmp_path: Path) -> None:
    assert traced(tmp_path, ANSWERED).outcome is Outcome.POSITIVE
    unowned = traced(tmp_path / "unowned", ANSWERED, risks=("| dana |", "| tbd |"))
    assert told(unowned) == [("cell-empty", "risks.md", 18)]
    open_ = traced(tmp_path / "open", ANSWERED, risks=("| A-1 |\n", "| |\n"))
    assert [one.message for one in open_.findings] == [
        NOT_ANSWERED,
        "A-1 (accepted) is named by nothing in risks",
    ]
    both = traced(tmp_path / "both", ANSWERED, risks=("| K-1 | A lock |", "| K-1 | A lock |\n| A-1 | x |"))
    assert ("id-duplicate", "risks.md", 18 + 1) in told(both)


def test_of_a_plan_the_words_are_read(tmp_path: Path) -> None:
    asked = options(TraceLink("work", "constraints"), constraints=TraceTable("constraints.md"))
    files: dict[str, str | bytes] = {
        **FILES,
        "plan.md": "# Phase 1\n\n## Tasks\n\n- [ ] P1.1 Lock writes (C-1).\n- [ ] P1.2 Append, see C-2.\n",
    }
    assert Tracing().run(asked, FolderBench(tmp_path, files), ()).outcome is Outcome.POSITIVE
    files["plan.md"] = (
        "# Phase 1\n\n## Tasks\n\n- [ ] P1.1 Lock (C-1), (C-2).\n- [ ] P1.2 Append, see C-12 and C-2.1.\n"
    )
    result = Tracing().run(asked, FolderBench(tmp_path / "again", files), ())
    assert told(result) == [("trace-orphan", "plan.md", 6)]


def test_rows_that_a_reader_does_not_see_do_not_count(tmp_path: Path) -> None:
    hidden = "<!--\n| ID | Constraint | Work |\n|---|---|---|\n| C-1 | a | P1.1 |\n| C-2 | b | P1.2 |\n-->\n"
    files: dict[str, str | bytes] = {**FILES, "constraints.md": hidden}
    result = Tracing().run(DESIGN, FolderBench(tmp_path, files), ())
    assert ("table-missing", "constraints.md", 0) in told(result)


def test_the_matrix_is_kept(tmp_path: Path) -> None:
    result = traced(tmp_path, DESIGN, decisions=("C-1, C-2", "C-9"))
    rows = result.outputs["matrix.csv"].read_text().splitlines()
    assert rows[0] == "from,id,to,names,place,state"
    assert "decisions,D-1,constraints,C-9,decisions.md:7,dangling" in rows
    assert "decisions,,constraints,C-1,constraints.md:3,unreached" in rows
    assert "| constraints | C-1 | work | P1.1 | constraints.md:3 | traced |" in result.outputs["matrix.md"].read_text()


def test_the_matrix_neither_breaks_its_table_nor_makes_a_formula() -> None:
    trace = Trace("a", "=1+1", "b", "x|y<br>", "p:1", "traced")
    assert b"'=1+1" in comma_separated([trace])
    assert markdown([trace]).splitlines()[-1] == rb"| a | =1+1 | b | x\|y&lt;br> | p:1 | traced |"


def test_its_subject_is_what_it_names() -> None:
    assert DESIGN.default_subject() == ("decisions.md", "constraints.md", "plan.md")


@pytest.mark.parametrize(
    ("made", "words"),
    [
        ({"links": ()}, "nothing is traced"),
        ({"links": (TraceLink("a", "b", "B"),), "tables": {"a": TraceTable("a.md")}}, "called 'b'"),
        ({"links": (TraceLink("a", "a", "B"),), "tables": {"a": TraceTable("a.md")}}, "to others"),
        ({"links": (TraceLink("a", "b"),), "tables": {"a": TraceTable("a.md"), "b": TraceTable("b.md")}}, "add column"),
        (
            {
                "links": (TraceLink("p", "a", "X"),),
                "tables": {"a": TraceTable("a.md")},
                "plans": {"p": TracePlan("p.md")},
            },
            "leave column out",
        ),
        (
            {"links": (TraceLink("a", "b", "B"),), "tables": {n: TraceTable(f"{n}.md") for n in "abc"}},
            "no link leads from or to 'c'",
        ),
        (
            {"links": (TraceLink("a", "b", "B"),), "tables": {"a": TraceTable("*.md"), "b": TraceTable("b.md")}},
            "one file",
        ),
    ],
)
def test_mistakes(made: dict[str, Any], words: str) -> None:
    with pytest.raises(OptionMistake) as caught:
        TraceOptions(**made)
    assert words in str(caught.value)


@pytest.mark.parametrize("asked", [DESIGN, ANSWERED])
def test_the_controls_are_noticed(tmp_path: Path, asked: TraceOptions) -> None:
    subject = sorted(asked.default_subject())
    controls = Tracing().controls(asked, subject, lambda path: FILES[path].encode())
    assert [control.name for control in controls] == ["subject truncated", "orphan planted"]
    for control in controls:
        bench = FolderBench(tmp_path / control.name, FILES)
        bench.apply(control)
        result = Tracing().run(asked, bench, ())
        assert result.outcome is Outcome.NEGATIVE
        if control.name == "orphan planted":
            assert [one.rule for one in result.findings] == ["trace-orphan"], result.findings
