"""Evidence that nobody may have signed does not get onto a page as if somebody had."""

from __future__ import annotations

import pytest

from phaseproof.bundle.model import Reading
from phaseproof.decisions.state import State
from phaseproof.digests import sha256
from phaseproof.errors import Untrue
from phaseproof.evidence.model import FindingRecord
from phaseproof.evidence.sensitivity import Sensitivity
from phaseproof.reports.dossier import Sighting, sightings
from support.programme import Programme
from support.rules import PLAN


def seen(programme: Programme, check: str) -> Sighting:
    programme.installed()
    state = State(programme.ledger, programme.view, programme.bundle, Reading({PLAN: sha256(b"")}, "1"))  # type: ignore[arg-type]
    return sightings(state, programme.board(), programme.now)[check]


def test_a_forged_refutation_is_refused_not_shown() -> None:
    programme = Programme().item("E-1", check="unit").proves("E-1")
    assert seen(programme, "unit").listed
    programme.forges("unit", "negative")
    programme.edits("unit")
    with pytest.raises(Untrue) as caught:
        seen(programme, "unit")
    assert caught.value.rule in ("signature-unknown", "signature-invalid")


def test_a_stranger_s_evidence_is_shown_as_that() -> None:
    programme = Programme().item("E-1", check="unit").runs("unit", "negative", key="mallory")
    found = seen(programme, "unit")
    assert found.last is not None
    assert not found.listed


def test_a_control_signed_by_somebody_else_is_refused() -> None:
    programme = Programme().item("E-1", check="unit").runs("unit", forget_controls=True)
    with pytest.raises(Untrue) as caught:
        seen(programme, "unit")
    assert caught.value.rule == "evidence-missing"


def test_what_counts_is_shown_and_not_a_later_weaker_run() -> None:
    programme = Programme().item("E-1", check="unit").proves("E-1")
    good = seen(programme, "unit")
    assert good.seen is not None
    programme.runs("unit", strength="observed", summary="9 passed")
    found = seen(programme, "unit")
    assert found.seen is not None
    assert (found.seen.strength, found.last) == ("isolated", good.last)


def test_output_and_findings_come_from_that_evidence() -> None:
    log = b"one\n\ntwo\n" * 20
    programme = Programme().item("E-1", check="unit").installed()
    programme.ledger.objects[sha256(log)] = log
    finding = FindingRecord("r", "it broke", "a.py", 3)
    programme.runs("unit", "negative", objects={"log": sha256(log)}, findings=(finding,))
    found = seen(programme, "unit")
    assert found.printed == ("one", "two") * 7
    assert found.seen is not None
    assert found.seen.findings == (finding,)


def test_sensitivity_is_told_in_figures_and_names() -> None:
    measured = Sensitivity(4, 4, 3, 1, 0, "0.75", sha256(b"seed"), ("src/a.py:3 rounded",))
    programme = Programme().item("E-1", check="unit").installed().runs("unit", sensitivity=measured)
    told = seen(programme, "unit").sensed
    assert told.survivors == ("src/a.py:3 rounded",)
    assert told.figures == (
        "4 of 4 functions were each replaced by a neutral return; the check noticed 3 of them; "
        "it notices at least a share of 0.75; reached by no test: 1"
    )


def test_survivors_are_read_whatever_wrote_them_and_nonsense_is_refused() -> None:
    for data, names in ((b'{"survivors":[{"path":"a.py","line":3,"name":"f"}]}', ("a.py:3 f",)),
                        (b'{"survivors":["a.py:3 f"]}', ("a.py:3 f",)), (b'{"population":3}', ())):  # fmt: skip
        programme = Programme().item("E-1", check="unit").installed()
        programme.ledger.objects[sha256(data)] = data
        programme.runs("unit", objects={"sensitivity.json": sha256(data)}, metrics={"sensitivity.bound": "0.8"})
        told = seen(programme, "unit").sensed
        assert told.survivors == names
        assert "0.8" in told.figures
    programme = Programme().item("E-1", check="unit").installed()
    programme.ledger.objects[sha256(b"{")] = b"{"
    programme.runs("unit", objects={"sensitivity.json": sha256(b"{")})
    with pytest.raises(Untrue):
        seen(programme, "unit")
