"""What a successor changes: every item mapped, every difference named, everything not on the closed list weakening."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from phaseproof.bundle import canonical, digest
from phaseproof.bundle.compare import Migration, compare, differs
from phaseproof.bundle.compile import succeed
from phaseproof.bundle.model import Bundle
from support.programmes import KINDS, compiled, item, key, plain_source, plan, section

SECTIONS = [section("Phase 1", "phase"), section("Gate A", "gate", "Phase 1"), section("Gate B", "gate", "Phase 1")]
ITEMS = [
    item("a/green", "All unit tests pass on every platform", "gate", "Gate A"),
    item("a/lint", "No complaint of the linter", "gate", "Gate A"),
    item("b/role", "Security Lead", "signoff", "Gate B"),
    item("b/doc", "Report of the drill", "artifact", "Gate B", paths=["docs/drill.md"]),
    item("b/all", "Everything else is done", "exit", "Gate B"),
    item("b/all/1", "The first part", parent="b/all", under="Gate B"),
    item("b/rec", "The migration may run", "precondition", "Gate B"),
    item("b/free", "Nobody has bound this", "task", "Gate B"),
]


def rich() -> dict[str, Any]:
    return plain_source(
        after={"Gate B": ["Gate A"]},
        people={"alice": {"key": key(1)}, "bob": {"key": key(2)}, "cara": {"key": key(3)}},
        roles={
            "owner": {"members": ["alice", "bob", "cara"], "threshold": 2},
            "security-lead": {"members": ["cara"]},
            "crew": {"members": ["alice", "bob"], "threshold": "all"},
        },
        runners={"ci": {"key": key(4), "independent": True}},
        reporters={"jenkins": {"key": key(5)}},
        policy={
            "protected": "main",
            "migrate": {"roles": ["owner"]},
            "instrument": {"roles": ["owner"]},
            "waiver": {"roles": ["owner"], "max_days": 20},
            "waivable": ["signoff"],
        },
        environment={"setup": "make deps", "setup_inputs": ["uv.lock"], "pass": ["LANG", "TZ"]},
        checks={
            "unit": {
                "kind": "tests", "run": "pytest", "min_tests": 40, "must_include": ["smoke"], "subject": ["src/**"],
                "instrument": ["tests/**"], "max_age": "14d", "min_sensitivity": "0.8", "timeout": "5m",
                "controls": [{"patch": "controls/slow.patch"}], "levels": {"L1": "unit/**"},
            },
            "lint": {"kind": "command", "run": "ruff check", "network": True},
        },
        bindings={
            "a/green": {"check": "unit", "tests": ["test_a*"], "strength": "isolated"},
            "a/lint": {"all": ["lint"], "advisory": True},
            "b/all": {"children": True},
            "b/all/1": {"any": ["lint", "unit"]},
            "b/rec": {"record": "MIG"},
        },
        holds={
            "MIG": {"until": "Gate A", "allows": ["docs/**"], "covers": ["src/**"], "refs": ["m"], "actions": ["tag"]}
        },
        freeze={"branch": "release/*", "allow": "true"},
        components={"web": {"paths": ["web/**"]}},
        repositories={"web": {"remote": "../web"}},
        reading={"plan.md": [{"line": "not that", "item": False}]},
        expands={"plan.md": "stub.md"},
    )  # fmt: skip


def build(source: dict[str, Any], items=ITEMS, sections=SECTIONS) -> Bundle:
    """A bundle; what it expands is put in afterwards, since compiling asks for a check of it (test_option_mistakes)."""
    rest = {key: value for key, value in source.items() if key != "expands"}
    made = compiled(rest, plan("plan.md", items, sections)).bundle
    return msgspec.structs.replace(made, expands=source.get("expands", {}))


BASE = build(rich())


def changed(*path: str, to: Any) -> Migration:
    """The base against itself with one place of its configuration changed; None takes the key away."""
    source = rich()
    node = source
    for step in path[:-1]:
        node = node.setdefault(step, {})
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    return compare(BASE, build(source))


def test_a_bundle_compared_with_itself_or_its_mere_successor_changes_nothing():
    for other in (BASE, succeed(BASE, BASE)):
        migration = compare(BASE, other)
        assert migration.changes == ()
        assert migration.added == ()
        assert {one.fate for one in migration.mapping} == {"kept"}
        assert differs(BASE, other) == ()


def test_a_successor_names_its_predecessor():
    other = succeed(BASE, BASE)
    assert (other.version, other.predecessor) == (2, digest.of(BASE))
    assert digest.content(other) == digest.content(BASE)
    assert succeed(other, other).version == 3


STRONGER = [
    (("roles", "owner", "threshold"), 3),
    (("roles", "owner", "threshold"), "all"),
    (("roles", "new"), {"members": ["bob"]}),
    (("roles", "crew", "members"), ["alice", "bob", "cara"]),
    (("people", "dave"), {"key": key(9)}),
    (("runners", "ci", "independent"), False),
    (("runners", "ci"), None),
    (("policy", "strength"), "independent"),
    (("policy", "assurance"), "separate"),
    (("policy", "waiver", "max_days"), 10),
    (("policy", "waivable"), []),
    (("policy", "standing"), ["invariant", "test", "exit"]),
    (("policy", "flake"), {"passes": 5}),
    (("environment", "pass"), ["LANG"]),
    (("checks", "unit", "min_tests"), 41),
    (("checks", "unit", "grow"), True),
    (("checks", "unit", "must_include"), ["smoke", "login"]),
    (("checks", "unit", "levels"), {"L1": "unit/**", "L2": "web/**"}),
    (("checks", "unit", "subject"), ["src/**", "lib/**"]),
    (("checks", "unit", "subject"), None),
    (("checks", "unit", "instrument"), ["tests/**", "conftest.py"]),
    (("checks", "unit", "max_age"), "13d"),
    (("checks", "unit", "timeout"), "4m"),
    (("checks", "unit", "min_sensitivity"), "0.81"),
    (("checks", "unit", "controls"), [{"patch": "controls/slow.patch"}, {"remove": ["src/a.py"]}]),
    (("checks", "lint", "network"), None),
    (("checks", "new"), {"kind": "command", "run": "true"}),
    (("bindings", "a/green", "strength"), "independent"),
    (("bindings", "a/green", "assurance"), "separate"),
    (("bindings", "a/green", "max_age"), "1d"),
    (("bindings", "a/green", "tests"), ["test_a*", "test_b*"]),
    (("bindings", "a/lint", "advisory"), None),
    (("bindings", "a/green"), None),
    (("holds", "MIG", "allows"), None),
    (("holds", "MIG", "covers"), ["src/**", "lib/**"]),
    (("holds", "NEW"), {}),
]

WEAKER = [
    (("roles", "owner", "threshold"), 1),
    (("roles", "owner", "members"), ["alice", "bob"]),
    (("roles", "security-lead", "members"), ["alice", "cara"]),
    (("roles", "crew", "members"), ["alice"]),
    (("roles", "crew", "threshold"), 2),
    (("people", "cara", "key"), key(9)),
    (("runners", "ci", "key"), key(9)),
    (("runners", "new"), {"key": key(9)}),
    (("reporters", "new"), {"key": key(9)}),
    (("policy", "protected"), "dev"),
    (("policy", "protected"), None),
    (("policy", "migrate"), {"roles": ["crew"]}),
    (("policy", "migrate"), {"roles": ["crew", "owner"]}),
    (("policy", "instrument"), None),
    (("policy", "strength"), "observed"),
    (("policy", "waiver", "max_days"), 21),
    (("policy", "waiver", "roles"), ["owner", "crew"]),
    (("policy", "waivable"), ["signoff", "invariant"]),
    (("policy", "standing"), ["test"]),
    (("policy", "flake"), {"window": 9}),
    (("environment", "pass"), ["LANG", "TZ", "TERM"]),
    (("environment", "setup"), "make others"),
    (("checks", "unit", "min_tests"), 39),
    (("checks", "unit", "min_tests"), None),
    (("checks", "unit", "must_include"), ["login"]),
    (("checks", "unit", "levels"), {"L1": "other/**"}),
    (("checks", "unit", "run"), "pytest -k easy"),
    (("checks", "unit", "kind"), "command"),
    (("checks", "unit", "subject"), ["src/a/**"]),
    (("checks", "unit", "instrument"), None),
    (("checks", "unit", "instrument"), ["easy/**"]),
    (("checks", "unit", "max_age"), "15d"),
    (("checks", "unit", "max_age"), None),
    (("checks", "unit", "timeout"), "6m"),
    (("checks", "unit", "min_sensitivity"), None),
    (("checks", "unit", "controls"), None),
    (("checks", "unit", "controls"), [{"patch": "controls/easy.patch"}]),
    (("checks", "unit", "network"), True),
    (("checks", "unit", "history"), True),
    (("checks", "lint", "subject"), ["src/**"]),
    (("bindings", "b/rec"), {"role": "crew"}),
    (("bindings", "b/all"), {"check": "lint"}),
    (("bindings", "a/green", "tests"), ["test_b*"]),
    (("bindings", "a/green", "tests"), None),
    (("bindings", "a/green", "strength"), "observed"),
    (("bindings", "a/green", "at"), "main"),
    (("bindings", "a/green", "advisory"), True),
    (("bindings", "b/free"), {"check": "lint"}),
    (("bindings", "b/all/1", "any"), ["lint"]),
    (("after", "Gate B"), None),
    (("holds", "MIG", "until"), "Gate B"),
    (("holds", "MIG", "allows"), ["docs/**", "src/**"]),
    (("holds", "MIG", "refs"), ["dev"]),
    (("freeze", "allow"), "false"),
    (("freeze",), None),
    (("components", "web", "paths"), ["web/**", "api/**"]),
    (("repositories", "web", "at"), "v2"),
    (("reading", "plan.md"), [{"line": "not this", "item": False}]),
    (("reading",), None),
    (("expands", "plan.md"), "other.md"),
    (("programme",), "invoices"),
]


def name(case: Any) -> str:
    return ".".join(case[0]) + "=" + str(case[1])[:20] if isinstance(case, tuple) and len(case) == 2 else "x"


@pytest.mark.parametrize("case", STRONGER, ids=name)
def test_what_is_on_the_closed_list_is_no_weakening(case):
    path, to = case
    migration = changed(*path, to=to)
    assert migration.changes, "the change was not seen"
    assert migration.weakenings == ()
    assert migration.unexplained == ()


@pytest.mark.parametrize("case", WEAKER, ids=name)
def test_everything_else_is_weakening_and_asks_for_a_reason(case):
    path, to = case
    if path == ("checks", "unit", "kind"):
        source = rich()
        source["checks"]["unit"] = {"kind": "command", "run": "pytest", "subject": ["src/**"]}
        source["bindings"]["a/green"].pop("tests")
        migration = compare(BASE, build(source))
    else:
        migration = changed(*path, to=to)
    assert migration.weakenings
    assert migration.unexplained
    explained = compare(BASE, BASE, dict.fromkeys(migration.unexplained, "agreed"))
    again = msgspec.structs.replace(migration, reasons=explained.reasons)
    assert again.unexplained == ()


def test_sentences_name_old_and_new():
    told = [change.sentence for change in changed("checks", "unit", "min_tests", to=12).changes]
    assert told == ["check “unit”: min tests is now 12, it was 40"]
    told = [change.sentence for change in changed("checks", "unit", "subject", to=["lib/**"]).changes]
    assert told == ["check “unit”: subject no longer holds “src/**”; now holds “lib/**”"]
    told = [change.sentence for change in changed("bindings", "a/green", "strength", to="observed").changes]
    assert told == ["“plan.md:a/green”: its strength is now “observed”, it was “isolated”"]
    told = [change.sentence for change in changed("bindings", "b/free", to={"role": "crew"}).changes]
    assert told == ["“plan.md:b/free”: was bound to nothing and held; role “crew” stands for it now"]


def test_more_checks_for_an_item_are_stronger_and_other_ones_are_not():
    source = rich()
    source["bindings"]["a/lint"] = {"all": ["lint", "unit"], "advisory": True}
    assert not [one for one in compare(BASE, build(source)).weakenings if one.field == "target"]
    assert [one.field for one in compare(build(source), BASE).weakenings if one.name == "plan.md:a/lint"] != []


def fates(items) -> dict[str, tuple[str, str | None]]:
    migration = compare(BASE, build(rich() | {"bindings": {}}, items))
    return {one.item.removeprefix("plan.md:"): (one.fate, one.to) for one in migration.mapping if one.fate != "kept"}


def test_items_are_kept_renamed_replaced_or_removed():
    def but(id: str, *instead):
        return [one for one in ITEMS if one.id != id] + list(instead)

    renamed = item("a/units", "All unit tests pass on every platform", "gate", "Gate A")
    assert fates(but("a/green", renamed)) == {"a/green": ("renamed", "plan.md:a/units")}
    reworded = item("a/some", "All unit tests pass on some platform", "gate", "Gate A")
    assert fates(but("a/green", reworded)) == {"a/green": ("replaced", "plan.md:a/some")}
    same_id = item("a/green", "Tests are looked at", "gate", "Gate A")
    assert fates(but("a/green", same_id)) == {"a/green": ("replaced", "plan.md:a/green")}
    other = item("z", "Quarterly budget signed", "gate", "Gate A")
    assert fates(but("a/green", other)) == {"a/green": ("removed", None)}


def test_a_renamed_item_keeps_what_is_bound_to_it_and_loses_nothing_unseen():
    items = [one for one in ITEMS if one.id != "a/green"]
    items.append(item("a/units", "All unit tests pass on every platform", "gate", "Gate A"))
    source = rich()
    binding = source["bindings"].pop("a/green")
    source["bindings"]["a/units"] = binding
    assert compare(BASE, build(source, items)).weakenings == ()
    source["bindings"]["a/units"] = binding | {"check": "lint", "tests": None}
    del source["bindings"]["a/units"]["tests"]
    weaker = compare(BASE, build(source, items)).weakenings
    assert {"target", "selection"} <= {one.field for one in weaker}
    assert {one.key for one in weaker} >= {"plan.md:a/green"}


def test_an_added_item_is_a_strengthening_and_a_removed_one_asks_for_a_reason():
    more = build(rich(), [*ITEMS, item("c", "One more")])
    migration = compare(BASE, more)
    assert migration.added == ("plan.md:c",)
    assert migration.weakenings == ()
    back = compare(more, BASE, {"plan.md:c": " "})
    assert set(back.unexplained) == {"plan.md:c", "gates.plan"}
    given = compare(more, BASE, {"plan.md:c": "told elsewhere", "gates.plan": "empty"})
    assert given.unexplained == ()
    assert next(one for one in given.mapping if one.fate == "removed").reason == "told elsewhere"


def test_a_reason_may_be_given_for_an_id_that_is_not_ascii():
    more = build(rich(), [*ITEMS, item("prüfung", "Eine mehr", under="Gate A")])
    migration = compare(more, BASE)
    assert migration.unexplained == ("plan.md:prüfung",)
    given = compare(more, BASE, {"plan.md:prüfung": "gone"})
    assert given.unexplained == ()
    assert compare(more, BASE, given.reasons).unexplained == ()
    assert msgspec.json.decode(canonical.encode(given), type=Migration) == given


@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        (("checks", "unit", "run"), "x", {"plan.md:a/green", "plan.md:b/all/1", "gate-a", "gate-b", "phase-1"}),
        (("bindings", "a/lint", "advisory"), None, {"plan.md:a/lint", "gate-a", "phase-1"}),
        (("roles", "security-lead", "members"), ["bob"], {"plan.md:b/role", "gate-b", "phase-1"}),
        (("roles", "owner", "members"), ["bob", "cara"], {"gate-a", "gate-b", "phase-1"}),
        (("people", "cara", "key"), key(9), {"gate-a", "gate-b", "phase-1"}),
        (("people", "dave"), {"key": key(9)}, set()),
        (("roles", "new"), {"members": ["bob"]}, set()),
        (("policy", "strength"), "observed", {"gate-a", "gate-b", "phase-1"}),
        (("environment", "pass"), [], {"gate-a", "gate-b", "phase-1"}),
        (("runners", "ci"), None, {"gate-a", "gate-b", "phase-1"}),
        (("after", "Gate B"), None, {"gate-b", "phase-1"}),
    ],
)  # fmt: skip
def test_what_a_difference_touches(path, to, expected):
    source = rich()
    node = source
    for step in path[:-1]:
        node = node[step]
    if to is None:
        del node[path[-1]]
    else:
        node[path[-1]] = to
    other = build(source)
    assert set(differs(BASE, other)) == expected
    assert set(differs(other, BASE)) == expected


def test_a_removed_item_touches_the_gates_it_counted_for():
    other = build(rich(), [one for one in ITEMS if one.id != "b/free"])
    assert set(differs(BASE, other)) == {"plan.md:b/free", "gate-b", "phase-1"}


def leaves(value: Any, path: tuple[Any, ...] = ()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif isinstance(value, list):
        yield (path, "list")
        for number, inner in enumerate(value):
            yield from leaves(inner, (*path, number))
    else:
        yield (path, "leaf")


PLAIN = msgspec.to_builtins(BASE)
PLACES = [place for place in leaves(PLAIN) if place[0] and place[0][0] not in ("version", "predecessor")]
WORDS = st.sampled_from(
    [
        "observed",
        "independent",
        "self",
        "separate",
        "task",
        "gate",
        "phase",
        "all",
        "x",
        "plan.md:a/green",
        "0.5",
        key(9),
    ]
)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(PLACES), WORDS, st.integers(1, 99), st.booleans())
def test_a_bundle_changed_anywhere_is_reported(place, word, number, drop):
    path, sort = place
    plain = copy.deepcopy(PLAIN)
    node = plain
    for step in path[:-1]:
        node = node[step]
    old = node[path[-1]]
    if drop:
        del node[path[-1]]
    elif sort == "list":
        node[path[-1]] = old[1:] if number % 2 else [*old, *old[:1]][1:]
    elif isinstance(old, bool):
        node[path[-1]] = not old
    elif isinstance(old, int):
        node[path[-1]] = number
    else:
        node[path[-1]] = word
    try:
        other = msgspec.convert(plain, Bundle)
    except msgspec.ValidationError:
        assume(False)
    assume(digest.content(other) != digest.content(BASE))
    migration = compare(BASE, other)
    assert migration.changes
    assert compare(other, BASE).changes
    assert msgspec.json.decode(canonical.encode(migration), type=Migration) == migration


TEXTS = st.sampled_from(["Tests pass", "Tests pass here", "Docs are written", "Docs are read", "Logs rotate", ""])
ROWS = st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.sampled_from(["p.md", "q.md"]), TEXTS), min_size=1)


@settings(max_examples=150, deadline=None)
@given(
    *[st.dictionaries(st.sampled_from("abcdefgh"), st.tuples(st.sampled_from(["p.md", "q.md"]), TEXTS), min_size=1)] * 2
)
def test_every_old_item_is_mapped_once_and_every_new_one_is_reached_or_added(before, after):
    def made(rows):
        plans = []
        for path in ("p.md", "q.md"):
            items = [item(id, text) for id, (where, text) in rows.items() if where == path]
            plans.append(plan(path, items, [section(f"Gate {path}")]))
        return compiled(plain_source(plans=["*.md"]), *plans).bundle

    old, new = made(before), made(after)
    migration = compare(old, new)
    assert [one.item for one in migration.mapping] == sorted(one.id for one in old.items)
    reached = [one.to for one in migration.mapping if one.to is not None]
    assert len(reached) == len(set(reached))
    assert sorted([*reached, *migration.added]) == sorted(one.id for one in new.items)
    removed = {one.item for one in migration.mapping if one.fate in ("removed", "replaced")}
    assert removed <= {one.name for one in migration.weakenings}


def test_a_first_freeze_asks_for_more_and_a_changed_one_for_a_reason():
    source = rich()
    del source["freeze"]
    first = compare(build(source), BASE)
    assert [(one.section, one.weakening) for one in first.changes] == [("freeze", False)]
    assert [one.section for one in changed("freeze", "allow", to="false").weakenings] == ["freeze"]
    other = msgspec.structs.replace(BASE, format=2)
    assert [one.section for one in compare(BASE, other).weakenings] == ["format"]


def test_another_distributions_option_of_the_same_name_may_mean_something_else():
    foreign = dict(KINDS)
    foreign["tests"] = msgspec.structs.replace(KINDS["tests"], distribution="strangers")

    def with_minimum(number: int) -> Bundle:
        source = rich()
        del source["expands"]
        source["checks"]["unit"]["min_tests"] = number
        return compiled(source, plan("plan.md", ITEMS, SECTIONS), kinds=foreign).bundle

    assert [one.field for one in compare(with_minimum(40), with_minimum(41)).weakenings] == ["options.min_tests"]


def test_a_threshold_raised_over_other_people_is_not_simply_higher():
    source = rich()
    source["roles"]["owner"] = {"members": ["alice", "bob"], "threshold": "all"}
    fields = {one.field for one in compare(BASE, build(source)).weakenings}
    assert fields == {"members", "threshold"}
