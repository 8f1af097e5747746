"""The forms of words in a configuration: names, durations, patterns, refs, keys.

Each form is a type for the configuration's structs (`Name`, `Duration`, ...) that carries the form's name, and, for
the JSON Schema, its shape. `read` gives the value behind a word, or says in one sentence what was expected.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from msgspec import Meta

from phaseproof.bundle.keys import public_bytes
from phaseproof.bundle.mistakes import character, quote
from phaseproof.errors import Usage
from phaseproof.repo.globs import compile_glob

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DURATION = re.compile(r"(0|[1-9][0-9]{0,8})([smhdw])\Z")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z")
_SIGNER = re.compile(r"[a-z][a-z0-9._-]{0,63}\Z")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./@+-]{0,254}\Z")
_REF_PATTERN = re.compile(r"[A-Za-z0-9_*?][A-Za-z0-9_./@+*?-]{0,254}\Z")
LONGEST_AGE = 10 * 365 * 86400
"""Seconds: ten years, the longest `max_age`."""


def duration(word: str) -> int:
    """Seconds behind `30s`, `15m`, `2h`, `14d`, `2w`."""
    match = _DURATION.match(word)
    if not match:
        raise ValueError(f"expected a duration such as 30s, 15m, 2h or 14d, got {quote(word)}")
    seconds = int(match[1]) * _UNITS[match[2]]
    if not seconds:
        raise ValueError("a duration is longer than nothing")
    if seconds > LONGEST_AGE:
        raise ValueError("a duration is at most ten years")
    return seconds


def timeout(word: str) -> int:
    """Seconds between 1 and 86400."""
    seconds = duration(word)
    if seconds > 86400:
        raise ValueError(f"a time-out lies between 1s and 24h, got {quote(word)}")
    return seconds


def name(word: str) -> str:
    """An ASCII name: letters, digits, `.`, `_`, `-`; at most 64."""
    if not _NAME.match(word):
        raise ValueError(
            _strange(word) or f"expected a name of at most 64 letters, digits, “.”, “_”, “-”, got {quote(word)}"
        )
    return word


def signer(word: str) -> str:
    """The name of a person, runner or reporter: lower-case ASCII, as key files are named."""
    if not _SIGNER.match(word):
        raise ValueError(
            _strange(word) or f"expected a lower-case name (a-z, 0-9, “.”, “_”, “-”, a letter first), got {quote(word)}"
        )
    return word


def pattern(word: str) -> str:
    """A glob over the tree."""
    _seen(word)
    try:
        compile_glob(word)
    except Usage as error:
        raise ValueError(error.fact) from error
    return word


def path(word: str) -> str:
    """A file's path from the top of the repository: forward slashes, no `..`."""
    _seen(word)
    parts = word.split("/")
    if word.startswith("/") or re.match(r"[A-Za-z]:", word):
        raise ValueError(f"expected a path from the top of the repository, got the absolute {quote(word)}")
    if ".." in parts:
        raise ValueError(f"the path {quote(word)} leaves its folder; paths hold no “..”")
    if "\\" in word or "" in parts or "." in parts or len(word) > 1024:
        raise ValueError(f"expected a path such as docs/plan.md, got {quote(word)}")
    return word


def plan_pattern(word: str) -> str:
    """The path of a plan, or a glob over plans; ASCII, since plans name keys of canonical JSON."""
    strange = _strange(word)
    if strange:
        raise ValueError(strange.replace("names are ASCII", "paths of plans are ASCII"))
    if ":" in word:
        raise ValueError(f"the path {quote(word)} holds a “:”, which ends a plan's path in the full id of an item")
    return pattern(path(word))


def ref(word: str) -> str:
    """A branch or tag, or `refs/...` in full (git-check-ref-format, narrowed to ASCII)."""
    _check_ref(word, _REF, "expected a branch or tag such as main or release/1.0")
    return word


def ref_pattern(word: str) -> str:
    """A ref, with `*` and `?` for any characters."""
    _check_ref(word, _REF_PATTERN, "expected a ref or a pattern such as release/*")
    return word


def variable(word: str) -> str:
    """The name of an environment variable."""
    if not _VARIABLE.match(word):
        raise ValueError(_strange(word) or f"expected the name of an environment variable, got {quote(word)}")
    return word


def key(word: str) -> str:
    """A public key."""
    public_bytes(word)
    return word


