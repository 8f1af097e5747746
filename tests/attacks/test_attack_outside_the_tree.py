"""Checks that read what is nobody's input: keys, ledger, other runs, a flag beside the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.runner import sandbox
from support.shop import CONFIGURATION, FILES, Shop, open_shop

LOOKS = """\
import glob, os, socket, sys
from pathlib import Path

if not Path("parcels/label.py").read_text():
    sys.exit(1)
places = {places!r}
found = [place for place in places if glob.glob(place, recursive=True)]
try:
    socket.create_connection(("192.0.2.1", 9), 0.2)
    found.append("network")
except TimeoutError:
    found.append("network")
except OSError:
    pass
for place in ("/etc/parcels", "/usr/parcels", "/opt/parcels", "/var/parcels"):
    try:
        Path(place).write_text("x")
        found.append(place)
    except OSError:
        pass
print(found)
sys.exit(0 if found else 1)
"""


@pytest.mark.skipif(not sandbox.detect().works, reason="without a sandbox nothing is kept from a check, and it is said")
def test_nothing_is_in_sight(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "own")
    places = [f"{shop.home}/**/*.pem", f"{shop.ledger}/ledger.db", f"{shop.repo.root}/.git", str(shop.folder),
              "/root/*", "/home/*", "/tmp/phaseproof-*/*", "/tmp/*", ".git", "docs/PHASE3.md",
              "/proc/1/root/root", "/run/*"]  # fmt: skip
    shop.commit({"tools/discreet.py": LOOKS.format(places=places)})
    shop.run("run", "L-3")
    told = shop.run("explain", "L-3").out
    assert shop.verdicts(shop.board())["L-3"] == "refuted", told


FLAG = """\
import sys
from pathlib import Path

sys.exit(not Path("parcels/label.py").read_text() or not Path({flag!r}).exists())
"""


@pytest.mark.skipif(not sandbox.detect().works, reason="needs a sandbox")
def test_a_flag_beside_the_repository(tmp_path: Path) -> None:
    shop = open_shop(tmp_path / "own")
    flag = shop.folder / "flag"
    flag.touch()
    shop.commit({"tools/discreet.py": FLAG.format(flag=str(flag))})
    shop.run("run", "L-3")
    assert shop.verdicts(shop.board())["L-3"] == "refuted"


@pytest.mark.xfail(strict=True, reason="without a sandbox a check reads what it likes, and its evidence says so: "
                   "docs/threat-model.md")  # fmt: skip
def test_a_flag_beside_the_repository_without_a_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "detect", sandbox.Sandbox)
    shop = open_shop(tmp_path / "own")
    flag = shop.folder / "flag"
    flag.touch()
    shop.commit({"tools/discreet.py": FLAG.format(flag=str(flag))})
    shop.run("run", "L-3")
    flag.unlink()
    assert shop.verdicts(shop.board())["L-3"] != "proven"


def test_without_a_sandbox_the_evidence_says_so_and_is_never_independent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "detect", sandbox.Sandbox)
    granted = CONFIGURATION.replace("local: {key: LOCAL}", "local: {key: LOCAL, independent: true}")
    shop = open_shop(
        tmp_path / "own", configuration=granted.replace("{check: discreet}", "{check: discreet, strength: independent}")
    )
    shop.run("run", "L-3")
    told = shop.run("explain", "L-3").out
    assert "process group, network on" in told
    assert shop.verdicts(shop.board())["L-3"] == "missing"
    assert "strength-too-weak" in shop.reasons(shop.board())


@pytest.mark.parametrize("name", ["PATH", "HOME", "LD_PRELOAD", "PYTHONPATH", "PYTHONHOME", "PYTEST_ADDOPTS",
                                  "BASH_ENV", "GIT_DIR", "NODE_OPTIONS", "PHASEPROOF_HOME"])  # fmt: skip
def test_a_variable_that_says_what_code_runs_cannot_be_passed(shop: Shop, name: str) -> None:
    text = (shop.repo.root / "phaseproof.yaml").read_text(encoding="utf-8")
    shop.commit({"phaseproof.yaml": f"{text}environment: {{pass: [{name}]}}\n"})
    said = shop.run("migrate", "propose")
    assert said.code == 2, said.text
    assert "cannot be passed" in said.text


def test_variables_of_the_caller_do_not_reach_a_check(shop: Shop, tmp_path: Path) -> None:
    """A module on the caller's path that would disarm every test."""
    stub = tmp_path / "stub"
    stub.mkdir()
    (stub / "sitecustomize.py").write_text("import unittest\nunittest.TestCase.assertEqual = lambda *a, **k: None\n")
    (stub / "python3").write_text("#!/bin/sh\nexit 0\n")
    (stub / "python3").chmod(0o755)
    shop.replace("parcels/weight.py", "ceil", "floor")
    import os

    said = shop.gates(env={"PYTHONPATH": str(stub), "PATH": f"{stub}:{os.environ['PATH']}", "PYTHONSTARTUP": str(stub)})
    assert said.code == 1
    assert shop.verdicts(said.json)["L-2"] == "refuted"


def test_a_set_up_file_that_steers_the_tests_is_reviewed_like_them(tmp_path: Path) -> None:
    """The test that would fail is deselected in the file that also names the dependencies."""
    configuration = CONFIGURATION.replace("policy:\n", "policy:\n  instrument: {roles: [owners]}\n")
    configuration += "environment:\n  setup: python3 make.py\n  setup_inputs: [make.py, suite.cfg]\n"
    steered = FILES["tools/suite.py"].replace(
        'discover("tests")', 'discover("tests", pattern=open("suite.cfg").read().strip())'
    )
    more = "import unittest\n\nfrom parcels import weight\n\n\nclass WeightOfMany(unittest.TestCase):\n"
    more += "    def test_many(self):\n        self.assertEqual(weight.grams(2), 2000)\n"
    files = {"make.py": "import os\nos.mkdir('deps')\n", "suite.cfg": "test_*.py\n", "tools/suite.py": steered,
             "tests/test_many.py": more}  # fmt: skip
    shop = open_shop(tmp_path / "own", files, configuration)
    shop.run("run")
    assert shop.run("sign", "--instrument", "labels", "--as", "mara", lead=True).code == 0
    assert shop.verdicts(shop.board())["L-2"] == "proven"
    shop.commit({"suite.cfg": "test_m*.py\n",
                 "parcels/weight.py": FILES["parcels/weight.py"].replace("ceil", "floor")})  # fmt: skip
    shop.run("run", "L-2")
    board = shop.board()
    assert shop.verdicts(board)["L-2"] == "missing"
    assert "instrument-unreviewed" in shop.reasons(board)
