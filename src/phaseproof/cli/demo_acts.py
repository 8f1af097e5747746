"""The demo's acts. Each one runs real verbs in a real repository, and checks that it ended as it should."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
import subprocess
import time
from importlib import resources
from pathlib import Path

import click

from phaseproof.cli import main
from phaseproof.evidence import keys

_AUTHOR = "Demo <demo@example.org>"


class Stage:
    """The repository, its keys, and the narrator.

    Args:
        folder: an empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "shop"
        self.home = folder / "home"
        self.passphrase = folder / "passphrase"
        self.wrong: list[str] = []
        self._environment = {
            "PHASEPROOF_HOME": str(self.home),
            "PHASEPROOF_PASSPHRASE_FILE": str(self.passphrase),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        }

    def say(self, text: str) -> None:
        """Tell the audience."""
        click.echo(text)

    def act(self, title: str) -> None:
        """Open an act."""
        click.echo(f"\n{click.style('── ' + title + ' ', fg='cyan', bold=True)}{'─' * max(0, 76 - len(title))}")

    def run(self, line: str, expect: int) -> None:
        """Type one phaseproof command, as a person would, and take down whether it ended as it should."""
        click.echo(click.style(f"$ phaseproof {line}", bold=True))
        before = {name: os.environ.get(name) for name in self._environment}
        os.environ.update(self._environment)
        here = Path.cwd()
        os.chdir(self.repository)
        try:
            code = main.run(shlex.split(line))
        finally:
            os.chdir(here)
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
        click.echo(click.style(f"[exit {code}]", dim=True))
        if code != expect:
            self.wrong.append(f"phaseproof {line}: exit {code}, expected {expect}")

    def git(self, *arguments: str) -> None:
        """Run git in the repository."""
        identity = {"GIT_AUTHOR_NAME": "Demo", "GIT_AUTHOR_EMAIL": "demo@example.org",
                    "GIT_COMMITTER_NAME": "Demo", "GIT_COMMITTER_EMAIL": "demo@example.org"}  # fmt: skip
        subprocess.run(["git", *arguments], cwd=self.repository, check=True, capture_output=True,
                       env={**os.environ, **self._environment, **identity})  # fmt: skip

    def commit(self, message: str) -> None:
        """Commit everything."""
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        click.echo(click.style(f"$ git commit -am {message!r}", dim=True))

    def edit(self, path: str, old: str, new: str) -> None:
        """Replace one piece of a file, which must be there."""
        file = self.repository / path
        text = file.read_text(encoding="utf-8")
        if old not in text:
            raise AssertionError(f"{path} has no {old!r}")
        file.write_text(text.replace(old, new), encoding="utf-8")


def play(stage: Stage) -> int:
    """Play all acts; 0 where each ended as it should, else 4."""
    started = time.monotonic()
    for act in (_plan, _rules, _hurry, _mend, _change_rules, _sign, _forge, _tamper):
        act(stage)
    stage.say(
        f"\nThat was it, in {time.monotonic() - started:.1f} seconds. Next: phaseproof scan, in a repository of yours."
    )
    for line in stage.wrong:
        click.echo(click.style(f"the demo itself went wrong: {line}", fg="red"), err=True)
    return 4 if stage.wrong else 0


def _plan(stage: Stage) -> None:
    stage.say("Phaseproof turns a phase plan into a gate that only evidence can open.\n"
              "This is a small shop's repository. Its plan has five things to do and one signature to give:")  # fmt: skip
    files = resources.files("phaseproof.cli") / "demo_files"
    with resources.as_file(files) as source:
        shutil.copytree(source, stage.repository, ignore=shutil.ignore_patterns("__pycache__"))
    stage.passphrase.touch(mode=0o600)
    stage.passphrase.write_text(secrets.token_hex(16) + "\n", encoding="ascii")
    olivia = keys.create(stage.home, "olivia", stage.passphrase.read_text(encoding="ascii").strip())
    local = keys.create(stage.home, "local", None)
    stage.edit("phaseproof.yaml", "OLIVIA", keys.uri(olivia.public))
    stage.edit("phaseproof.yaml", "LOCAL", keys.uri(local.public))
    (stage.repository / ".gitignore").write_text(".phaseproof/\n", encoding="ascii")
    stage.git("init", "-q", "-b", "main")
    stage.say("")
    for line in (stage.repository / "docs/PHASE1.md").read_text(encoding="utf-8").splitlines():
        if line.startswith(("## Gate", "- [", "ReviewedBy")):
            stage.say(f"    {line}")
    stage.commit("Plan and first code")


