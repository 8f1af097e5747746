"""For each reason the one command to type next. A test runs every one of them."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from phaseproof.verdict.model import Judgement, Reason

RUN = frozenset(
    [
        "never-run",
        "inputs-changed",
        "check-changed",
        "too-old",
        "overtaken",
        "strength-too-weak",
        "selection-not-run",
        "flaky",
        "abandoned",
        "control-missing",
        "sensitivity-missing",
        "sensitivity-budget",
        "in-progress",
        "signer-unknown",
    ]
)
"""Reasons that another run can clear."""
SIGN = frozenset({"signature-missing", "content-changed"})


def for_item(short: str, judgement: Judgement) -> str:
    """The command for an item; empty for one that is proven or waived.

    Args:
        short: the item's id as people type it.
        judgement: what is known of it.
    """
    if judgement.verdict in ("proven", "waived"):
        return ""
    first = judgement.reasons[0] if judgement.reasons else Reason("")
    code, name = first.code, shlex.quote(short)
    if code == "strength-too-weak" and first.detail.endswith("independent"):
        return f"phaseproof explain {name}"  # only another runner can help
    if code in RUN:
        return f"phaseproof run {name}"
    if code in SIGN:
        return f"phaseproof sign {name}"
    if code == "instrument-unreviewed":
        return f"phaseproof sign --instrument {shlex.quote(judgement.check)}"
    return f"phaseproof explain {name}"


def for_gate(reasons: Sequence[Reason]) -> str:
    """The command for a gate's own first reason; empty where only items hold it."""
    for reason in reasons:
        match reason.code:
            case "bundle-provisional":
                return "phaseproof sign --bundle"
            case "bundle-differs":
                return "phaseproof migrate propose"
            case "bundle-unreadable":
                return "phaseproof compile"
            case "after-holds":
                return f"phaseproof status {shlex.quote(reason.detail)}"
            case "gate-empty":
                return "phaseproof status --all"
            case "clock":
                return "phaseproof status"
    return ""
