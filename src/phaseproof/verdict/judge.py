"""The one place where PASS is decided.

A pure function of (bundle, view, inputs map, instant): the same four give the same board on any machine. The rules,
in the order in which they are applied; whatever no rule allows is HOLD:

Of one check, for one item that is bound to it (check.py, pieces.py, flake.py, controls.py):
 1. A named file that is not there: `missing`. Inputs that cannot be read, or a kind that is not installed: `error`.
 2. A run of this content that was announced and may still be running: `missing` (`in-progress`).
 3. Evidence counts if it is of this check (digest) and these inputs (digest), signed by the key that the bundle lists
    for that runner, and as strong as asked; `independent` only where the bundle grants it and the evidence says what
    kept the check apart; `claimed` never. The last such piece is judged; where runs finished in another order than
    they were recorded, as evidence brought from another clone may have, rules 2 to 10 are applied in both orders and
    the worse result is shown (orders.py).
 4. An announced run of this content without a result, after that piece: `error` (`abandoned`). A result ends a run
    only if it is of the content announced and signed by a runner.
 5. No such piece: `stale` where there is one of other content, with what changed; else `missing`.
 6. Inconclusive: `error`. Negative, for the item's selection where it has one: `refuted`. No answer for the
    selection: `missing`.
 7. One content both failed and passed lately: `flaky`, until enough passes in a row.
 8. No control in which it came to a negative result that stands in the ledger, as strong as the evidence must be, or
    one in which it passed: `hollow`. Where the check has `min_sensitivity`: `hollow` below it, or where it was not
    measured; `error` where it could not be, or time ran out before it was known. Met, it stands for a control that
    came to no result, for a selection if a test of its own noticed a function; never for one in which it passed.
 9. Overtaken while it ran, or older than it may be: `stale`. From the future, as recorded or as judged: `error`.
10. An instrument that policy wants accepted and is not, or less assurance than asked: `missing`.
11. Where rules 2, 4 and 6 to 10 find several, the first of error, refuted, flaky, hollow, stale, missing is shown;
    where they find nothing, `proven`. It rests on every piece looked at: whoever says PASS opens them all.

Of an item (item.py):
12. Unbound: `missing`. `all`: the worst. `any`: the best, while the last result of none is negative. `children`: the
    worst required one, and at least one required and proven. A role: `proven` when its threshold of distinct people
    with distinct keys signed the exact content; `stale` where they signed another; else `missing`.

Of a gate (gate.py):
13. HOLD where the clock went back, the bundle is not validly signed, the commit compiles to other rules that touch
    this gate, or does not compile.
14. HOLD while a gate it comes after, or a gate that this one stands in comes after, does not pass.
15. HOLD with no required item beneath it, directly or not; HOLD unless each is `proven` or `waived`, and at least
    one is `proven`.
16. Else PASS. The board is PASS if there is a gate and all gates asked for pass.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from phaseproof.authority.view import View
from phaseproof.bundle import digest
from phaseproof.bundle.model import Bundle, InputsMap
from phaseproof.instants import Instant, seconds
from phaseproof.verdict.check import case_of
from phaseproof.verdict.gate import Gates
from phaseproof.verdict.item import Items
from phaseproof.verdict.model import Board, ItemBoard
from phaseproof.verdict.way_out import for_item


def judge(
    bundle: Bundle,
    view: View,
    inputs: InputsMap,
    at: Instant,
    only: Collection[str] = (),
    guests: Mapping[str, bytes] | None = None,
) -> Board:
    """Decide every gate of a programme.

    Args:
        bundle: the installed bundle.
        view: the ledger, folded.
        inputs: what the judged commit holds.
        at: the instant.
        only: gates that the board's own verdict is asked for, by id; empty: all.
        guests: runner name -> public key that counts besides the bundle's, never stronger than `isolated`: only for a
            throw-away copy of a ledger, whose decisions are recorded nowhere.
    """
    items = Items(case_of(bundle, view, inputs, seconds(at), guests))
    judged = items.all()
    shorts = _shorts(bundle)
    boards = Gates(items, judged).all()
    asked = [boards[gate.id] for gate in bundle.gates if not only or gate.id in only]
    unknown = set(only) - set(boards)
    passes = bool(asked) and not unknown and all(gate.verdict == "PASS" for gate in asked)
    separate = bool(asked) and all(gate.assurance == "separate" for gate in asked)
    return Board(
        programme=bundle.programme,
        tenant=view.tenant,
        bundle=digest.of(bundle),
        commit=inputs.commit,
        size=view.size,
        at=at,
        verdict="PASS" if passes else "HOLD",
        assurance="separate" if separate else "self",
        gates=tuple(boards[gate.id] for gate in bundle.gates),
        items=tuple(
            ItemBoard(
                item.id, shorts[item.id], item.kind, item.text, items.required(item), judged[item.id],
                for_item(shorts[item.id], judged[item.id]),
            )
            for item in bundle.items
        ),
    )  # fmt: skip


def _shorts(bundle: Bundle) -> dict[str, str]:
    """Full id -> the short form, where that is unique."""
    tails: dict[str, int] = {}
    for item in bundle.items:
        tail = item.id.split(":", 1)[-1]
        tails[tail] = tails.get(tail, 0) + 1
    return {item.id: tail if tails[tail := item.id.split(":", 1)[-1]] == 1 else item.id for item in bundle.items}
