"""Every `next` command works: for each reason a situation made for real, its command typed, and what came of it.

A command either clears the reason, or says precisely what is a person's to do.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli_support import CONFIG, FILES, PLAN, Answer, Kitchen, build, copy

from phaseproof.reports.advice import ADVICE
from phaseproof.reports.progress import Teller

MANY_PLAN = (
    "# Phase 1: Oven\n\n## Gate A: Safe to heat\n\n"
    + "".join(f"- [ ] R.{number} Sentence number {number} of this plan.\n" for number in range(1, 22))
    + "- [ ] R.90 Parent of another.\n  - [ ] R.91 Child of it.\n"
    + "\n## Gate B: Ready to sell\n\n- [ ] S.1 Somebody wants one.\n"
    + "\n## Gate C: Only wishes\n\n- [ ] W.1 It sings.\n"
)
MANY = """phaseproof: 1
programme: oven
phases:
  - {id: phase-1, plans: [docs/oven.md]}
after: {gate-b: [gate-a]}
people:
  ada: {key: ADA}
runners:
  local: {key: LOCAL}
roles:
  owner: {members: [ada]}
policy:
  migrate: {roles: [owner]}
checks:
  good: {kind: command, run: grep -q ^limit=250$ oven/limit.txt, subject: [oven/limit.txt]}
  bad: {kind: command, run: grep -q ^limit=300$ oven/heat.txt, subject: [oven/heat.txt]}
  blind: {kind: command, run: echo fine, subject: [oven/limit.txt]}
  unclear: {kind: command, run: sh tools/unclear.sh, subject: [oven/limit.txt], instrument: [tools/**]}
  no-program: {kind: command, run: no-such-oven-tool, subject: [oven/limit.txt]}
  slow: {kind: command, run: sleep 5, timeout: 1s, subject: [oven/limit.txt]}
  killed: {kind: command, run: sh tools/kill.sh, subject: [oven/limit.txt], instrument: [tools/**]}
  none: {kind: artifact, path: docs/none.md}
  nothing: {kind: command, run: grep -q warm nothing/warm.txt, subject: [nothing/**]}
  pointer: {kind: command, run: cat oven/big.bin, subject: [oven/big.bin]}
  module: {kind: command, run: cat oven/sub, subject: [oven/sub]}
  suite: {kind: tests, run: sh tools/suite.sh, subject: [oven/limit.txt], instrument: [tools/**]}
  no-tests: {kind: tests, run: sh tools/empty.sh, subject: [oven/limit.txt], instrument: [tools/**]}
holds:
  MIG-1: {until: gate-b}
bindings:
  R.2: {check: bad}
  R.3: {check: blind}
  R.4: {check: unclear}
  R.5: {check: no-program}
  R.6: {check: slow}
  R.7: {check: killed}
  R.8: {check: none}
  R.9: {check: nothing}
  R.10: {check: pointer}
  R.11: {check: module}
  R.12: {check: suite, tests: ["*two*"]}
  R.15: {check: no-tests}
  R.16: {check: good, at: release/9}
  R.17: {record: MIG-1}
  R.18: {check: good, strength: independent}
  R.19: {check: good, assurance: separate}
  R.90: {children: true}
  S.1: {check: good}
  W.1: {check: good, advisory: true}
"""
SUITE = """test_that() {
  if grep -q $2 oven/limit.txt; then echo "<testcase classname='t' name='$1'/>"
  else echo "<testcase classname='t' name='$1'><failure message='cold'/></testcase>"; fi
}
(echo '<testsuites><testsuite>'; test_that one limit; test_that two two; echo '</testsuite></testsuites>') \\
  > $PHASEPROOF_OUT/junit.xml
grep -q two oven/limit.txt
"""
MANY_FILES = {
    "docs/oven.md": MANY_PLAN,
    "oven/heat.txt": "limit=200\n",
    "oven/big.bin": f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12345\n",
    ".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n",
    "tools/unclear.sh": "[ -s oven/limit.txt ] || exit 127\n",
    "tools/kill.sh": "kill -9 $$\n",
    "tools/suite.sh": SUITE,
    "tools/empty.sh": "echo '<testsuites/>' > $PHASEPROOF_OUT/junit.xml\n",
}
EXPLAINED = {
    "R.1": "unbound", "R.2": "check-failed", "R.3": "control-passed", "R.4": "control-inconclusive",
    "R.5": "not-started", "R.6": "timeout", "R.7": "signal", "R.8": "path-missing", "R.9": "pattern-empty",
    "R.10": "lfs-pointer", "R.11": "submodule-input", "R.12": "selection-failed", "R.15": "no-tests",
    "R.16": "ref-missing", "R.17": "record-missing", "R.18": "strength-too-weak", "R.19": "assurance-too-low",
    "R.90": "children-empty",
}  # fmt: skip


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Kitchen:
    """Everything that can go wrong at once, run."""
    kitchen = Kitchen(tmp_path_factory.mktemp("many"))
    kitchen.people()
    kitchen.repo.commit({**FILES, **MANY_FILES, "phaseproof.yaml": kitchen.config(MANY)})
    kitchen.repo.git("update-index", "--add", "--cacheinfo", f"160000,{kitchen.repo.head},oven/sub")
    kitchen.repo.git("commit", "-qm", "a submodule")
    assert kitchen.run("install").code == 0
    assert kitchen.run("run").code == 1
    return kitchen


def item(kitchen: Kitchen, short: str) -> Any:
    board = kitchen.run("status --verify --format json").said
    return next(one for gate in board["gates"] for one in gate["items"] if one["id"] == short)


def code(found: Any) -> str:
    return found["reasons"][0]["code"] if found["reasons"] else ""


def clears(kitchen: Kitchen, short: str, reason: str, after: str = "proven") -> Answer:
    """The item has this reason; its next command takes it away."""
    found = item(kitchen, short)
    assert code(found) == reason, found
    done = kitchen.follow(found["next"])
    assert done.code in (0, 1), done
    assert item(kitchen, short)["verdict"] == after, item(kitchen, short)
    return done


@pytest.mark.parametrize("short", EXPLAINED)
def test_what_no_command_clears_is_explained(many, short):
    found = item(many, short)
    assert code(found) == EXPLAINED[short], found
    assert found["next"] == f"phaseproof explain {short}"
    done = many.follow(found["next"])
    assert done.code == 1
    assert done.said["advice"] and "{" not in done.said["advice"]
    assert EXPLAINED[short] in ADVICE, "said in its own words, not in general"
    text = many.run(f"explain {short}").out
    assert "→ phaseproof explain" not in text, "a letter does not send its reader to itself"
    assert text.rstrip().endswith(done.said["advice"])


def test_what_was_advised_helps(many, tmp_path):
    kitchen = copy(many, tmp_path / "mended")
    kitchen.repo.commit({
        "oven/heat.txt": "limit=300\n", "docs/none.md": "# None\n", "nothing/warm.txt": "warm\n",
        "oven/limit.txt": "limit=250\ntwo\n", "tools/kill.sh": "grep -q limit oven/limit.txt\n",
    })  # fmt: skip
    kitchen.repo.git("branch", "release/9")
    for short in ("R.2", "R.7", "R.8", "R.9", "R.12", "R.16"):
        advice = kitchen.run(f"explain {short} --format json").said
        done = kitchen.run(f"run {short} --format json")
        assert (done.code, item(kitchen, short)["verdict"]) == (0, "proven"), (advice, item(kitchen, short))


def test_gates_that_hold_for_reasons_of_their_own(many):
    gates = {gate["id"]: gate for gate in many.board()["gates"]}
    assert code(gates["gate-b"]) == "after-holds"
    done = many.follow(gates["gate-b"]["next"])
    assert done.code == 1 and [gate["id"] for gate in done.said["gates"]] == ["gate-a"]
    assert code(gates["gate-c"]) == "gate-empty"
    assert many.follow(gates["gate-c"]["next"]).code == 1
    shown = many.run(*shlex.split(gates["gate-c"]["next"])[1:]).out
    assert "W.1  (not required)" in shown, "what could be required is shown"


def test_what_a_run_clears(start):
    kitchen = start("installed")
    clears(kitchen, "P1.1", "never-run")
    kitchen.repo.commit({"oven/limit.txt": "# hot\nlimit=250\n"})
    clears(kitchen, "P1.1", "inputs-changed")


def test_signatures(start):
    kitchen = start("installed")
    (kitchen.home / "keys/ben.pem").unlink()
    (kitchen.home / "keys/ben.pub").unlink()
    clears(kitchen, "reviewedby/safety-owner", "signature-missing")
    kitchen.repo.commit({"oven/limit.txt": "# hot\nlimit=250\n"})
    clears(kitchen, "reviewedby/safety-owner", "content-changed")


def test_a_signature_that_is_somebody_elses_to_give(tmp_path):
    kitchen = build(tmp_path, CONFIG.replace("members: [ada, ben]}", "members: [ada, ben], threshold: 2}"))
    found = item(kitchen, "reviewedby/safety-owner")
    done = kitchen.follow(found["next"])
    assert (done.code, done.error["rule"]) == (2, "person-ambiguous") and "--as" in done.error["way_out"]
    (kitchen.home / "keys/ben.pem").rename(tmp_path / "bens.pem")
    (kitchen.home / "keys/ben.pub").rename(tmp_path / "bens.pub")
    assert kitchen.follow(found["next"]).code == 0
    found = item(kitchen, "reviewedby/safety-owner")
    assert code(found) == "signature-missing"
    done = kitchen.follow(found["next"])
    assert done.code == 1
    assert done.error["way_out"] == "ben: phaseproof sign reviewedby/safety-owner"
    (tmp_path / "bens.pem").rename(kitchen.home / "keys/ben.pem")
    (tmp_path / "bens.pub").rename(kitchen.home / "keys/ben.pub")
    (kitchen.home / "keys/ada.pem").unlink()
    (kitchen.home / "keys/ada.pub").unlink()
    clears(kitchen, "reviewedby/safety-owner", "signature-missing")


def test_a_bundle_that_waits_for_a_second_signature(tmp_path):
    kitchen = build(tmp_path, CONFIG.replace("owner: {members: [ada]}", "owner: {members: [ada, ben], threshold: 2}"))
    gate = kitchen.board()["gates"][0]
    assert (code(gate), gate["next"]) == ("bundle-provisional", "phaseproof sign --bundle")
    for name in ("pem", "pub"):
        (kitchen.home / f"keys/ada.{name}").rename(tmp_path / f"adas.{name}")
    assert kitchen.follow(gate["next"]).code == 0
    assert code(kitchen.board()["gates"][0]) != "bundle-provisional"
    done = kitchen.follow(gate["next"])
    assert (done.code, done.error["way_out"]) == (1, "phaseproof status")


def test_an_instrument_to_accept(tmp_path):
    text = CONFIG.replace("  protected: main\n", "  protected: main\n  instrument: {roles: [owner]}\n")
    kitchen = build(tmp_path, text)
    kitchen.run("run")
    found = item(kitchen, "P1.1")
    assert found["next"] == "phaseproof sign --instrument limit"
    clears(kitchen, "P1.1", "instrument-unreviewed")


def at(monkeypatch: pytest.MonkeyPatch, offset: float) -> None:
    """Move this machine's clock."""
    monkeypatch.setattr("phaseproof.cli.place.time", SimpleNamespace(time=lambda: time.time() + offset))


def test_old_evidence(tmp_path, monkeypatch):
    kitchen = build(tmp_path, CONFIG.replace("P1.1: {check: limit}", "P1.1: {check: limit, max_age: 1h}"))
    kitchen.run("run P1.1")
    at(monkeypatch, 4000)
    clears(kitchen, "P1.1", "too-old")


def test_evidence_from_the_future(start, monkeypatch):
    kitchen = start("installed")
    at(monkeypatch, 86400)
    assert kitchen.run("run P1.1").code == 0
    at(monkeypatch, 0)
    gate = kitchen.run("status --verify --format json").said["gates"][0]
    assert (code(gate), gate["next"]) == ("clock", "phaseproof status")
    assert kitchen.follow(gate["next"]).code == 1
    found = item(kitchen, "P1.1")
    assert (code(found), found["next"]) == ("clock", "phaseproof explain P1.1")
    assert "Set the clocks" in kitchen.follow(found["next"]).said["advice"]
    assert kitchen.run("run P1.1").code == 1, "what is of the future is not outrun"
    at(monkeypatch, 90000)
    assert item(kitchen, "P1.1")["verdict"] == "proven", "until it has come"


def interrupt_at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    """Ctrl-C, once, when a run tells of this."""
    original = getattr(Teller, moment)
    left = [1]

    def told(*arguments: object) -> None:
        if left:
            left.pop()
            os.kill(os.getpid(), signal.SIGINT)
        original(*arguments)

    monkeypatch.setattr(Teller, moment, told)


def test_an_abandoned_run(start, monkeypatch):
    kitchen = start("installed")
    interrupt_at(monkeypatch, "started")
    done = kitchen.run("run P1.1")
    assert done.code == 1 and "interrupted" in done.out
    clears(kitchen, "P1.1", "abandoned")
    assert kitchen.run("explain P1.1").out.count("✔") == 3, "it owed three passes in a row, and gave them"


def test_a_flaky_check(tmp_path, monkeypatch):
    text = CONFIG.replace("grep -q ^limit=250$ oven/limit.txt", "sh tools/weather.sh").replace(
        "subject: [oven/limit.txt]", "subject: [oven/limit.txt]\n    instrument: [tools/**]"
    )
    text = text.replace("checks:\n", "environment: {pass: [WEATHER]}\nchecks:\n", 1)
    script = '[ "$WEATHER" = fair ] && grep -q limit oven/limit.txt\n'
    kitchen = build(tmp_path, text, {"tools/weather.sh": script})
    assert kitchen.run("run P1.1", WEATHER="foul").code == 1
    interrupt_at(monkeypatch, "recorded")
    kitchen.run("run P1.1", WEATHER="fair")
    found = item(kitchen, "P1.1")
    assert (found["verdict"], code(found)) == ("flaky", "flaky"), found
    assert kitchen.run(*shlex.split(found["next"])[1:], WEATHER="fair").code == 0
    assert item(kitchen, "P1.1")["verdict"] == "proven"


def test_a_run_that_was_overtaken(tmp_path):
    text = CONFIG.replace("grep -q ^limit=250$ oven/limit.txt", "sh tools/touch.sh").replace(
        "P1.1: {check: limit}", "P1.1: {check: limit, strength: observed}"
    )
    # The first time it changes what it judges.
    script = "grep -q limit oven/limit.txt || exit 1\n[ -e .phaseproof/once ] && exit 0\n"
    script += "touch .phaseproof/once; echo '# hot' >> oven/limit.txt\n"
    kitchen = build(tmp_path, text, {"tools/touch.sh": script})
    kitchen.run("run P1.1")
    kitchen.repo.git("checkout", "--", "oven/limit.txt")
    clears(kitchen, "P1.1", "overtaken")


def test_a_change_of_rules_step_by_step(tmp_path):
    """From `bundle-differs` by ways out alone; what the old rules' evidence does not say is run again."""
    suite = "  suite: {kind: tests, run: sh tools/suite.sh, subject: [oven/limit.txt], instrument: [tools/**]}\n"
    old = CONFIG.replace("checks:\n", "checks:\n" + suite, 1)
    old = old.replace("  P1.2: {check: off-note}\n", '  P1.2: {check: suite, tests: ["*one*"]}\n')
    old = old.replace("  ben: {key: BEN}\n", "").replace("[ada, ben]", "[ada]")
    old = old.replace("  local: {key: LOCAL}", "  local: {key: LOCAL}\n  other: {key: BEN}")
    plan = PLAN.replace("- [ ] P1.2", "- [ ] P1.3 Two of them.\n- [ ] P1.2")
    kitchen = build(
        tmp_path, old, {"docs/oven.md": plan, "tools/suite.sh": SUITE, "oven/limit.txt": "limit=250\ntwo\n"}
    )
    assert kitchen.run("run P1.2").code == 0
    shutil.copy(kitchen.home / "keys/ben.pem", kitchen.home / "keys/other.pem")
    shutil.copy(kitchen.home / "keys/ben.pub", kitchen.home / "keys/other.pub")
    assert kitchen.run("run P1.1 --runner other").code == 0

    new = old.replace("bindings:\n", 'bindings:\n  P1.3: {check: suite, tests: ["*two*"]}\n')
    new = new.replace("\n  other: {key: BEN}", "").replace("headings: [Switch]", "headings: [Off]")
    kitchen.repo.commit({"phaseproof.yaml": kitchen.config(new)})
    gate = kitchen.board()["gates"][0]
    assert (code(gate), gate["next"]) == ("bundle-differs", "phaseproof migrate propose")
    (kitchen.home / "keys/ben.pem").unlink()
    (kitchen.home / "keys/ben.pub").unlink()
    step, steps = gate["next"], 0
    while not step.startswith("phaseproof gates"):
        steps += 1
        assert steps < 9, step
        done = kitchen.run(*shlex.split(step)[1:])
        assert done.code in (0, 1), done
        step = (done.out or done.err).strip().splitlines()[-1].strip().removeprefix("→ ").removeprefix("ada: ")
    assert code(kitchen.board()["gates"][0]) != "bundle-differs"
    clears(kitchen, "P1.3", "selection-not-run")
    clears(kitchen, "P1.1", "signer-unknown")


def test_a_check_that_was_changed(start):
    kitchen = start("approved")
    assert kitchen.run("migrate activate").code == 0
    clears(kitchen, "P1.1", "check-changed")


def test_a_commit_that_does_not_compile(start):
    kitchen = start("mistaken")
    gate = kitchen.board()["gates"][0]
    assert (code(gate), gate["next"]) == ("bundle-unreadable", "phaseproof compile")
    done = kitchen.follow(gate["next"])
    assert done.code == 2 and done.error["mistakes"][0]["nearest"] == "command"


def test_a_runner_killed_in_the_middle(tmp_path):
    text = CONFIG.replace("run: grep -q ^limit=250$ oven/limit.txt", "run: sh tools/warm.sh").replace(
        "subject: [oven/limit.txt]", "subject: [oven/limit.txt]\n    instrument: [tools/**]"
    )
    script = "grep -q limit oven/limit.txt && sleep 0.7\n"
    kitchen = build(tmp_path, text, {"tools/warm.sh": script})
    process = kitchen.start("run", "P1.1")
    running = kitchen.ledger / "cache/running"
    try:
        for _ in range(500):
            if running.is_dir() and any(running.iterdir()) and code(item(kitchen, "P1.1")) == "in-progress":
                break
            time.sleep(0.02)
    finally:
        process.kill()
        process.communicate()
    done = clears(kitchen, "P1.1", "in-progress")
    assert done.code == 0 and done.said["recorded"] == 3, "the broken run was a failure, and three passes clear it"
    assert not any(running.iterdir())
    assert "killed" in kitchen.run("explain P1.1").out


def test_ways_out_name_verbs_and_options_that_there_are():
    """Every command written anywhere in the source is one that the command line takes."""
    import ast

    import phaseproof
    from phaseproof.cli.main import VERBS
    from phaseproof.cli.main import phaseproof as group

    found = set()
    for path in Path(phaseproof.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                text = "".join(str(v.value) if isinstance(v, ast.Constant) else "X" for v in node.values)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            else:
                continue
            found |= {part.split("\n")[0] for part in text.split("phaseproof ")[1:] if part[:1].islower()}
    context = group.make_context("phaseproof", ["status"])
    checked = 0
    for line in found:
        words = line.translate(dict.fromkeys(map(ord, ";,`”'\"|]["), " ")).split()
        if words[0] not in VERBS and words[0] not in ("init", "doctor", "guard"):
            continue
        assert words[0] in VERBS, line
        command = group.get_command(context, words[0])
        assert command is not None
        if words[0] in ("migrate", "bundle", "key") and len(words) > 1 and words[1].islower():
            assert words[1] in command.commands, line  # type: ignore[attr-defined]
            command = command.commands[words[1]]  # type: ignore[attr-defined]
        options = {option for one in command.params for option in one.opts}
        for word in words:
            if word.startswith("--") and len(word) > 2:
                assert word in options, line
        checked += 1
    assert checked > 20
