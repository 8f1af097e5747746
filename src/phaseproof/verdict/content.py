"""What a sign-off covers, exactly (DESIGN 10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from phaseproof.bundle import canonical
from phaseproof.bundle.model import Binding, Bundle, BundleItem
from phaseproof.verdict.check import Case
from phaseproof.verdict.model import Judgement


def covers(bundle: Bundle, item: BundleItem) -> tuple[BundleItem, ...]:
    """The items that a sign-off on `item` stands over: itself, and what else its innermost gate asks for.

    Other sign-offs are left out: two people who sign one after the other do not void each other's signature.
    """
    if not item.gates:
        return (item,)
    roles = {binding.item for binding in bundle.bindings if binding.role is not None}
    rest = (one for one in bundle.items if one.gates and item.gates[0] in one.gates)
    return (item, *(one for one in rest if one.id != item.id and one.id not in roles and one.kind != "signoff"))


def signoff(case: Case, item: BundleItem, role: str, judgements: Mapping[str, Judgement]) -> dict[str, Any]:
    """The content a role signs for an item: what it says, and what it rests on, with verdicts.

    Commit and evidence are not in it: fresh evidence of equal content leaves a signature valid.

    Args:
        case: rules, state, commit.
        item: the item.
        role: as what it is signed.
        judgements: of every covered item but sign-offs.
    """
    bindings = {binding.item: binding for binding in case.bundle.bindings}
    rests = []
    for one in covers(case.bundle, item):
        binding = bindings.get(one.id)
        judgement = judgements.get(one.id)
        rests.append(
            {
                "item": canonical.digest(one),
                "binding": canonical.digest(binding) if binding else "",
                "checks": [_check(case, name, binding.at) for name in _names(binding)] if binding else [],
                "verdict": judgement.verdict if judgement and one.id != item.id else "",
            }
        )
    return {"item": item.id, "text": item.text, "role": role, "rests": rests}


def _names(binding: Binding) -> tuple[str, ...]:
    return (*((binding.check,) if binding.check else ()), *(binding.all or ()), *(binding.any or ()))


def _check(case: Case, name: str, at: str | None) -> dict[str, Any]:
    check = next((one for one in case.bundle.checks if one.name == name), None)
    held = case.inputs.checks if at is None else case.inputs.refs.get(at, {})
    inputs = held.get(name)
    return {
        "check": canonical.digest(msgspec.to_builtins(check)) if check else "",
        "subject": inputs.subject if inputs else "",
        "instrument": inputs.instrument if inputs else "",
        "inputs": inputs.inputs if inputs else "",
    }
