"""The ledger opened, trusted and folded: what every decision starts from."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from phaseproof.authority.fold import fold
from phaseproof.authority.view import Signed, View
from phaseproof.bundle.model import Bundle, Reading
from phaseproof.decisions import known, lineage
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.signatures import Heads
from phaseproof.digests import Digest, is_digest, short
from phaseproof.errors import Unable, Untrue, Usage
from phaseproof.ledger import checkpoint as notes
from phaseproof.ledger.model import Checkpoint
from phaseproof.ledger.opening import open_ledger
from phaseproof.ledger.sqlite import SqliteLedger


class State(Struct, frozen=True):
    """A ledger and what it says.

    Attributes:
        ledger: open; close it.
        view: all its events, folded.
        bundle: the bundle in force, its line checked.
        reading: from which texts that was read.
        guests: runner name -> key that counts besides the bundle's: only ever on a throw-away copy.
    """

    ledger: SqliteLedger
    view: View
    bundle: Bundle
    reading: Reading
    guests: dict[str, bytes] = {}

    def __enter__(self) -> State:
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()


def open_state(desk: Desk, trust: str | None = None) -> State:
    """Open the ledger of a desk.

    Args:
        desk: where.
        trust: `GENESIS[@CHECKPOINT]` from outside the judged tree: the tenant it must be, and the path of a
            checkpoint note that must be a prefix of it.

    Raises:
        Unable: no ledger, or it cannot be read (`no-ledger`, …); no bundle is installed (`not-installed`).
        Untrue: it does not hold, or is not the one that is known or trusted.
    """
    ledger = open_ledger(desk.folder)
    try:
        view = fold(ledger.events())
        heads = Heads()
        bundle = lineage.in_force(ledger, view, heads)
        installed = view.installed
        if bundle is None or installed is None:
            raise Unable("not-installed", "this ledger has no bundle yet", "phaseproof install")
        _known(desk, ledger, bundle.programme, heads)
        _trusted(ledger, trust, heads)
        for stored in ledger.checkpoints()[-1:]:
            heads.add(stored.size, stored.root)
        heads.insist(ledger)
        return State(ledger, view, bundle, lineage.load_reading(ledger, installed.installed.reading))
    except BaseException:
        with suppress(Exception):
            ledger.close()
        raise


def refreshed(state: State) -> State:
    """The same ledger, folded again, after events were appended; what came with them is checked as at opening.

    Raises:
        Untrue: the ledger does not hold any more, or is not the one that was opened, with more in it
            (`ledger-rewritten`).
    """
    ledger, before = state.ledger, state.view
    view = fold(ledger.events())
    if view.size < before.size or ledger.digest_at(before.size - 1) != before.head:
        raise Untrue("ledger-rewritten", f"what stood before event {before.size} was rewritten meanwhile",
                     "phaseproof verify")  # fmt: skip
    if (view.bundles, _approvals(view)) == (before.bundles, _approvals(before)):
        return State(ledger, view, state.bundle, state.reading, state.guests)
    heads = Heads()
    bundle = lineage.in_force(ledger, view, heads)
    heads.insist(ledger)
    if bundle is None or view.installed is None:
        raise Untrue("ledger-rewritten", "the bundle in force is gone", "phaseproof verify")
    return State(ledger, view, bundle, lineage.load_reading(ledger, view.installed.installed.reading), state.guests)


def _approvals(view: View) -> tuple[Signed, ...]:
    return tuple(one for one in view.signed if one.signing.purpose == "bundle")


def note_seen(desk: Desk, state: State, head: Checkpoint) -> None:
    """Remember a tree head in `known-tenants`."""
    known.remember(desk, state.bundle.programme, known.Known(head.tenant, head.size, head.root))


def _known(desk: Desk, ledger: SqliteLedger, programme: str, heads: Heads) -> None:
    for last in (*known.recall(desk, programme), *known.of_tenant(desk, ledger.tenant)):
        if last.tenant != ledger.tenant:
            raise Untrue(
                "genesis-changed",
                f"this repository's ledger was {short(last.tenant)}, this is {short(ledger.tenant)}",
                f"bring the ledger back; if it was given up on purpose, take its line out of {desk.home / known.NAME}",
            )
        here = ledger.size()
        if last.size > here:
            raise Untrue(
                "ledger-truncated",
                f"{last.size} events of this ledger were seen from this home, {here} are here",
                "if another clone of yours went on: `phaseproof ledger push` there, move "
                f"{desk.folder} away, `phaseproof ledger pull`; else restore it from a backup",
            )
        heads.add(last.size, last.root)


def _trusted(ledger: SqliteLedger, trust: str | None, heads: Heads) -> None:
    if trust is None:
        return
    genesis, _, path = trust.partition("@")
    wanted: Digest = genesis if genesis.startswith("sha256:") else f"sha256:{genesis}"
    if not is_digest(wanted):
        raise Usage("trust-unreadable", f"{genesis!r} is no genesis", "--trust sha256:HEX[@CHECKPOINT FILE]")
    if wanted != ledger.tenant:
        raise Untrue("genesis-changed", f"trusted is {short(wanted)}, this ledger is {short(ledger.tenant)}",
                     "judge with the ledger that is trusted")  # fmt: skip
    if path:
        try:
            note = Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise Usage("trust-unreadable", f"{path}: {error}", "--trust sha256:HEX[@CHECKPOINT FILE]") from error
        head, _ = notes.parse(note)
        if head.tenant != ledger.tenant:
            raise Untrue("genesis-changed", f"{path} is a checkpoint of another ledger", "give one of this ledger")
        heads.add(head.size, head.root)
