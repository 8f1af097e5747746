"""Who signs here: a person of the bundle whose private key lies in this home."""

from __future__ import annotations

from collections.abc import Collection

from phaseproof.bundle.model import Bundle
from phaseproof.decisions.desk import Desk
from phaseproof.errors import Refused, Unable, Usage
from phaseproof.evidence.keys import FileSigner, public_of, uri


def person(desk: Desk, bundle: Bundle, asked: str | None, among: Collection[str] = ()) -> str:
    """The person who signs.

    Args:
        desk: whose home is looked into.
        bundle: whose people count.
        asked: the name given, if one was.
        among: members of the roles concerned; empty: anybody.

    Raises:
        Usage: no such person (`person-unknown`), or several have a key here and none was named (`person-ambiguous`).
        Unable: nobody of the bundle has a key here (`key-missing`).
        Refused: the person is in none of the roles (`not-a-member`).
    """
    if asked is not None:
        if asked not in bundle.people:
            names = ", ".join(sorted(bundle.people)) or "nobody"
            raise Usage("person-unknown", f"the bundle knows no person {asked!r}; it knows {names}",
                        "add the person under `people:` and migrate")  # fmt: skip
        if among and asked not in among:
            raise Refused("not-a-member", f"{asked} is not among {', '.join(sorted(among))}",
                          f"ask {' or '.join(sorted(among))} to sign")  # fmt: skip
        return asked
    here = desk.key_names(bundle.people)
    fit = [name for name in here if not among or name in among]
    if len(fit) == 1:
        return fit[0]
    if len(fit) > 1:
        raise Usage("person-ambiguous", f"{', '.join(fit)} have keys here", f"--as {fit[0]}")
    if here:
        raise Refused("not-a-member", f"{', '.join(here)} is not among {', '.join(sorted(among))}",
                      f"ask {' or '.join(sorted(among))} to sign")  # fmt: skip
    raise Unable("key-missing", f"no key in {desk.home / 'keys'} belongs to a person of the bundle",
                 "phaseproof key list")  # fmt: skip


def signer(desk: Desk, bundle: Bundle, name: str) -> FileSigner:
    """The private key of a person of the bundle, under that person's name.

    Raises:
        Unable: as `evidence.keys.load`; what lies beside that person's public key is another private key
            (`key-mismatch`).
    """
    key = desk.key_of(bundle.people[name])
    if key.public != public_of(bundle.people[name]):
        raise Unable("key-mismatch", f"the private key that lies here for {name} is not {name}'s: {uri(key.public)}",
                     "phaseproof key list")  # fmt: skip
    key.name = name
    return key
