"""What stands for an item, and what a check does, in words: for `explain` and for the reports."""

from __future__ import annotations

from phaseproof.bundle.model import Binding, Check


def sentence(binding: Binding) -> str:
    """What stands for an item, as one sentence."""
    if binding.check is not None:
        part = ""
        if binding.selection is not None:
            part = f", of it {', '.join(binding.selection.tests) or binding.selection.level}"
        return f"Check {binding.check} stands for it{part}."
    if binding.all:
        return f"Checks {', '.join(binding.all)} stand for it, all of them."
    if binding.any:
        return f"Any of the checks {', '.join(binding.any)} stands for it, while none is refuted."
    if binding.children:
        return "What is nested in it stands for it."
    if binding.role is not None:
        return f"It takes the signature of role {binding.role}."
    return f"It is proven by the record of {binding.record}."


def does(check: Check) -> str:
    """What a check runs or reads, in short: its command or its path, else its options."""
    for name in ("run", "path", "paths"):
        value = check.options.get(name)
        if value:
            return value if isinstance(value, str) else " ".join(str(part) for part in value)
    return ", ".join(f"{name}: {value}" for name, value in check.options.items())[:120]


def globs(patterns: tuple[str, ...]) -> str:
    """Patterns of files, for people."""
    return ", ".join(patterns) if patterns else "every tracked file but plans and configuration"
