"""What compiling makes of plans and a configuration, rule by rule."""

from __future__ import annotations

import pytest

from phaseproof.bundle import digest
from phaseproof.bundle.mistakes import Mistakes
from phaseproof.bundle.model import Binding, Selection
from support.programmes import KINDS, compiled, item, key, plain_source, plan, section


def told(error: pytest.ExceptionInfo[Mistakes]) -> str:
    return "\n".join(one.sentence for one in error.value.mistakes)


CHECKS = {
    "unit": {"kind": "tests", "run": "pytest", "levels": {"L1": "unit/**"}},
    "lint": {"kind": "command", "run": "ruff"},
}


def test_every_gate_section_is_a_gate_and_items_count_for_each_one_above_them():
    sections = [
        section("Phase 6", "phase"),
        section("P6.1", "milestone", "Phase 6"),
        section("notes", "other", "P6.1"),
        section("Gate A", "gate"),
    ]
    items = [item("P6.1.1", under="notes"), item("a/green", under="Gate A")]
    bundle = compiled(plain_source(), plan("plan.md", items, sections)).bundle
    assert {gate.id: gate.parent for gate in bundle.gates} == {"phase-6": None, "p6-1": "phase-6", "gate-a": None}
    assert {one.id: one.gates for one in bundle.items} == {
        "plan.md:P6.1.1": ("p6-1", "phase-6"),
        "plan.md:a/green": ("gate-a",),
    }


def test_a_gate_without_items_is_kept():
    sections = [section("Gate A"), section("Gate B")]
    bundle = compiled(plain_source(), plan("plan.md", [item("x", under="Gate A")], sections)).bundle
    assert [gate.id for gate in bundle.gates] == ["gate-a", "gate-b"]


def test_an_empty_gate_is_told_of():
    made = compiled(
        plain_source(), plan("plan.md", [item("x", under="Gate A")], [section("Gate A"), section("Gate B")])
    )
    assert [note.where for note in made.notes if note.rule == "gate-empty"] == ["gate-b"]


def test_the_only_phase_of_a_flat_document_stands_over_all_of_it():
    def gates(*items, sections=("Phase 6", "M")):
        kinds = {"Phase 6": "phase", "Phase 7": "phase", "M": "milestone"}
        made = compiled(plain_source(), plan("plan.md", items, [section(one, kinds[one]) for one in sections]))
        again = plan("plan.md", items, [section(one, kinds[one]) for one in sections], reader="2")
        assert compiled(plain_source(), again, installed=made.bundle, reading=made.reading).bundle == made.bundle
        return {one.id.removeprefix("plan.md:"): one.gates for one in made.bundle.items}

    flat = (item("a", under="M"), item("b"))
    assert gates(*flat) == {"a": ("m", "phase-6"), "b": ("phase-6",)}
    assert gates(*flat, item("c", under="Phase 6")) == {"a": ("m",), "b": ("plan",), "c": ("phase-6",)}
    assert gates(*flat, sections=("Phase 6", "Phase 7", "M")) == {"a": ("m",), "b": ("plan",)}


def test_items_under_no_gate_get_one_named_after_the_file():
    bundle = compiled(
        plain_source(plans=["docs/release.md"]), plan("docs/release.md", [item("x")], title="Release")
    ).bundle
    assert [(gate.id, gate.title) for gate in bundle.gates] == [("release", "Release")]
    assert bundle.items[0].gates == ("release",)


def test_the_files_gate_never_takes_the_name_of_a_section():
    sections = [section("Release", "phase")]
    items = [item("x"), item("y", under="Release")]
    bundle = compiled(plain_source(plans=["release.md"]), plan("release.md", items, sections)).bundle
    assert {one.id: one.gates for one in bundle.items} == {
        "release.md:x": ("release-items",),
        "release.md:y": ("release",),
    }