def _rules(stage: Stage) -> None:
    stage.act("1. Agree on the rules, then look")
    stage.say("phaseproof.yaml says which check stands for which line. Installing makes that binding, signed by Olivia,\n"
              "the release owner. From now on the installed rules count, not what lies in the working tree.")  # fmt: skip
    stage.run("install", 0)
    stage.say("\nNow the tool runs the checks itself, on a clean checkout, and breaks the code once on purpose to see\n"
              "whether each check would notice:")  # fmt: skip
    stage.run("gates", 1)


def _hurry(stage: Stage) -> None:
    stage.act("2. Somebody wants to be done")
    stage.say("A colleague in a hurry ticks every box. Rounding is “simplified” on the way, the log now names customers,\n"
              "and the check that would say so is edited to pass.")  # fmt: skip
    stage.edit("docs/PHASE1.md", "- [ ]", "- [x]")
    stage.edit("orders/totals.py", "int(amount.quantize(Decimal(1), ROUND_HALF_UP))", "int(amount)")
    stage.edit("orders/log.py", "order {order['id']} charged", "order {order['id']} of {order['customer']} charged")
    stage.edit("phaseproof.yaml", "python3 tools/check_log.py", "python3 --version")
    stage.commit("Everything done!")
    stage.run("status", 1)
    stage.say("\nFive kinds of trouble: P1.1 was refuted, and is no better for being ticked; P1.2 is ticked and nothing\n"
              "stands behind it; P1.3 and P1.4 were proven and have changed since; the file of P1.5 is missing; and\n"
              "the edited check counts for nothing, because the rules in force are the installed ones.")  # fmt: skip


def _mend(stage: Stage) -> None:
    stage.act("3. Mend it, one by one")
    stage.say("The check is put back, tax is added, rounding restored, the log cleaned, the guide written. The log is\n"
              "byte for byte what it was when it was proven: that evidence counts again, and nothing is run for it.")  # fmt: skip
    stage.edit("phaseproof.yaml", "python3 --version", "python3 tools/check_log.py")
    stage.edit("orders/totals.py", "rounded(net)", "rounded(net * (1 + TAX[country]))")
    stage.edit("orders/totals.py", "int(amount)", "int(amount.quantize(Decimal(1), ROUND_HALF_UP))")
    stage.edit("orders/log.py", " of {order['customer']}", "")
    guide = "# Rollback\n\n## When to roll back\n\nTotals differ from the invoice by a cent or more.\n\n## Steps\n\n"
    steps = "1. Switch the shop to manual totals.\n2. Deploy the last release.\n3. Charge the orders of the last hour again.\n"
    (stage.repository / "docs/rollback.md").write_text(guide + steps, encoding="utf-8")
    stage.commit("Tax, rounding, log, rollback guide")
    stage.run("run", 1)


def _change_rules(stage: Stage) -> None:
    stage.act("4. Change the rules, in the open")
    stage.say("P1.2 still has no check. Somebody writes the code and its test, and binds it. That changes the rules, so it\n"
              "is proposed with a reason, approved by the role that may, and activated.")  # fmt: skip
    stage.edit(
        "orders/totals.py",
        "    net = sum",
        '    if not lines:\n        raise ValueError("an order has lines")\n    net = sum',
    )
    test = ("\n\nclass EmptyOrder(unittest.TestCase):\n    def test_is_refused(self):\n"
            '        with self.assertRaisesRegex(ValueError, "lines"):\n            totals.total([], "DE")\n')  # fmt: skip
    path = stage.repository / "tests/test_totals.py"
    path.write_text(path.read_text(encoding="utf-8") + test, encoding="utf-8")
    stage.edit("phaseproof.yaml", "  P1.3:", '  P1.2: {check: totals, tests: ["*EmptyOrder*"]}\n  P1.3:')
    stage.commit("Refuse empty orders")
    stage.run("migrate propose", 1)
    stage.run("migrate propose --reason 'P1.2=code and test are written'", 0)
    stage.run("migrate approve", 0)
    stage.run("migrate activate", 0)


def _sign(stage: Stage) -> None:
    stage.act("5. Evidence for everything; one signature is missing")
    stage.run("gates", 1)
    stage.say(
        "\nOlivia looks at exactly this content and signs it. If anything changes afterwards, her signature is void."
    )
    stage.run("sign reviewedby/release-owner", 0)
    stage.run("gates", 0)


def _forge(stage: Stage) -> None:
    stage.act("6. Cheat: forge a piece of evidence")
    stage.say("A forger takes evidence that went against them, turns “negative” into “positive”, and hands it in.")
    from phaseproof.cli.demo_cheats import forged

    path = forged(stage.repository / ".phaseproof", stage.repository.parent / "forged.json")
    stage.run(f"verify {path}", 3)


def _tamper(stage: Stage) -> None:
    stage.act("7. Cheat: edit the ledger's file")
    stage.say("They open the ledger's database and rewrite that result in place.")
    from phaseproof.cli.demo_cheats import rewrite

    rewrite(stage.repository / ".phaseproof")
    stage.run("gates", 3)
