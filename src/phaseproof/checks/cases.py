"""Test cases as values: ids, one status each, and how patterns select them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fnmatch import translate
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from phaseproof.digests import sha256
from phaseproof.repo.globs import compile_glob

Status = Literal["passed", "skipped", "error", "failed"]
_WORSE: dict[Status, int] = {"passed": 0, "skipped": 1, "error": 2, "failed": 3}
MAX_ID = 500
"""Characters of a test id; longer ones keep their head and a digest of the whole."""


class Case(Struct, frozen=True, omit_defaults=True):
    """One test, all its attempts together.

    Attributes:
        id: `classname::name`, see `identify`.
        status: the worst of its attempts: a test that failed once has failed.
        seconds: of all attempts.
        places: paths it is known under (its file, its class as a path, its suite), for levels.
        attempts: how often it stands in the reports.
        flaky: its attempts disagree, or the report says that a failed attempt was repeated.
        contact: the error arose while the test was collected or set up: it was not executed.
        message: first words of its failure.
        file, line: where it stands, if the report says so.
    """

    id: str
    status: Status
    seconds: Decimal = Decimal(0)
    places: tuple[str, ...] = ()
    attempts: int = 1
    flaky: bool = False
    contact: Literal["", "collection", "setup"] = ""
    message: str = ""
    file: str = ""
    line: int = 0

    @property
    def executed(self) -> bool:
        """It ran to a judgement."""
        return self.status != "skipped" and not self.contact


def identify(classname: str, name: str) -> str:
    """The id of a test: `classname::name`, or what there is of both.

    In Unicode's composed form (NFC), runs of white space made one blank, control and format characters written as
    `\\x1b`: an id is printed on terminals, and two that look alike must be alike.
    """
    text = "::".join(part for part in (_plain(classname), _plain(name)) if part)
    if len(text) > MAX_ID:
        return text[: MAX_ID - 20] + "…" + sha256(text.encode())[7:23]
    return text


def merge(cases: Iterable[Case]) -> tuple[Case, ...]:
    """Cases of one id made one, sorted by id.

    Reruns, a failure beside its teardown's error and tests of equal names come as several cases of one id: the worst
    status stands, so that no repetition turns a failure into a pass, and no copy counts as another test.
    """
    by_id: dict[str, list[Case]] = {}
    for case in cases:
        by_id.setdefault(case.id, []).append(case)
    return tuple(by_id[key][0] if len(by_id[key]) == 1 else _join(by_id[key]) for key in sorted(by_id))


def _join(attempts: Sequence[Case]) -> Case:
    worst = max(attempts, key=lambda case: _WORSE[case.status])
    passed = any(case.status == "passed" for case in attempts)
    return Case(
        id=worst.id,
        status=worst.status,
        seconds=sum((case.seconds for case in attempts), Decimal(0)),
        places=tuple(dict.fromkeys(place for case in attempts for place in case.places)),
        attempts=sum(case.attempts for case in attempts),
        flaky=any(case.flaky for case in attempts) or (passed and worst.status in ("failed", "error")),
        contact=worst.contact if all(case.contact for case in attempts) else "",
        message=worst.message,
        file=worst.file,
        line=worst.line,
    )


def selected(pattern: str, cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that a pattern means.

    Args:
        pattern: an exact id or name, or a shell pattern (`*`, `?`, `[…]`) over id or name; a name also goes without
            its `[parameters]`. A pytest node id (`tests/test_a.py::test_b`) means the id that pytest reports for it.
        cases: where to look.
    """
    wanted = _from_node_id(unicodedata.normalize("NFC", pattern))
    match = _fnmatch(wanted)
    found = []
    for case in cases:
        head = case.id.partition("[")[0]
        tails = (case.id.partition("::")[2], case.id[head.rfind("::") + 2 if "::" in head else 0 :])
        names = {case.id, head, *tails, *(tail.partition("[")[0] for tail in tails)} - {""}
        if any(wanted == text or match(text) for text in names):
            found.append(case)
    return tuple(found)


def at_level(pattern: str, cases: Sequence[Case]) -> tuple[Case, ...]:
    """The cases that stand below a path pattern, which may begin at any folder: `unit/**` means `tests/unit/**` too.

    Raises:
        Usage: the pattern is no glob.
    """
    glob = compile_glob(pattern)
    return tuple(case for case in cases if any(glob.matches(tail) for place in case.places for tail in _tails(place)))


def places(*, file: str, classname: str, name: str, suites: Sequence[str]) -> tuple[str, ...]:
    """Paths under which a case may be found: its file, and its class and suites read as paths.

    A class or suite without slashes and blanks is read as a dotted module: `tests.unit.test_a` is `tests/unit/test_a`.
    """
    found = [file]
    found += [text if "/" in text or " " in text else text.replace(".", "/") for text in (classname, *suites)]
    last = _plain(name).replace("/", "_")
    paths = (_plain(text).replace("\\", "/").strip("/") for text in found)
    return tuple(dict.fromkeys(f"{path}/{last}" for path in paths if path))


def counts(cases: Sequence[Case]) -> Mapping[str, int]:
    """How many there are of each status, of all, and of those executed."""
    found = {"tests": len(cases), "executed": sum(case.executed for case in cases)}
    for status in ("passed", "failed", "skipped", "error"):
        found[status] = sum(case.status == status for case in cases)
    return found


@lru_cache(maxsize=1024)
def _fnmatch(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(translate(pattern)).match


def _from_node_id(pattern: str) -> str:
    head, bracket, tail = pattern.partition("[")
    parts = head.split("::")
    if len(parts) < 2 or not parts[0].endswith(".py"):
        return pattern
    module = parts[0][:-3].replace("/", ".")
    return ".".join([module, *parts[1:-1]]) + "::" + parts[-1] + bracket + tail


def _tails(path: str) -> Iterable[str]:
    parts = path.split("/")
    for index in range(len(parts)):
        yield "/".join(parts[index:])


def _plain(text: str) -> str:
    text = " ".join(unicodedata.normalize("NFC", text).split())
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