def test_a_configured_phase_is_a_gate_over_its_plans_and_one_with_the_section_of_its_name():
    source = plain_source(
        phases=[
            {"id": "phase-5", "plans": ["docs/5*.md"]},
            {"id": "phase-6", "plans": ["six.md"], "after": ["phase-5"]},
        ]
    )
    del source["plans"]
    plans = [
        plan(
            "six.md",
            [item("b", under="M"), item("c")],
            [section("Phase 6", "phase", title="Field"), section("M", "milestone", "Phase 6")],
        ),
        plan("docs/5a.md", [item("a")]),
        plan("docs/5b.md", [item("a")]),
    ]
    bundle = compiled(source, *plans).bundle
    assert [(gate.id, gate.title, gate.parent, gate.after) for gate in bundle.gates] == [
        ("phase-5", "phase-5", None, ()),
        ("phase-6", "Field", None, ("phase-5",)),
        ("m", "M", "phase-6", ()),
    ]
    assert {one.id: one.gates for one in bundle.items} == {
        "docs/5a.md:a": ("phase-5",),
        "docs/5b.md:a": ("phase-5",),
        "six.md:b": ("m", "phase-6"),
        "six.md:c": ("phase-6",),
    }


def test_gates_of_one_name_carry_their_plan():
    plans = [plan(path, [item("x", under="Gate A")], [section("Gate A")]) for path in ("a.md", "b.md")]
    bundle = compiled(plain_source(plans=["*.md"]), *plans).bundle
    assert [gate.id for gate in bundle.gates] == ["a.md:gate-a", "b.md:gate-a"]
    with pytest.raises(Mistakes, match=r"several gates: a\.md:gate-a, b\.md:gate-a"):
        compiled(plain_source(plans=["*.md"], after={"gate-a": ["gate-a"]}), *plans)


def test_gates_of_one_plan_whose_names_look_the_same_stay_apart():
    sections = [section("P6.1"), section("P6-1"), section("***")]
    items = [item("x", under="P6.1"), item("y", under="P6-1"), item("z", under="***")]
    bundle = compiled(plain_source(), plan("plan.md", items, sections)).bundle
    assert {one.id: one.gates for one in bundle.items} == {
        "plan.md:x": ("plan.md:P6.1",),
        "plan.md:y": ("plan.md:P6-1",),
        "plan.md:z": ("plan.md:***",),
    }


def test_bindings_take_short_ids_full_ids_and_wildcards_and_the_exact_one_wins():
    items = [item(f"P6.2.{number}", under=None) for number in (1, 2, 10)] + [item("other")]
    source = plain_source(
        checks=CHECKS,
        bindings={
            "P6.2.*": {"check": "unit", "tests": ["b", "a"]},
            "P6.2.2": {
                "check": "unit",
                "level": "L1",
                "strength": "independent",
                "max_age": "14d",
                "at": "release/1.0",
            },
            "plan.md:other": {"all": ["unit", "lint"], "advisory": True},
        },
    )
    bundle = compiled(source, plan("plan.md", items)).bundle
    unit = Selection(("a", "b"))
    assert bundle.bindings == (
        Binding("plan.md:P6.2.1", check="unit", selection=unit, broad=True),
        Binding("plan.md:P6.2.10", check="unit", selection=unit, broad=True),
        Binding(
            "plan.md:P6.2.2", check="unit", selection=Selection((), "L1"), strength="independent",
            max_age=14 * 86400, at="release/1.0",
        ),
        Binding("plan.md:other", all=("lint", "unit"), advisory=True, broad=True),
    )  # fmt: skip
    assert [one.id for one in bundle.items][:3] == ["plan.md:P6.2.1", "plan.md:P6.2.2", "plan.md:P6.2.10"]


