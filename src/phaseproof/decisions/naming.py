"""Gates and items by the names that people type."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping

from phaseproof.errors import Usage


def gates_named(titles: Mapping[str, str], names: Collection[str]) -> tuple[str, ...]:
    """Gates by id or title, loosely written.

    Args:
        titles: id -> title of every gate.
        names: as typed.

    Raises:
        Usage: no such gate (`gate-unknown`).
    """
    found = []
    for name in names:
        wanted = name.lower().replace(" ", "-")
        fit = [gate for gate, title in titles.items() if wanted in (gate, title.lower().replace(" ", "-"))]
        if not fit:
            raise Usage("gate-unknown", f"there is no gate {name!r}{_near(wanted, titles)}", "phaseproof status")
        found.append(fit[0])
    return tuple(dict.fromkeys(found))


def item_named(ids: Iterable[str], name: str) -> str:
    """An item's full id, by that id or by a short one that is unique.

    Args:
        ids: full id of every item.
        name: as typed.

    Raises:
        Usage: none or several (`item-unknown`, `item-ambiguous`).
    """
    known = tuple(ids)
    if name in known:
        return name
    fit = [one for one in known if one.split(":", 1)[-1].lower() == name.lower()]
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise Usage("item-ambiguous", f"{name} names {len(fit)} items", "one of: " + ", ".join(fit[:6]))
    hint = _near(name, [one.split(":", 1)[-1] for one in known])
    raise Usage("item-unknown", f"there is no item {name!r}{hint}", "phaseproof status --all")


def _near(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 3, 0.4)
    return f"; nearest: {', '.join(near)}" if near else ""
