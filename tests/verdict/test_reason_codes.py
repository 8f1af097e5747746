"""Every reason code that a verdict may give is given by a programme here, and every code has its sentence."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

import phaseproof
from phaseproof.bundle.model import Selection
from phaseproof.evidence.sensitivity import Sensitivity
from phaseproof.reasons import SENTENCES, sentence
from support.programme import DAY, Programme

SOURCE = Path(phaseproof.__file__).parent
FAST = Selection(tests=("test_fast_*",))


def one(**binding: object) -> Programme:
    return Programme().item("E-01", **{"check": "unit", **binding})


def selected() -> Programme:
    return one(selection=FAST)


def signed_then_changed() -> Programme:
    programme = (
        one().item("S-1", kind="signoff", role="maintainer").proves("E-01").signed_by("alice", "bob", item="S-1")
    )
    return programme.edits("unit")


def killed() -> Programme:
    programme = one().proves("E-01")
    programme.announces("unit", limit=60)
    return programme.waits(61)


def running() -> Programme:
    programme = one()
    programme.announces("unit")
    return programme


def set_back() -> Programme:
    return one().proves("E-01").waits(-DAY)


def broken(code: str) -> Programme:
    programme = one()
    programme.broken["unit"] = (code, "docs/runbook.md")
    return programme


def without_kind() -> Programme:
    programme = one()
    programme.kinds = {}
    return programme


def upgraded() -> Programme:
    programme = one().proves("E-01")
    programme.kinds = {"tests": "1.1"}
    return programme


def differing() -> Programme:
    programme = one().proves("E-01")
    programme.differs = ("gate-a",)
    return programme


def uncompiled() -> Programme:
    programme = one().proves("E-01")
    programme.compiles = "phaseproof.yaml:3: nobody knows the role"
    return programme


def sensing(found: Sensitivity | None) -> Programme:
    asking = Programme().check("unit", min_sensitivity="0.8").item("E-01", check="unit")
    return asking.proves("E-01", sensitivity=found)


SCENARIOS: dict[str, Callable[[], Programme]] = {
    "unbound": lambda: Programme().item("E-01"),
    "never-run": one,
    "in-progress": running,
    "selection-not-run": lambda: selected().proves("E-01"),
    "selection-empty": lambda: selected().proves("E-01", selections={FAST: "inconclusive"}),
    "selection-failed": lambda: selected().refutes("E-01", selections={FAST: "negative"}),
    "strength-too-weak": lambda: one().proves("E-01", strength="observed"),
    "assurance-too-low": lambda: one(assurance="separate").proves("E-01"),
    "signature-missing": lambda: Programme().item("S-1", kind="signoff", role="maintainer"),
    "instrument-unreviewed": lambda: one().policy(instrument=("maintainer",)).proves("E-01"),
    "instrument-changed": lambda: one().proves("E-01").edits("unit", "instrument").proves("E-01"),
    "children-empty": lambda: Programme().item("E-01", children=True).item("E-01.1", parent="E-01"),
    "record-missing": lambda: Programme().item("E-01", record="MIG-06"),
    "signer-unknown": lambda: one().proves("E-01", by="stranger", announced=False),
    "check-failed": lambda: one().refutes("E-01"),
    "control-passed": lambda: one().proves("E-01", controls={"subject truncated": "positive"}),
    "control-inconclusive": lambda: one().proves("E-01", controls={"subject truncated": "inconclusive"}),
    "control-missing": lambda: one().proves("E-01", controls={}),
    "sensitivity-low": lambda: sensing(Sensitivity(4, 4, 1, bound="0.25", survivors=("a.py:1 f",))),
    "sensitivity-missing": lambda: sensing(None),
    "sensitivity-budget": lambda: sensing(Sensitivity(90, 9, 9)),
    "sensitivity-empty": lambda: sensing(Sensitivity(reason="sensitivity-empty")),
    "flaky": lambda: one().refutes("E-01").proves("E-01"),
    "abandoned": killed,
    "overtaken": lambda: one().proves("E-01", overtaken=True),
    "clock": set_back,
    "inputs-changed": lambda: one().proves("E-01").edits("unit"),
    "check-changed": upgraded,
    "content-changed": signed_then_changed,
    "too-old": lambda: one(max_age=DAY).proves("E-01").waits(DAY + 1),
    "kind-missing": without_kind,
    "inputs-unreadable": lambda: broken("inputs-unreadable"),
    "path-missing": lambda: broken("path-missing"),
    "output-unreadable": lambda: one().runs("unit", "inconclusive", reason=""),
    "ref-missing": lambda: one(at="release/1.0"),
    "gate-empty": lambda: one(advisory=True).proves("E-01"),
    "nothing-proven": one,
    "item-holds": one,
    "after-holds": lambda: Programme().gate("a").gate("b", after=("a",)).item("E-01", check="unit").proves("E-01"),
    "bundle-differs": differing,
    "bundle-unreadable": uncompiled,
    "bundle-provisional": lambda: one().installed("alice").proves("E-01"),
    "broad-binding": lambda: one(broad=True).proves("E-01"),
}


def codes_of(programme: Programme) -> set[str]:
    board = programme.board()
    told = [reason for gate in board.gates for reason in gate.reasons]
    told += [reason for item in board.items for reason in item.judgement.reasons]
    assert all(sentence(reason.code, reason.detail) for reason in told)
    return {reason.code for reason in told}


@pytest.mark.parametrize("code", SCENARIOS)
def test_the_code_is_given(code: str) -> None:
    assert code in codes_of(SCENARIOS[code]())


def test_every_code_that_verdicts_name_is_given_above() -> None:
    named = {code for path in (SOURCE / "verdict").glob("*.py") for code in _made(path)}
    handed_on = {"path-missing"}  # worked out with the inputs, and judged apart from other trouble with them
    assert named == set(SCENARIOS) - handed_on


def test_every_code_that_a_reason_is_made_of_has_a_sentence() -> None:
    made = {code: path.name for path in SOURCE.rglob("*.py") for code in _made(path)}
    assert not {code: name for code, name in made.items() if code not in SENTENCES}


def test_every_code_that_a_run_or_its_inputs_end_with_has_a_sentence() -> None:
    makers = {"_inconclusive", "inconclusive", "NoAnswer", "Unanswered"}
    made = {code: path.name for path in SOURCE.rglob("*.py") for code in _made(path, makers)}
    assert made
    speechless = {code: name for code, name in made.items() if code not in SENTENCES}
    assert not speechless, "each needs a sentence in reasons.py"


def test_every_sentence_belongs_to_a_code_that_is_used() -> None:
    used = {text for path in SOURCE.rglob("*.py") if path.name != "reasons.py" for text in _texts(path)}
    assert sorted(set(SENTENCES) - used) == []


def test_what_a_terminal_would_obey_is_written_out() -> None:
    said = sentence("check-failed", "1 failed\x1b[2K\rPASS")
    assert "\x1b" not in said
    assert "\r" not in said
    assert "PASS" in said


def _made(path: Path, makers: Collection[str] = ("Reason",)) -> Iterator[str]:
    """Codes in `Reason("code", …)`, either of a choice."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in makers and node.args:
            for inner in ast.walk(node.args[0]):
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str) and inner.value:
                    yield inner.value


def _texts(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
