"""Digests of a bundle and of its checks."""

from __future__ import annotations

import msgspec

from phaseproof.bundle import canonical
from phaseproof.bundle.model import Bundle, Check, Environment, Selection
from phaseproof.digests import Digest


def of(bundle: Bundle) -> Digest:
    """The bundle's digest: what is approved, installed and named in evidence."""
    return canonical.digest(bundle)


def content(bundle: Bundle) -> Digest:
    """Digest without version and predecessor: equal for the installed bundle and an unchanged tree."""
    return canonical.digest(msgspec.structs.replace(bundle, version=1, predecessor=None))


def of_check(check: Check, version: str, environment: Environment) -> Digest:
    """Digest of everything that makes a check this check (DESIGN 8).

    Args:
        check: the check as agreed.
        version: version of the distribution its kind comes from.
        environment: what the check may see.
    """
    return canonical.digest({"check": msgspec.to_builtins(check), "version": version,
                             "environment": msgspec.to_builtins(environment)})  # fmt: skip


def of_selection(selection: Selection) -> Digest:
    """Digest by which evidence names the outcome of a selection."""
    return canonical.digest(selection)
