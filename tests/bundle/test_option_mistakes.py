"""Mistakes in a kind's options stand at the option, and a stub that nothing holds anybody to is one."""

from __future__ import annotations

from typing import Any

import pytest

from phaseproof.bundle import agreed_checks
from phaseproof.bundle.compile import compile
from phaseproof.bundle.config import load
from phaseproof.bundle.mistakes import Mistake, Mistakes
from phaseproof.checks import registry
from phaseproof.plan.read import read

HEAD = """\
phaseproof: 1
programme: labels
plans: [r6.md]
people:
  dana: {key: "ed25519:11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
roles:
  owner: {members: [dana]}
policy:
  migrate: {roles: [owner]}
"""


def mistakes(checks: str, more: str = "") -> list[Mistake]:
    config = load((HEAD + more + "checks:\n" + checks).encode(), "phaseproof.yaml")
    found: list[Mistake] = list(config.mistakes)
    agreed_checks.agree(config, registry.schemas(), found)
    return found


@pytest.mark.parametrize(
    ("check", "line", "column", "words"),
    [
        ("  a:\n    kind: metrics\n    read: [{file: r.json}]\n    expect: metric.a < 1\n", 14, 13, "mean metrics?"),
        (
            "  a:\n    kind: metrics\n    read: [{file: r.json}]\n    expect:\n      - metrics.a < 1\n"
            "      - metrics.l.all(x, x < 1)\n",
            16, 9, "size(metrics[\"l\"]) > 0 &&",
        ),
        ("  a:\n    kind: metrics\n    read:\n      - {file: r.txt}\n    expect: metrics.a < 1\n", 14, 16, "add form"),
        (
            "  a:\n    kind: score\n    read: [{file: r.json}]\n    threshold: 0.5\n    components:\n"
            "      b: {figure: b, weight: 0.9}\n",
            16, 7, "sum to 0.9",
        ),
        ("  a:\n    kind: search\n    must_not:\n      - {pattern: 'a+'}\n", 14, 9, "add an example"),
        ("  a: {kind: stub, expansion: r6.md}\n", 11, 30, "no stub"),
    ],
)  # fmt: skip
def test_a_mistake_stands_at_its_option(check: str, line: int, column: int, words: str) -> None:
    (found,) = mistakes(check)
    assert (found.line, found.column) == (line, column), found
    assert words in found.sentence


def test_the_stub_of_the_configuration_is_taken() -> None:
    config = load((HEAD + "expands: {r6.md: r6-stub.md}\nchecks:\n  a: {kind: stub, expansion: r6.md}\n").encode(), "p")
    found: list[Mistake] = []
    check = agreed_checks.agree(config, registry.schemas(), found)["a"]
    assert not found
    assert check.options == {"expansion": "r6.md", "stub": "r6-stub.md"}
    assert (check.subject, check.instrument) == (("r6.md",), ("r6-stub.md",))


PLAN = b"# R6\n\n## Tasks\n\n- [ ] T1 A queue (R6.1).\n"
STUB = "checks:\n  a: {kind: stub, expansion: r6.md}\n"


@pytest.mark.parametrize(
    ("more", "compiles"),
    [
        ("", False),
        (STUB, False),
        (STUB + "bindings:\n  T1: {check: a}\n", True),
        (STUB + "bindings:\n  T1: {all: [a]}\n", True),
        (STUB + "bindings:\n  T1: {check: a, advisory: true}\n", False),
    ],
)
def test_a_stub_that_nothing_holds_anybody_to_does_not_compile(more: str, compiles: bool) -> None:
    config = load((HEAD + "expands: {r6.md: r6-stub.md}\n" + more).encode(), "phaseproof.yaml")

    def made() -> Any:
        return compile([read(PLAN, "r6.md")], config, registry.schemas())

    if compiles:
        assert made().bundle.expands == {"r6.md": "r6-stub.md"}
        return
    with pytest.raises(Mistakes) as caught:
        made()
    (found,) = caught.value.mistakes
    assert (found.where, found.line) == ("expands.r6.md", 10)
    assert "nothing holds" in found.message
