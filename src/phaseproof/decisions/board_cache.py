"""The last board, kept for `status` and `run`: a cache, signed by the runner's key, and never the ground of a decision.

It is keyed by ledger position, commit and version, and good until the first instant at which time alone could change a
verdict. Whoever shows it says `unverified cache` (DESIGN 2 and 13). It may be deleted at any time. This module only
reads it, and imports next to nothing; board_keeping.py writes it.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec
from msgspec import Struct, structs

from phaseproof import __version__
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.naming import gates_named
from phaseproof.digests import Digest
from phaseproof.errors import PhaseproofError
from phaseproof.evidence import keys
from phaseproof.instants import Instant, seconds
from phaseproof.ledger.opening import open_ledger
from phaseproof.verdict.model import Board

NAME = "board"
FOLDER = "cache"
PREFIX = b"phaseproof board cache 1\n"
"""Stands before what is signed, so that the signature can be taken for nothing else."""


class Cached(Struct, frozen=True):
    """A board and what it was judged on.

    Attributes:
        version: of this program.
        tenant, size, head: the ledger.
        commit: what was judged.
        configuration: path of the configuration file.
        until: the instant at which time alone may change a verdict, None for never.
        board: the board.
    """

    version: str
    tenant: Digest
    size: int
    head: Digest
    commit: str
    configuration: str
    until: Instant | None
    board: Board


def load(desk: Desk, commit: str) -> Board | None:
    """The cached board of a commit, if it is of this ledger as it is now; None otherwise, whatever the reason."""
    try:
        data = (desk.folder / FOLDER / NAME).read_bytes()
        public = keys.public_of((desk.home / "keys" / f"{desk.runner}.pub").read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
    signature, body = data[:64], data[64:]
    if not _signed(public, signature, body):
        return None
    try:
        cached = msgspec.msgpack.decode(body, type=Cached)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    now = desk.clock()
    if (cached.until is not None and seconds(cached.until) <= now) or seconds(cached.board.at) > now:
        return None
    if (cached.version, cached.commit, cached.configuration) != (__version__, commit, desk.configuration):
        return None
    try:
        with open_ledger(desk.folder) as ledger:
            size = ledger.size()
            same = (ledger.tenant, size, ledger.digest_at(size - 1)) == (cached.tenant, cached.size, cached.head)
    except PhaseproofError:
        return None  # the long way names what is wrong
    return cached.board if same else None


def gate_ids(board: Board, names: Collection[str]) -> tuple[str, ...]:
    """Gates of a board by id or title, loosely written. Raises `Usage` as `gates_named`."""
    return gates_named({gate.id: gate.title for gate in board.gates}, names)


def narrowed(board: Board, only: Collection[str]) -> Board:
    """The board with its own verdict asked for some gates only; empty: all."""
    asked = [gate for gate in board.gates if not only or gate.id in only]
    passes = bool(asked) and all(gate.verdict == "PASS" for gate in asked)
    separate = bool(asked) and all(gate.assurance == "separate" for gate in asked)
    return structs.replace(board, verdict="PASS" if passes else "HOLD", assurance="separate" if separate else "self")


def _signed(public: bytes, signature: bytes, body: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, PREFIX + body)
    except (InvalidSignature, ValueError):
        return False
    return True
