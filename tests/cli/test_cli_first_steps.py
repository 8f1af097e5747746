"""What somebody types on the first day, in the wrong order or the wrong place, and what they are told to type next."""

from __future__ import annotations

import json
import shutil

from cli_support import CONFIG, PLAN


def test_without_a_configuration_init_is_the_way(start):
    kitchen = start("compiled")
    (kitchen.root / "phaseproof.yaml").unlink()
    kitchen.repo.commit()
    assert "phaseproof init, then git add phaseproof.yaml" in kitchen.run("compile").err
    (kitchen.root / "phaseproof.yaml").write_text(kitchen.config())
    said = kitchen.run("compile").err
    assert "→ git add phaseproof.yaml, git commit" in said and "init" not in said


def test_an_edited_configuration_is_not_yet_the_one_that_is_compiled(start):
    kitchen = start("mistaken")
    assert "differs from HEAD" not in kitchen.run("compile").err
    (kitchen.root / "phaseproof.yaml").write_text(kitchen.config())
    done = kitchen.run("compile")
    assert done.code == 2 and "comand" in done.err
    assert "phaseproof.yaml differs from HEAD: what is committed is compiled" in done.err


def test_before_installing_it_says_that_binding_later_is_a_change_of_rules(start):
    kitchen = start("compiled")
    assert kitchen.run("compile").out.endswith("  → phaseproof install\n")
    kitchen.repo.commit({"phaseproof.yaml": kitchen.config(CONFIG.replace("  P1.2: {check: off-note}\n", ""))})
    assert "bind it now.\n  → phaseproof install\n" in kitchen.run("compile").out
    kitchen = start("installed")
    assert "→" not in kitchen.run("compile").out


def test_a_clone_without_a_ledger_hears_of_pulling_too(start):
    kitchen = start("compiled")
    assert "phaseproof ledger pull" in kitchen.run("status").err


def test_an_older_copy_of_the_ledger_says_where_the_newer_one_may_be(start):
    kitchen = start("installed")
    shutil.copytree(kitchen.ledger, kitchen.folder / "older")
    kitchen.run("gates")
    shutil.rmtree(kitchen.ledger)
    shutil.copytree(kitchen.folder / "older", kitchen.ledger)
    done = kitchen.run("status --format json")
    assert (done.code, done.error["rule"]) == (3, "ledger-truncated")
    assert "seen from this home" in done.error["fact"]
    assert "phaseproof ledger push" in done.error["way_out"] and "phaseproof ledger pull" in done.error["way_out"]


def test_a_commit_that_does_not_compile_is_told_of_in_one_line(start):
    said = start("mistaken").run("status").out
    assert "this commit does not compile: phaseproof.yaml" in said
    assert "; 1 error" in said and "\\n" not in said


def test_a_reason_under_a_name_that_nothing_has_is_said_to_be_one(start):
    done = start("changed").run("migrate propose --reason limit=simpler --format json")
    assert (done.code, done.error["rule"]) == (1, "reason-missing")
    assert "no change is called “limit”" in done.error["fact"]
    assert done.error["way_out"] == "phaseproof migrate propose --reason 'checks.limit.options.run=WHY'"


def test_the_proposed_reasons_are_all_that_it_takes(start):
    """One id in two plans, and more than five changes."""
    kitchen = start("compiled")
    many = PLAN + "".join(f"- [ ] P1.{n} Thing number {n} is there.\n" for n in range(3, 10))
    other = PLAN.replace("Phase 1: Oven firmware", "Notes").replace("Gate A", "Gate B")
    text = kitchen.config(CONFIG).replace("phases:", "plans: [docs/other.md]\nphases:")
    text = text.replace("  P1.1: {", '  "docs/oven.md:P1.1": {').replace("  P1.2: {", '  "docs/oven.md:P1.2": {')
    kitchen.repo.commit({"phaseproof.yaml": text, "docs/oven.md": many, "docs/other.md": other})
    assert kitchen.run("install --as ada").code == 0
    bound = "".join(f"  P1.{n}: {{check: limit}}\n" for n in range(3, 10))
    bound += '  "docs/other.md:P1.1": {check: limit}\n'
    kitchen.repo.commit({"phaseproof.yaml": text + bound})
    done = kitchen.run("migrate propose --format json")
    assert (done.code, done.error["rule"]) == (1, "reason-missing")
    command = done.error["way_out"].removeprefix("phaseproof ")
    assert "--reason 'docs/other.md:P1.1=WHY'" in command and "--reason 'P1.9=WHY'" in command
    again = kitchen.run(command)
    assert again.code == 0, again


def test_scan_names_the_step_that_comes_next(start):
    kitchen = start("compiled")
    assert kitchen.run("scan").out.endswith("Next: phaseproof compile\n")
    (kitchen.root / "phaseproof.yaml").unlink()
    assert kitchen.run("scan").out.endswith("Next: phaseproof init\n")


def test_a_file_that_is_nothing_signed_is_not_called_a_bad_checkpoint_alone(start):
    done = start("proven").run("verify docs/oven.md --format json")
    assert done.code == 3
    assert json.loads(done.out)["error"]["way_out"].startswith("name an exported ledger")


def test_whoever_signs_before_the_rest_is_proven_is_told(start):
    early = start("installed").run("sign reviewedby/safety-owner --as ben")
    assert early.code == 0 and "2 of them not proven: what they come to later is other content" in early.out
    late = start("proven").run("sign reviewedby/safety-owner --as ada")
    assert late.code == 0 and "not proven" not in late.out
