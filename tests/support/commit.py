"""The commit a simulated programme is judged at: what its checks read there."""

from __future__ import annotations

from typing import Any, Self

from phaseproof.bundle import digest
from phaseproof.bundle.model import CheckInputs, InputsMap
from phaseproof.digests import Digest, sha256
from support.rules import Rules


class Commit(Rules):
    """A commit under a test's hand.

    Attributes:
        kinds: versions of the kinds installed.
        differs: ids on which the rules of the commit differ from those installed.
        compiles: why the commit does not compile; None where it does.
        broken: check -> reason code and detail of inputs that cannot be read.
        refs: inputs of checks on other refs.
    """

    def __init__(self, **policy: Any) -> None:
        super().__init__(**policy)
        self.kinds = {"tests": "1.0"}
        self.differs: tuple[str, ...] = ()
        self.compiles: str | None = None
        self.broken: dict[str, tuple[str, str]] = {}
        self.refs: dict[str, dict[str, CheckInputs]] = {}
        self._files: dict[tuple[str, str], int] = {}

    def edits(self, check: str, part: str = "subject") -> Self:
        """A commit changes files of a check's subject or instrument."""
        self._files[check, part] = self._files.get((check, part), 0) + 1
        return self

    def restores(self, check: str) -> Self:
        """A commit brings the first files of a check back."""
        self._files = {key: count for key, count in self._files.items() if key[0] != check}
        return self

    @property
    def commit(self) -> str:
        """Id of the commit judged: another one after each edit."""
        return sha256(repr(sorted(self._files.items())).encode())[7:47]

    @property
    def inputs(self) -> InputsMap:
        """What the commit holds."""
        return InputsMap(
            commit=self.commit,
            tree=sha256(self.commit.encode())[7:47],
            bundle=None if self.compiles else digest.content(self.bundle),
            bundle_error=self.compiles,
            differs=self.differs,
            checks={check.name: self._held(check.name) for check in self.bundle.checks},
            kinds=self.kinds,
            refs=self.refs,
        )

    def held_at(self, check: str, marker: str) -> CheckInputs:
        """Inputs of a check on another ref."""
        inputs, subject, instrument = (sha256(f"{check} {part} {marker}".encode()) for part in ("i", "s", "n"))
        return CheckInputs(inputs, subject, instrument, 3)

    def _held(self, check: str) -> CheckInputs:
        if check in self.broken:
            code, detail = self.broken[check]
            return CheckInputs(error=code, detail=detail)
        subject, instrument = (self._files.get((check, part), 0) for part in ("subject", "instrument"))
        return CheckInputs(
            sha256(f"{check} inputs {subject} {instrument}".encode()),
            sha256(f"{check} subject {subject}".encode()),
            sha256(f"{check} instrument {instrument}".encode()),
            7,
        )

    def _digest(self, check: str) -> Digest:
        found = next(one for one in self.bundle.checks if one.name == check)
        return digest.of_check(found, "1.0", self.bundle.environment)

    def _check_of(self, item: str) -> str:
        binding = next(one for one in self.bundle.bindings if one.item == self._full(item))
        assert binding.check is not None
        return binding.check
