"""A repository with a programme of many items, each bound to a check of its own: what the figures are measured on."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from phaseproof.evidence import keys

PER_GATE = 100


def build(folder: Path, items: int, *, strength: str = "observed", command: str = "grep -q ready {file}") -> Path:
    """Make a repository, its keys, and install its bundle.

    Args:
        folder: an empty folder; the repository is `folder/repo`, the keys are in `folder/home`.
        items: how many items, each with a check and a subject file of its own.
        strength: the programme's default strength.
        command: what each check runs; `{file}` is its subject.

    Returns:
        The repository.
    """
    repository, home = folder / "repo", folder / "home"
    (repository / "src").mkdir(parents=True)
    (folder / "passphrase").write_text("a passphrase for figures\n")
    person = keys.create(home, "lead", "a passphrase for figures")
    runner = keys.create(home, "local", None)
    plan, checks, bindings = ["# Phase 1: Figures", ""], [], []
    for number in range(items):
        if number % PER_GATE == 0:
            plan += ["", f"## Gate G{number // PER_GATE}: part {number // PER_GATE}", ""]
        name = f"src/part{number:05d}.txt"
        (repository / name).write_text(f"part {number} is ready\n" * 20)
        plan.append(f"- [ ] P1.{number} Part number {number} is ready.")
        run = command.format(file=name)
        checks.append(f"  c{number}: {{kind: command, run: '{run}', subject: [{name}]}}")
        bindings.append(f"  P1.{number}: {{check: c{number}}}")
    (repository / "PLAN.md").write_text("\n".join(plan) + "\n")
    configuration = [
        "phaseproof: 1", "programme: figures", "plans: [PLAN.md]",
        f"people: {{lead: {{key: '{keys.uri(person.public)}'}}}}",
        f"runners: {{local: {{key: '{keys.uri(runner.public)}'}}}}",
        "roles: {lead: {members: [lead], threshold: 1}}",
        f"policy: {{migrate: {{roles: [lead]}}, strength: {strength}}}",
        "checks:", *checks, "bindings:", *bindings,
    ]  # fmt: skip
    (repository / "phaseproof.yaml").write_text("\n".join(configuration) + "\n")
    (repository / ".gitignore").write_text(".phaseproof/\n")
    git(repository, "init", "-q", "-b", "main")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "figures")
    phaseproof(repository, "install")
    return repository


def environment(repository: Path) -> dict[str, str]:
    """Variables under which phaseproof finds the keys of a repository made by `build`."""
    folder = repository.parent
    return {**os.environ, "PHASEPROOF_HOME": str(folder / "home"),
            "PHASEPROOF_PASSPHRASE_FILE": str(folder / "passphrase")}  # fmt: skip


def phaseproof(repository: Path, *arguments: str, expect: int = 0) -> str:
    """Run one verb as a whole process."""
    import sys

    done = subprocess.run([sys.executable, "-m", "phaseproof", *arguments], cwd=repository,
                          env=environment(repository), capture_output=True, text=True)  # fmt: skip
    if done.returncode != expect:
        raise RuntimeError(
            f"phaseproof {arguments}: exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def git(repository: Path, *arguments: str) -> None:
    """Run git with an identity and no configuration but its own."""
    identity = {"GIT_AUTHOR_NAME": "Figures", "GIT_AUTHOR_EMAIL": "figures@example.org",
                "GIT_COMMITTER_NAME": "Figures", "GIT_COMMITTER_EMAIL": "figures@example.org",
                "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}  # fmt: skip
    subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, env={**os.environ, **identity})
