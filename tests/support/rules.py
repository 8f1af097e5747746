"""The rules of a simulated programme, said one by one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import structs

from phaseproof.bundle.model import Binding, Bundle, BundleItem, Check, Gate, KindRef, Policy, Role, Runner
from phaseproof.digests import sha256
from phaseproof.evidence.keys import FileSigner, uri

PLAN = "docs/plan.md"


def key_of(name: str) -> FileSigner:
    """The private key of a name: the same in every test."""
    return FileSigner(name, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(sha256(name.encode())[7:])))


class Rules:
    """A bundle under a test's hand.

    Attributes:
        bundle: the rules; frozen once installed.
        keys: name -> private key, where it is not the one of that name.
        frozen: whether they are installed.
    """

    def __init__(self, **policy: Any) -> None:
        self.keys: dict[str, FileSigner] = {}
        self.bundle = Bundle(
            programme="orders",
            roles={"maintainer": Role(("alice", "bob", "carol"), 2)},
            people={name: uri(key_of(name).public) for name in ("alice", "bob", "carol", "dana", "erin")},
            runners={"local": Runner(uri(key_of("local").public)), "ci": Runner(uri(key_of("ci").public), True)},
            policy=Policy(migrate=("maintainer",), **policy),
        )
        self.frozen = False

    def rules(self, **changes: Any) -> Self:
        """Change fields of the bundle."""
        assert not self.frozen, "the rules are installed"
        self.bundle = structs.replace(self.bundle, **changes)
        return self

    def gate(self, id: str, *, after: Sequence[str] = (), parent: str | None = None) -> Self:
        """A gate; the innermost one for items that name none is the last."""
        return self.rules(gates=(*self.bundle.gates, Gate(id, id, "gate", PLAN, parent, tuple(after))))

    def check(self, name: str, **options: Any) -> Self:
        """A check."""
        made = Check(name, KindRef("tests", "phaseproof"), **options)
        return self.rules(checks=(*self.bundle.checks, made))

    def item(
        self, id: str, *, kind: str = "acceptance", parent: str | None = None, gates: Sequence[str] | None = None,
        **binding: Any,
    ) -> Self:  # fmt: skip
        """An item and, with anything said of it, its binding; checks it names come into being."""
        if not self.bundle.gates:
            self.gate("gate-a")
        for name in (binding.get("check"), *(binding.get("all") or ()), *(binding.get("any") or ())):
            if name and name not in {check.name for check in self.bundle.checks}:
                self.check(name)
        full = f"{PLAN}:{id}"
        above = f"{PLAN}:{parent}" if parent else None
        inner = tuple(gates) if gates is not None else self._around(self.bundle.gates[-1])
        item = BundleItem(full, kind, f"It is so that {id}", inner, above)  # type: ignore[arg-type]
        bound = (Binding(full, **binding),) if binding else ()
        return self.rules(items=(*self.bundle.items, item), bindings=(*self.bundle.bindings, *bound))

    def role(self, name: str, members: Sequence[str], threshold: Any = 1) -> Self:
        """A role."""
        return self.rules(roles={**self.bundle.roles, name: Role(tuple(members), threshold)})

    def policy(self, **changes: Any) -> Self:
        """Change the policy."""
        return self.rules(policy=structs.replace(self.bundle.policy, **changes))

    def person_with_key_of(self, person: str, other: str) -> Self:
        """Let one person's listed key be another's."""
        self.keys[person] = key_of(other)
        return self.rules(people={**self.bundle.people, person: uri(key_of(other).public)})

    def _around(self, gate: Gate) -> tuple[str, ...]:
        known = {one.id: one for one in self.bundle.gates}
        names = [gate.id]
        while (above := known[names[-1]].parent) is not None and above not in names:
            names.append(above)
        return tuple(names)

    def _full(self, item: str) -> str:
        return item if ":" in item else f"{PLAN}:{item}"

    def _key(self, name: str) -> FileSigner:
        return self.keys.get(name) or key_of(name)
