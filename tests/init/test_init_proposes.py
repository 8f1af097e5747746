"""What `init` makes of trees, without keys and ledgers: every proposal compiles, and says what it does not know."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from phaseproof.checks import registry
from phaseproof.decisions.proposing.proposal import Proposal, compiled, propose
from phaseproof.decisions.proposing.sabotage import control_of, fragile
from phaseproof.decisions.proposing.suites import Suite, suites
from phaseproof.decisions.proposing.surroundings import Surroundings
from phaseproof.errors import Refused
from phaseproof.evidence import keys
from phaseproof.plan.read import read

KEYS = {"ann": keys.uri(keys.generate("ann").public), "local": keys.uri(keys.generate("local").public)}
DOCUMENTS = sorted((Path(__file__).parents[1] / "plan" / "fixtures").glob("*.md"))
assert len(DOCUMENTS) > 40, "the documents that these tests are about have moved"
TEXTS = [path.read_text("utf-8") for path in DOCUMENTS]
LINES = sorted({line for text in TEXTS for line in text.split("\n")})


def around(files: dict[str, str], person: str = "ann") -> Surroundings:
    """A tree as `init` sees it."""
    plans = (read(text.encode(), path) for path, text in sorted(files.items()) if path.endswith(".md"))
    found = tuple(plan for plan in plans if plan.items)
    return Surroundings(tuple(sorted(files)), lambda path: files.get(path, ""), found, "yard", person)


def proposed(files: dict[str, str]) -> Proposal:
    """A proposal, which must compile to exactly what it says."""
    kinds = registry.schemas()
    made = propose(around(files), kinds, KEYS)
    bundle = compiled(made, kinds).bundle
    bound = {one.item for one in bundle.bindings}
    assert {f"{one.plan}:{one.item.id}" for one in made.bound} <= bound
    assert not {f"{plan}:{item.id}" for plan, item, _ in made.unbound} & bound
    assert len(bound) == len(made.bound) + made.itself
    return made


def suite(files: dict[str, str]) -> Suite:
    """The one suite of a tree."""
    (found,) = suites(around(files))
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_a_proposal_for_every_document_compiles(path: Path) -> None:
    files = {f"docs/{path.name}": path.read_text("utf-8"), "Makefile": "test:\n\ttrue\n", "tests/t.sh": "true\n"}
    try:
        made = proposed(files)
    except Refused as refused:
        assert refused.rule in ("no-plans", "plans-unfit")
    else:
        assert len(made.text) < 30_000


@given(st.lists(st.sampled_from(LINES), max_size=40), st.sampled_from(TEXTS))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_proposal_for_any_document_compiles(lines: list[str], text: str) -> None:
    try:
        proposed({"docs/plan.md": "\n".join(lines), "docs/phase-2.md": text, "tests/test_a.py": "def test_a(): pass\n"})
    except Refused as refused:
        assert refused.rule in ("no-plans", "plans-unfit")


PLAN = "# Phase 1: Yard\n\n## Gate A\n\n"


def binding(item: str, **files: str) -> dict[str, object] | None:
    """What stands for one item of a plan; None where nothing does."""
    made = proposed({"docs/plan.md": f"{PLAN}- [ ] {item}\n", **{k.replace("__", "/"): v for k, v in files.items()}})
    return dict(made.bound[0].binding) if made.bound else None


SLIP = "import slip\n\n\ndef test_y_1_boats_float():\n    assert slip.up()\n\n\ndef test_ropes_hold():\n    pass\n"
PY = {"tests/test_slip.py": SLIP, "slip.py": "def up():\n    return 1\n"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ("Y-9 Boats float: `tests/test_slip.py`.", {"check": "tests", "tests": ("tests.test_slip*",)}),
        ("Y-9 Ropes hold (`test_ropes_hold`).", {"check": "tests", "tests": ("test_ropes_hold",)}),
        ("Y-1 Boats stay dry.", {"check": "tests", "tests": ("test_y_1_boats_float",)}),
        ("Y-9 All unit tests pass.", {"check": "tests"}),
        ("Y-9 `make lint` is silent.", {"check": "make-lint"}),
        ("Y-9 The rules are written down in `docs/rules.md`.", {"check": "docs-rules"}),
        ("Y-9 Boats are blue.", None),
        ("Y-9 Ropes that hold everything.", None),  # a like name is a suggestion
        ("Y-9 `rm -rf / && make lint` is never run.", None),
        ("Y-9 The engine starts (`slip.py`).", None),  # that code is there proves nothing
        ("Y-9 Evidence of the drill is recorded in `evidence/drill.json`.", None),  # nor does a file that says so
    ],
)
def test_an_item_is_bound_where_it_says_to_what(item: str, expected: dict[str, object] | None) -> None:
    files = {
        **PY,
        "Makefile": "lint:\n\ttrue\n",
        "evidence/drill.json": '{"status": "pass"}\n',
        "docs/rules.md": "Be kind.\n",
    }
    assert binding(item, **{name.replace("/", "__"): text for name, text in files.items()}) == expected


def test_like_words_are_suggested_in_a_comment_and_not_bound() -> None:
    made = proposed({"docs/plan.md": f"{PLAN}- [ ] Y-9 Ropes that hold everything.\n", **PY})
    assert "perhaps {check: tests, tests: [test_ropes_hold]}" in made.text
    assert made.bound == ()


def test_roles_come_from_review_lines_and_sentences_do_not() -> None:
    made = proposed(
        {"docs/plan.md": f"{PLAN}- [ ] Y-1 Boats float.\n\nReviewedBy: Harbour Master, Security Lead, Owner\n"}
    )
    assert list(made.roles) == ["harbour-master", "security-lead"]
    assert "harbour-master: {members: [ann]}   # yours to decide" in made.text
    assert made.itself == 3


def test_documents_that_are_no_plans_are_left_out_with_the_reason() -> None:
    box = f"{PLAN}- [ ] Y-1 one\n"
    made = proposed({
        "docs/plan.md": box, "README.md": box, "docs/templates/plan.md": box, "tests/fixtures/plan.md": box,
        "docs/größe.md": box, ".github/checklist.md": box, "docs/plan-template.md": box,
    })  # fmt: skip
    assert [plan.path for plan in made.plans] == ["docs/plan.md"]
    assert {path for path, _ in made.left_out} == {
        "README.md", "docs/templates/plan.md", "tests/fixtures/plan.md", "docs/größe.md", ".github/checklist.md",
        "docs/plan-template.md",
    }  # fmt: skip


def test_a_plan_that_does_not_compile_is_left_out_and_the_rest_stands() -> None:
    twins = f"{PLAN}- [ ] Y-1 one\n- [ ] Y-1 two\n"
    good = "# Phase 2: Quay\n\n- [ ] Q-1 one\n"
    made = propose(around({"docs/a.md": twins, "docs/b.md": good}), registry.schemas(), KEYS)
    paths = [plan.path for plan in made.plans]
    assert "docs/b.md" in paths
    compiled(made, registry.schemas())


def test_without_a_plan_there_is_nothing_to_propose() -> None:
    with pytest.raises(Refused, match="no document"):
        proposed({"notes.md": "Buy rope.\n"})


NODE = '{"scripts": {"test": "%s"}, "devDependencies": {%s}}'


@pytest.mark.parametrize(
    ("files", "kind", "run"),
    [
        ({"tests/test_a.py": "def test_a():\n    pass\n"}, "tests", "python3 -m pytest -q tests --junitxml="),
        ({"tests/test_a.py": "import unittest\n"}, "command", "python3 -m unittest discover -s tests"),
        (
            {"tests/__init__.py": "", "tests/test_a.py": "import unittest\n"},
            "command",
            "python3 -m unittest discover -s tests -t .",
        ),
        (
            {"src/p/__init__.py": "", "tests/test_a.py": "import pytest\n"},
            "tests",
            "env PYTHONPATH=src python3 -m pytest",
        ),
        ({"package.json": NODE % ("vitest", '"vitest": "1"')}, "tests", "npx vitest run --reporter=junit"),
        ({"package.json": NODE % ("jest", '"jest": "1", "jest-junit": "1"')}, "tests", "env JEST_JUNIT_OUTPUT_FILE="),
        ({"package.json": NODE % ("jest", '"jest": "1"')}, "command", "npm test"),
        ({"package.json": NODE % ("node --test", "")}, "tests", "node --test --test-reporter=junit"),
        ({"go.mod": "module m\n", "m_test.go": "package m\n"}, "command", "go test ./..."),
        ({"Cargo.toml": "[package]\n", "src/lib.rs": ""}, "command", "cargo test"),
        ({"Makefile": "build:\n\ttrue\ntest: build\n\ttrue\n"}, "command", "make test"),
    ],
)
def test_the_test_runner_that_the_tree_shows(files: dict[str, str], kind: str, run: str) -> None:
    found = suite(files)
    assert (found.kind, found.run[: len(run)]) == (kind, run)
    assert ("$PHASEPROOF_OUT" in found.run) == (kind == "tests")


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"package.json": "[]"},
        {"package.json": "{"},
        {"package.json": NODE % ('echo \\"Error: no test specified\\"', "")},
        {"Makefile": "tests := a b\n"},
        {"go.mod": "module m\n"},
    ],
)
def test_no_runner_is_made_up(files: dict[str, str]) -> None:
    assert suites(around(files)) == ()


SETUPS = [
    ({"uv.lock": "", "pyproject.toml": ""}, "uv sync --frozen --no-install-project", ("uv.lock", "pyproject.toml")),
    ({"requirements.txt": "flask\n", "requirements-dev.txt": "-r requirements.txt\npytest\n"},
     "-r requirements-dev.txt", ("requirements-dev.txt", "requirements.txt")),
    ({"requirements.txt": "flask\n"}, "-r requirements.txt pytest", ("requirements.txt",)),
    ({"pyproject.toml": '[project]\ndependencies = ["flask>=3"]\n'}, "'flask>=3' pytest", ("pyproject.toml",)),
]  # fmt: skip


@pytest.mark.parametrize(("files", "line", "inputs"), SETUPS)
def test_dependencies_come_from_where_the_tree_says(files: dict[str, str], line: str, inputs: tuple[str, ...]) -> None:
    found = suite({**files, "tests/test_a.py": "def test_a():\n    pass\n"})
    assert found.setup is not None
    assert found.setup.endswith(line)
    assert found.setup_inputs == inputs


TOP = {"src/p/__init__.py": "", "src/p/a.py": "def a():\n    return (\n        1,\n    )\n"}


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("from p.a import a\n", "p.a"),
        ("from p import a\n", ""),  # a module: it can still be imported when it is empty
        ("import p.a\n", ""),
        ("def test_a():\n    from p.a import a\n", ""),
        ("from p import b\n", "p"),
        ("from os import path\n", ""),
        ("from p.a import (\n", ""),
    ],
)
def test_suites_that_an_emptied_subject_keeps_from_being_collected(test: str, expected: str) -> None:
    assert fragile(around(TOP), {"tests/test_a.py": test}, ("src", "")) == expected


def test_the_control_leaves_python_behind() -> None:
    assert control_of(around(TOP), ("src/**",)) == (
        "every function returns nothing", "find src -name *.py -exec sed -i 's/ return / return None; /g' {} +",
    )  # fmt: skip
    odd = {**TOP, "src/p/b.py": "x = [' return ', 1\n ]; y = lambda: 0\nz = 'a\\\n return b'\n"}
    bad = {**TOP, "src/p/c.py": "if 1: return 2\n"}
    assert control_of(around(odd), ("src/**",)) is not None
    assert control_of(around({"src/p/a.py": "X = 1\n"}), ("src/**",)) is None
    assert control_of(around(bad), ("src/**",)) is not None


def test_where_no_control_fits_sensitivity_is_asked_for() -> None:
    files = {"p.py": "class P:\n    X = 1\n", "tests/test_p.py": "from p import P\n\n\ndef test_p():\n    assert P.X\n"}
    found = suite(files)
    assert (found.controls, found.min_sensitivity) == ((), "0.5")
    assert any("min_sensitivity" in note for note in found.notes)
