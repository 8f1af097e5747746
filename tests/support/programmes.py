"""Plans and configurations made by hand, for tests of the bundle."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from phaseproof.bundle.compile import Compiled, compile
from phaseproof.bundle.config import load
from phaseproof.bundle.kinds import KindSchema, Options
from phaseproof.digests import sha256
from phaseproof.plan.model import Claim, Item, ItemKind, Mark, Plan, Reference, Section, SectionKind, Span


class Suite(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of a kind like `tests`."""

    run: str | tuple[str, ...]
    min_tests: int = 0
    levels: dict[str, str] = {}  # noqa: RUF012 (msgspec copies it)
    ratio: Decimal | None = None
    must_include: tuple[str, ...] = ()
    grow: bool = False


class Line(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of a kind like `command`."""

    run: str
    absent: bool = False

    def needs_declared_control(self) -> bool:
        """An absence needs a control."""
        return self.absent


class File(Options, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Options of a kind like `artifact`."""

    path: str
    headings: tuple[str, ...] = ()

    def default_subject(self) -> tuple[str, ...]:
        """The file."""
        return (self.path,)


KINDS: Mapping[str, KindSchema] = {
    "tests": KindSchema("tests", Suite, "phaseproof", "1", ("tests", "level")),
    "command": KindSchema("command", Line, "phaseproof", "1"),
    "artifact": KindSchema("artifact", File, "phaseproof", "1"),
    "scan": KindSchema("scan", Line, "other-kinds", "3", absent=True, needs_subject=True),
}


def key(number: int) -> str:
    """The public key of a person who is only a number."""
    public = Ed25519PrivateKey.from_private_bytes(number.to_bytes(32, "big")).public_key().public_bytes_raw()
    return "ed25519:" + base64.urlsafe_b64encode(public).decode().rstrip("=")


def section(id: str, kind: SectionKind = "gate", parent: str | None = None, title: str = "") -> Section:
    """A section."""
    return Section(id, True, title or id, kind, 1, 1, parent)


def item(
    id: str, text: str = "", kind: ItemKind = "task", under: str | None = None, parent: str | None = None,
    paths: Sequence[str] = (), ticked: bool = False, line: int = 1,
) -> Item:  # fmt: skip
    """An item."""
    claim = Claim("checked" if ticked else "unchecked", "x" if ticked else " ", Mark(line, 4, 5, "box"))
    references = tuple(Reference(line, path) for path in paths)
    return Item(
        id, True, kind, text or f"It is so that {id}", Span(line, 1, line), claim, under, "", parent, references
    )


def plan(
    path: str,
    items: Sequence[Item],
    sections: Sequence[Section] = (),
    text: str = "",
    reader: str = "1",
    title: str = "",
) -> Plan:
    """A plan; `text` stands for what its normal form is taken from."""
    return Plan(path, title or path, tuple(sections), tuple(items), (), (), sha256((text or path).encode()), reader)


def plain_source(**sections: Any) -> dict[str, Any]:
    """The smallest configuration over `plan.md`, with sections added or replaced."""
    return {
        "phaseproof": 1,
        "programme": "orders",
        "plans": ["plan.md"],
        "roles": {"owner": {"members": ["alice"]}},
        "people": {"alice": {"key": key(1)}},
        "policy": {"migrate": {"roles": ["owner"]}},
    } | sections


def yaml(source: Mapping[str, Any]) -> bytes:
    """A configuration as bytes: JSON is YAML."""
    return msgspec.json.encode(source)


def compiled(source: Mapping[str, Any] | str, *plans: Plan, **more: Any) -> Compiled:
    """Compile a configuration, given as text or plainly, with the kinds of this module."""
    data = source.encode() if isinstance(source, str) else yaml(source)
    return compile(plans, load(data), more.pop("kinds", KINDS), **more)
