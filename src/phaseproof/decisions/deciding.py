"""`gates`: the decision taken, signed by the runner's key, recorded with the inputs map it was taken on."""

from __future__ import annotations

from phaseproof.authority.view import Decided
from phaseproof.bundle import canonical
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.judging import Judged
from phaseproof.decisions.state import State, note_seen
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import sha256
from phaseproof.errors import Conflict, Refused
from phaseproof.evidence.envelope import Subject, keyid
from phaseproof.evidence.keys import FileSigner, public_of
from phaseproof.ledger.model import Appended

STREAM = "gates"


def require_runner(desk: Desk, state: State) -> FileSigner:
    """The runner's key, if the bundle lists it: nobody else's evidence would count.

    Raises:
        Unable: no such key here.
        Refused: the bundle lists another key, or none, under that name (`runner-unlisted`).
    """
    signer = desk.runner_key()
    if state.guests.get(desk.runner) == signer.public:
        return signer
    listed = state.bundle.runners.get(desk.runner)
    if listed is None or public_of(listed.key) != signer.public:
        said = "another key" if listed else "no runner"
        raise Refused(
            "runner-unlisted",
            f"the bundle lists {said} under the name {desk.runner!r}: what this one signs would not count",
            "list its public key under `runners:` and migrate, or give --runner NAME",
        )
    return signer


def record(desk: Desk, state: State, judged: Judged, only: tuple[str, ...], signer: FileSigner) -> Appended:
    """Record a decision on gates and sign a checkpoint over it.

    The board must have been judged on the whole ledger as it is now; if another writer was faster, nothing is
    written and the decision must be taken again.

    Args:
        desk: where.
        state: the ledger the board was judged on.
        judged: the board, its rests checked.
        only: gates that were asked for; empty: all.
        signer: the runner's key.

    Raises:
        Conflict: the stream has moved.
        Untrue: the ledger does not hold.
    """
    board = judged.board
    now = state.ledger.size()
    if now != board.size:
        raise Conflict(STREAM, board.size, now)
    held = canonical.encode(judged.inputs)
    seq = state.ledger.next_seq(STREAM)
    kept = Decided(
        envelope="",
        verdict=board.verdict,
        inputs=sha256(held),
        bundle=board.bundle,
        commit=board.commit,
        at=board.at,
        size=board.size,
        key=keyid(signer.public),
        runner=desk.runner,
        gates=only,
    )
    payload = canonical.plain(kept)
    content = {**payload, "board": {gate.id: gate.verdict for gate in board.gates}}
    del content["envelope"]
    subject = (Subject({"gitCommit": board.commit, "gitTree": judged.inputs.tree}, "commit"),)
    draft = Draft("gates", STREAM, seq, desk.runner, content, subject)
    made = entry(state.ledger, draft, signer, board.at, "decided", payload, {sha256(held): held})
    (appended,) = state.ledger.append([made])
    note_seen(desk, state, state.ledger.checkpoint(signer))
    return appended
