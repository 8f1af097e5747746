"""Whether bytes may hold a plan at all: a cheap look that never says no to one the reader would find items in."""

from __future__ import annotations

import re

_WORDS = re.compile(
    rb"(?i)\[[ x]\]|\xe2\x98[\x90\x91\x92]|\xe2\x96\xa1|\xe2\xac\x9c|\xe2\x9c[\x85\x93\x94]|criteri|accept|\bgate|"
    rb"require|deliverable|art[ei]fact|milestone|phase|sprint|definition|"
    rb"\bdod\b|\bdor\b|invariant|INV-|objective|verif|valid|prereq|precond|check|sign|approv|review|rollout|roll-out|"
    rb"release|launch|deploy|task|todo|to-do|"
    rb"test|target|status|evidence|rule|must|audit|goal|stop|done|complet"
)


def may_be_plan(data: bytes) -> bool:
    """Whether the reader is worth calling.

    Args:
        data: bytes of a file.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    return b"\x00" not in data[:4096] and _WORDS.search(data) is not None
