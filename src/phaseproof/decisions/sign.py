"""`sign`: a role holder's signature over an exact content (DESIGN 6 and 10)."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct

from phaseproof.authority import threshold
from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import Bundle, BundleItem, InputsMap
from phaseproof.decisions import people
from phaseproof.decisions.approval import approval, stream_of
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.naming import item_named
from phaseproof.decisions.state import State
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import Digest, short
from phaseproof.errors import Refused, Usage
from phaseproof.evidence.envelope import Subject, keyid
from phaseproof.instants import seconds
from phaseproof.ledger.model import Entry
from phaseproof.verdict import content
from phaseproof.verdict.check import case_of, instrument_content
from phaseproof.verdict.item import Items

Give = Callable[[Entry], object]
"""Where a signature goes: into the ledger, or into a file that `import` takes."""


class Given(Struct, frozen=True):
    """A signature that was given.

    Attributes:
        person: who.
        what: what was signed, for people.
        content: digest of the exact content.
        counts: how far its roles' thresholds are met now.
        covers: how many items the signature stands over.
        unproven: how many of them hold as yet: once they are proven, another content is to be signed.
    """

    person: str
    what: str
    content: Digest
    counts: tuple[threshold.Count, ...]
    covers: int = 0
    unproven: int = 0


def find_item(bundle: Bundle, name: str) -> BundleItem:
    """An item by its full id, or by a short one that is unique. Raises `Usage` as `item_named`."""
    items = {item.id: item for item in bundle.items}
    return items[item_named(items, name)]


def sign_item(
    desk: Desk, state: State, inputs: InputsMap, name: str, by: str | None, role: str | None, give: Give | None = None
) -> Given:
    """Sign an item for a role.

    Args:
        desk: where.
        state: the ledger.
        inputs: what the commit holds: the content that is signed.
        name: the item.
        by: person; None for the one whose key lies here.
        role: the role; None for the one the item is bound to.
        give: takes the signature; None appends it to the ledger.

    Raises:
        Usage: no such item, or it is bound to no role (`not-a-signoff`).
        Refused: not a member, or signed already.
    """
    item = find_item(state.bundle, name)
    bound = next((one.role for one in state.bundle.bindings if one.item == item.id), None)
    role = role or bound
    if role is None or role != bound:
        raise Usage("not-a-signoff", f"{name} is not bound to {'role ' + role if role else 'a role'}",
                    f"phaseproof explain {name}")  # fmt: skip
    if role not in state.bundle.roles:
        raise Usage("role-unknown", f"the bundle has no role {role!r}", "phaseproof status")
    person = people.person(desk, state.bundle, by, state.bundle.roles[role].members)
    at = desk.now()
    case = case_of(state.bundle, state.view, inputs, seconds(at))
    signed = content.signoff(case, item, role, Items(case).plain())
    exact = canonical.digest(signed)
    over = [s for s in state.view.signed if s.signing.purpose == "item" and s.signing.content == exact
            and s.signing.role == role]  # fmt: skip
    if any(one.signing.person == person for one in over):
        way_out = _next([threshold.count(state.bundle, role, over)], f"phaseproof sign {shlex.quote(name)}")
        raise Refused("already-signed", f"{person} has signed this content of {name}", way_out)
    target = {"purpose": "item", "target": item.id, "content": exact, "role": role}
    subject = (
        Subject({"gitCommit": inputs.commit, "gitTree": inputs.tree}, "commit"),
        Subject({"sha256": exact[7:]}, "content"),
    )
    _append(desk, state, person, target, {**target, "signed": signed}, subject, at, give)
    counted = threshold.count(state.bundle, role, over)
    given = (*counted.given, person)
    left = tuple(one for one in counted.lacking if one != person)
    count = threshold.Count(role, counted.needed, given, counted.envelopes, left)
    unproven = sum(one["verdict"] not in ("", "proven", "waived") for one in signed["rests"])
    return Given(person, f"{name}: {item.text}", exact, (count,), len(signed["rests"]), unproven)


def sign_instrument(
    desk: Desk, state: State, inputs: InputsMap, name: str, by: str | None, give: Give | None = None
) -> Given:
    """Accept what judges a check, as it stands at a commit.

    Raises:
        Usage: no such check (`check-unknown`); policy asks nobody to review instruments (`no-instrument-roles`).
        Refused: not a member, or accepted already.
    """
    roles = state.bundle.policy.instrument
    if not roles:
        raise Usage("no-instrument-roles", "policy asks nobody to accept instruments", "policy.instrument.roles")
    found = inputs.checks.get(name)
    if found is None:
        raise Usage("check-unknown", f"there is no check {name!r}", "phaseproof status")
    if found.error is not None:
        raise Refused(found.error, f"the instrument of {name} cannot be read: {found.detail}", "mend it, commit, retry")
    members = {member for role in roles for member in state.bundle.roles[role].members}
    person = people.person(desk, state.bundle, by, members)
    exact = instrument_content(name, found.instrument)
    over = [s for s in state.view.signed if s.signing.purpose == "instrument" and s.signing.content == exact]
    if any(one.signing.person == person for one in over):
        counts = tuple(threshold.count(state.bundle, role, over) for role in roles)
        raise Refused("already-signed", f"{person} has accepted this instrument of {name}",
                      _next(counts, f"phaseproof sign --instrument {shlex.quote(name)}"))  # fmt: skip
    target = {"purpose": "instrument", "target": name, "content": exact, "role": roles[0]}
    subject = (Subject({"sha256": found.instrument[7:]}, f"instrument of {name}"),)
    _append(desk, state, person, target, {**target, "instrument": found.instrument}, subject, desk.now(), give)
    counts = tuple(threshold.count(state.bundle, role, over) for role in roles)
    return Given(person, f"the instrument of {name}, {short(found.instrument)}", exact, counts)


def sign_bundle(desk: Desk, state: State, by: str | None, give: Give | None = None) -> Given:
    """Sign the installed bundle, for as long as it is provisional.

    Raises:
        Refused: signed already (`already-signed`), or not a member.
    """
    bundle, own = state.bundle, digest.of(state.bundle)
    members = {member for role in bundle.policy.migrate for member in bundle.roles[role].members}
    person = people.person(desk, bundle, by, members)
    counts = threshold.standing(bundle, own, state.view.signed)
    if any(person in one.given for one in counts):
        raise Refused("already-signed", f"{person} has signed bundle {short(own)}",
                      _next(counts, "phaseproof sign --bundle"))  # fmt: skip
    signer = people.signer(desk, bundle, person)
    _give(state, approval(state.ledger, bundle, own, person, signer, desk.now()), give)
    return Given(person, f"bundle {short(own)}", own, threshold.standing(bundle, own, state.view.signed))


def _next(counts: Iterable[threshold.Count], command: str) -> str:
    """Whose turn it is after those who have signed."""
    lacking = dict.fromkeys(person for count in counts if not count.met for person in count.lacking)
    return f"{' or '.join(lacking)}: {command}" if lacking else "phaseproof status"


def stream_for(purpose: str, target: str, role: str, person: str) -> str:
    """The stream in which a person's signatures of one kind stand (docs/adr/0005)."""
    if purpose == "bundle":
        return stream_of(target, person)
    return f"sign/{purpose}/{canonical.digest([purpose, target, role])[7:23]}/{person}"


def _append(
    desk: Desk, state: State, person: str, target: dict[str, Any], said: dict[str, Any],
    subject: tuple[Subject, ...], at: str, give: Give | None,
) -> None:  # fmt: skip
    signer = people.signer(desk, state.bundle, person)
    stream = stream_for(target["purpose"], target["target"], target["role"], person)
    draft = Draft("sign", stream, state.ledger.next_seq(stream), person, said, subject)
    payload = {**target, "person": person, "key": keyid(signer.public)}
    _give(state, entry(state.ledger, draft, signer, at, "signed", payload), give)


def _give(state: State, made: Entry, give: Give | None) -> None:
    if give is None:
        state.ledger.append([made])
    else:
        give(made)
