"""A recorded decision taken again: on what the ledger held then, with the inputs map it was taken on, without git."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from phaseproof.authority.view import Decided, View
from phaseproof.bundle import canonical
from phaseproof.bundle.model import Bundle, InputsMap
from phaseproof.decisions import lineage
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.ledger.model import Ledger
from phaseproof.verdict.judge import judge
from phaseproof.verdict.model import Board


class Again(Struct, frozen=True):
    """A decision taken again: the board, and the rules, inputs map and digest of the reading it was taken on."""

    board: Board
    bundle: Bundle
    inputs: InputsMap
    reading: Digest


def again(ledger: Ledger, view: View, position: int, decided: Decided) -> Again:
    """Take a recorded decision again.

    Args:
        ledger: where its objects stand.
        view: the ledger folded up to what the decision was taken on.
        position: of the decision's event.
        decided: what was recorded.

    Raises:
        Untrue: it comes out another way, or was taken under rules that were not in force (`replay-differs`); its
            inputs map is missing or altered (`inputs-altered`, `object-missing`).
    """
    installed = view.installed
    if installed is None or installed.installed.bundle != decided.bundle:
        raise Untrue("replay-differs", f"event {position} was decided under a bundle that was not in force")
    bundle = lineage.load_bundle(ledger, decided.bundle)
    inputs = _inputs(ledger, decided.inputs)
    board = judge(bundle, view, inputs, decided.at, decided.gates)
    if (board.verdict, board.commit) != (decided.verdict, decided.commit):
        raise Untrue(
            "replay-differs",
            f"event {position} recorded {decided.verdict} of {decided.commit[:7]}; "
            f"judged again it is {board.verdict} of {board.commit[:7]}",
        )
    return Again(board, bundle, inputs, installed.installed.reading)


def _inputs(ledger: Ledger, digest: Digest) -> InputsMap:
    data = ledger.get(digest)
    try:
        inputs = msgspec.json.decode(data, type=InputsMap)
    except msgspec.DecodeError as error:
        raise Untrue("inputs-altered", f"object {digest} is no inputs map: {error}") from error
    if canonical.encode(inputs) != data:
        raise Untrue("inputs-altered", f"object {digest} holds more than an inputs map")
    return inputs
