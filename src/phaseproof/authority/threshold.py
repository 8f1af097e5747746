"""Thresholds: distinct people, distinct key material (DESIGN 3; the count by key id alone is a known way to fail)."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from phaseproof.authority.view import Signed
from phaseproof.bundle.model import Bundle, Role
from phaseproof.digests import Digest
from phaseproof.evidence.envelope import keyid
from phaseproof.evidence.keys import public_of


class Count(Struct, frozen=True):
    """How far a role's threshold is met.

    Attributes:
        role: name.
        needed: how many it takes.
        given: people who count, in order of signing.
        envelopes: the statements that count.
        lacking: members who have not signed.
    """

    role: str
    needed: int
    given: tuple[str, ...]
    envelopes: tuple[Digest, ...]
    lacking: tuple[str, ...]

    @property
    def met(self) -> bool:
        """Whether enough distinct people signed; with `all`, every member."""
        return self.needed > 0 and len(self.given) >= self.needed

    def __str__(self) -> str:
        """`needs 2 of role governance; 1 signed (alice)`."""
        if self.needed < 1:
            return f"role {self.role} has nobody who could sign"
        who = f" ({', '.join(self.given)})" if self.given else ""
        return f"needs {self.needed} of role {self.role}; {len(self.given)} signed{who}"


def key_of(bundle: Bundle, person: str) -> str | None:
    """Key id of a person of the bundle; None for a stranger, and for one whose key is none."""
    known = bundle.people.get(person)
    try:
        return keyid(public_of(known)) if known else None
    except ValueError:
        return None


def needed(role: Role) -> int:
    """How many signatures a role takes; `all` is every member, and a role without members can never be met."""
    if not role.members:
        return 0
    return len(set(role.members)) if role.threshold == "all" else role.threshold


def count(bundle: Bundle, name: str, signatures: Iterable[Signed]) -> Count:
    """Count signatures towards a role.

    A signature counts if its person is a member, its key is the one that the bundle lists for that person, and
    neither person nor key was counted before.

    Args:
        bundle: whose roles and keys apply.
        name: role; one that the bundle does not have is never met.
        signatures: those over the exact content, oldest first.
    """
    role = bundle.roles.get(name)
    if role is None:
        return Count(name, 0, (), (), ())
    given: list[str] = []
    keys: set[str] = set()
    envelopes: list[Digest] = []
    for one in signatures:
        signing = one.signing
        if signing.person not in role.members or signing.person in given or signing.key in keys:
            continue
        if key_of(bundle, signing.person) != signing.key:
            continue
        given.append(signing.person)
        keys.add(signing.key)
        envelopes.append(signing.envelope)
    lacking = tuple(member for member in dict.fromkeys(role.members) if member not in given)
    return Count(name, needed(role), tuple(given), tuple(envelopes), lacking)


def standing(bundle: Bundle, digest: Digest, signatures: Iterable[Signed], *others: Bundle) -> tuple[Count, ...]:
    """The counts that a bundle needs to be valid: its own `migrate` roles', and those of each other bundle given.

    Args:
        bundle: the bundle.
        digest: its digest.
        signatures: all signatures of the view.
        others: its predecessor, where it has one (DESIGN 3: as TUF's root).
    """
    over = [s for s in signatures if s.signing.purpose == "bundle" and s.signing.content == digest]
    counts: list[Count] = []
    for judge in (bundle, *others):
        counts += [count(judge, role, over) for role in judge.policy.migrate]
        if not judge.policy.migrate:
            counts.append(Count("migrate", 0, (), (), ()))  # nobody may sign it, so nothing makes it valid
    return tuple(counts)


def valid(counts: Iterable[Count]) -> bool:
    """Whether all counts are met; no count at all is not."""
    listed = tuple(counts)
    return bool(listed) and all(one.met for one in listed)
