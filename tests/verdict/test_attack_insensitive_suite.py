"""A suite that calls everything and looks at nothing, and figures that say otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from phaseproof.bundle import digest
from phaseproof.bundle.model import Selection
from phaseproof.errors import Untrue
from phaseproof.evidence.sensitivity import LEAST, Sensitivity, plain, share
from support.programme import Programme, proven

FAST = Selection(tests=("test_fast_*",))
NAMES = ("src/a.py:1 f", "src/a.py:9 g", "src/b.py:3 C.h", "src/b.py:8 C.i")


def figures(killed: int, sampled: int, population: int, **fields: Any) -> Sensitivity:
    bound = plain(share(killed, sampled, population))
    return Sensitivity(population, sampled, killed, bound=bound, survivors=NAMES[: sampled - killed], **fields)


def programme(least: str = "0.8", **binding: Any) -> Programme:
    return Programme().check("unit", min_sensitivity=least).item("E-03", check="unit", **binding)


def judged(one: Sensitivity | None, least: str = "0.8", **fields: Any) -> tuple[str, ...]:
    return programme(least).proves("E-03", sensitivity=one, **fields).verdict("E-03")


def test_a_suite_that_notices_too_little_is_hollow_and_names_what_it_missed() -> None:
    made = programme().proves("E-03", sensitivity=figures(6, 10, 10))
    (reason,) = made.judgement("E-03").reasons
    assert made.verdict("E-03") == ("hollow", "sensitivity-low")
    assert reason.detail == (
        "6 of 10 noticed, wanted 0.8; not noticed: src/a.py:1 f, src/a.py:9 g, src/b.py:3 C.h and 1 more"
    )
    assert made.decides() == "HOLD"


def test_the_whole_population_meets_the_demand_exactly() -> None:
    assert judged(figures(8, 10, 10)) == proven
    assert judged(figures(8, 10, 10), least="0.81") == ("hollow", "sensitivity-low")


def test_it_stands_for_a_control_that_came_to_no_result_or_that_there_is_none() -> None:
    assert judged(figures(8, 10, 10), controls={"subject truncated": "inconclusive"}) == proven
    assert judged(figures(8, 10, 10), controls={}) == proven


def test_it_never_stands_for_a_control_in_which_the_check_passed() -> None:
    assert judged(figures(10, 10, 10), controls={"subject truncated": "positive"}) == ("hollow", "control-passed")


def test_low_figures_are_not_made_good_by_a_control() -> None:
    low = figures(1, 10, 10)
    assert judged(low, controls={"subject truncated": "negative"}) == ("hollow", "sensitivity-low")
    both = judged(low, controls={"subject truncated": "inconclusive"})
    assert both == ("hollow", "sensitivity-low", "control-inconclusive")


def test_a_check_that_was_not_measured_is_hollow() -> None:
    assert judged(None) == ("hollow", "sensitivity-missing")
    assert judged(None, controls={"subject truncated": "inconclusive"})[:2] == ("hollow", "sensitivity-missing")


def test_a_demand_made_later_asks_for_another_run() -> None:
    made = Programme().item("E-03", check="unit").proves("E-03", controls={"subject truncated": "inconclusive"},
                                                         sensitivity=figures(10, 10, 10))  # fmt: skip
    assert made.verdict("E-03") == ("hollow", "control-inconclusive")  # nobody asked, so it is not counted


@pytest.mark.parametrize(
    ("one", "verdict"),
    [
        (figures(LEAST, LEAST, 400), proven),
        (figures(LEAST - 1, LEAST - 1, 400), ("error", "sensitivity-budget")),
        (figures(26, LEAST, 400), ("error", "sensitivity-budget")),
        (figures(70, 100, 101), ("hollow", "sensitivity-low")),
        (figures(0, 0, 400), ("error", "sensitivity-budget")),
        (Sensitivity(), ("error", "sensitivity-empty")),
        (Sensitivity(reason="sensitivity-failed", detail="a.py cannot be parsed"), ("error", "sensitivity-failed")),
        (Sensitivity(reason="sensitivity-empty"), ("error", "sensitivity-empty")),
        (Sensitivity(reason="sensitivity-budget"), ("error", "sensitivity-budget")),
    ],
)
def test_samples_count_for_their_lower_bound_and_no_measure_is_an_error(
    one: Sensitivity, verdict: tuple[str, ...]
) -> None:
    assert judged(one) == verdict


def test_a_selection_whose_own_tests_noticed_needs_no_control() -> None:
    made = programme(selection=FAST)
    chosen = digest.of_selection(FAST)
    fields = {"selections": {FAST: "positive"}, "controls": {"subject truncated": "inconclusive"}}
    made.proves("E-03", sensitivity=figures(10, 10, 10, noticed=(chosen,)), **fields)
    assert made.verdict("E-03") == proven
    made.proves("E-03", sensitivity=figures(1, 10, 10, noticed=(chosen,)), **fields)
    assert made.verdict("E-03") == ("hollow", "sensitivity-low", "control-inconclusive")
    other = digest.of_selection(Selection(tests=("test_slow_*",)))
    made.proves("E-03", sensitivity=figures(10, 10, 10, noticed=(other,)), **fields)
    assert made.verdict("E-03") == ("hollow", "control-inconclusive")


def test_a_selection_needs_a_control_of_its_own() -> None:
    made = programme(selection=FAST)
    made.proves("E-03", sensitivity=figures(10, 10, 10), selections={FAST: "positive"},
                controls={"subject truncated": "inconclusive"})  # fmt: skip
    assert made.verdict("E-03") == ("hollow", "control-inconclusive")
    made.proves("E-03", sensitivity=figures(10, 10, 10), selections={FAST: "positive"},
                control_selections={FAST: "negative"})  # fmt: skip
    assert made.verdict("E-03") == proven


@pytest.mark.parametrize(
    "lie",
    [
        Sensitivity(10, 10, 2, bound="0.9"),
        Sensitivity(10, 5, 5, bound="1"),
        Sensitivity(10, 11, 2, bound="0"),
        Sensitivity(10, 10, 8, bound="0.8", inconclusive=3),
        Sensitivity(10, 10, 0, bound="0", noticed=("sha256:" + "0" * 64,)),
    ],
)
def test_figures_that_do_not_fit_each_other_are_no_evidence(lie: Sensitivity) -> None:
    with pytest.raises(Untrue) as refused:
        programme().proves("E-03", sensitivity=lie)
    assert refused.value.rule == "evidence-unreadable"


def test_an_index_that_flatters_its_evidence_is_refused() -> None:
    made = programme().proves("E-03", sensitivity=figures(2, 10, 10))
    event, _ = made.ledger.rows[-1]
    payload = dict(event.payload)
    payload["sensitivity"] = {**payload["sensitivity"], "killed": 10, "bound": "1"}
    made.ledger.rows.pop()
    made.ledger.write(event.stream, event.type, event.actor, payload, event.at)
    assert made.verdict("E-03") == proven  # by the index alone
    with pytest.raises(Untrue, match="something else"):
        made.decides()