def test_one_check_for_two_items_is_broad_and_its_own_selection_is_not():
    def broad(*selections):
        items = [item(f"i{number}") for number in range(len(selections))]
        bindings = {f"i{number}": {"check": "unit"} | extra for number, extra in enumerate(selections)}
        result = compiled(plain_source(checks=CHECKS, bindings=bindings), plan("plan.md", items))
        assert [note.where for note in result.notes] == [one.item for one in result.bundle.bindings if one.broad]
        return [one.broad for one in result.bundle.bindings]

    assert broad({}) == [False]
    assert broad({}, {}) == [True, True]
    assert broad({"tests": ["a"]}, {"tests": ["b"]}) == [False, False]
    assert broad({"tests": ["a"]}, {"tests": ["a"]}) == [True, True]
    assert broad({"tests": ["a"]}, {}) == [False, True]


def test_role_items_bind_themselves_to_the_role_of_that_name_and_artifact_rows_to_a_check_of_their_path():
    items = [
        item("r1", "Security  Lead", "signoff"),
        item("r2", "Legal", "signoff"),
        item("e1", "Field report", "artifact", paths=["docs/field report.md"]),
        item("e2", "Both", "artifact", paths=["a.json", "b/"]),
        item("e3", "Nothing named", "artifact"),
        item("e4", "Out", "artifact", paths=["../x.md"]),
        item("e5", "Wild", "artifact", paths=["docs/*.json"]),
        item("t1", "Security Lead", "task", paths=["a.json"]),
    ]
    source = plain_source(roles={"owner": {"members": ["alice"]}, "security-lead": {"members": ["alice"]}})
    result = compiled(source, plan("plan.md", items))
    assert result.bundle.bindings == (
        Binding("plan.md:e1", check="artifact:docs/field report.md", implied=True),
        Binding("plan.md:e2", all=("artifact:a.json", "artifact:b/"), implied=True),
        Binding("plan.md:r1", role="security-lead", implied=True),
    )
    assert {check.name: (check.options, check.subject) for check in result.bundle.checks} == {
        "artifact:docs/field report.md": ({"path": "docs/field report.md"}, ("docs/field report.md",)),
        "artifact:a.json": ({"path": "a.json"}, ("a.json",)),
        "artifact:b/": ({"path": "b/"}, ("b/",)),
    }
    assert {note.where.removeprefix("plan.md:") for note in result.notes if note.rule == "unbound"} == {
        "r2", "e3", "e4", "e5", "t1",
    }  # fmt: skip


def test_what_is_bound_in_the_configuration_is_not_implied():
    items = [item("r1", "owner", "signoff"), item("e1", "x", "artifact", paths=["a.json"])]
    source = plain_source(
        checks={"there": {"kind": "artifact", "path": "a.json"}},
        bindings={"r1": {"role": "owner", "recommended": True}, "e1": {"check": "there"}},
    )
    bundle = compiled(source, plan("plan.md", items)).bundle
    assert bundle.bindings == (
        Binding("plan.md:e1", check="there"),
        Binding("plan.md:r1", role="owner", recommended=True),
    )
    assert [check.name for check in bundle.checks] == ["there"]
    assert bundle.checks[0].subject == ("a.json",)


def test_without_the_kind_artifact_its_rows_stay_unbound():
    kinds = {name: one for name, one in KINDS.items() if name != "artifact"}
    row = item("e1", "x", "artifact", paths=["a.json"])
    assert compiled(plain_source(), plan("plan.md", [row]), kinds=kinds).bundle.bindings == ()


def test_children_needs_something_nested():
    items = [item("P6.1"), item("P6.1.1", parent="P6.1")]
    bundle = compiled(plain_source(bindings={"P6.1": {"children": True}}), plan("plan.md", items)).bundle
    assert bundle.bindings == (Binding("plan.md:P6.1", children=True),)
    assert bundle.items[1].parent == "plan.md:P6.1"
    with pytest.raises(Mistakes, match="no item is nested in this one"):
        compiled(plain_source(bindings={"P6.1.1": {"children": True}}), plan("plan.md", items))


