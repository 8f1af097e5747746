"""`gates --ephemeral`: judged on a throw-away copy, signed by nobody, recorded nowhere.

Where there is a ledger, a copy of it is used: the installed rules judge, and earlier evidence and signatures count.
Where there is none, the rules are those that the commit itself compiles to, which nobody has agreed to; sign-offs
cannot be had then, and their gates hold. Either way evidence is signed with a key that is thrown away.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from pathlib import Path

from msgspec import structs

from phaseproof.bundle.model import Bundle, Role, Runner
from phaseproof.decisions import candidate
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.gating import Decision, Request
from phaseproof.decisions.inputs import Alter, unaltered
from phaseproof.decisions.install import put, require_unknown
from phaseproof.decisions.judging import gate_ids, shown
from phaseproof.decisions.rounds import Order, run
from phaseproof.decisions.running import Watcher
from phaseproof.decisions.state import State, open_state
from phaseproof.errors import Unable
from phaseproof.evidence import keys
from phaseproof.ledger.opening import create

NAME = "ephemeral"


def decide_ephemeral(desk: Desk, request: Request, watcher: Watcher) -> Decision:
    """Run what the gates require and judge, on a throw-away copy.

    Raises:
        Unable, Mistakes: the commit does not compile, or git fails; a ledger is trusted and there is none.
        Refused: the programme is known to have a ledger, and it is not here (`known-elsewhere`).
        Untrue: the ledger that is copied does not hold.
    """
    with tempfile.TemporaryDirectory(prefix="phaseproof-ephemeral-") as temporary:
        place = Path(temporary)
        runner = keys.create(place / "home", NAME, None)
        throwaway = structs.replace(desk, folder=place / "ledger", home=place / "home", runner=NAME)
        alter: Alter = unaltered
        if _has_ledger(desk):
            with open_state(desk, request.trust):
                pass  # known and trusted, before it is copied
            _copy(desk.folder, throwaway.folder)
            state = structs.replace(open_state(throwaway), guests={NAME: runner.public})
        else:
            _require_none(desk, request)
            alter = _Agreed(keys.uri(runner.public))
            state = _from_commit(throwaway, request.commit, alter, runner)
        try:
            only = gate_ids(state, request.gates)
            order = Order(everything=request.everything, at_once=request.at_once, gates=only)
            done = run(throwaway, state, request.commit, order, watcher, alter)
            state = done.state
            seen = shown(throwaway, state, done.judged)
            return Decision(done.judged, seen, only, None, interrupted=done.outcomes.interrupted)
        finally:
            state.ledger.close()


class _Agreed:
    """A commit's rules as if one throw-away person had agreed to them; roles of sign-offs stay as they are."""

    def __init__(self, uri: str) -> None:
        self._uri = uri

    def __call__(self, bundle: Bundle) -> Bundle:
        return structs.replace(
            bundle,
            people={**bundle.people, NAME: self._uri},
            runners={NAME: Runner(self._uri)},
            roles={**bundle.roles, NAME: Role((NAME,), 1)},
            policy=structs.replace(bundle.policy, migrate=(NAME,), protected=None),
        )


def _has_ledger(desk: Desk) -> bool:
    return (desk.folder / "ledger.db").exists()


def _require_none(desk: Desk, request: Request) -> None:
    """Losing a ledger grants nothing: rules that nobody agreed to stand in for no ledger that is trusted or known."""
    if request.trust is not None:
        open_state(desk, request.trust).ledger.close()  # says what is missing
    programme = candidate.configuration(desk, desk.repository.tree(request.commit)).programme
    require_unknown(desk, programme)


def _from_commit(desk: Desk, commit: str, alter: Alter, runner: keys.FileSigner) -> State:
    compiled = candidate.compile_at(desk, desk.repository.tree(commit))
    agreed = structs.replace(compiled, bundle=alter(compiled.bundle))
    payload = {"programme": agreed.bundle.programme, "nonce": os.urandom(16).hex()}
    with create(desk.folder, at=desk.now(), actor=NAME, payload=payload) as ledger:
        put(desk, ledger, agreed, commit, NAME, runner)
    return open_state(desk)


def _copy(source: Path, target: Path) -> None:
    """Copy a ledger that others may be writing to: the head first, since it may only be behind."""
    try:
        target.mkdir(mode=0o700)
        shutil.copyfile(source / "ledger.head", target / "ledger.head")
        with sqlite3.connect(f"file:{source / 'ledger.db'}?mode=ro", uri=True) as old:
            new = sqlite3.connect(target / "ledger.db")
            old.backup(new)
            new.close()
        old.close()
        if (source / "objects").is_dir():
            shutil.copytree(source / "objects", target / "objects")
    except (OSError, sqlite3.Error) as error:
        raise Unable("ledger-uncopied", f"{source} cannot be copied: {error}", "phaseproof verify") from error
