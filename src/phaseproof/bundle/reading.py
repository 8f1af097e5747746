"""From which texts the items of a bundle were read."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.digests import Digest


class Reading(Struct, frozen=True, omit_defaults=True):
    """From which texts a bundle's items were read; beside the bundle, not in it: prose is not part of its digest.

    Attributes:
        plans: path -> digest of the plan's normal form.
        reader: version of the reader.
        older: plans whose installed items stand although a newer reader sees others -> the version that read them.
        order: full ids of items and ids of gates in the order of the texts, for whoever shows them.
    """

    plans: dict[str, Digest]
    reader: str
    older: dict[str, str] = {}
    order: tuple[str, ...] = ()
