"""A small real repository with an installed programme, for attacks: made once, copied for each test.

The worker who attacks has the shell, commit rights and the runner's key file; not Mara's and Nils' passphrases.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from phaseproof.cli import main
from phaseproof.cli.place import desk_of
from phaseproof.decisions.desk import Desk
from phaseproof.evidence import keys
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import open_ledger
from support.repository import Repo, make_repository

PASSPHRASE = "six small parcels on a bicycle"

PLAN = """\
# Phase 3: Parcel labels

Labels are written by hand today.

## Gate A: Ready to ship

- [ ] L-1 Labels carry the postal code of the receiver.
- [ ] L-2 Weights are rounded up to whole grams.
- [ ] L-3 A label never names what is in the parcel.
- [ ] L-4 The runbook says what to do when the printer fails: `docs/runbook.md`.

## Sign-off

ReviewedBy: Shipping Lead
"""

CONFIGURATION = """\
phaseproof: 1
programme: parcel-labels
phases:
  - {id: phase-3, plans: [docs/PHASE3.md]}
people:
  mara: {key: MARA}
  nils: {key: NILS}
runners:
  local: {key: LOCAL}
roles:
  shipping-lead: {members: [mara]}
  owners: {members: [mara, nils]}
policy:
  protected: main
  migrate: {roles: [owners]}
