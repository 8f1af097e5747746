"""Ids: those that stand in the text, those derived from it, and what happens to twins.

Two ids that look the same but differ are a trap: a binding would be read for one item and hold for another. So
characters that show nothing (zero-width, bidirectional and other format controls, Unicode category Cf) are dropped
from every id before it is compared, and two ids of one plan whose letters only look alike (`E-01` with a Cyrillic Е)
are reported as `id-conflict`; neither is renamed, since either may be the one that was meant.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_OPEN = r"(?:\[[A-Z]{1,2}\d?\]\s*|\((?:R|P\d?|MVP)\)\s*|\*\*|__|[*_`\[(])*"
_WORDED = (
    r"(?i:(?:Gate|Phase|Milestone|Task|Sub-?task|Story|Step|Epic|Requirement|Criterion|Stage|Sprint|Wave|Level|Tier|"
    r"Check|"
    r"Control|Deliverable|Artifact|Test|AC|Plan|Scenario|Objective))[ \u00a0]#?(?:\d+(?:[.-]\d+)*[a-z]?|[A-Z](?!\w))"
)
_LETTERED = r"[^\W\d_]{1,12}(?:-[^\W\d_]{1,12})*[-_.]?\d+(?:[.-]\d+)*[a-z]?"
_INVARIANT = r"INV-[A-Z0-9]+(?:[-.][A-Z0-9]+)*"
_DOTTED = r"\d+(?:\.\d+)+[a-z]?|\d{2}-\d{2}[a-z]?"
_ID = re.compile(
    rf"(?:{_OPEN})(?P<id>{_INVARIANT}|{_WORDED}|{_LETTERED}|{_DOTTED})"
    r"(?P<after>(?:\*\*|__|[*_`\])])*(?:\([^()\s]*\))?)(?P<sep>\s*[:|]|\s*[—–]|\s+-\s|[.)](?=\s)|\s+|$)(?P<next>.?)"
)
_NUMBERED = re.compile(r"(?P<id>\d+)[.)](?=\s)")
_PLAN_FILE = re.compile(r"[`*\[]*(?P<id>\d{2}(?:\.\d+)?-\d{2})-PLAN\.md\b")
_PASSING = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "must",
        "shall",
        "should",
        "may",
        "can",
        "will",
        "has",
        "have",
        "had",
        "and",
        "or",
        "through",
        "to",
        "MUST",
        "SHALL",
        "IS",
        "ARE",
    ]
)
_CRITERION = re.compile(r"(?:STOP|FR|NFR|AC|SC|REQ|INV|CTRL|GATE|EXIT|ENTRY|DOD|TC|TEST|CON|RULE)-[A-Z]?\d+\Z")
_UNIT_OF_MEASURE = re.compile(r"(?:[KMGT]i?B|ms|[KMG]?Hz|[A-Z]{1,2}/s)\b")
_PIN = re.compile(r"\s*\{#(?P<id>[^\s{}]{1,120})\}\s*\Z")
_WORDS = re.compile(r"[^\W_]+")
_TASKISH = re.compile(r"[A-Z]+-?\d{3,}[a-z]?\Z|[A-Za-z]*\d+(?:[.-]\d+)+[a-z]?\Z|[A-Z]{2,}(?:-[A-Z]+)*-\d+\Z|T\d+\Z")
_TECH = re.compile(
    r"(?i:utf-?\d+|sha-?\d+|md5|s3|ec2|oauth-?\d|https?-?\d|ip-?v?\d|k8|k3|p\d{2,3}|q[1-4]|h[12]|v\d+(?:\.\d+)*|web3|"
    r"log4|es\d+|"
    r"iso-?\d+|rfc-?\d+|cve-\d+.*|gpt-?\d.*|x\d+|arm-?\d+|tls-?\d.*|ssl-?\d|python-?\d.*|node-?\d.*|java-?\d+|pg-?\d+|"
    r"sev-?\d|l[1-7]|wcag.*|base64|ed25519|covid-19|amd64|win\d+|ios-?\d+|html5|css3|mp[34]|vp9|h26\d|int\d+|"
    r"float\d+|us\d+|p[0-4])\Z"
)  # names of things that look like an id
_TECH_IF_COLON = re.compile(
    r"(?i:p[0-4]|p\d{2,3}|v\d+(?:\.\d+)*|sev-?\d|q[1-4]|h[12]|us\d+|utf-?\d+|s3|ec2|https?-?\d|ip-?v?\d|sha-?\d+)\Z"
)
_STOPWORDS = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "by",
        "for",
        "from",
        "with",
        "and",
        "or",
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "has",
        "have",
        "had",
        "it",
        "its",
        "this",
        "that",
        "these",
        "those",
        "as",
        "into",
        "than",
        "then",
        "there",
        "their",
        "all",
        "any",
        "each",
        "every",
        "no",
        "not",
        "will",
        "shall",
        "must",
        "should",
        "may",
        "can",
    ]
)
_KEEP = frozenset(("no", "not", "all"))  # significant in a criterion
_HIDDEN = re.compile(
    "[\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f\ufe00-\ufe0f]"
)  # Unicode's category Cf, and the variation selectors
_ALIKE = str.maketrans(
    "АВЕЅІЈКМНОРСТХУаеорсухіјѕԁӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧαονρℓ‐‑‒–—−",
    "ABESIJKMHOPCTXYaeopcyxijsdlABEZHIKMNOPTYXaovpl------",
)  # Cyrillic and Greek letters drawn like Latin ones, and the dashes (after Unicode UTS 39, confusables)


def visible(text: str) -> str:
    """A text without characters that show nothing."""
    if text.isascii():
        return text
    return _HIDDEN.sub("", unicodedata.normalize("NFC", text))


def skeleton(identity: str) -> str:
    """What an id looks like: ids with one skeleton cannot be told apart by eye."""
    folded = unicodedata.normalize("NFKC", visible(identity)).translate(_ALIKE)
    return folded.casefold()


def leading_id(text: str, boxed: bool) -> str | None:
    """The id that leads an entry, None where none does.

    A list number is no id, nor is a name in passing (`CP-21 is SEALED`, `R3 test: ...`).

    Args:
        text: the entry's text, list and checkbox marks removed.
        boxed: whether it has a box: there a number of its own is an id (`- [ ] 1. Set up`).
    """
    if not text.isascii():
        text = visible(text[:200])
    found = _ID.match(text)
    if found is None:
        other = (_NUMBERED.match(text) if boxed else None) or _PLAN_FILE.match(text)
        return other["id"] if other else None
    identity = found["id"]
    upper = identity[0].isdigit() or identity[0].isupper()
    if found["sep"].strip():
        return identity if upper and not (_TECH_IF_COLON.match(identity) and not found["after"]) else None
    if not found["sep"]:
        return identity if upper and (identity.upper() == identity or " " in identity) else None
    word = text[found.start("next") :].split(None, 1)[0] if found["next"] else ""
    if word in _PASSING or _TECH.match(identity) or _UNIT_OF_MEASURE.match(word):
        return None
    if found["after"]:
        return identity
    if found["next"].islower():
        taskish = boxed and (_TASKISH.match(identity) or identity[0].isdigit())
        return identity if taskish or _CRITERION.match(identity) else None
    if " " in identity:
        return identity if found["next"] in "([" else None
    if identity[0].isdigit():
        return identity if boxed or not found["next"].isdigit() else None
    return identity if upper and _codelike(identity) else None


def _codelike(identity: str) -> bool:
    letters = "".join(c for c in identity if c.isalpha())
    return len(letters) <= 2 or letters[:-1].isupper() or letters.isupper()


def pinned(text: str) -> tuple[str, str | None]:
    """A text without its `{#pin}`, and the pin."""
    if not text.endswith("}") and "{#" not in text:
        return text, None
    found = _PIN.search(text)
    if found is None:
        return text, None
    return text[: found.start()], visible(found["id"])


@lru_cache(maxsize=4096)
def slug(text: str, words: int = 0) -> str:
    """Words of a text in lower case, joined by hyphens.

    Args:
        text: any text.
        words: at most so many significant ones; 0 for all of them.
    """
    plain = text if text.isascii() else _folded(text)
    found = [w.lower() for w in _WORDS.findall(plain[:400])]
    if words:
        chosen = [w for w in found if w not in _STOPWORDS or w in _KEEP]
        found = (chosen or found)[:words]
    return "-".join(found)[:160]


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", visible(text))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def fingerprint(*parts: str) -> str:
    """Four to eight hexadecimal digits that depend on texts alone, for the suffix of a derived twin."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:6]
