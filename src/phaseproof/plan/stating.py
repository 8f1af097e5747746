"""Words and pictures that say done or open, and how the one is written in place of the other.

What is changed keeps what its author wrote around it: `✅ Done (PR 12)` becomes `⬜ Open (PR 12)`.
"""

from __future__ import annotations

import re

from phaseproof.plan.marks import DONE, FAILED, FINISHED, NOT_BEGUN, OPEN, OTHER, cell_claim, normal_word
from phaseproof.plan.model import Claim, Mark

DONE_WORDS = FINISHED | {"AUTHORED", "GREEN", "OK", "RESOLVED", "SUCCESS", "SUCCESSFUL", "SUCCEEDED"}
"""Status words that say something is done."""
OPEN_WORDS = NOT_BEGUN | {
    "DRAFT", "DRAFTED", "IN PROGRESS", "BLOCKED", "FAILED", "FAIL", "FAILING", "OPEN", "IN REVIEW", "ACTIVE", "RED",
    "INCOMPLETE", "WIP", "TBD",
}  # fmt: skip
"""Status words that say something is not done."""
_ALONE = {"YES": True, "Y": True, "NO": False, "N": False}
"""Answers that say something only where nothing else stands in a cell."""
_DONE_WORD = "|".join(sorted(DONE_WORDS, key=len, reverse=True))
_OPEN_WORD = "|".join(sorted(OPEN_WORDS, key=len, reverse=True))
_SAID = re.compile(
    rf"(?P<not>NOT (?:YET )?(?:BEEN )?(?P<of>{_DONE_WORD}|READY|BEGUN))(?![\w/?-])|"
    rf"(?P<open>{_OPEN_WORD})(?![\w/?-])|(?P<done>{_DONE_WORD})(?![\w/?-])".replace(" ", "[ _-]"),
    re.IGNORECASE,
)
_ALONE_AT = re.compile(r"(?:YES|NO|Y|N)\b", re.IGNORECASE)
_DECORATION = re.compile(r"[^\w]*")
_MADE_DONE = {"NO": "YES", "N": "Y", "RED": "GREEN", "FAIL": "PASS", "FAILED": "PASSED", "INCOMPLETE": "COMPLETE"}
_MADE_OPEN = {"YES": "NO", "Y": "N"}
_TICKED = str.maketrans({**dict.fromkeys(OPEN, "☑"), **dict.fromkeys(FAILED + OTHER + "⬜🔲◻", "✅"),
                         **dict.fromkeys("🟢🟡🔴🟠⚪", "🟢"),
                         **dict(zip("✗✘☒📋🔵", "✓✔☑📋🔵", strict=True))})  # fmt: skip
_UNTICKED = str.maketrans({**dict.fromkeys(DONE, "☐"), "✅": "⬜", "🟢": "⚪"})


def says(claim: Claim) -> bool | None:
    """Whether a claim says done (True) or open (False); None where it says neither, or nothing we know."""
    if claim.state in ("checked", "unchecked", "none"):
        return {"checked": True, "unchecked": False}.get(claim.state)
    if len(claim.state) == 1 and claim.state in OTHER:
        return None if claim.state in "📋🔵" else claim.state == "🟢"
    if claim.state in _ALONE and claim.mark is not None and claim.mark.form == "cell":
        return _ALONE[claim.state]
    found = _SAID.match(claim.state)
    return None if found is None else found["done"] is not None


def restated(old: str, form: str, good: bool) -> str:
    """A mark's text, saying done or open.

    Args:
        old: what stands at the mark, saying otherwise.
        form: `box`, `glyph`, `cell` or `word`.
        good: what it shall say.
    """
    if form == "box":
        return "x" if good else " "
    if form == "glyph":
        return _picture(old, good)
    new = _in_place(old, good)
    again = cell_claim(new, 0, len(new), 1) if new else Claim("none")
    if form == "word":  # a word needs no column to be understood
        again = Claim(normal_word(new), new, Mark(1, 1, 1, "word"))
    return new if says(again) is good else _styled("DONE" if good else "OPEN", old)


def _picture(old: str, good: bool) -> str:
    return old.translate(_TICKED if good else _UNTICKED)


def _in_place(old: str, good: bool) -> str:
    """The status word replaced and every picture turned, the rest as it was."""
    skipped = _DECORATION.match(old)
    at = skipped.end() if skipped is not None else 0
    found = _SAID.match(old, at) or _ALONE_AT.match(old, at)
    if found is None:
        return _picture(old, good)
    word = normal_word(found[0])
    said = word in _ALONE and _ALONE[word] if "done" not in found.groupdict() else found["done"] is not None
    if said is good:
        return _picture(old, good)
    made = _made(word, found.groupdict().get("of"), good)
    return _picture(old[: found.start()], good) + _styled(made, found[0]) + _picture(old[found.end() :], good)


def _made(word: str, negated: str | None, good: bool) -> str:
    if not good:
        return _MADE_OPEN.get(word, "OPEN")
    if negated is not None:
        made = normal_word(negated)
        return made if made in DONE_WORDS else "DONE"
    return _MADE_DONE.get(word, "DONE")


def _styled(word: str, old: str) -> str:
    """A word in capitals, capitalised or small, as the one it stands for."""
    letters = [one for one in old if one.isalpha()]
    if not letters or all(one.isupper() for one in letters):
        return word
    return word.capitalize() if letters[0].isupper() else word.lower()
