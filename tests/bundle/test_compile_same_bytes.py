"""The same inputs give the same bytes, in whatever order they come; ticks never matter."""

from __future__ import annotations

import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import Bundle, Reading
from support.programmes import compiled, item, key, plain_source, plan, section

NAMES = ["a", "b/c", "P6.1", "P6.10", "P6.2", "Gate X", "ü", "(6.0)"]
KINDS = ["task", "acceptance", "signoff", "artifact", "invariant"]
ITEM = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(KINDS), st.sampled_from(["owner", "words here", "More  words"])
)
ITEMS = st.lists(ITEM, min_size=1, max_size=6, unique_by=lambda one: one[0])
CHECKS = st.dictionaries(
    st.sampled_from(["unit", "lint", "load"]),
    st.fixed_dictionaries({"kind": st.just("tests"), "run": st.sampled_from(["x", "y z"])},
                          optional={"min_tests": st.integers(1, 9),
                                    "subject": st.lists(st.sampled_from(["a", "b/**"]))}),
    min_size=1,
)  # fmt: skip


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same value, its keys in another order."""
    if isinstance(value, dict):
        entries = list(value.items())
        chance.shuffle(entries)
        return {name: shuffled(inner, chance) for name, inner in entries}
    return [shuffled(inner, chance) for inner in value] if isinstance(value, list) else value


@settings(max_examples=120, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["p.md", "q/r.md", "s.md"]), ITEMS, min_size=1),
    CHECKS,
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_the_order_of_keys_plans_rows_and_ticks_leave_no_trace(texts, checks, phased, chance):
    check = sorted(checks)[0]
    source = plain_source(
        checks=checks,
        people={"alice": {"key": key(1)}, "bob": {"key": key(2)}},
        bindings={f"{path}:{rows[0][0]}": {"check": check} for path, rows in texts.items()},
    )
    if phased:
        source["phases"] = [{"id": f"phase-{number}", "plans": [path]} for number, path in enumerate(sorted(texts))]
        source["after"] = {f"phase-{number}": ["phase-0"] for number in range(1, len(texts))}
        del source["plans"]
    else:
        source["plans"] = ["*.md", "q/*.md"]
        source["plans"] = [one for one in source["plans"] if any(("/" in path) == ("/" in one) for path in texts)]

    def plans(ticked: bool, moved: bool):
        made = []
        for path, rows in texts.items():
            items = [
                item(id, text, kind, "Gate A" if number % 2 else None, paths=["x.json"], ticked=ticked, line=number + 1)
                for number, (id, kind, text) in enumerate(rows)
            ]
            if moved:
                chance.shuffle(items)
            made.append(plan(path, items, [section("Gate A")]))
        if moved:
            chance.shuffle(made)
        return made

    first = compiled(source, *plans(False, False))
    second = compiled(shuffled(source, chance), *plans(True, True))
    assert canonical.encode(first.bundle) == canonical.encode(second.bundle)
    assert first.notes == second.notes
    canonical.encode(second.reading)


def test_a_bundle_and_its_reading_come_back_from_their_bytes():
    import msgspec

    made = compiled(plain_source(), plan("plan.md", [item("x", kind="artifact", paths=["ü.md"])]))
    data = canonical.encode(made.bundle)
    back = msgspec.json.decode(data, type=Bundle)
    assert back == made.bundle
    assert canonical.encode(back) == data
    assert digest.of(back) == digest.of(made.bundle)
    assert msgspec.json.decode(canonical.encode(made.reading), type=Reading) == made.reading


def test_the_reading_tells_the_order_of_the_text():
    items = [item("z", under="Gate B"), item("a", under="Gate A")]
    made = compiled(plain_source(), plan("plan.md", items, [section("Gate B"), section("Gate A")]))
    assert made.reading.order == ("gate-b", "gate-a", "plan.md:z", "plan.md:a")
    assert [one.id for one in made.bundle.gates] == ["gate-a", "gate-b"]