checks:
  labels:
    kind: tests
    run: python3 tools/suite.py
    subject: [parcels/**]
    instrument: [tests/**, tools/suite.py]
    timeout: 30s
  discreet:
    kind: command
    run: python3 tools/discreet.py
    subject: [parcels/label.py]
    instrument: [tools/discreet.py]
    timeout: 30s
  runbook:
    kind: artifact
    path: docs/runbook.md
    headings: [When the printer fails]
    min_words: 12
bindings:
  L-1: {check: labels, tests: ["*Label*"]}
  L-2: {check: labels, tests: ["*Weight*"]}
  L-3: {check: discreet}
  L-4: {check: runbook}
"""

SUITE = """\
import os, sys, unittest
from xml.sax.saxutils import quoteattr

sys.path.insert(0, os.getcwd())
lines = []


class Sheet(unittest.TestResult):
    def line(self, test, inner=""):
        group, _, name = test.id().rpartition(".")
        lines.append(f"<testcase classname={quoteattr(group)} name={quoteattr(name)}>{inner}</testcase>")

    def addSuccess(self, test):
        self.line(test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(test, "<skipped/>")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.line(test, "<skipped/>")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line(test, "<failure/>")

    def addError(self, test, err):
        super().addError(test, err)
        self.line(test, "<error/>")


sheet = Sheet()
unittest.defaultTestLoader.discover("tests").run(sheet)
with open(os.path.join(os.environ["PHASEPROOF_OUT"], "junit.xml"), "w") as file:
    file.write("<testsuite name='parcels'>" + "".join(lines) + "</testsuite>")
sys.exit(0 if sheet.wasSuccessful() else 1)
"""

FILES: Mapping[str, str] = {
    ".gitignore": ".phaseproof/\n",
    "docs/PHASE3.md": PLAN,
    "docs/runbook.md": "# Runbook\n\n## When the printer fails\n\nSwitch to the second printer, then call the depot "
    "and read them the numbers by phone.\n",
    "parcels/__init__.py": "",
    "parcels/label.py": "def label(parcel):\n    return f\"{parcel['name']}, {parcel['code']}\"\n",
    "parcels/weight.py": "import math\n\n\ndef grams(kilograms):\n    return math.ceil(kilograms * 1000)\n",
    "tests/test_parcels.py": "import unittest\n\nfrom parcels import label, weight\n\n\n"
    "class Label(unittest.TestCase):\n    def test_code(self):\n"
    '        self.assertIn("20095", label.label({"name": "Ida", "code": "20095", "content": "tea"}))\n\n\n'
    "class Weight(unittest.TestCase):\n    def test_up(self):\n"
    "        self.assertEqual(weight.grams(0.0011), 2)\n",
    "tools/suite.py": SUITE,
    "tools/discreet.py": "import os, sys\n\nsys.path.insert(0, os.getcwd())\nfrom parcels import label\n\n"
    'line = label.label({"name": "Ida", "code": "20095", "content": "tea"})\n'
    'sys.exit("Ida" not in line or "tea" in line)\n',
}


class Said(Struct, frozen=True):
    """What a command came to: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, read."""
        return msgspec.json.decode(self.out)

    @property
    def text(self) -> str:
        """All that it said."""
        return self.out + self.err


class Shop:
    """The repository, the worker's home, and a shell.

    Attributes:
        repo: the repository.
        home: `$PHASEPROOF_HOME`.
        ledger: the ledger's folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repo = Repo(folder / "shop")
        self.home = folder / "home"
        self.ledger = folder / "shop" / ".phaseproof"

    def run(self, *arguments: str, lead: bool = False, env: Mapping[str, str] | None = None) -> Said:
        """Type a phaseproof command in the repository.

        Args:
            arguments: verb and options.
            lead: as a role holder, who knows the passphrase; else as the worker.
            env: variables set for it.
        """
        made = {"PHASEPROOF_HOME": str(self.home), **(env or {})}
        if lead:
            secret = self.folder / "passphrase"
            secret.write_text(PASSPHRASE + "\n", encoding="ascii")
            made["PHASEPROOF_PASSPHRASE_FILE"] = str(secret)
        out, err = io.StringIO(), io.StringIO()
        quiet = contextlib.redirect_stdout(out), contextlib.redirect_stderr(err)
        with _environment(made), contextlib.chdir(self.repo.root), quiet[0], quiet[1]:
            code = main.run(list(arguments))
        return Said(code, out.getvalue(), err.getvalue())

    def gates(self, *arguments: str, env: Mapping[str, str] | None = None) -> Said:
        """`gates --format json`."""
        return self.run("gates", "--jobs", "2", "--format", "json", *arguments, env=env)

    def board(self, *arguments: str) -> Any:
        """The whole board as `status` works it out now, as JSON."""
        return self.run("status", "--verify", "--format", "json", *arguments).json

    def commit(self, files: Mapping[str, str | bytes | None], message: str = "a change") -> str:
        """Write files and commit them."""
        return self.repo.commit(files, message)

    def replace(self, path: str, old: str, new: str) -> str:
        """Replace a piece of a file, which must be there, and commit."""
        text = (self.repo.root / path).read_text(encoding="utf-8")
        assert old in text, f"{path} has no {old!r}"
        return self.commit({path: text.replace(old, new)})

    def verdicts(self, board: Any) -> dict[str, str]:
        """Item -> verdict of a board given as JSON."""
        return {item["id"]: item["verdict"] for gate in board["gates"] for item in gate["items"]}

    def reasons(self, board: Any) -> set[str]:
        """Every reason code of a board, its gates' and its items'."""
        gates = board["gates"]
        own = {reason["code"] for gate in gates for reason in gate["reasons"]}
        return own | {reason["code"] for gate in gates for item in gate["items"] for reason in item["reasons"]}

    def desk(self) -> Desk:
        """The desk that the worker's own Python code would use."""
        with _environment({"PHASEPROOF_HOME": str(self.home)}):
            return desk_of(str(self.repo.root), None, "phaseproof.yaml", "local", None)

    def append(self, *entries: Entry) -> None:
        """Append events behind the program's back, hashed and chained as they should be."""
        with open_ledger(self.ledger) as ledger:
            ledger.append(entries)

    @property
    def genesis(self) -> str:
        """The tenant's id."""
        with open_ledger(self.ledger) as ledger:
            return ledger.tenant

    def copy(self, folder: Path) -> Shop:
        """The same shop somewhere else: repository, ledger, home."""
        shutil.copytree(self.folder, folder, symlinks=True)
        twin = Shop(folder)
        twin.repo.commits = list(self.repo.commits)
        return twin


def open_shop(folder: Path, files: Mapping[str, str | None] | None = None, configuration: str = CONFIGURATION) -> Shop:
    """A shop with its bundle installed by Mara; nothing has run yet.

    Args:
        folder: an empty folder.
        files: besides `FILES`, or in their place; None leaves one out.
        configuration: `phaseproof.yaml` with MARA, NILS and LOCAL where their keys go.
    """
    shop = Shop(folder)
    for name, secret in (("mara", PASSPHRASE), ("nils", PASSPHRASE), ("local", None)):
        made = keys.create(shop.home, name, secret)
        configuration = configuration.replace(name.upper(), keys.uri(made.public))
    kept = {path: text for path, text in {**FILES, **(files or {})}.items() if text is not None}
    shop.repo = make_repository(shop.repo.root, {**kept, "phaseproof.yaml": configuration})
    done = shop.run("install", "--as", "mara", lead=True)
    assert done.code == 0, done.text
    return shop


def proven_shop(folder: Path) -> Shop:
    """A shop whose gates pass, each item earned."""
    shop = open_shop(folder)
    assert shop.gates().code == 1
    signed = shop.run("sign", "reviewedby/shipping-lead", lead=True)
    assert signed.code == 0, signed.text
    passed = shop.gates()
    assert passed.code == 0, passed.text
    return shop


@contextlib.contextmanager
def _environment(changes: Mapping[str, str]) -> Iterator[None]:
    kept = dict(os.environ)
    for name in [name for name in os.environ if name.startswith(("PHASEPROOF_", "GIT_"))]:
        del os.environ[name]
    os.environ.update(changes)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