def text(word: str) -> str:
    """Words of one line: printable, not empty, no character that cannot be seen."""
    if not word.strip():
        raise ValueError("expected text, got nothing")
    if len(word) > 10_000:
        raise ValueError("text has at most 10,000 characters here")
    bad = next((one for one in word if unicodedata.category(one) in ("Cc", "Cn", "Co", "Cs", "Zl", "Zp")), None)
    if bad is not None:
        raise ValueError(f"expected text of one line, got {character(bad)} in {quote(word)}")
    return word


def item(word: str) -> str:
    """An item's id, short or full; `*` and `?` stand for any characters."""
    return _seen(text(word))


def regex(word: str) -> str:
    """A regular expression (Python's `re`)."""
    text(word)
    try:
        re.compile(word)
    except (re.error, RecursionError, OverflowError) as error:
        raise ValueError(f"expected a regular expression, {quote(word)} is none: {error}") from error
    return word


def share(word: str) -> str:
    """A fraction between 0 and 1, as a decimal in its shortest spelling."""
    try:
        number = Decimal(word)
    except InvalidOperation as error:
        raise ValueError(f"expected a fraction between 0 and 1, got {quote(word)}") from error
    if not (number.is_finite() and 0 <= number <= 1 and len(word) <= 20):
        raise ValueError(f"expected a fraction between 0 and 1, got {quote(word)}")
    return decimal_text(number)


def decimal_text(number: Decimal) -> str:
    """A finite decimal in its shortest plain spelling: equal numbers are equal text."""
    shown = f"{number:f}"
    if "." in shown:
        shown = shown.rstrip("0").rstrip(".")
    return "0" if shown in ("-0", "") else shown


def _strange(word: str) -> str:
    bad = next((one for one in word if not one.isascii() or not one.isprintable()), None)
    return "" if bad is None else f"{quote(word)} holds {character(bad)}; names are ASCII"


def _seen(word: str) -> str:
    if not word:
        raise ValueError("expected text, got nothing")
    bad = next((one for one in word if unicodedata.category(one) in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")), None)
    if bad is not None:
        raise ValueError(f"{quote(word)} holds {character(bad)}, which cannot be seen")
    return word


def _check_ref(word: str, shape: re.Pattern[str], expected: str) -> None:
    parts = word.split("/")
    bad = ".." in word or "@{" in word or word.endswith(".")
    bad = bad or any(not one or one.startswith(".") or one.endswith(".lock") for one in parts)
    if bad or not shape.match(word):
        raise ValueError(_strange(word) or f"{expected}, got {quote(word)}")


READERS: dict[str, Callable[[str], Any]] = {
    "duration": duration, "timeout": timeout, "name": name, "signer": signer, "pattern": pattern, "path": path,
    "plan": plan_pattern, "ref": ref, "refs": ref_pattern, "variable": variable, "key": key, "text": text,
    "item": item, "regex": regex, "share": share,
}  # fmt: skip
"""By name of the form, as `Meta.extra["form"]` carries it."""


def _shape(expression: re.Pattern[str]) -> dict[str, Any]:
    return {"type": "string", "pattern": "^" + expression.pattern.removesuffix(r"\Z") + "$"}


SHAPES: dict[str, dict[str, Any]] = {
    "duration": _shape(_DURATION), "timeout": _shape(_DURATION), "name": _shape(_NAME), "signer": _shape(_SIGNER),
    "variable": _shape(_VARIABLE), "ref": _shape(_REF), "refs": _shape(_REF_PATTERN),
    "key": {"type": "string", "pattern": "^ed25519:[A-Za-z0-9_-]{43}$"},
    "share": {"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string", "pattern": "^[0-9.]+$"}]},
}  # fmt: skip
"""JSON Schema of the forms that are more than text which is not empty."""


def _meta(form: str) -> Meta:
    return Meta(extra={"form": form}, extra_json_schema={"x-form": form})


Duration = Annotated[int, _meta("duration")]
Timeout = Annotated[int, _meta("timeout")]
Name = Annotated[str, _meta("name")]
Signer = Annotated[str, _meta("signer")]
Variable = Annotated[str, _meta("variable")]
Ref = Annotated[str, _meta("ref")]
RefPattern = Annotated[str, _meta("refs")]
Key = Annotated[str, _meta("key")]
Pattern = Annotated[str, _meta("pattern")]
Path = Annotated[str, _meta("path")]
PlanPattern = Annotated[str, _meta("plan")]
Text = Annotated[str, _meta("text")]
ItemPattern = Annotated[str, _meta("item")]
Regex = Annotated[str, _meta("regex")]
Share = Annotated[str, _meta("share")]
