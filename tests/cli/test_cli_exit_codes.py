"""The table of exit codes (FORMATS, section 5): every verb, every code, for people and for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli_support import PASSPHRASE, Kitchen

from phaseproof.cli.main import VERBS

TABLE = [
    # verb, state it starts from, what is typed, exit code
    ("scan", "proven", "scan", 0),
    ("scan", "duplicate", "scan", 1),
    ("scan", "proven", "scan docs/none.md", 2),
    ("init", "compiled", "init --as ada --config other.yaml", 0),
    ("init", "compiled", "init --as ada", 1),
    ("init", "compiled", "init --as Ada --config other.yaml", 2),
    ("compile", "proven", "compile", 0),
    ("compile", "mistaken", "compile", 2),
    ("install", "compiled", "install --as ada", 0),
    ("install", "proven", "install --as ada", 1),
    ("install", "compiled", "install --as ben", 1),
    ("install", "compiled", "install --as zoe", 2),
    ("install", "mistaken", "install --as ada", 2),
    ("install", "damaged", "install --as ada", 3),
    ("migrate", "changed", "migrate propose --reason checks.limit.options.run=simpler", 0),
    ("migrate", "changed", "migrate propose", 1),
    ("migrate", "proven", "migrate propose", 1),
    ("migrate", "mistaken", "migrate propose", 2),
    ("migrate", "changed", "migrate propose --reason later", 2),
    ("migrate", "damaged", "migrate propose", 3),
    ("migrate", "proposed", "migrate approve --as ada", 0),
    ("migrate", "approved", "migrate approve --as ada", 1),
    ("migrate", "proposed", "migrate approve --as ben", 1),
    ("migrate", "proven", "migrate approve", 2),
    ("migrate", "damaged", "migrate approve", 3),
    ("migrate", "approved", "migrate activate", 0),
    ("migrate", "proposed", "migrate activate", 1),
    ("migrate", "proven", "migrate activate", 2),
    ("migrate", "damaged", "migrate activate", 3),
    ("bundle", "proven", "bundle diff", 0),
    ("bundle", "changed", "bundle diff", 1),
    ("bundle", "mistaken", "bundle diff", 2),
    ("bundle", "damaged", "bundle diff", 3),
    ("run", "proven", "run", 0),
    ("run", "installed", "run P1.1", 0),
    ("run", "installed", "run", 1),
    ("run", "installed", "run P9", 2),
    ("run", "installed", "run --check none", 2),
    ("run", "installed", "run --jobs 0", 2),
    ("run", "compiled", "run", 2),
    ("run", "damaged", "run", 3),
    ("gates", "proven", "gates", 0),
    ("gates", "installed", "gates", 1),
    ("gates", "changed", "gates", 1),
    ("gates", "mistaken", "gates", 1),
    ("gates", "proven", "gates gate-z", 2),
    ("gates", "proven", "gates --trust oven", 2),
    ("gates", "compiled", "gates", 2),
    ("gates", "proven", f"gates --trust {'0' * 64}", 3),
    ("gates", "damaged", "gates", 3),
    ("status", "proven", "status", 0),
    ("status", "proven", "status gate-a", 0),
    ("status", "installed", "status", 1),
    ("status", "proven", "status gate-z", 2),
    ("status", "proven", "status --commit none", 2),
    ("status", "compiled", "status", 2),
    ("status", "damaged", "status", 3),
    ("explain", "proven", "explain P1.1", 0),
    ("explain", "installed", "explain P1.1", 1),
    ("explain", "proven", "explain P9", 2),
    ("explain", "damaged", "explain P1.1", 3),
    ("sign", "installed", "sign reviewedby/safety-owner --as ben", 0),
    ("sign", "proven", "sign reviewedby/safety-owner --as ben", 1),
    ("sign", "proven", "sign --bundle --as ben", 1),
    ("sign", "installed", "sign reviewedby/safety-owner", 2),
    ("sign", "installed", "sign P1.1 --as ada", 2),
    ("sign", "installed", "sign --instrument limit --as ada", 2),
    ("sign", "installed", "sign", 2),
    ("sign", "damaged", "sign reviewedby/safety-owner --as ada", 3),
    ("verify", "proven", "verify", 0),
    ("verify", "proven", "verify none.json", 2),
    ("verify", "compiled", "verify", 2),
    ("verify", "damaged", "verify", 3),
    ("verify", "proven", "verify docs/off.md", 3),
    ("drift", "synced", "drift", 0),
    ("drift", "proven", "drift", 1),
    ("drift", "mistaken", "drift", 2),
    ("drift", "damaged", "drift", 3),
    ("sync", "proven", "sync", 0),
    ("sync", "proven", "sync --check", 1),
    ("sync", "compiled", "sync", 2),
    ("sync", "damaged", "sync", 3),
    ("ledger", "proven", "ledger push ../remote", 0),
    ("ledger", "proven", "ledger push nowhere", 2),
    ("ledger", "proven", "ledger pull nowhere", 2),
    ("ledger", "damaged", "ledger push ../remote", 3),
    ("export", "proven", "export --all --out all.json", 0),
    ("export", "proven", "export --evidence --out seen.json", 0),
    ("export", "proven", "export --out all.json", 2),
    ("export", "proven", "export --all --out docs", 2),
    ("export", "damaged", "export --all --out all.json", 3),
    ("import", "exported", "import all.json", 0),
    ("import", "proven", "import none.json", 2),
    ("import", "proven", "import docs/off.md", 2),
    ("import", "damaged", "import ../proven/all.json", 2),
    ("checkpoint", "proven", "checkpoint", 0),
    ("checkpoint", "compiled", "checkpoint", 2),
    ("checkpoint", "damaged", "checkpoint", 3),
    ("report", "proven", "report md", 0),
    ("report", "installed", "report html", 0),
    ("report", "proven", "report vsa", 0),
    ("report", "installed", "report vsa", 1),
    ("report", "compiled", "report sarif", 2),
    ("report", "proven", "report md --commit none", 2),
    ("report", "proven", "report md --out docs", 2),
    ("report", "damaged", "report sarif", 3),
    ("key", "compiled", "key list", 0),
    ("key", "compiled", "key new carla", 0),
    ("key", "compiled", "key new ada", 1),
    ("key", "compiled", "key new Ada", 2),
    ("schema", "compiled", "schema", 0),
    ("schema", "compiled", "schema evidence", 0),
    ("schema", "compiled", "schema none", 2),
    ("demo", "compiled", "demo --keep docs", 2),
]  # fmt: skip
HAVE_NO_FORMAT = ("report", "schema", "demo")
PASSING = ("gates", "status")


def test_every_verb_is_in_the_table():
    assert {row[0] for row in TABLE} == set(VERBS)


@pytest.mark.parametrize(("verb", "state", "line", "code"), TABLE, ids=[f"{r[1]}: {r[2]}" for r in TABLE])
def test_for_people(start, verb, state, line, code):
    done = start(state).run(line)
    assert done.code == code, done
    if code >= 2 and not done.out:
        assert ("  [" in done.err or "phaseproof.yaml:" in done.err) and "Traceback" not in done.err
    assert code < 2 or done.out == "" or verb == "drift"


@pytest.mark.parametrize(
    ("verb", "state", "line", "code"),
    [row for row in TABLE if row[0] not in HAVE_NO_FORMAT],
    ids=[f"{r[1]}: {r[2]}" for r in TABLE if r[0] not in HAVE_NO_FORMAT],
)
def test_for_programs(start, verb, state, line, code):
    done = start(state).run(f"{line} --format json")
    assert done.code == code, done
    said = json.loads(done.out)
    assert done.out.count("\n") == 1 and done.out.endswith("\n"), "one document, and nothing else"
    if code >= 2:
        assert said["verdict"] == "HOLD"
        if "error" in said:
            assert said["exit"] == code
            assert set(said["error"]) >= {"rule", "fact", "way_out"} and said["error"]["fact"]
    if verb in PASSING:
        assert said["verdict"] == ("PASS" if code == 0 else "HOLD")
    elif code == 1 and isinstance(said, dict) and "verdict" in said and verb not in ("explain", "drift", "sync"):
        assert said["verdict"] == "HOLD"


FAULTS = {
    "scan": "phaseproof.cli.scan_run.scan_paths",
    "key": "phaseproof.evidence.keys.listing",
    "schema": "phaseproof.checks.registry.schemas",
    "demo": "phaseproof.cli.demo_acts.play",
}
LINES = {
    "migrate": "migrate propose", "bundle": "bundle diff", "explain": "explain P1.1", "key": "key list",
    "sign": "sign reviewedby/safety-owner", "report": "report md", "ledger": "ledger push",
    "export": "export --all --out all.json", "import": "import docs/off.md",
}  # fmt: skip


@pytest.mark.parametrize("verb", VERBS)
def test_our_own_fault_is_4_and_holds(start, monkeypatch, tmp_path, verb):
    def fault(*_: object, **__: object) -> None:
        secret = PASSPHRASE
        raise ZeroDivisionError(f"a fault with {len(secret)} letters of trouble")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(FAULTS.get(verb, "phaseproof.repo.git.Repository.find"), fault)
    form = "" if verb in HAVE_NO_FORMAT else " --format json"
    done = start("proven").run(LINES.get(verb, verb) + form)
    assert done.code == 4, done
    assert "ZeroDivisionError" in done.err and "Traceback" not in done.err
    if form:
        assert done.said["verdict"] == "HOLD" and done.said["exit"] == 4
        assert done.error["rule"] == "internal"
    _a_log_without_a_secret(tmp_path)


def _a_log_without_a_secret(folder: Path) -> None:
    (log,) = folder.glob("phaseproof-*.log")
    assert log.stat().st_mode & 0o777 == 0o600
    text = log.read_text()
    assert "ZeroDivisionError" in text and "Traceback" in text
    assert PASSPHRASE not in text


def test_where_no_log_can_be_kept_the_story_is_told(start, monkeypatch, tmp_path):
    def fault(*_: object) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    monkeypatch.setattr("phaseproof.repo.git.Repository.find", fault)
    done = start("proven").run("status --format json")
    assert (done.code, done.said["exit"]) == (4, 4)
    assert "Traceback" in done.err


def test_verbs_that_are_none_are_told_with_the_nearest(start):
    kitchen: Kitchen = start("compiled")
    for line, near in (("statsu", "status"), ("gate", "gates"), ("xyz", "")):
        done = kitchen.run(f"{line} --format json")
        assert (done.code, done.error["rule"]) == (2, "usage")
        assert near in done.error["fact"]
        assert done.error["way_out"] == "phaseproof --help"
    done = kitchen.run("status --nope --format json")
    assert (done.code, done.error["way_out"]) == (2, "phaseproof status --help")
    done = kitchen.run("")
    assert (done.code, done.out) == (2, "") and "Verbs:" in done.err


def test_help_is_done():
    from phaseproof.cli import main

    for verb in VERBS:
        assert main.run([verb, "--help"]) == 0
