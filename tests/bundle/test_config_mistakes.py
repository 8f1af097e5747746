"""Mistakes in a configuration: each kind, at its exact line and column, all of them at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phaseproof.bundle.config import Config, load
from phaseproof.bundle.forms import duration
from phaseproof.bundle.keys import _P, _SMALL_ORDER, public_bytes
from phaseproof.bundle.mistakes import MOST, Mistake, Mistakes, listing, nearest, quote
from support.programmes import compiled, item, key, plan

GOOD = f"""\
phaseproof: 1
programme: orders
phases:
  - {{id: phase-5, plans: [five.md]}}
  - id: phase-6
    plans: [six.md]
    after: [phase-5]
roles:
  owner: {{members: [alice, bob], threshold: 2}}
  leads: {{members: [alice], threshold: all}}
people:
  alice: {{key: {key(1)}}}
  bob: {{key: {key(2)}}}
runners:
  ci: {{key: {key(3)}, independent: true}}
policy:
  protected: main
  migrate: {{roles: [owner]}}
  waiver: {{max_days: 30, max_renewals: 1, roles: [leads]}}
  flake: {{window: 10, passes: 3}}
environment:
  setup: uv sync --frozen
  setup_inputs: [uv.lock]
  pass: [LANG]
checks:
  unit:
    kind: tests
    run: python -m pytest
    subject: [src/**]
    timeout: 15m
    min_sensitivity: 0.8
    controls: [{{patch: controls/slow.patch}}]
bindings:
  a: {{check: unit, tests: ["test_*"], strength: independent, max_age: 14d}}
  b: {{role: leads, recommended: true}}
holds:
  MIG-06: {{until: phase-5, allows: [docs/**], refs: [main, "release/*"], actions: [tag]}}
freeze:
  branch: release/1
  allow: size(commit.fixes) > 0
  message: ^fix
components:
  web: {{paths: [web/**], tables: ["shop_*"], reads: []}}
repositories:
  web: {{remote: ../web, at: v1, state: active}}
reading:
  six.md:
    - {{line: Not this one, not-item: true}}
"""
PLANS = (plan("five.md", [item("a")]), plan("six.md", [item("b")]))


def test_the_good_one_is_good():
    bundle = compiled(GOOD, *PLANS).bundle
    assert load(GOOD.encode()).mistakes == ()
    assert bundle.checks[0].timeout == 900
    assert bundle.checks[0].min_sensitivity == "0.8"
    assert bundle.holds["MIG-06"].until == "phase-5"
    assert bundle.corrections["six.md"][0].item is False


# What to replace, by what, where the mistake stands (line, and the text that begins at its column), what it says.
CASES = [
    ("phaseproof: 1", "phaseproof: 2", 1, "2", "unknown phaseproof “2”; expected 1"),
    ("phaseproof: 1\n", "", 1, "programme", "“phaseproof” is missing"),
    ("programme: orders\n", "", 1, "phaseproof", "“programme” is missing"),
    ("programme: orders", "programme: Bestellungen für alle", 2, "Best", "U+00FC LATIN SMALL LETTER U WITH DIAERESIS"),
    ("programme: orders", "programme: 7", 2, "7", "expected text, got the number 7; put it in quotation marks"),
    ("programme: orders", "programme:", 2, "", "expected a name, got nothing"),
    ("programme: orders", "programme: [a]", 2, "[a]", "expected a name, got a list"),
    ("checks:", "cheks:", 25, "cheks", "unknown key “cheks”; did you mean “checks”?"),
    ("roles:", "zzz:", 8, "zzz", "unknown key “zzz”; valid here: after, bindings, checks, components"),
    ("plans: [five.md]", "plans: []", 4, "[]", "the list is empty"),
    ("plans: [five.md]", "plans: five.md", 4, "five", "expected a list, each entry the path of a plan, got “five.md”"),
    ("plans: [five.md]", "plans: [/five.md]", 4, "/five", "got the absolute “/five.md”"),
    ("plans: [five.md]", "plans: [../five.md]", 4, "../five", "paths hold no “..”"),
    ("plans: [five.md]", "plans: [fünf.md]", 4, "fünf", "paths of plans are ASCII"),
    ("plans: [five.md]", "plans: [a:b.md]", 4, "a:b", "holds a “:”"),
    ("plans: [five.md]", "plans: [fife.md]", 4, "fife", "no file “fife.md” in the tree; did you mean “six.md”?"),
    ("plans: [six.md]", "plans: [six.md, six.md]", 6, "six.md, six", "“six.md” stands twice"),
    ("id: phase-6", "id: phase_5", 5, "id: phase_5", "two phases have the id “phase_5”"),
    ("members: [alice, bob]", "members: []", 9, "[]", "the list is empty"),
    ("members: [alice, bob]", "members: [alice, bobb]", 9, "bobb", "unknown person “bobb”; did you mean “bob”?"),
    ("members: [alice, bob]", "members: [alice, аlice]", 9, "аlice", "U+0430 CYRILLIC SMALL LETTER A; names are ASCII"),
    ("members: [alice, bob]", "members: [alice, alice]", 9, "alice, alice", "“alice” stands twice"),
    ("threshold: 2", "threshold: 3", 9, "3", "3 of 2 members can never sign; at most 2"),
    ("threshold: 2", "threshold: 0", 9, "0", "expected a whole number of at least 1, got 0"),
    ("threshold: 2", "threshold: -1", 9, "-1", "expected a whole number of at least 1, got -1"),
    ("threshold: 2", "threshold: most", 9, "most", "expected a whole number of at least 1 or all, got “most”"),
    ("threshold: 2", "threshold: 1.5", 9, "1.5", "expected a whole number of at least 1 or all, got “1.5”"),
    ("threshold: 2", "threshold: true", 9, "true", "expected a whole number of at least 1 or all, got true"),
    ("  leads:", "  Owner:", 10, "Owner", "reads like the role “owner”"),
    ("  bob:", "  Bob:", 13, "Bob", "expected a lower-case name"),
    ("  bob:", "  b\u200bob:", 13, "b\u200b", "U+200B ZERO WIDTH SPACE; names are ASCII"),
    (key(2), key(1), 13, "ed25519", "this is the key of people.alice; each signer has its own"),
    (key(3), key(1), 15, "ed25519", "this is the key of people.alice; each signer has its own"),
    (key(1), key(1) + "=", 12, "ed25519", "canonical spelling"),
    (key(1), key(1)[:-1], 12, "ed25519", "an ed25519 key has 32 bytes, this one 31"),
    (key(1), "ed25519:" + "A" * 43, 12, "ed25519", "small order"),
    (key(1), "ed25519:" + "_" * 42 + "8", 12, "ed25519", "no point of the curve"),
    (key(1), "ed25519:Ag" + "A" * 41, 12, "ed25519", "no point of the curve"),
    (key(1), "ssh-rsa:AAAA", 12, "ssh", "expected a public key"),
    ("  ci:", "  alice:", 15, "alice", "“alice” is a name in people already"),
    ("independent: true", "independent: yes", 15, "yes", "expected true or false, got “yes”; did you mean “true”?"),
    ("independent: true", "independant: true", 15, "independant", "did you mean “independent”?"),
    ("  migrate: {roles: [owner]}\n", "", 17, "protected", "“migrate” is missing"),
    ("migrate: {roles: [owner]}", "migrate: {roles: []}", 18, "[]", "the list is empty"),
    ("migrate: {roles: [owner]}", "migrate: {roles: [ownr]}", 18, "ownr", "unknown role “ownr”; did you mean “owner”?"),
    ("protected: main", "protected: -main", 17, "-main", "expected a branch or tag"),
    ("protected: main", "protected: a..b", 17, "a..b", "expected a branch or tag"),
    ("protected: main", "strength: claimed", 17, "claimed", "unknown strength “claimed”"),
    ("protected: main", "strength: isolatd", 17, "isolatd", "did you mean “isolated”?"),
    ("protected: main", "waivable: [tsk]", 17, "tsk", "unknown waivable “tsk”; did you mean “task”?"),
    ("roles: [leads]", "roles: [lead]", 19, "lead", "unknown role “lead”; did you mean “leads”?"),
    ("max_days: 30", "max_days: 400", 19, "400", "expected a whole number between 1 and 366, got 400"),
    ("max_days: 30", "max_days: lots", 19, "lots", "expected a whole number between 1 and 366, got “lots”"),
    ("passes: 3", "passes: 11", 20, "11", "11 passes do not fit in 10 runs"),
    ("setup: uv sync --frozen", "setup: uv 'sync", 22, "uv", "cannot be split into words: No closing quotation"),
    ("  setup: uv sync --frozen\n", "", 22, "setup_inputs", "“setup” is missing"),
    ("pass: [LANG]", "pass: [PHASEPROOF_HOME]", 24, "PHASEPROOF", "“PHASEPROOF_HOME” cannot be passed"),
    ("pass: [LANG]", "pass: [HOME]", 24, "HOME", "“HOME” cannot be passed"),
    ("pass: [LANG]", "pass: [A=B]", 24, "A=B", "expected the name of an environment variable"),
    ("  unit:\n", "  ünit:\n", 26, "ünit", "names are ASCII"),
    ("kind: tests", "kind: tets", 27, "tets", "unknown kind “tets”; did you mean “tests”?"),
    ("    kind: tests\n", "", 27, "run", "“kind” is missing"),
    ("run: python -m pytest", "runn: python", 28, "runn", "unknown key “runn”; did you mean “run”?"),
    ("run: python -m pytest", "run: {a: b}", 28, "{a", "expected text or a list, each entry text, got keys and values"),
    ("subject: [src/**]", "subject: [/src]", 29, "/src", "relative to the top of the repository"),
    ("subject: [src/**]", "subject: [a/../b]", 29, "a/../b", "a component that is empty, `.` or `..`"),
    ("subject: [src/**]", "subject: ['!a']", 29, "'!a'", "a pattern cannot be negated"),
    ("subject: [src/**]", "subject: ['']", 29, "''", "expected text, got nothing"),
    ("subject: [src/**]", 'subject: ["a\\nb"]', 29, '"a', "U+000A"),
    ("subject: [src/**]", "subject: [a\u200db]", 29, "a\u200d", "U+200D ZERO WIDTH JOINER, which cannot be seen"),
    ("timeout: 15m", "timeout: 15", 30, "15", "expected a duration such as 30s, 15m, 2h or 14d, got “15”"),
    ("timeout: 15m", "timeout: 25h", 30, "25h", "a time-out lies between 1s and 24h"),
    ("timeout: 15m", "timeout: 0s", 30, "0s", "a duration is longer than nothing"),
    ("timeout: 15m", "max_age: 1y", 30, "1y", "expected a duration"),
    ("timeout: 15m", "max_age: 5000d", 30, "5000d", "at most ten years"),
    ("timeout: 15m", "external: true", 30, "true", "“max_age” is missing"),
    ("min_sensitivity: 0.8", "min_sensitivity: 1.1", 31, "1.1", "expected a fraction between 0 and 1"),
    ("min_sensitivity: 0.8", "min_sensitivity: .nan", 31, ".nan", "expected a fraction between 0 and 1"),
    ("{patch: controls/slow.patch}", "{}", 32, "{}", "a control changes nothing"),
    ("{patch: controls/slow.patch}", "{patch: ../x}", 32, "../x", "paths hold no “..”"),
    ("check: unit,", "chek: unit,", 34, "chek", "unknown key “chek”; did you mean “check”?"),
    ("check: unit,", "check: unti,", 34, "unti", "unknown check “unti”; did you mean “unit”?"),
    ("check: unit,", "check: unit, role: leads,", 34, "{check", "got “check” and “role”"),
    (
        "{check: unit, tests:",
        "{tests:",
        34,
        "{tests",
        "expected one of check, all, any, children, role, record; got none",
    ),
    ("{role: leads, recommended: true}", "{all: []}", 35, "[]", "the list is empty"),
    ("{role: leads, recommended: true}", "{any: []}", 35, "[]", "the list is empty"),
    ("{role: leads, recommended: true}", "{children: false}", 35, "false", "unknown children “false”; expected true"),
    ("{role: leads, recommended: true}", "{role: lead}", 35, "lead", "unknown role “lead”; did you mean “leads”?"),
    (
        "{role: leads, recommended: true}",
        "{record: MIG-07}",
        35,
        "MIG-07",
        "unknown hold “MIG-07”; did you mean “MIG-06”?",
    ),
    ("{role: leads, recommended: true}", "{role: leads, at: main}", 35, "at", "“at” says nothing of “role”"),
    ("{role: leads, recommended: true}", "{role: leads, level: L1}", 35, "level", "“level” selects from one check"),
    ("{role: leads, recommended: true}", "{check: unit, recommended: true}", 35, "recommended", "is for sign-offs"),
    ("strength: independent", "strength: indepandent", 34, "indepandent", "did you mean “independent”?"),
    ("  b: {role", "  b\u2060: {role", 35, "b\u2060", "U+2060 WORD JOINER, which cannot be seen"),
    ("  b: {role", "  с: {role", 35, "с", "no item “с”"),
    ("  b: {role", "  bb: {role", 35, "bb", "no item “bb”; did you mean “b”?"),
    ("until: phase-5", "until: phase-7", 37, "phase-7", "no gate and no item “phase-7”; did you mean “phase-5”?"),
    ("after: [phase-5]", "after: [phase-4]", 7, "phase-4", "no gate “phase-4”; did you mean “phase-5”?"),
    ("after: [phase-5]", "after: [phase-6]", 7, "phase-6", "“phase-6” stands in “phase-6”"),
    ('"release/*"', '"release/[a]"', 37, '"release', "expected a ref or a pattern"),
    ("message: ^fix", "message: '(fix'", 41, "'(fix'", "expected a regular expression"),
    ("  branch: release/1\n", "", 39, "allow", "“branch” is missing"),
    ("paths: [web/**]", "paths: []", 43, "[]", "the list is empty"),
    ("remote: ../web", "remote: --upload-pack=x", 45, "--upload", "expected a folder or an address"),
    ("remote: ../web", "remote: ext::sh", 45, "ext::", "expected a folder or an address"),
    ("state: active", "state: activ", 45, "activ", "unknown state “activ”; did you mean “active”?"),
    ("  six.md:\n", "  sixx.md:\n", 47, "sixx", "“sixx.md” is no plan here; did you mean “six.md”?"),
    ("not-item: true", "kind: taks", 48, "taks", "unknown kind “taks”; did you mean “task”?"),
    (", not-item: true", "", 48, "{line", "corrects nothing"),
    ("not-item: true", "not-item: true, kind: task", 48, "{line", "a line that is no item has no kind, id or parent"),
]


CONSEQUENCES = {
    "cheks:": 1, "zzz:": 3, "members: [alice, alice]": 1, "Owner:": 2, "Bob:": 1, "b\u200bob:": 1, "ünit:": 1,
    "runn: python": 1, "external: true": 1, "check: unit, role: leads,": 0, "chek: unit,": 1,
}  # fmt: skip
"""How many more mistakes follow from one: names that are gone with it, keys that are missing without it."""


def listed(text: str):
    try:
        chosen = load(text.encode()).select([one.path for one in PLANS])
    except Mistakes:
        return ()
    return tuple(one for one in PLANS if one.path in chosen)


def cid(case: tuple[str, str, int, str, str]) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{case[2]} {case[1]}")[:40]


@pytest.mark.parametrize("case", CASES, ids=cid)
def test_a_mistake_is_told_once_with_its_place(case):
    old, new, line, at, message = case
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    with pytest.raises(Mistakes) as error:
        compiled(text, *listed(text))
    (one,) = [one for one in error.value.mistakes if message in one.sentence]
    assert len(error.value.mistakes) == 1 + CONSEQUENCES.get(new.strip(), 0), str(error.value)
    assert one.line == line
    assert text.splitlines()[line - 1][one.column - 1 :].startswith(at), f"{one.place}\n{text.splitlines()[line - 1]}"
    assert one.place == f"phaseproof.yaml:{line}:{one.column}"


def test_all_of_them_at_once_in_the_order_of_the_file():
    text = GOOD.replace("kind: tests", "kind: lod").replace("  bob:", "  bobb:").replace("  a: {", "  zz: {")
    with pytest.raises(Mistakes) as error:
        compiled(text, *PLANS)
    assert [one.line for one in error.value.mistakes] == [9, 27, 34]
    assert str(error.value).splitlines() == [
        "phaseproof.yaml:9:28   roles.owner.members: unknown person “bob”; did you mean “bobb”?",
        "phaseproof.yaml:27:11  checks.unit: unknown kind “lod”; installed: artifact, command, scan, tests",
        "phaseproof.yaml:34:3   bindings: no item “zz”",
        "3 errors",
    ]
    assert error.value.exit_code == 2


def test_the_configuration_of_a_programme_without_roles_lacks_people_who_sign():
    with pytest.raises(Mistakes, match="unknown role “owner”"):
        compiled("phaseproof: 1\nprogramme: x\nplans: [five.md]\npolicy: {migrate: {roles: [owner]}}\n", PLANS[0])


def test_a_configuration_of_a_dozen_lines_is_enough():
    text = f"""\
phaseproof: 1
programme: mine
plans: [docs/*.md]
roles: {{owner: {{members: [me]}}}}
people: {{me: {{key: {key(1)}}}}}
policy: {{migrate: {{roles: [owner]}}}}
checks:
  unit: {{kind: tests, run: pytest -q}}
bindings:
  a: {{check: unit}}
"""
    bundle = compiled(text, plan("docs/five.md", [item("a")])).bundle
    assert [gate.id for gate in bundle.gates] == ["five"]


def test_which_of_a_trees_paths_are_plans():
    config = load(b"plans: [docs/*.md]\nphases: [{id: a, plans: [top.md]}]\n")
    assert config.select(["x.md", "top.md", "docs/b.md", "docs/a.md", "docs/deep/c.md"]) == (
        "docs/a.md",
        "docs/b.md",
        "top.md",
    )


def test_a_long_list_of_mistakes_is_cut_and_counted():
    many = [Mistake("f", number, 1, "", "wrong") for number in range(1, MOST + 51)]
    lines = listing(many).splitlines()
    assert len(lines) == MOST + 1
    assert lines[-1] == f"{MOST + 50} errors, the first {MOST} shown"


def test_what_is_quoted_cannot_move_the_cursor():
    assert quote("a\x1b[2Jb\u200b") == "“a\\u{1b}[2Jb\\u{200b}”"
    assert len(quote("x" * 5000)) == 82


def test_the_nearest_word():
    assert nearest("Lod", ["load", "tests"]) == "load"
    assert nearest("zzz", ["load", "tests"]) == ""
    assert nearest("x" * 5000, ["x" * 5000]) == ""


@pytest.mark.parametrize(
    ("word", "seconds"), [("30s", 30), ("15m", 900), ("2h", 7200), ("14d", 1209600), ("1w", 604800)]
)
def test_durations(word, seconds):
    assert duration(word) == seconds


@pytest.mark.parametrize("word", ["", "m", "15", "-1m", "1.5h", "1 h", "1h30m", "٣m", "01m", "1M", "9999999999s"])
def test_no_durations(word):
    with pytest.raises(ValueError):
        duration(word)


def test_the_points_of_small_order_are_those_whose_eighth_multiple_is_nothing():
    d = -121665 * pow(121666, _P - 2, _P) % _P
    found = set()
    for y in sorted(_SMALL_ORDER):
        square = (y * y - 1) * pow(d * y * y + 1, _P - 2, _P) % _P
        x = pow(square, (_P + 3) // 8, _P)
        x = x if x * x % _P == square else x * pow(2, (_P - 1) // 4, _P) % _P
        assert x * x % _P == square
        point = (x, y)
        for _ in range(3):
            k = d * point[0] ** 2 * point[1] ** 2 % _P
            point = (
                2 * point[0] * point[1] * pow(1 + k, _P - 2, _P) % _P,
                (point[1] ** 2 + point[0] ** 2) * pow(1 - k, _P - 2, _P) % _P,
            )
        assert point == (0, 1)
        found |= {(x, y), (-x % _P, y)}
    assert len(found) == 8


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2**200))
def test_every_real_key_is_taken(number):
    assert len(public_bytes(key(number))) == 32


LINES = GOOD.splitlines()


@settings(max_examples=250, deadline=None)
@given(
    st.integers(0, len(LINES) - 1),
    st.sampled_from(["drop", "twice", "cut", "swap", "nothing", "list", "number", "deeper"]),
    st.integers(0, 40),
)
def test_a_damaged_configuration_is_read_with_mistakes_or_refused_never_worse(number, damage, at):
    lines = list(LINES)
    line = lines[number]
    lines[number : number + 1] = {
        "drop": [],
        "twice": [line, line],
        "cut": [line[:at]],
        "swap": [line[::-1]],
        "nothing": [line.partition(":")[0] + ":"],
        "list": [line.partition(":")[0] + ": []"],
        "number": [line.partition(":")[0] + ": 7"],
        "deeper": ["  " + line],
    }[damage]
    try:
        config = load("\n".join(lines).encode())
    except Mistakes as error:
        assert error.mistakes
        return
    assert isinstance(config, Config)
    try:
        compiled("\n".join(lines), *listed("\n".join(lines)))
    except Mistakes as error:
        assert all(one.line >= 1 and one.message for one in error.mistakes)
