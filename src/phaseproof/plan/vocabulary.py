"""What a heading, bold label or block title means for the entries beneath it.

The meanings are those of the labelling rules: a title says that what follows is acceptance, exit, gate and so on;
that it is no item at all (`stop`, and `hard` where not even a stronger word beneath it counts); that it tells how
to do something (`how`); or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from phaseproof.plan import kind_words, strong_words, words
from phaseproof.plan.model import ItemKind


class Meaning(NamedTuple):
    """What a title means.

    Attributes:
        kind: kind of the items beneath it; `stop`, `hard`, `how` where only boxes are, `form` where nothing is.
        strong: whether it counts inside instructions and ordinary documents too.
    """

    kind: str
    strong: bool = False


STOP, HARD, HOW, FORM = "stop", "hard", "how", "form"
ITEM_KINDS: frozenset[ItemKind] = frozenset(
    ("task", "acceptance", "exit", "precondition", "gate", "requirement",
     "artifact", "invariant", "test", "signoff", "rollout")
)  # fmt: skip
DECIDES = frozenset(("gate", "exit", "acceptance", "precondition"))
"""Kinds of lists that decide: there each nested condition is an item of its own."""


def _one_of(alternatives: Iterable[str]) -> str:
    return "|".join(alternatives).replace("<END>", words.END)


_HARD = re.compile(rf"\b(?:{_one_of(words.HARD)})\b")
_FORM = re.compile(rf"\b(?:{_one_of(words.FORM)})\b{words.NOT_FORM}")
_STRONG = tuple((kind, re.compile(_one_of(titles))) for kind, titles in strong_words.STRONG)
_SOFT = re.compile(rf"^(?:{_one_of(words.SOFT_START)})\b|\b(?:{_one_of(words.SOFT_END)})$")
_ABOUT = re.compile(rf"\b(?:{_one_of(words.ABOUT)})$")
_HEADS = re.compile(rf"\b(?:{_one_of(words.HEADS)})$")
_HOW = re.compile(rf"\b(?:{_one_of(words.HOW_END)})$|{_one_of(words.HOW_ELSE)}")
_WEAK = tuple((kind, re.compile(_one_of(titles))) for kind, titles in kind_words.WEAK)
TOPICS = re.compile(_one_of(words.TOPICS))
"""Titles that name a subject: under a title that says what follows they say nothing, elsewhere they stand alone."""
_SENTENCES = tuple((kind, re.compile(_one_of(sentences))) for kind, sentences in strong_words.SENTENCES)
_NUMBER = re.compile(r"\A(?:§\s*)?(?:\d+(?:\.\d+)*[.)]?|[A-Za-z][.)]|\(?[ivxlIVXL]+[.)])\s+(?=\S)")
_PARENS = re.compile(r"\([^()]*\)|\[[^\[\]]*\](?!\()")
_NOISE = re.compile(r"[*_`~]+|[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")
_HEADED = re.compile(
    r"(?:phase|milestone|sprint|epic|wave|iteration|task|story|step|gate|stage|requirement|day|week)\s+[a-z]?\d[\w.]*|"
    r"(?:ms|m|p|r)-?\d[\w.]*|gate [a-z]\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?::|\s[—–|-]\s|—)\s*")


@lru_cache(maxsize=8192)
def core(title: str) -> str:
    """A title reduced to its said: no numbering, emphasis, pictures or parentheses, lower case."""
    bare = _NOISE.sub(" ", title)
    without = _PARENS.sub(" ", bare)
    if not without.strip(" :."):
        without = bare
    without = _NUMBER.sub("", without.strip())
    return " ".join(without.rstrip(" :.").lower().split())


def _stems(sources: Iterable[str]) -> re.Pattern[str]:
    """One expression that finds the beginning of any word of others: a quick way to see that none of them can match."""
    found = {"go", "todo", "to-do", "to do"}
    for source in sources:
        bare = re.sub(r"\[[^\]]*\]|\\[a-zA-Z]|\?<?[:!=]", " ", re.sub(r"[a-z]\?", " ", source.replace(words.END, " ")))
        found.update(run[:5] for run in re.findall(r"[a-z0-9]{3,}", bare))
    return re.compile(r"\b(?:" + "|".join(sorted(found, key=len, reverse=True)) + ")")


_STRONG_STEMS = _stems(pattern.pattern for _, pattern in _STRONG)
_STEMS = _stems(p.pattern for p in (_HARD, _FORM, _SOFT, _ABOUT, _HOW, *(p for _, p in (*_STRONG, *_WEAK))))


def may_be_strong(text: str) -> bool:
    """Whether a strong meaning is at all possible.

    Args:
        text: any text, in lower case.
    """
    return _STRONG_STEMS.search(text) is not None


def _classify(said: str) -> Meaning | None:
    if not _STEMS.search(said):
        return None
    if _FORM.search(said):
        return Meaning(FORM)
    if _HARD.search(said):
        return Meaning(HARD)
    if _ABOUT.search(said):
        return Meaning(STOP)
    if _STRONG_STEMS.search(said):
        for kind, pattern in _STRONG:
            if pattern.search(said):
                return Meaning(kind, True)
    if _SOFT.search(said) and not _HEADS.search(said):
        return Meaning(STOP)
    for kind, pattern in _WEAK:
        if pattern.search(said):
            return Meaning(kind)
    if _HOW.search(said):
        return Meaning(HOW)
    return None


@lru_cache(maxsize=8192)
def meaning(title: str) -> Meaning | None:
    """What a heading or block title means, None where it says nothing about what follows.

    A title that leads with the name of a unit (`Phase 2: ...`, `Milestone P6.4: Governance Gate`) is that unit's
    name; what stands after it counts only where it is a strong meaning and nothing else.
    """
    said = core(title)[:160]
    if not said:
        return None
    parts = _CUT.split(said, maxsplit=1)
    head, tail = parts[0], parts[1] if len(parts) > 1 else ""
    if _HEADED.match(head):
        rest = tail or _HEADED.sub("", head, count=1).strip()
        found = _classify(rest) if rest else None
        return found if found and found.strong and len(rest.split()) <= 4 else None
    return _classify(head) or (_classify(tail) if tail and len(tail.split()) <= 6 else None)


@lru_cache(maxsize=8192)
def lead_meaning(text: str) -> Meaning | None:
    """What a sentence or label that leads into a list means (`The phase is complete only when:`)."""
    said = core(text)
    length = len(said.split())
    if length <= 16:
        found = meaning(text)
        if found is not None and (length <= 9 or found.strong):
            return found
    for kind, pattern in _SENTENCES:
        if pattern.search(said):
            return Meaning(kind)
    return None
