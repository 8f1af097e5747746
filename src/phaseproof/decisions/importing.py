"""`import`: facts that another clone saw, or a signature that was given apart from the ledger.

Facts are a set: importing is commutative, associative and idempotent in what the ledger then holds. Each is appended
once, with its own instant; its place in the order is the ledger's. A verdict does not trust that place alone: see
verdict/check.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from phaseproof.authority.fold import Folder
from phaseproof.authority.view import Signing
from phaseproof.bundle import canonical
from phaseproof.decisions import joining
from phaseproof.decisions.belongings import FACTS, belongings, once_of
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.receiving import Received, take_in
from phaseproof.decisions.sign import stream_for
from phaseproof.decisions.signatures import signing_of
from phaseproof.decisions.state import State, open_state
from phaseproof.decisions.verifying import Keys
from phaseproof.digests import ZERO, Digest, sha256
from phaseproof.errors import Conflict, Refused, Untrue, Usage
from phaseproof.evidence.decision import Decision, decision_of
from phaseproof.evidence.envelope import MAX_ENVELOPE, open_envelope, read_statement, unverified
from phaseproof.evidence.fact import commit_of, evidence_of, fact_from
from phaseproof.evidence.model import DECISION
from phaseproof.ledger import moving
from phaseproof.ledger.archive import MAGIC, ArchiveSource
from phaseproof.ledger.carried import Parcel, unpack
from phaseproof.ledger.chain import link
from phaseproof.ledger.model import Entry, Event
from phaseproof.ledger.prepared import MAX_NAME, is_instant, is_stream, prepare
from phaseproof.ledger.tree import check_prefix


class Imported(Struct, frozen=True):
    """What an import came to.

    Attributes:
        new: how many facts or signatures are in the ledger now that were not before.
        known: how many were there already.
        what: for people.
    """

    new: int
    known: int
    what: str


class _Line(Struct, frozen=True, forbid_unknown_fields=True):
    actor: str
    at: str
    payload: dict[str, object]
    type: str


def bring(desk: Desk, path: str, trust: str | None = None) -> Imported | Received:
    """Take in what a file holds: a whole ledger, facts, or a signature.

    Args:
        desk: where.
        path: the file.
        trust: as `open_state`; a whole ledger must be the one, and what is here must be it for the rest.

    Raises:
        Usage: the file cannot be read, or is none of these.
        Untrue, Refused, Unable: as `take_in`, `import_facts`, `import_signature`.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(4)
            if not data.startswith(MAGIC):
                data += file.read(MAX_ENVELOPE)
    except OSError as error:
        raise Usage("file-unreadable", f"{path}: {error.strerror}", "phaseproof import FILE") from error
    if data.startswith(MAGIC):
        with ArchiveSource(Path(path)) as source:
            parcel = unpack(source)
            if not parcel.facts:
                return take_in(desk, parcel, trust)
            with open_state(desk, trust) as state:
                return import_facts(desk, state, parcel)
    if not data.lstrip().startswith(b"{"):
        raise Usage("file-unreadable", f"{path} is neither an export nor a signature", "phaseproof verify FILE")
    with open_state(desk, trust) as state:
        return import_signature(desk, state, data)


def import_facts(desk: Desk, state: State, parcel: Parcel) -> Imported:
    """Append facts that are not here yet, all or none, each one checked first.

    Args:
        desk: where.
        state: the ledger.
        parcel: what came: facts.

    Raises:
        Untrue: something in it is no fact, does not hold, was made for another ledger, or contradicts what is here.
        Unable: the ledger cannot be written.
    """
    del desk
    ledger = state.ledger
    facts = facts_of(parcel)
    here = {joining.mark(event) for event, _ in ledger.events() if event.type in FACTS}
    fresh = {joining.mark(event): event for event in facts if joining.mark(event) not in here}
    entries = check_facts(state, parcel, list(fresh.values()))
    wanted = list(moving.missing(ledger, (digest for _, named in entries for digest in named)))
    found = dict(parcel.fetch(wanted))
    ready = []
    for entry, named in entries:
        objects = {digest: found[digest] for digest in named if digest in found}
        ready.append(msgspec.structs.replace(entry, objects=objects))
    done = ledger.append(ready) if ready else ()
    new = sum(not one.duplicate for one in done)
    return Imported(new, len(facts) - new, "facts")


def facts_of(parcel: Parcel) -> list[Event]:
    """Facts in the order in which they were recorded, an announcement before its result; places are not theirs.

    Raises:
        Untrue: something in it is no fact (`fact-unreadable`).
    """
    return sorted(_facts(parcel.fact_lines()), key=lambda event: (event.at, event.type != "run-started"))


def check_facts(state: State, parcel: Parcel, facts: Sequence[Event]) -> list[tuple[Entry, tuple[Digest, ...]]]:
    """Check facts that are not in a ledger yet, as its next ones: entries without their objects, and which those are.

    Raises:
        Untrue: one does not hold, was made for another ledger, or contradicts what is there.
    """
    runners = dict(Keys(state).runners(state.view.size))
    entries = [_fact(state.ledger.tenant, event, parcel, runners) for event in facts]
    _try_fold(state, entries)
    return entries


