"""Fences: requirements, commands that must pass, invariants and boxes; code and examples hold none."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Fence
from phaseproof.plan.drafts import Reading
from phaseproof.plan.outlines import Lines, is_label, read_outline
from phaseproof.plan.vocabulary import DECIDES, FORM

_TEXT = frozenset(("", "text", "txt", "plain", "plaintext", "markdown", "md", "none", "checklist"))
_SHELL = frozenset(("bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "cmd", "powershell", "ps1"))
_EXAMPLE = re.compile(
    r"\b(?:examples?|e\.g\.|for instance|templates?|sample|format|looks? like|like this|such as|copy|paste|snippet|"
    r"syntax|usage|structure|layout)\b",
    re.IGNORECASE,
)
_MUST = re.compile(r"\b(?:commands?|checks?|must|pass(?:es)?|gates?|green|succeed|exit (?:0|zero))\b", re.IGNORECASE)
_SCRIPT = re.compile(r"\s*(?:if|for|while|case|fi|done|then|else|esac|function)\b|\s*\w+=\$\(|.*\|\s*head\b|\s*<<")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]|---\s*\Z")
_COMMENT = re.compile(r"\s*(?:#|//|>|--\s|REM\b)")
_COMMAND = re.compile(r"[$❯%]?\s*(?:\./|\.\\)?[a-z@][\w./@:+-]*(?:\s|$)")
_CONTINUES = ("\\", "&&", "||", "|")
_ASSIGNS = re.compile(r"(?:export\s+)?[A-Z_][A-Z0-9_]*=\S*\s*$|cd\s+\S+\s*$|(?:set|source)\s+\S+\s*$")


def read_fence(reading: Reading, block: Fence, before: str) -> None:
    """Drafts of what a fence holds.

    Args:
        reading: the reading.
        block: the fence.
        before: the line of text before it, for telling an example.
    """
    context = reading.context()
    language = block.info.split(None, 1)[0].strip("{}.").lower() if block.info else ""
    if context.rule == FORM:
        return
    if language in _SHELL or (language in _TEXT and _commands_only(block)):
        if (
            context.kind in DECIDES
            and (context.kind == "gate" or _pass(reading, before))
            and not any(_SCRIPT.match(line) for _, line in block.body)
        ):
            _commands(reading, block, context.kind)
        return
    if language not in _TEXT or (language in ("markdown", "md") and _EXAMPLE.search(before)) or _is_example(before):
        return
    if language in ("markdown", "md") and any(_HEADING.match(line) for _, line in block.body):
        return  # a document shown in a document: the example of a README, the template of a guide
    read_outline(reading, outline_of(block.body), fence=True)


def _pass(reading: Reading, before: str) -> bool:
    """Whether a heading or the line before says that commands must pass."""
    return _MUST.search(f"{reading.node.title if reading.node is not None else ''} {before}") is not None


def _is_example(before: str) -> bool:
    return before.rstrip("*_ ").endswith(":") and _EXAMPLE.search(before) is not None


def outline_of(body: list[tuple[int, str]]) -> Lines:
    """Lines of a fence with their indent, blank ones at -1."""
    lines: Lines = []
    for number, line in body:
        text = line.strip()
        if not text:
            lines.append((number, -1, ""))
        else:
            lines.append((number, len(line) - len(line.lstrip()), text))
    return lines


def _commands_only(block: Fence) -> bool:
    """Whether every line reads as a command: then a fence without a language is a shell's."""
    lines = [line.strip() for _, line in block.body if line.strip() and not _COMMENT.match(line)]
    if not lines or any(is_label(line) for line in lines):
        return False
    return all(
        _COMMAND.match(line) and re.search(r"\s-{1,2}\w|\bruns?\b|\btests?\b|^\$|/|\bcheck\b|\blint\b|\bbuild\b", line)
        for line in lines
    )


def _commands(reading: Reading, block: Fence, kind: str) -> None:
    """Each command that must pass is an item; a comment, an assignment or a continued line is none."""
    going = False
    for number, line in block.body:
        text = line.strip()
        if not text or _COMMENT.match(text):
            continue
        if going:
            going = text.endswith(_CONTINUES)
            if reading.drafts:
                reading.drafts[-1].end = number
            continue
        going = text.endswith(_CONTINUES)
        if _ASSIGNS.match(text):
            continue
        indent = len(line) - len(line.lstrip())
        words = text[1:].strip() if text.startswith("$ ") else text
        reading.add(number, indent + 1 + len(text) - len(words), kind, words)  # type: ignore[arg-type]
