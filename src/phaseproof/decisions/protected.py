"""`policy.protected`: the only ref on whose commits records and activations are made."""

from __future__ import annotations

from phaseproof.bundle.model import Bundle
from phaseproof.decisions.desk import Desk
from phaseproof.errors import Refused


def on_protected(desk: Desk, bundle: Bundle, commit: str) -> bool:
    """Whether a commit is in the protected ref's history; always so in a programme without one.

    Raises:
        Unable: git cannot say.
    """
    name = bundle.policy.protected
    if name is None:
        return True
    tip = desk.repository.ref(name)
    return tip is not None and desk.repository.is_ancestor(commit, tip)


def require_protected(desk: Desk, bundle: Bundle, commit: str) -> None:
    """Refuse a commit that is not in the protected ref's history.

    Raises:
        Refused: `not-protected`.
        Unable: git cannot say.
    """
    if not on_protected(desk, bundle, commit):
        raise Refused(
            "not-protected",
            f"commit {commit[:7]} is not on {bundle.policy.protected}, where alone this can be done",
            f"merge it into {bundle.policy.protected}, then try again",
        )
