"""What a PASS rests on, opened and checked by the process that says PASS (DESIGN 2). No cache stands in for this."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from phaseproof.authority.view import Run, Signed, View
from phaseproof.bundle.model import Bundle
from phaseproof.decisions.signatures import Heads, verify_signing
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid, open_envelope
from phaseproof.evidence.fact import evidence_of, fact_of
from phaseproof.evidence.keys import public_of
from phaseproof.evidence.model import Fact
from phaseproof.ledger.model import Ledger
from phaseproof.verdict.model import Board


def rests_on(board: Board) -> tuple[Digest, ...]:
    """Envelopes that the proven items of a board rest on."""
    rests = (d for item in board.items if item.judgement.verdict in ("proven", "waived") for d in item.judgement.rests)
    return tuple(dict.fromkeys(rests))


def verify_rests(
    ledger: Ledger, view: View, bundle: Bundle, digests: Iterable[Digest], guests: Mapping[str, bytes] | None = None
) -> int:
    """Open and check each envelope: signature, signer's authority, agreement with its event, objects' digests.

    Args:
        ledger: where they stand.
        view: the ledger, folded.
        bundle: whose runners and people count.
        digests: envelopes.
        guests: keys of runners that count besides the bundle's, by name; see `State`.

    Returns:
        How many were checked.

    Raises:
        Untrue: the first that does not hold, named.
    """
    runs = {run.fact.envelope: run for check in view.checks.values() for run in (*check.runs, *check.controls)}
    signed: dict[Digest, Signed] = {one.signing.envelope: one for one in view.signed}
    publics = [public_of(runner.key) for runner in bundle.runners.values()] + list((guests or {}).values())
    keys = {keyid(public): public for public in publics}
    heads = Heads()
    checked = 0
    for digest in digests:
        if digest in runs:
            verify_run(ledger, runs[digest], keys)
        elif digest in signed:
            verify_signing(ledger, signed[digest], [bundle], heads)
        else:
            raise Untrue("evidence-missing", f"no event names envelope {digest}", "phaseproof verify")
        checked += 1
    heads.insist(ledger)
    return checked


def verify_run(ledger: Ledger, run: Run, keys: dict[str, bytes]) -> Fact:
    """Check one piece of evidence, or one control's result.

    Raises:
        Untrue: `signature-invalid`, `signature-unknown`, `index-altered`, `evidence-misplaced`, or an object of it is
            missing or altered.
    """
    opened = open_envelope(ledger.get(run.fact.envelope), keys)
    fact = fact_of(opened.statement, opened.digest, opened.keys[0])
    if fact != run.fact:
        raise Untrue("index-altered", f"event {run.position} says something else than the evidence it names",
                     "phaseproof verify")  # fmt: skip
    evidence = evidence_of(opened.statement)
    if evidence.tenant != ledger.tenant:
        raise Untrue("evidence-misplaced", f"event {run.position} holds evidence made for another ledger")
    for digest in (*evidence.objects.values(), evidence.inputs.manifest):
        ledger.get(digest)
    return fact