def import_signature(desk: Desk, state: State, data: bytes) -> Imported:
    """Append a signature that was given apart from the ledger, if it still fits (DESIGN 10).

    Args:
        desk: where.
        state: the ledger.
        data: the envelope.

    Raises:
        Untrue: it does not verify, is of another ledger, or of a fork of this one (`not-a-prefix`).
        Refused: its place was taken since (`signature-outdated`).
        Usage: it is no signature.
    """
    ledger = state.ledger
    _, payload = unverified(data)
    statement = read_statement(payload)
    if statement.predicate_type != DECISION or decision_of(statement).decision != "sign":
        raise Usage("not-a-signature", "this is no signature of a person", "phaseproof verify FILE says what it is")
    opened = open_envelope(data, Keys(state).everybody(state.view.size))
    decision = decision_of(opened.statement)
    signing = signing_of(decision, opened.digest, opened.keys[0])
    _insist_made_for(state, decision, signing)
    if any(one.signing.envelope == opened.digest for one in state.view.signed):
        return Imported(0, 1, _what(signing))
    if decision.seq != ledger.next_seq(decision.stream):
        raise Refused("signature-outdated", f"{decision.actor} has signed {signing.target} since", "sign it again")
    entry = Entry(
        stream=decision.stream,
        expected=decision.seq,
        type="signed",
        at=desk.now(),
        actor=decision.actor,
        payload=canonical.plain(signing),
        objects={opened.digest: data},
        once=opened.digest,
    )
    try:
        ledger.append([entry])
    except Conflict as error:
        raise Refused("signature-outdated", f"{decision.actor} has signed {signing.target} since",
                      "sign it again") from error  # fmt: skip
    return Imported(1, 0, _what(signing))


def _insist_made_for(state: State, decision: Decision, signing: Signing) -> None:
    ledger = state.ledger
    if decision.tenant != ledger.tenant:
        raise Untrue("decision-misplaced", f"it was signed for ledger {decision.tenant}, this is {ledger.tenant}",
                     "import it where it was made for")  # fmt: skip
    if decision.stream != stream_for(signing.purpose, signing.target, signing.role, signing.person):
        raise Untrue("decision-misplaced", f"it was signed for {decision.stream}, where it does not belong",
                     "sign it again")  # fmt: skip
    check_prefix(ledger, decision.checkpoint.size, decision.checkpoint.root)


def _what(signing: Signing) -> str:
    return f"signature of {signing.person} under {signing.purpose} {signing.target}"


def _facts(lines: Sequence[bytes]) -> Iterator[Event]:
    before = b""
    for number, line in enumerate(lines, start=1):
        if line <= before:
            raise Untrue("fact-unreadable", f"line {number} of the facts is out of order", "export it again")
        before = line
        try:
            said = msgspec.convert(canonical.decode(line), _Line)
        except (ValueError, msgspec.ValidationError) as error:
            raise Untrue("fact-unreadable", f"line {number} of the facts: {error}", "export it again") from error
        if said.type not in FACTS:
            raise Untrue("fact-unreadable", f"line {number} is of type {said.type[:40]!r}, which is no fact",
                         "export it again")  # fmt: skip
        check = said.payload.get("check")
        if not (is_instant(said.at) and is_stream(f"check/{check}") and len(said.actor) <= MAX_NAME):
            raise Untrue("fact-unreadable", f"line {number} of the facts has a field out of shape", "export it again")
        yield Event(ZERO, number, f"check/{check}", 0, said.type, said.at, said.actor, said.payload, ZERO)


def _fact(
    tenant: Digest, event: Event, parcel: Parcel, runners: Mapping[str, bytes]
) -> tuple[Entry, tuple[Digest, ...]]:
    """An entry without its objects, and which they are; signature, ledger and payload checked."""
    once = once_of(event)
    named = belongings(event, lambda digest: dict(parcel.fetch([digest]))[digest])
    if event.type in ("evidence", "control"):
        opened = open_envelope(dict(parcel.fetch([str(once)]))[str(once)], runners)
        evidence = evidence_of(opened.statement)
        if evidence.tenant != tenant:
            raise Untrue("evidence-misplaced", f"evidence of {evidence.check} was made for ledger {evidence.tenant}",
                         "import it where it was made for")  # fmt: skip
        fact = fact_from(evidence, commit_of(opened.statement), opened.digest, opened.keys[0])
        if canonical.encode(fact) != canonical.encode_trusted(event.payload) or bool(evidence.control) != (
            event.type == "control"
        ):
            raise Untrue("index-altered", f"line {event.position} says something else than the evidence it names",
                         "export it again")  # fmt: skip
    return Entry(event.stream, None, event.type, event.at, event.actor, event.payload, once=once), named


def _try_fold(state: State, entries: Sequence[tuple[Entry, tuple[Digest, ...]]]) -> None:
    """Fold the ledger as it would be: what would be refused afterwards is refused now."""
    folder = Folder()
    prev, size = ZERO, 0
    for event, digest in state.ledger.events():
        folder.take(event, digest)
        prev, size = digest, event.position + 1
    for entry, _ in entries:
        made, body, _ = link(prepare(entry), state.ledger.tenant, size, 0, prev)
        folder.take(made, sha256(body))
        prev, size = sha256(body), size + 1
