"""Changes of the rules that let more pass and would like to be called stronger, or nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.shop import FILES, PLAN, Shop

RULES = "phaseproof.yaml"
PHASE = "docs/PHASE3.md"

Change = Callable[[str], str]


def _swap(old: str, new: str) -> Change:
    def change(text: str) -> str:
        assert old in text, old
        return text.replace(old, new)

    return change


def _add(line: str) -> Change:
    return lambda text: text + line


LINE = "L-3 A label never names what is in the parcel."
WEAKER: dict[str, tuple[str, Change]] = {
    "a criterion removed": (PHASE, _swap(f"- [ ] {LINE}\n", "")),
    "a criterion in other words": (PHASE, _swap("never names", "seldom names")),
    "a criterion moved out of its gate": (PHASE, _swap(f"- [ ] {LINE}", f"## Remarks\n\n- [ ] {LINE}")),
    "a signature that stands over itself alone": (PHASE, _swap("## Sign-off", "## Gate B: Sign-off")),
    "a gate's heading made a remark": (PHASE, _swap("## Gate A: Ready to ship", "## Ready to ship")),
    "a criterion that is nobody's": (RULES, _add(f"reading:\n  {PHASE}:\n    - {{line: '{LINE}', not-item: true}}\n")),
    "a criterion of another kind": (RULES, _add(f"reading:\n  {PHASE}:\n    - {{line: '{LINE}', kind: task}}\n")),
    "advisory": (RULES, _swap("L-3: {check: discreet}", "L-3: {check: discreet, advisory: true}")),
    "another check": (RULES, _swap("L-3: {check: discreet}", "L-3: {check: runbook}")),
    "either of two": (RULES, _swap("L-3: {check: discreet}", "L-3: {any: [discreet, runbook]}")),
    "another test": (RULES, _swap('["*Weight*"]', '["*Label*"]')),
    "fewer words of the test's name": (RULES, _swap('["*Weight*"]', '["*"]')),
    "weaker evidence": (RULES, _swap("L-3: {check: discreet}", "L-3: {check: discreet, strength: observed}")),
    "another command": (RULES, _swap("run: python3 tools/discreet.py", "run: python3 tools/suite.py")),
    "a narrower subject": (RULES, _swap("subject: [parcels/**]", "subject: [parcels/weight.py]")),
    "another subject": (RULES, _swap("subject: [parcels/label.py]", "subject: [parcels/weight.py]")),
    "a narrower instrument": (RULES, _swap("instrument: [tests/**, tools/suite.py]", "instrument: [tests/**]")),
    "more time": (RULES, _swap("timeout: 30s\n  discreet", "timeout: 60s\n  discreet")),
    "the network": (RULES, _swap("    timeout: 30s\n  runbook", "    timeout: 30s\n    network: true\n  runbook")),
    "a heading less": (RULES, _swap("    headings: [When the printer fails]\n", "")),
    "fewer words": (RULES, _swap("min_words: 12", "min_words: 11")),
    "other people": (RULES, _swap("shipping-lead: {members: [mara]}", "shipping-lead: {members: [nils]}")),
    "more people, as few signatures": (RULES, _swap("{members: [mara]}", "{members: [mara, nils]}")),
    "fewer who may": (RULES, _swap("owners: {members: [mara, nils]}", "owners: {members: [nils]}")),
    "another role decides": (RULES, _swap("migrate: {roles: [owners]}", "migrate: {roles: [shipping-lead]}")),
    "no branch is protected": (RULES, _swap("  protected: main\n", "")),
    "another branch is protected": (RULES, _swap("protected: main", "protected: side")),
    "weaker evidence everywhere": (RULES, _swap("  protected: main\n", "  protected: main\n  strength: observed\n")),
    "flaky checks are cleared sooner": (
        RULES, _swap("  protected: main\n", "  protected: main\n  flake: {window: 10, passes: 1}\n"),
    ),
    "a variable of the caller's": (RULES, _add("environment: {pass: [LABELS]}\n")),
    "another name of the programme": (RULES, _swap("programme: parcel-labels", "programme: labels")),
}  # fmt: skip


@pytest.mark.parametrize("name", WEAKER)
def test_it_is_named_and_wants_a_reason(shop: Shop, name: str) -> None:
    path, change = WEAKER[name]
    old = PLAN if path == PHASE else (shop.repo.root / RULES).read_text(encoding="utf-8")
    files: dict[str, str | bytes | None] = {path: change(old)}
    if name == "a criterion removed":
        rules = (shop.repo.root / RULES).read_text(encoding="utf-8")
        files[RULES] = rules.replace("  L-3: {check: discreet}\n", "")
    elif name == "a criterion that is nobody's":
        files[RULES] = str(files[RULES]).replace("  L-3: {check: discreet}\n", "")
    shop.commit(files)
    said = shop.run("migrate", "propose")
    assert said.code == 1, said.text
    assert "reason-missing" in said.text
    held = shop.gates()
    assert held.code == 1
    assert "bundle-differs" in shop.reasons(held.json)


def test_a_runner_of_ones_own(shop: Shop) -> None:
    from phaseproof.evidence import keys

    made = keys.create(shop.home, "mine", None)
    shop.replace(RULES, "runners:\n", f"runners:\n  mine: {{key: {keys.uri(made.public)}, independent: true}}\n")
    assert "reason-missing" in shop.run("migrate", "propose").text
    said = shop.gates("--runner", "mine")
    assert said.code == 1
    assert said.json["error"]["rule"] == "runner-unlisted"


def test_what_only_shows_is_no_change_of_the_rules(shop: Shop) -> None:
    shop.commit({PHASE: PLAN.replace("[ ]", "[x]").replace("by hand today", "by hand until March"),
                 "docs/runbook.md": FILES["docs/runbook.md"]})  # fmt: skip
    assert shop.run("migrate", "propose").code == 1
    assert shop.gates().code == 0
