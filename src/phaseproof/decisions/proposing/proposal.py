"""A configuration proposed: what is in it, why, and what is left to a person. It compiles, or it is not proposed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from phaseproof.bundle.compile import Compiled, compile
from phaseproof.bundle.config import load
from phaseproof.bundle.kinds import KindSchema
from phaseproof.bundle.mistakes import Mistakes
from phaseproof.bundle.slugs import slug
from phaseproof.decisions.proposing.choice import choose
from phaseproof.decisions.proposing.configuration_text import Contents, written
from phaseproof.decisions.proposing.guesses import Guess, Guesser
from phaseproof.decisions.proposing.suites import Suite, suites
from phaseproof.decisions.proposing.surroundings import Surroundings
from phaseproof.errors import Refused
from phaseproof.plan.model import Item, Plan

_ROLE = re.compile(r"[a-z][a-z0-9-]{1,40}\Z")
_ROLE_WORDS = 4


class Proposal(Struct, frozen=True):
    """What is proposed.

    Attributes:
        text: of `phaseproof.yaml`.
        plans: that it lists.
        left_out: path and reason of documents with items that it does not list.
        suites: test runners found.
        roles: name -> where it is asked for.
        bound: guesses that are in it.
        itself: how many items bind themselves: roles, artifact rows.
        unbound: items that nothing stands for, with a suggestion where there is one.
        decide: what is a person's to decide, a sentence each.
    """

    text: str
    plans: tuple[Plan, ...]
    left_out: tuple[tuple[str, str], ...]
    suites: tuple[Suite, ...]
    roles: dict[str, str]
    bound: tuple[Guess, ...]
    itself: int
    unbound: tuple[tuple[str, Item, Guess | None], ...]
    decide: tuple[str, ...]


def propose(around: Surroundings, kinds: Mapping[str, KindSchema], keys: Mapping[str, str]) -> Proposal:
    """Propose a configuration.

    Args:
        around: the repository.
        kinds: check kinds installed here.
        keys: name of the person and of the runner -> public key.

    Raises:
        Refused: there is no plan here (`no-plans`), or none that can be listed as it stands (`plans-unfit`).
    """
    if not around.plans:
        raise Refused("no-plans", "no document here has an item",
                      "write one, such as docs/plan.md with a line `- [ ] Totals include tax`; phaseproof scan tells "
                      "what is read in it")  # fmt: skip
    plans, left = choose(around.plans)
    unfit: list[tuple[str, str]] = []
    while plans:
        made = _made(around, plans, (*left, *unfit), keys)
        try:
            compile(plans, load(made.text.encode()), kinds)
        except Mistakes as wrong:
            paths = {one.path: one.sentence for one in reversed(wrong.mistakes) if one.path in {p.path for p in plans}}
            if not paths:
                raise
            unfit += sorted(paths.items())
            plans = tuple(plan for plan in plans if plan.path not in paths)
        else:
            return made
    path, why = (*unfit, *left)[0]
    raise Refused("plans-unfit", f"none of the documents with items can be listed as it stands; {path}: {why}",
                  "mend it, or write phaseproof.yaml by hand")  # fmt: skip


def compiled(made: Proposal, kinds: Mapping[str, KindSchema]) -> Compiled:
    """What a proposal compiles to. Raises `Mistakes` as `compile`."""
    return compile(made.plans, load(made.text.encode()), kinds)


def _made(
    around: Surroundings, plans: tuple[Plan, ...], left: tuple[tuple[str, str], ...], keys: Mapping[str, str]
) -> Proposal:
    found = suites(around)
    roles = _roles(plans)
    guesser = Guesser(around, found, {*roles, "owner"}, [plan.path for plan in plans])
    bound: list[Guess] = []
    unbound: list[tuple[str, Item, Guess | None]] = []
    itself = 0
    for plan in plans:
        for item in plan.items:
            if guesser.binds_itself(item):
                itself += 1
                continue
            guess = guesser.guess(plan, item)
            if guess is not None and guess.sure:
                bound.append(guess)
            else:
                unbound.append((plan.path, item, guess))
    names = _names(plans)
    contents = Contents(
        programme=around.programme, person=around.person, runner=around.runner, keys=dict(keys),
        plans=tuple(plan.path for plan in plans), roles=roles, suites=found, bound=tuple(bound),
        unbound=tuple(unbound), names=names,
    )  # fmt: skip
    return Proposal(
        written(contents), plans, left, found, roles, tuple(bound), itself, tuple(unbound),
        tuple(_decide(around, found, roles, bound, unbound)),
    )  # fmt: skip


def _roles(plans: tuple[Plan, ...]) -> dict[str, str]:
    """Roles that review lines name: the items of which bind themselves to them."""
    found: dict[str, str] = {}
    for plan in plans:
        for item in plan.items:
            name = slug(item.text)
            if item.kind == "signoff" and _ROLE.match(name) and len(name.split("-")) <= _ROLE_WORDS:
                found.setdefault(name, f"{plan.path}:{item.span.line}")
    found.pop("owner", None)  # a role of that name is in every proposal
    return found


def _names(plans: tuple[Plan, ...]) -> dict[tuple[str, str], str]:
    """What an item is called in the file: its id where that is unique, else the full one."""
    counts: dict[str, int] = {}
    for plan in plans:
        for item in plan.items:
            counts[item.id] = counts.get(item.id, 0) + 1
    return {(plan.path, item.id): item.id if counts[item.id] == 1 and ":" not in item.id else f"{plan.path}:{item.id}"
            for plan in plans for item in plan.items}  # fmt: skip


def _decide(
    around: Surroundings, found: tuple[Suite, ...], roles: Mapping[str, str], bound: list[Guess],
    unbound: list[tuple[str, Item, Guess | None]],
) -> list[str]:  # fmt: skip
    said = []
    if roles:
        held = "role is" if len(roles) == 1 else "roles are"
        said.append(f"who holds {', '.join(roles)}: the {held} {around.person}'s for now")
    if unbound:
        what = "1 item" if len(unbound) == 1 else f"{len(unbound)} items"
        said.append(f"what stands for {what}, listed at the end of the file: their gates hold until then")
    if not found:
        said.append("how this repository is tested: no test runner was found")
    files = {one.name for guess in bound for one in guess.checks if one.kind == "artifact"}
    if files:
        said.append("what must be in the documents that are only asked to exist")
    said.append("policy.protected: the branch whose commits count, once somebody else works here too")
    return said
