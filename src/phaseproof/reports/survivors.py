"""Functions whose loss a check did not notice, as evidence tells of them: figures and names."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct

from phaseproof.errors import Untrue
from phaseproof.evidence.model import Evidence
from phaseproof.ledger.model import Ledger

OBJECT = "sensitivity.json"


class Sensed(Struct, frozen=True):
    """What replacing functions one at a time came to.

    Attributes:
        figures: as sentences, empty where it was not tried.
        survivors: `path:line name`.
    """

    figures: str = ""
    survivors: tuple[str, ...] = ()


def sensed(ledger: Ledger, seen: Evidence) -> Sensed:
    """What evidence says of sensitivity.

    Args:
        ledger: where its objects stand.
        seen: the evidence.

    Raises:
        Untrue: the object with the survivors is missing, altered or unreadable.
    """
    figures = {name.partition(".")[2]: value for name, value in seen.metrics.items() if name.startswith("sensitivity.")}
    measured = seen.sensitivity
    names: tuple[str, ...] = ()
    if measured is not None:
        figures |= {name: str(value) for name, value in msgspec.to_builtins(measured).items() if _plain(value)}
        names = tuple(measured.survivors)
    if OBJECT in seen.objects:
        names = _listed(ledger.get(seen.objects[OBJECT])) or names
    return Sensed(_said(figures), names) if figures or names else Sensed()


def _plain(value: object) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool)


def _said(figures: dict[str, str]) -> str:
    if figures.get("reason"):
        return f"nothing could be measured: {figures['reason']} {figures.get('detail', '')}".strip()
    parts = []
    if "killed" in figures and "sampled" in figures:
        of = f" of {figures['population']}" if "population" in figures else ""
        parts.append(f"{figures['sampled']}{of} functions were each replaced by a neutral return; "
                     f"the check noticed {figures['killed']} of them")  # fmt: skip
    if "bound" in figures:
        parts.append(f"it notices at least a share of {figures['bound']}")
    if figures.get("unreached", "0") != "0":
        parts.append(f"reached by no test: {figures['unreached']}")
    return "; ".join(parts) or "; ".join(f"{name} {value}" for name, value in sorted(figures.items()))


def _listed(data: bytes) -> tuple[str, ...]:
    try:
        read: Any = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise Untrue("evidence-unreadable", f"{OBJECT} cannot be read: {error}", "phaseproof verify") from error
    found = read.get("survivors", ()) if isinstance(read, dict) else read
    return tuple(_name(one) for one in found) if isinstance(found, list) else ()


def _name(one: Any) -> str:
    if not isinstance(one, dict):
        return str(one)
    place = f"{one.get('path', '')}:{one.get('line', '')}".strip(":")
    return f"{place} {one.get('name', one.get('function', ''))}".strip()
