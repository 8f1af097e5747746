"""Kitchens in every state that a test starts from, each built once and copied."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_support import CONFIG, PLAN, Kitchen, build, copy, make_bare

Start = Callable[[str], Kitchen]


@pytest.fixture(scope="session")
def states(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kitchen]:
    """Name -> a kitchen nobody may touch."""
    made: dict[str, Kitchen] = {}

    def state(name: str, of: str) -> Kitchen:
        made[name] = copy(made[of], tmp_path_factory.mktemp(name))
        return made[name]

    made["compiled"] = build(tmp_path_factory.mktemp("compiled"), install=False)
    _ok(state("installed", "compiled"), "install --as ada")
    _ok(state("proven", "installed"), "run P1.1 P1.2", "sign reviewedby/safety-owner --as ben", "gates")
    changed = state("changed", "proven")
    changed.repo.commit({"phaseproof.yaml": changed.config(CONFIG.replace("^limit=250$", "limit"))})
    _ok(state("proposed", "changed"), "migrate propose --reason checks.limit.options.run=simpler")
    _ok(state("approved", "proposed"), "migrate approve --as ada")
    mistaken = state("mistaken", "proven")
    mistaken.repo.commit({"phaseproof.yaml": mistaken.config(CONFIG.replace("kind: command", "kind: comand"))})
    damaged = state("damaged", "proven")
    _damage(damaged)
    duplicate = state("duplicate", "proven")
    duplicate.repo.commit({"docs/oven.md": PLAN.replace("P1.2 A", "P1.1 A")})
    synced = state("synced", "proven")
    _ok(synced, "sync")
    synced.repo.commit()
    _ok(synced, "gates")
    _ok(state("exported", "proven"), "export --all --out all.json")
    return made


@pytest.fixture
def start(states: dict[str, Kitchen], tmp_path: Path) -> Start:
    """A kitchen of one's own, by the name of its state; beside its repository lies an empty remote."""

    def start(name: str) -> Kitchen:
        make_bare(tmp_path / name / "remote")
        return copy(states[name], tmp_path / name)

    return start


def _ok(kitchen: Kitchen, *lines: str) -> None:
    for line in lines:
        done = kitchen.run(line)
        assert done.code == 0, (line, done)


def _damage(kitchen: Kitchen) -> None:
    """Change one letter in the ledger's file, inside of what an event says."""
    for path in (kitchen.ledger / "ledger.db", kitchen.ledger / "ledger.db-wal"):
        if path.exists() and b'"bundle-installed"' in (data := path.read_bytes()):
            path.write_bytes(data.replace(b'"programme":"oven"', b'"programme":"Oven"'))
            return
    raise AssertionError("the event is not where it was")
