"""What a commit holds, as far as verdicts go: inputs, refs, what it compiles to (DESIGN, "How data flows")."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.digests import Digest


class CheckInputs(Struct, frozen=True, omit_defaults=True):
    """What a check reads at one commit.

    Attributes:
        inputs: digest over subject, instrument and set-up files (path, mode, object id).
        subject: digest over the subject's files.
        instrument: digest over the instrument's files.
        files: how many.
        error: reason code where there is no answer (`pattern-empty`, `submodule-input`, `lfs-pointer`, …).
        detail: the pattern or path at fault.
    """

    inputs: Digest = ""
    subject: Digest = ""
    instrument: Digest = ""
    files: int = 0
    error: str | None = None
    detail: str = ""


class InputsMap(Struct, frozen=True, omit_defaults=True):
    """Everything a verdict needs to know of one commit, as a value.

    Attributes:
        commit: git commit id.
        tree: git tree id.
        bundle: content digest of the bundle the commit itself compiles to, None where it does not compile.
        bundle_error: why it does not.
        differs: full ids of items, and ids of gates, on which that bundle differs from the installed one.
        checks: per check of the installed bundle.
        kinds: per kind used, the version of its distribution that would run it.
        refs: per ref named by a binding's `at`: the commit it points to, then its own inputs per check.
        closed: gate ids of closed phases whose record still stands at this commit.
    """

    commit: str
    tree: str
    bundle: Digest | None = None
    bundle_error: str | None = None
    differs: tuple[str, ...] = ()
    checks: dict[str, CheckInputs] = {}
    kinds: dict[str, str] = {}
    refs: dict[str, dict[str, CheckInputs]] = {}
    closed: tuple[str, ...] = ()
