"""Keeping the last board for `status` and `run`; see board_cache.py, which reads it."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import msgspec

from phaseproof import __version__
from phaseproof.authority.view import View
from phaseproof.bundle.model import Bundle, Check
from phaseproof.decisions.board_cache import FOLDER, NAME, PREFIX, Cached
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.planning import named
from phaseproof.decisions.state import State
from phaseproof.errors import PhaseproofError
from phaseproof.instants import Instant, seconds, text
from phaseproof.verdict import flake
from phaseproof.verdict.model import Board

_OWN = "phaseproof"
"""Distribution of the kinds whose version is known without looking for it."""


def store(desk: Desk, state: State, board: Board) -> None:
    """Keep a board whose rests were checked; nothing is kept where it could not be trusted for long."""
    bundle = state.bundle
    if board.size != state.view.size or state.guests or any(one.at for one in bundle.bindings):
        return
    if any(check.kind.distribution != _OWN for check in bundle.checks):
        return
    try:
        signer = desk.runner_key()
    except PhaseproofError:
        return
    cached = Cached(
        version=__version__,
        tenant=state.ledger.tenant,
        size=state.view.size,
        head=state.view.head,
        commit=board.commit,
        configuration=desk.configuration,
        until=_until(bundle, state.view, desk.clock()),
        board=board,
    )
    body = msgspec.msgpack.encode(cached)
    _write(desk.folder / FOLDER, signer.sign(PREFIX + body) + body)


def _until(bundle: Bundle, view: View, now: float) -> Instant | None:
    """The first instant after now at which evidence grows too old, or an announced run cannot be running any more."""
    checks: dict[str, Check] = {check.name: check for check in bundle.checks}
    ends: list[float] = []
    for binding in bundle.bindings:
        for name in named(binding):
            check, known = checks.get(name), view.checks.get(name)
            ages = [age for age in (binding.max_age, check.max_age if check else None) if age is not None]
            if ages and known is not None:
                ends += [seconds(run.fact.finished) + min(ages) for run in known.runs[-1:]]
    for known in view.checks.values():
        ends += [seconds(one.at) + one.limit for one in known.unfinished if not flake.over(one, now)]
    coming = [end for end in ends if end > now]
    return text(min(coming)) if coming else None


def _write(folder: Path, data: bytes) -> None:
    with suppress(OSError):  # a cache that cannot be written costs time and nothing else
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{NAME}-", dir=folder)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(folder / NAME)
