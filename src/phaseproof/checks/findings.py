"""Findings made fit for evidence: bounded, printable, without paths of the machine."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from phaseproof.checks.kind import Finding

MAX_FINDINGS = 1_000
"""Findings kept of one run."""
MAX_MESSAGE = 1_000
"""Characters of one finding."""
_ORDER = {"error": 0, "warning": 1, "note": 2}


def fit(findings: Iterable[Finding], *folders: Path) -> tuple[Finding, ...]:
    """Errors first, at most `MAX_FINDINGS`, the rest counted in a last one.

    Args:
        findings: what was noticed, in the order found.
        folders: folders of this machine (checkout, out folder) whose paths are taken out of texts.
    """
    ordered = sorted(findings, key=lambda found: _ORDER.get(found.level, 0))
    kept = ordered if len(ordered) <= MAX_FINDINGS else ordered[: MAX_FINDINGS - 1]
    fitted = [
        Finding(found.rule, _plain(found.message, folders), _relative(found.path, folders), found.line, found.level)
        for found in kept
    ]
    if len(ordered) > len(kept):
        fitted.append(Finding("more", f"and {len(ordered) - len(kept)} more", level=ordered[len(kept)].level))
    return tuple(fitted)


def _plain(text: str, folders: tuple[Path, ...]) -> str:
    for folder in folders:
        text = text.replace(f"{folder}/", "").replace(str(folder), ".")
    text = " ".join(text.split())
    text = "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
    return text if len(text) <= MAX_MESSAGE else text[: MAX_MESSAGE - 1] + "…"


def _relative(path: str, folders: tuple[Path, ...]) -> str:
    for folder in folders:
        path = path.removeprefix(f"{folder}/")
    pure = PurePosixPath(path)
    usable = path and path.isprintable() and not pure.is_absolute() and ".." not in pure.parts and len(path) < 1000
    return str(pure) if usable else ""