def test_a_gate_is_derived_in_any_case_and_is_bound_to_nothing_else():
    content = plan("plan.md", [item("P6.1.1", under="P6.1")], [section("P6.1", "milestone")])
    assert compiled(plain_source(bindings={"P6.1": {"children": True}}), content).bundle.bindings == ()
    with pytest.raises(Mistakes) as error:
        compiled(plain_source(bindings={"p6-1": {"role": "owner"}}), content)
    assert "“p6-1” is a gate, not an item" in told(error)


@pytest.mark.parametrize(
    ("bindings", "message"),
    [
        ({"tests-gren": {"check": "unit"}}, "bindings: no item “tests-gren”; did you mean “tests-green”?"),
        ({"plan.md:tests-gren": {"check": "unit"}}, "did you mean “plan.md:tests-green”?"),
        ({"nowhere/*": {"check": "unit"}}, "no item matches “nowhere/*”"),
        ({"*" * 3 + "a*b*c*d*e*f*g*h*i": {"check": "unit"}}, "more than 8 wildcards"),
        ({"both": {"check": "unit"}}, "“both” is the id of several items: a.md:both, plan.md:both"),
        ({"t*": {"check": "unit"}, "*n": {"check": "lint"}}, "“t*” binds “plan.md:tests-green” already"),
        (
            {"tests-green": {"check": "unit"}, "plan.md:tests-green": {"check": "lint"}},
            "“tests-green” binds “plan.md:tests-green” already",
        ),
        ({"tests-green": {"check": "unit", "level": "L2"}}, "declares no level “L2”; it has L1"),
        ({"tests-green": {"check": "lint", "tests": ["x"]}}, "a check of kind command has no “tests” to select"),
        ({"tests-green": {"all": ["unit", "unit"]}}, "“unit” stands twice"),
    ],
)  # fmt: skip
def test_bindings_that_mean_nothing_or_two_things(bindings, message):
    source = plain_source(plans=["*.md"], checks=CHECKS, bindings=bindings)
    plans = [plan("plan.md", [item("tests-green"), item("both")]), plan("a.md", [item("both")])]
    with pytest.raises(Mistakes) as error:
        compiled(source, *plans)
    assert message in told(error)


def test_gates_may_not_wait_for_each_other():
    sections = [section("A"), section("B"), section("C"), section("M", "milestone", "A")]
    content = plan("plan.md", [item("x", under="A")], sections)
    with pytest.raises(Mistakes) as error:
        compiled(plain_source(after={"A": ["B"], "b": ["c"], "c": ["a"]}), content)
    assert told(error).count("wait for each other") == 1
    assert "a → b → c → a" in told(error)
    with pytest.raises(Mistakes, match="“m” stands in “a” and cannot come after it"):
        compiled(plain_source(after={"M": ["A"]}), content)
    with pytest.raises(Mistakes, match="“a” stands in “a”"):
        compiled(plain_source(after={"A": ["A"]}), content)
    with pytest.raises(Mistakes, match="no gate “D”"):
        compiled(plain_source(after={"A": ["D"]}), content)


def test_a_hold_waits_for_a_gate_or_an_item_and_records_name_holds():
    content = plan("plan.md", [item("x", under="Gate A")], [section("Gate A")])
    source = plain_source(holds={"MIG-06": {"until": "Gate A", "allows": ["docs/**"]}, "H2": {"until": "x"}},
                          bindings={"x": {"record": "MIG-06"}})  # fmt: skip
    bundle = compiled(source, content).bundle
    assert {name: hold.until for name, hold in bundle.holds.items()} == {"MIG-06": "gate-a", "H2": "plan.md:x"}
    assert bundle.bindings[0].record == "MIG-06"
    with pytest.raises(Mistakes, match="no gate and no item “gate-b”; did you mean “gate-a”"):
        compiled(plain_source(holds={"MIG-06": {"until": "gate-b"}}), content)


