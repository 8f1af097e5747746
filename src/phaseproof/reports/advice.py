"""What is a person's to do where no command alone clears a reason: `explain` says it instead of naming itself."""

from __future__ import annotations

from phaseproof.verdict.model import Judgement

_AGAIN = "commit, then phaseproof run {item}"
_RULES = "commit, then phaseproof migrate propose"
ADVICE: dict[str, str] = {
    "unbound": f"Bind it in phaseproof.yaml, {_RULES}.",
    "check-failed": f"Mend what the check found, {_AGAIN}.",
    "selection-failed": f"Mend what its tests found, {_AGAIN}.",
    "control-passed": "The check passes although what it judges was broken on purpose: let it look at what its "
    f"`subject` names, or name the right files there; {_RULES}.",
    "control-inconclusive": "Declare under `controls` a change with which the check must come to a negative result; "
    f"{_RULES}.",
    "selection-empty": f"Write the test that its binding names, or correct the name in phaseproof.yaml; {_AGAIN}.",
    "assurance-too-low": "Let a runner that phaseproof.yaml lists as independent run it, on a machine where the "
    "check cannot read that runner's key; its instrument must be accepted, too: phaseproof sign --instrument {check}.",
    "strength-too-weak": "Run it as strongly as it is wanted: phaseproof run {item}; where `independent` is wanted, "
    "by a runner that phaseproof.yaml lists as independent.",
    "record-missing": "It waits for that record to be made; nothing else proves it.",
    "children-empty": f"Nest a required item in it and bind that one, or bind it to a check; {_RULES}.",
    "ref-missing": "Fetch or make that ref, then phaseproof run {item}.",
    "path-missing": f"Write that file, git add it, {_AGAIN}.",
    "pattern-empty": f"Commit a file that the pattern covers ({_AGAIN}), or correct the pattern ({_RULES}).",
    "subject-empty": f"Widen the check's `subject` or narrow its `instrument`; {_RULES}.",
    "submodule-input": f"Leave it out of the check's patterns, or commit the files themselves; {_RULES}.",
    "lfs-pointer": f"Leave it out of the check's patterns ({_RULES}), or commit the file itself.",
    "object-missing": "Fetch what is missing: git fetch --refetch; then phaseproof run {item}.",
    "sensitivity-low": f"Write tests that notice the functions listed above, {_AGAIN}.",
    "sensitivity-empty": "Let the check's `subject` name the code that it judges, or take `min_sensitivity` away; "
    f"{_RULES}.",
    "sensitivity-failed": f"Mend what kept it from being measured ({_AGAIN}), or take `min_sensitivity` away "
    f"({_RULES}).",
    "kind-missing": "Install the package that brings this kind of check, then phaseproof run {item}.",
    "extra-missing": "Install that extra, then phaseproof run {item}.",
    "timeout": f"Make it faster ({_AGAIN}), or give it a longer `timeout` ({_RULES}).",
    "not-started": "Install the program that it runs, or let `run` name one that is there; then phaseproof run {item}.",
    "setup-failed": f"Mend the set-up under `environment`, {_RULES}; or {_AGAIN}.",
    "signal": f"Mend what ended it ({_AGAIN}); if it was the machine, phaseproof run {{item}} again.",
    "no-tests": f"Let its command find tests, {_AGAIN}.",
    "collection-failed": f"Mend what keeps its tests from being collected, {_AGAIN}.",
    "clock": "Set the clocks of runner and machine right. Nothing passes before that instant has come; a ledger "
    "that is far ahead is restored from a backup.",
    "signer-unknown": "List that runner's key under `runners` and migrate, or let a listed runner run it.",
}
"""Reason code -> what to do. Codes that are not here have a command that clears them, or take the general advice."""
GENERAL = f"Mend it, {_AGAIN}."


def advice(short: str, judgement: Judgement) -> str:
    """What a person has to do for an item, in one sentence; empty for one that is proven or waived.

    Args:
        short: the item's id as people type it.
        judgement: what is known of it.
    """
    if judgement.verdict in ("proven", "waived") or not judgement.reasons:
        return ""
    text = ADVICE.get(judgement.reasons[0].code, GENERAL)
    return text.replace("{item}", _shell(short)).replace("{check}", _shell(judgement.check))


def _shell(word: str) -> str:
    import shlex

    return shlex.quote(word)
