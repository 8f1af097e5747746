"""Where decisions are taken: one repository, its ledger's place, the user's home, the clock."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from phaseproof.evidence import keys
from phaseproof.evidence.envelope import keyid
from phaseproof.instants import Instant, text
from phaseproof.repo.git import Repository

FOLDER = ".phaseproof"
CONFIGURATION = "phaseproof.yaml"


class Desk(Struct, frozen=True):
    """Everything around a decision, as values.

    Attributes:
        repository: the git repository that is judged.
        folder: the ledger's folder.
        home: `$PHASEPROOF_HOME`: keys and `known-tenants`.
        clock: seconds since the epoch.
        configuration: path of the configuration file in the repository.
        passphrase: asked for the passphrase of a named key.
        runner: name of the key that signs evidence here.
    """

    repository: Repository
    folder: Path
    home: Path
    clock: Callable[[], float]
    passphrase: keys.Passphrase
    configuration: str = CONFIGURATION
    runner: str = "local"

    def now(self) -> Instant:
        """The instant."""
        return text(self.clock())

    def runner_key(self) -> keys.FileSigner:
        """The key that signs evidence.

        Raises:
            Unable: there is none here, or it cannot be used.
        """
        return keys.load(self.home, self.runner, self.passphrase)

    def key_names(self, uris: dict[str, str]) -> tuple[str, ...]:
        """Those of the named public keys whose private halves lie in the home folder, as names in `uris`.

        Args:
            uris: person -> public key URI.
        """
        here = {info.uri for info in keys.listing(self.home)}
        return tuple(name for name, uri in uris.items() if uri in here)

    def key_of(self, uri: str) -> keys.FileSigner:
        """The private key behind a public one. Raises `Unable` as `evidence.keys.load`."""
        for info in keys.listing(self.home):
            if info.uri == uri:
                return keys.load(self.home, info.name, self.passphrase)
        return keys.load(self.home, keyid(keys.public_of(uri))[:16], self.passphrase)