def test_nothing_to_prove_is_a_mistake():
    with pytest.raises(Mistakes, match=r"no file “plan\.md” in the tree"):
        compiled(plain_source())
    with pytest.raises(Mistakes, match=r"no plan matches “docs/\*\.md”"):
        compiled(plain_source(plans=["docs/*.md"]))
    with pytest.raises(Mistakes, match=r"nothing in “plan\.md” reads as an item or a gate"):
        compiled(plain_source(), plan("plan.md", []))
    with pytest.raises(Mistakes, match="the plans hold no item"):
        compiled(plain_source(), plan("plan.md", [], [section("Gate A")]))
    with pytest.raises(Mistakes, match="lists no plan"):
        compiled(plain_source(plans=[]))


def test_a_plan_nobody_listed_is_the_callers_fault():
    with pytest.raises(ValueError, match=r"stray\.md"):
        compiled(plain_source(), plan("plan.md", [item("x")]), plan("stray.md", [item("x")]))


def test_a_plan_has_one_phase_and_identical_items_are_placed_in_the_plan():
    source = plain_source(phases=[{"id": "a", "plans": ["plan.md"]}, {"id": "b", "plans": ["*.md"]}])
    with pytest.raises(Mistakes, match=r"“plan\.md” belongs to “a” already"):
        compiled(source, plan("plan.md", [item("x")]))
    with pytest.raises(Mistakes) as error:
        compiled(plain_source(), plan("plan.md", [item("x", line=3), item("x", line=9)]))
    (one,) = error.value.mistakes
    assert (one.path, one.line) == ("plan.md", 9)
    assert "the item of line 3 has the id “x” too; end one of them with {#its-id}" in one.message


def test_ticks_positions_and_line_breaks_change_nothing_and_words_do():
    def of(**changes):
        one = item(**({"id": "x", "text": "All of it works"} | changes))
        return digest.content(compiled(plain_source(), plan("plan.md", [one, item("y")], text="t")).bundle)

    assert of() == of(ticked=True) == of(line=40) == of(text=" All of\nit  works ")
    assert of() != of(text="Some of it works")
    assert of() != of(kind="acceptance")


def test_options_are_kept_plainly_and_defaults_are_left_out():
    checks = {
        "unit": {"kind": "tests", "run": ["py", "test"], "min_tests": 0, "ratio": "0.50", "grow": True,
                 "subject": ["b", "a", "b"], "min_sensitivity": "0.80", "timeout": "2m"},
    }  # fmt: skip
    (check,) = compiled(plain_source(checks=checks), plan("plan.md", [item("x")])).bundle.checks
    assert check.options == {"run": ["py", "test"], "ratio": "0.5", "grow": True}
    assert (check.subject, check.min_sensitivity, check.timeout) == (("a", "b"), "0.8", 120)


@pytest.mark.parametrize(
    ("check", "message"),
    [
        ({"kind": "tets", "run": "x"}, "unknown kind “tets”; did you mean “tests”?"),
        ({"kind": "zzz"}, "unknown kind “zzz”; installed: artifact, command, scan, tests"),
        ({"kind": "tests", "run": "x", "min_test": 4}, "unknown key “min_test”; did you mean “min_tests”?"),
        ({"kind": "tests", "run": "x", "subjct": []}, "unknown key “subjct”; did you mean “subject”?"),
        ({"kind": "tests"}, "“run” is missing"),
        ({"kind": "tests", "run": "x", "min_tests": "many"}, "checks.c.min_tests: expected a whole number, got “many”"),
        ({"kind": "tests", "run": "x", "ratio": "lots"}, "checks.c.ratio: expected a number, got “lots”"),
        ({"kind": "tests", "run": "x", "ratio": "NaN"}, "expected a finite number"),
        ({"kind": "tests", "run": "x", "levels": {"é": "y"}}, "its options have no canonical form"),
        ({"kind": "command", "run": "x", "absent": True}, "its failure must be shown: declare “controls”"),
        ({"kind": "scan", "run": "x"}, "“subject” is missing"),
        ({"kind": "command", "run": "x", "external": True}, "“max_age” is missing"),
        ({"kind": "command", "run": "x", "external": True, "max_age": "1d"}, "no automatic control: declare"),
    ],
)  # fmt: skip
def test_checks_that_cannot_be_agreed(check, message):
    with pytest.raises(Mistakes) as error:
        compiled(plain_source(checks={"c": check}), plan("plan.md", [item("x")]))
    assert message in told(error)


