"""The closed list of strengthenings (DESIGN 3). Every change of a bundle that is not on it is weakening.

A change is on the list only if whatever passes under the new rule would have passed under the old one, or if it
cannot matter to any verdict by itself. When in doubt it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from phaseproof.bundle import canonical
from phaseproof.bundle.model import STRENGTHS, Assurance, Binding, Role, Strength

ADDED = frozenset({"items", "gates", "checks", "roles", "people", "holds", "expands"})
"""Sections in which a new entry asks for more, or for nothing until something else changes."""
REMOVED = frozenset({"runners", "reporters", "bindings"})
"""Sections in which a lost entry leaves fewer ways to a PASS: an unbound item holds."""

Rule = Callable[[Any, Any, Any, Any], bool]
"""Old value, new value, old entry, new entry -> whether the change is on the list."""


def _more(old: Any, new: Any, *_: Any) -> bool:
    return set(old) < set(new)


def _gates(old: tuple[str, ...], new: tuple[str, ...], *_: Any) -> bool:
    # A sign-off stands over what its innermost gate asks for: another one in between would let it stand over less.
    return old[:1] == new[:1] and set(old) < set(new)


def _fewer(old: Any, new: Any, *_: Any) -> bool:
    return set(new) < set(old)


def _higher(old: Any, new: Any, *_: Any) -> bool:
    return bool(new > old)


def _lower(old: Any, new: Any, *_: Any) -> bool:
    return bool(new < old)


def _fraction_higher(old: str | None, new: str | None, *_: Any) -> bool:
    return new is not None and (old is None or Decimal(new) > Decimal(old))


def _younger(old: int | None, new: int | None, *_: Any) -> bool:
    return new is not None and (old is None or new < old)


def _stronger(old: Strength, new: Strength, *_: Any) -> bool:
    return STRENGTHS.index(new) > STRENGTHS.index(old)


def _separate(old: Assurance, new: Assurance, *_: Any) -> bool:
    return (old, new) == ("self", "separate")


def _withdrawn(old: bool, new: bool, *_: Any) -> bool:
    return old and not new


def _granted(old: bool, new: bool, *_: Any) -> bool:
    return new and not old


def _set_first(old: Any, new: Any, *_: Any) -> bool:
    return not old and bool(new)


def _subject(old: tuple[str, ...], new: tuple[str, ...], *_: Any) -> bool:
    # No pattern is every tracked file: the widest subject there is.
    return bool(old) and (not new or set(old) < set(new))


def _controls(old: tuple[Any, ...], new: tuple[Any, ...], *_: Any) -> bool:
    return {canonical.encode(one) for one in old} < {canonical.encode(one) for one in new}


def _selection(old: Any, new: Any, *_: Any) -> bool:
    return old is not None and new is not None and old.level == new.level and set(old.tests) < set(new.tests)


def _members(old: tuple[str, ...], new: tuple[str, ...], before: Role, after: Role) -> bool:
    return before.threshold == after.threshold == "all" and set(old) < set(new)


def _threshold(old: int | str, new: int | str, before: Role, after: Role) -> bool:
    if not set(after.members) >= set(before.members) or old == "all":
        return False
    return new == "all" or int(new) > int(old)


def _harmless(*_: Any) -> bool:
    return True


def _widened_if_named(old: tuple[str, ...], new: tuple[str, ...], *_: Any) -> bool:
    return bool(old) and set(old) < set(new)


FIELDS: Mapping[tuple[str, str], Rule] = {
    ("bindings", "strength"): _stronger,
    ("bindings", "assurance"): _separate,
    ("bindings", "max_age"): _younger,
    ("bindings", "selection"): _selection,
    ("bindings", "advisory"): _withdrawn,
    ("bindings", "recommended"): _withdrawn,
    ("bindings", "broad"): _withdrawn,
    ("bindings", "implied"): _harmless,
    ("checks", "subject"): _subject,
    ("checks", "instrument"): _more,
    ("checks", "controls"): _controls,
    ("checks", "min_sensitivity"): _fraction_higher,
    ("checks", "timeout"): _lower,
    ("checks", "max_age"): _younger,
    ("checks", "network"): _withdrawn,
    ("items", "gates"): _gates,
    ("gates", "after"): _more,
    ("roles", "members"): _members,
    ("roles", "threshold"): _threshold,
    ("runners", "independent"): _withdrawn,
    ("policy", "protected"): _set_first,
    ("policy", "instrument"): _set_first,
    ("policy", "strength"): _stronger,
    ("policy", "assurance"): _separate,
    ("policy", "waivable"): _fewer,
    ("policy", "standing"): _more,
    ("policy.waiver", "roles"): _fewer,
    ("policy.waiver", "max_days"): _lower,
    ("policy.waiver", "max_renewals"): _lower,
    ("policy.flake", "window"): _higher,
    ("policy.flake", "passes"): _higher,
    ("environment", "passes"): _fewer,
    ("holds", "covers"): _widened_if_named,
    ("holds", "allows"): _fewer,
    ("holds", "refs"): _widened_if_named,
    ("holds", "actions"): _widened_if_named,
}
"""By section and field. A binding's strength and assurance are the ones that count: its own or the policy's.

`timeout`: what ends in less time would have ended in more.
"""

OPTIONS: Mapping[tuple[str, str], tuple[Any, Rule]] = {
    ("tests", "min_tests"): (1, _higher),
    ("tests", "max_skips"): (0, _lower),
    ("tests", "skips"): ((), _fewer),
    ("tests", "must_include"): ((), _more),
    ("tests", "grow"): (False, _granted),
    ("tests", "retired"): ((), _fewer),
    ("tests", "levels"): ({}, lambda old, new, *_: old.items() < new.items()),
    ("command", "must_print"): ((), _more),
    ("command", "must_not_print"): ((), _more),
    ("command", "exit_codes"): ((0,), _fewer),
    ("artifact", "headings"): ((), _more),
    ("artifact", "forbidden"): ((), _more),
    ("artifact", "min_words"): (0, _higher),
}
"""Options of the kinds that come with the product, by kind and name: the default, and the rule."""

OWN = "phaseproof"
"""The distribution whose kinds `OPTIONS` speaks of; another's may mean something else by the same word."""


def target(old: Binding, new: Binding) -> bool:
    """Whether a binding to other checks asks for all that the old one did, and more."""
    before = {old.check} if old.check is not None else set(old.all or ())
    return bool(before) and new.all is not None and before < set(new.all)
