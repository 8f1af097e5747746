"""Verifying evidence beside its limit and its peers, in interleaved rounds.

    python bench/verify_evidence.py [--rounds N] [--pieces N]

Limit: Ed25519 and SHA-256 over the same bytes in memory. Peers: securesystemslib's envelope, and an in-toto link read
and verified as in-toto does. One JSON object per row.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from phaseproof.authority.fold import fold
from phaseproof.decisions.proof import verify_runs
from phaseproof.evidence.envelope import PAYLOAD, keyid, pae, unverified
from phaseproof.evidence.keys import load
from phaseproof.ledger.opening import open_ledger
from programme import build, phaseproof
from rows import row


def main() -> None:
    """Print the rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pieces", type=int, default=300)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        repository = build(Path(temporary), arguments.pieces)
        phaseproof(repository, "run")
        print(json.dumps(single(repository, Path(temporary), arguments.rounds)), flush=True)


def single(repository: Path, folder: Path, rounds: int) -> dict[str, Any]:
    """One thread, per piece."""
    with open_ledger(repository / ".phaseproof") as ledger:
        view = fold(ledger.events())
        runs = [run for check in view.checks.values() for run in check.runs]
        signer = load(folder / "home", "local", lambda _: "")
        keys = {keyid(signer.public): signer.public}
        envelopes = [ledger.get(run.fact.envelope) for run in runs]
        opened = [unverified(data) for data in envelopes]
        messages = [pae(PAYLOAD, payload) for _, payload in opened]
        import base64

        signatures = [base64.b64decode(envelope.signatures[0].sig) for envelope, _ in opened]
        public = Ed25519PublicKey.from_public_bytes(signer.public)

        def ours() -> None:
            verify_runs(ledger, runs, keys)

        def limit() -> None:
            for message, signature, data in zip(messages, signatures, envelopes, strict=True):
                public.verify(signature, message)
                sha256(data).digest()

        return row(
            "verify evidence, one thread, per piece", "us", ours, limit,
            {"securesystemslib envelope": _sslib(envelopes, signer.public), "in-toto": _in_toto(folder, len(runs))},
            rounds, len(runs), {"limit": 1.35, "in-toto": 0.40},
        )  # fmt: skip


def _sslib(envelopes: list[bytes], public: bytes) -> Callable[[], None]:
    from securesystemslib.dsse import Envelope
    from securesystemslib.signer import SSlibKey

    name = keyid(public)
    key = SSlibKey(name, "ed25519", "ed25519", {"public": public.hex()})

    def verify() -> None:
        for data in envelopes:
            Envelope.from_dict(json.loads(data)).verify([key], 1)

    return verify


def _in_toto(folder: Path, count: int) -> Callable[[], None]:
    """A layout of as many steps as there are pieces, each with its signed link, verified as in-toto-verify does."""
    from in_toto.models.layout import Layout, Step
    from in_toto.models.link import Link
    from in_toto.models.metadata import Envelope
    from in_toto.verifylib import in_toto_verify
    from securesystemslib.signer import CryptoSigner

    signer = CryptoSigner(Ed25519PrivateKey.generate())
    key = {"keyid": signer.public_key.keyid, **signer.public_key.to_dict()}
    links = folder / "links"
    links.mkdir()
    layout = Layout(keys={key["keyid"]: key})
    layout.set_relative_expiration(days=30)
    for number in range(count):
        name = f"c{number}"
        anything = [["ALLOW", "*"]]
        step = Step(name=name, pubkeys=[key["keyid"]], expected_command=["true"], expected_materials=anything)
        layout.steps.append(step)
        link = Link(name=name, materials={f"src/{name}": {"sha256": "a" * 64}}, command=["true"], products={},
                    byproducts={"return-value": 0, "stdout": "", "stderr": ""})  # fmt: skip
        envelope = Envelope.from_signable(link)
        envelope.create_signature(signer)
        envelope.dump(str(links / f"{name}.{key['keyid'][:8]}.link"))
    signed = Envelope.from_signable(layout)
    signed.create_signature(signer)

    def verify() -> None:
        in_toto_verify(signed, {key["keyid"]: key}, link_dir_path=str(links))

    return verify


if __name__ == "__main__":
    main()
