"""Plans that a check only asks to be there, as such a check sees them: with every box open and every status left out.

An index lists the plan itself, and its row binds itself to a check that the file is there. What `sync` writes into the
plan must void neither that evidence nor the signatures over it (DESIGN 10), so ticks and status words are no part of
what the check is given. Where any other check names the plan, all of them see its text as it stands: whoever asks what
a plan says is answered by what it says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection

from msgspec import Struct, structs

from phaseproof.bundle.model import Bundle, Check
from phaseproof.decisions.desk import Desk
from phaseproof.plan.decode import decode, unify
from phaseproof.plan.normal import unmarked
from phaseproof.plan.read import read
from phaseproof.repo.tree import Tree

_OWN = ("artifact", "phaseproof")


class Steady(Struct, frozen=True):
    """A commit's tree as checks see it.

    Attributes:
        tree: the commit's, with ids of other contents in the place of some plans.
        contents: id -> bytes of those contents.
    """

    tree: Tree
    contents: dict[str, bytes]


def steady(desk: Desk, bundle: Bundle, plans: Collection[str], tree: Tree) -> Steady:
    """The tree of a commit as checks see it.

    Args:
        desk: where.
        bundle: whose checks.
        plans: paths of its plans.
        tree: the commit's.

    Raises:
        Unable: a plan's object cannot be read.
    """
    listed = _listed(bundle, plans)
    blobs = dict(tree.blobs) if listed else {}
    contents: dict[str, bytes] = {}
    for path in listed:
        blob = blobs.get(path)
        if blob is None or not blob.is_file:
            continue
        text = _unmarked(desk.repository.read(blob.oid), path, bundle)
        oid = hashlib.new(
            desk.repository.object_format, b"blob %d\0" % len(text) + text, usedforsecurity=False
        ).hexdigest()
        blobs[path] = structs.replace(blob, oid=oid)
        contents[oid] = text
    return Steady(structs.replace(tree, blobs=blobs), contents) if contents else Steady(tree, {})


def _listed(bundle: Bundle, plans: Collection[str]) -> list[str]:
    """Plans that checks only ask to be there. No check reaches a plan but by its name (bundle/inputs.py, rule 2)."""
    asked: set[str] = set()
    read_by_others = _named(bundle.environment.setup_inputs, plans)
    for check in bundle.checks:
        named = _named((*check.subject, *check.instrument), plans)
        if _only_asks(check):
            asked |= named
        else:
            read_by_others |= named
    return sorted(asked - read_by_others)


def _named(patterns: Collection[str], plans: Collection[str]) -> set[str]:
    return {pattern.removesuffix("/") for pattern in patterns} & set(plans)


def _only_asks(check: Check) -> bool:
    plain = set(check.options) == {"path"} and not check.controls and not check.history
    return plain and (check.kind.name, check.kind.distribution) == _OWN


def _unmarked(data: bytes, path: str, bundle: Bundle) -> bytes:
    plan = read(data, path, bundle.corrections.get(path, ()))
    claims = [item.claim for item in plan.items]
    claims += [claim for section in plan.sections for claim in (section.claim, *section.also)]
    marks = [claim.mark for claim in claims if claim.mark is not None]
    return unmarked(unify(decode(data)).split("\n"), marks)
