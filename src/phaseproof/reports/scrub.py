"""What a report may not say: secrets, home folders, host names. Taken out of everything that a check printed.

Evidence itself is made without them; what a check prints is the check's own, and a report travels further than a
ledger does. Plans are not touched: they stand in the commit for everybody who has it.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterable
from pathlib import Path

from phaseproof.reports.layout import visible

HIDDEN = "[hidden]"
_SHORTEST = 4
"""Characters; a shorter path would be found in innocent words."""
_STEERING = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-_])")
_HOMES = re.compile(r"(?:/home|/Users)/[^/\s:;,'\"<>()]+|(?<![\w./-])/root(?![\w.-])|[A-Za-z]:\\Users\\[^\\\s:'\"]+")
_SECRETS = (
    (re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----(?:(?!-----END)[\s\S]){0,16384}(?:-----END[A-Z -]{0,60})?"),
     HIDDEN),
    (re.compile(r"\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeprs]-|sk-|pypi-)[\w-]{16,512}"), HIDDEN),
    (re.compile(r"\bAKIA[0-9A-Z]{16}\b"), HIDDEN),
    (re.compile(r"\beyJ[\w-]{8,4096}\.[\w-]{8,4096}\.[\w-]{8,4096}"), HIDDEN),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{12,4096}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(\b[a-z][a-z0-9+.-]{1,20}://)[^/\s:@]{0,256}:[^/\s@]{1,256}@"), rf"\1{HIDDEN}@"),
    (re.compile(r"(?i)\b([\w-]{0,40}(?:password|passwd|passphrase|secret|token|api[_-]?key))(\"?\s{0,3}[=:]\s{0,3})"
                r"[^\s,;]{4,4096}"), rf"\1\2{HIDDEN}"),
)  # fmt: skip


class Scrubber:
    """Takes out what is nobody's business.

    Args:
        folders: paths of this machine, each with the word that stands for it.
        hosts: names of this machine; None for those that it has.
    """

    def __init__(self, folders: Iterable[tuple[Path, str]] = (), hosts: Iterable[str] | None = None) -> None:
        named = [(str(path), word) for path, word in folders]
        self._folders = sorted((one for one in named if len(one[0]) >= _SHORTEST), key=lambda one: -len(one[0]))
        names = {platform.node()} if hosts is None else set(hosts)
        known = sorted({part for name in names for part in (name, name.split(".")[0]) if part})
        known = [name for name in known if name != "localhost"]
        self._hosts = (
            re.compile(rf"(?<![\w-])(?:{'|'.join(re.escape(name) for name in reversed(known))})(?![\w-])")
            if known
            else None
        )

    def clean(self, text: str) -> str:
        """Text as it may be shown: nothing that steers a reader's screen, no secret, no path or name of a machine."""
        text = _STEERING.sub("", text)
        for pattern, instead in _SECRETS:
            text = pattern.sub(instead, text)
        for path, word in self._folders:
            text = text.replace(path, word)
        text = _HOMES.sub("~", text)
        if self._hosts is not None:
            text = self._hosts.sub("[host]", text)
        return visible(text.replace("\t", "    ").replace("\r", ""))
