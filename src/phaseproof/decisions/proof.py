"""What a PASS rests on, opened and checked by the process that says PASS (DESIGN 2). No cache stands in for this."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from phaseproof.authority.view import Run, Signed, View
from phaseproof.bundle.model import Bundle
from phaseproof.decisions.signatures import Heads, verify_signing
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid, open_envelope
from phaseproof.evidence.fact import commit_of, evidence_of, fact_from
from phaseproof.evidence.keys import public_of
from phaseproof.ledger.model import Ledger
from phaseproof.verdict.model import Board

CHUNK = 250
"""Pieces read from the ledger in one go."""
THREADED = 1000
"""Pieces from which a second thread gains more than it costs."""


def rests_on(board: Board) -> tuple[Digest, ...]:
    """Envelopes that the proven items of a board rest on."""
    rests = (d for item in board.items if item.judgement.verdict in ("proven", "waived") for d in item.judgement.rests)
    return tuple(dict.fromkeys(rests))


def verify_rests(
    ledger: Ledger, view: View, bundle: Bundle, digests: Collection[Digest], guests: Mapping[str, bytes] | None = None
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
    found: list[Run] = []
    for digest in digests:
        if digest in runs:
            found.append(runs[digest])
        elif digest in signed:
            verify_signing(ledger, signed[digest], [bundle], heads)
        else:
            raise Untrue("evidence-missing", f"no event names envelope {digest}", "phaseproof verify")
    verify_runs(ledger, found, keys)
    heads.insist(ledger)
    return len(tuple(digests))


def verify_runs(ledger: Ledger, runs: Sequence[Run], keys: Mapping[str, bytes]) -> None:
    """Check many pieces of evidence; on several threads where there are enough of them to gain by it.

    Raises:
        Untrue: as `verify_run`.
    """
    parts = [runs[at : at + CHUNK] for at in range(0, len(runs), CHUNK)]
    if len(runs) < THREADED:
        for part in parts:
            _verify_part(ledger, part, keys)
        return
    with ThreadPoolExecutor(max_workers=min(len(parts), os.cpu_count() or 1)) as pool:
        for _ in pool.map(lambda part: _verify_part(ledger, part, keys), parts):
            pass


def verify_run(ledger: Ledger, run: Run, keys: Mapping[str, bytes]) -> None:
    """Check one piece of evidence, or one control's result.

    Raises:
        Untrue: `signature-invalid`, `signature-unknown`, `index-altered`, `evidence-misplaced`, or an object of it is
            missing or altered.
    """
    _verify_part(ledger, [run], keys)


def _verify_part(ledger: Ledger, runs: Sequence[Run], keys: Mapping[str, bytes]) -> None:
    envelopes = ledger.get_many([run.fact.envelope for run in runs])
    objects: set[Digest] = set()
    for run in runs:
        opened = open_envelope(envelopes[run.fact.envelope], keys)
        evidence = evidence_of(opened.statement)
        fact = fact_from(evidence, commit_of(opened.statement), opened.digest, opened.keys[0])
        if fact != run.fact:
            raise Untrue("index-altered", f"event {run.position} says something else than the evidence it names",
                         "phaseproof verify")  # fmt: skip
        if evidence.tenant != ledger.tenant:
            raise Untrue("evidence-misplaced", f"event {run.position} holds evidence made for another ledger",
                         "phaseproof verify")  # fmt: skip
        objects.update(evidence.objects.values())
        objects.add(evidence.inputs.manifest)
    ledger.get_many(objects)