def test_mistakes_in_words_in_kinds_and_in_ids_come_in_one_answer():
    source = plain_source(
        checks={"c": {"kind": "lod", "timeout": "1y"}, "d": {"kind": "tset"}},
        bindings={"y": {"check": "c"}},
        people={"alice": {"key": "x"}},
        after={"q": ["r"]},
    )
    with pytest.raises(Mistakes) as error:
        compiled(source, plan("plan.md", [item("x")]))
    sections = {one.where.split(".")[0] for one in error.value.mistakes}
    assert sections == {"checks", "bindings", "people", "after"}
    assert str(error.value).endswith(f"\n{len(error.value.mistakes)} errors")


class TestReader:
    """A newer reader sees an unchanged text differently."""

    OLD = plan(
        "plan.md",
        [item("x", under="Gate A"), item("e", "r", "artifact", "Gate A", paths=["a.json"])],
        [section("Gate A")],
        "t",
    )

    def newer(self, text: str = "t"):
        items = [item("x", "other words", under="Gate A"), item("z", under="Gate A")]
        return plan("plan.md", items, [section("Gate A")], text, reader="2")

    def test_where_nothing_differs_the_newer_reader_takes_over(self):
        content = [item("x", under="Gate A"), item("e", "r", "artifact", paths=["a.json"]), item("y", under="***")]
        sections = [
            section("Gate A"),
            section("P6.1"),
            section("P6-1"),
            section("***"),
            section("M", "milestone", "P6.1"),
        ]
        before = compiled(plain_source(), plan("plan.md", content, sections, "t"))
        again = plan("plan.md", content, sections, "t", reader="2")
        result = compiled(plain_source(), again, installed=before.bundle, reading=before.reading)
        assert not [note for note in result.notes if note.rule == "reader-differs"]
        assert not result.reading.older
        assert result.bundle == before.bundle

    def installed(self):
        result = compiled(plain_source(), self.OLD)
        return {"installed": result.bundle, "reading": result.reading}

    def test_installed_items_stand_while_the_text_is_unchanged(self):
        before = self.installed()
        result = compiled(plain_source(), self.newer(), **before)
        assert digest.content(result.bundle) == digest.content(before["installed"])
        differs = [note.where for note in result.notes if note.rule == "reader-differs"]
        assert differs == ["plan.md:e", "plan.md:x", "plan.md:z"]
        assert result.reading.older == {"plan.md": "1"}

    def test_they_stand_the_next_time_too(self):
        before = self.installed()
        once = compiled(plain_source(), self.newer(), **before)
        twice = compiled(plain_source(), self.newer(), installed=once.bundle, reading=once.reading)
        assert digest.content(twice.bundle) == digest.content(before["installed"])
        assert twice.reading.older == {"plan.md": "1"}

    def test_a_changed_text_is_read_anew(self):
        result = compiled(plain_source(), self.newer("t2"), **self.installed())
        assert [one.id for one in result.bundle.items] == ["plan.md:x", "plan.md:z"]
        assert not result.reading.older

    def test_a_correction_is_applied_at_once(self):
        source = plain_source(reading={"plan.md": [{"line": "gone", "not-item": True}]})
        result = compiled(source, self.newer(), **self.installed())
        assert [one.id for one in result.bundle.items] == ["plan.md:x", "plan.md:z"]


def test_people_and_runners_keep_their_keys():
    source = plain_source(runners={"ci": {"key": key(2), "independent": True}}, reporters={"jenkins": {"key": key(3)}})
    bundle = compiled(source, plan("plan.md", [item("x")])).bundle
    assert bundle.people == {"alice": key(1)}
    assert bundle.runners["ci"].independent
    assert bundle.reporters["jenkins"].key == key(3)
