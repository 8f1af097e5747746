"""The line of bundles, checked: each one in force was signed by its own threshold and its predecessor's (DESIGN 3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from phaseproof.authority import threshold
from phaseproof.authority.view import InForce, View
from phaseproof.bundle import canonical
from phaseproof.bundle.model import Bundle, Reading
from phaseproof.decisions.signatures import Heads, event_at, in_place, verify_signing
from phaseproof.digests import Digest
from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import keyid, open_envelope
from phaseproof.evidence.keys import public_of
from phaseproof.ledger.model import Ledger

_T = TypeVar("_T", Bundle, Reading)


def load_bundle(ledger: Ledger, digest: Digest) -> Bundle:
    """A bundle from its object.

    Raises:
        Untrue: missing, altered or no bundle (`bundle-altered`).
    """
    return _object(ledger, digest, Bundle)


def load_reading(ledger: Ledger, digest: Digest) -> Reading:
    """A bundle's reading from its object. Raises as `load_bundle`."""
    return _object(ledger, digest, Reading)


def in_force(ledger: Ledger, view: View, heads: Heads) -> Bundle | None:
    """The installed bundle, after its whole line was checked; None where none was installed yet.

    The first bundle may still lack signatures: the verdict then holds as provisional. A successor may not.

    Args:
        ledger: open.
        view: all its events, folded.
        heads: takes what the signers saw, for the caller to insist on.

    Raises:
        Untrue: a link of the line does not hold (`lineage-broken`), or a signature it counts does not verify.
    """
    before: Bundle | None = None
    for number, one in enumerate(view.bundles, start=1):
        bundle = load_bundle(ledger, one.installed.bundle)
        previous = view.bundles[number - 2].installed.bundle if number > 1 else None
        if bundle.version != number or bundle.predecessor != previous:
            raise _broken(one.position, f"bundle {number} does not follow the one before it")
        signed = [s for s in view.signed if s.signing.purpose == "bundle"]
        if before is not None:
            signed = [s for s in signed if s.position < one.position]
        counts = threshold.standing(bundle, one.installed.bundle, signed, *([before] if before else []))
        if before is not None and not threshold.valid(counts):
            lacking = "; ".join(str(count) for count in counts if not count.met)
            raise _broken(one.position, f"bundle {number} came into force unsigned: {lacking}")
        counted = {digest for count in counts for digest in count.envelopes}
        for sign in signed:
            if sign.signing.envelope in counted:
                verify_signing(ledger, sign, [bundle, *([before] if before else [])], heads)
        _verify_act(ledger, one, [bundle, *([before] if before else [])], heads)
        before = bundle
    return before


def _verify_act(ledger: Ledger, one: InForce, bundles: Sequence[Bundle], heads: Heads) -> None:
    """The signed decision that put a bundle in force: it says from which commit and which texts, so that an approval
    alone puts nothing in force."""
    uris = {name: uri for bundle in bundles for name, uri in bundle.people.items()}
    uris |= {name: runner.key for bundle in bundles for name, runner in bundle.runners.items()}
    keys = {keyid(public): public for public in map(public_of, uris.values())}
    installed = one.installed
    opened = open_envelope(ledger.get(installed.envelope), keys)
    decision = in_place(opened, event_at(ledger, one.position), heads)
    said = {"bundle": installed.bundle, "reading": installed.reading, "commit": installed.commit}
    word = "activate" if len(bundles) > 1 else "install"
    if (decision.decision, decision.content) != (word, said):
        raise _broken(one.position, "it says something else than the decision it names")


def _object(ledger: Ledger, digest: Digest, kind: type[_T]) -> _T:
    data = ledger.get(digest)
    try:
        made = msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        raise Untrue("bundle-altered", f"object {digest} is no {kind.__name__.lower()}: {error}") from error
    if canonical.encode(made) != data:
        raise Untrue("bundle-altered", f"object {digest} holds more than a {kind.__name__.lower()}",
                     "install the version of phaseproof that wrote it")  # fmt: skip
    return made


def _broken(position: int, why: str) -> Untrue:
    return Untrue("lineage-broken", f"event {position}: {why}", "phaseproof verify")
