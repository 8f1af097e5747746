"""JUnit XML, in any of its dialects, to test cases. Pure: bytes in, values out.

There is no standard; this reads what pytest, unittest and nose, surefire and Gradle, jest-junit, vitest, mocha,
go-junit-report, GoogleTest, CTest and PHPUnit write: `testsuites` or `testsuite` at the root, suites nested to any
depth, results as child elements (`failure`, `error`, `skipped`, surefire's `rerunFailure` and `flakyFailure`) or as
`status` and `result` attributes. Cases are counted, never believed from a suite's own `tests="40"`.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Literal
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser
from msgspec import Struct

from phaseproof.checks.cases import Case, Status, identify, places

MAX_BYTES = 32_000_000
"""Bytes of one report."""
MAX_DEPTH = 64
"""Elements within elements."""
MAX_CASES = 200_000
"""Cases of one report."""
MAX_MESSAGE = 300
"""Characters kept of a failure's message."""

_FAILED = frozenset({"failure", "rerunfailure"})
_ERROR = frozenset({"error", "rerunerror", "warning"})
_FLAKY = frozenset({"flakyfailure", "flakyerror"})
_SKIPPED = frozenset({"skipped", "skip", "ignored", "disabled", "notrun"})
_RESULTS = _FAILED | _ERROR | _FLAKY | _SKIPPED
# Words of `status` and `result` attributes: GoogleTest, CTest, Bazel, behave, Karma, NUnit's converters.
_WORDS: tuple[tuple[Status, frozenset[str]], ...] = (
    (
        "passed",
        frozenset(["run", "passed", "pass", "ok", "success", "successful", "completed", "complete", "executed"]),
    ),
    (
        "skipped",
        frozenset(["notrun", "skipped", "skip", "suppressed", "disabled", "ignored", "pending", "todo", "untested"]),
    ),
    ("failed", frozenset(["failed", "fail", "failure", "undefined"])),
    ("error", frozenset(["error", "errored", "broken", "timeout", "aborted", "interrupted"])),
)
# What runners say in place of a test that could not be collected: in its name, or in the message of an error.
_PLACEHOLDER = re.compile(
    r"\binitializationError\b|unittest\.loader\._?(?:FailedTest|ModuleImportFailure)|\bnose\.failure\.Failure\b"
    r"|\[(?:build|setup) failed\]|\bTest suite failed to run\b|\bpytest internal\Z"
)
_COLLECTION = re.compile(
    r"\Acollection failure|\btest suite failed to run\b|\bfailed to (?:load url|import test module|collect)\b"
    r"|\bcannot find module\b|\bno test suite found\b|\Ainternal error\b|\bbuild error\b",
    re.IGNORECASE,
)
_PYTEST_SETUP = "failed on setup with "


class Unreadable(ValueError):
    """Bytes that are no report; the text says why."""


class Report(Struct, frozen=True):
    """One report.

    Attributes:
        cases: in the order of the text, one per `testcase`, not merged.
        claimed: number of tests that its suites say they hold.
        claimed_failures: number of failures and errors that its suites say they had.
    """

    cases: tuple[Case, ...]
    claimed: int
    claimed_failures: int


def parse(data: bytes) -> Report:
    """Read a report.

    Raises:
        Unreadable: empty, not XML, not JUnit, with a DTD or entities, too large, too deep, or too many cases.
    """
    if not data.strip():
        raise Unreadable("the report is empty")
    if len(data) > MAX_BYTES:
        raise Unreadable(f"the report is larger than {MAX_BYTES // 1_000_000} MB")
    target = _Reader()
    parser = XMLParser(target=target, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    try:
        parser.feed(data)
        parser.close()
    except DefusedXmlException as error:
        raise Unreadable(f"the report has a document type or entities: {type(error).__name__}") from error
    except Unreadable:
        raise
    except (ParseError, ValueError, LookupError) as error:
        raise Unreadable(f"the report is not well-formed XML: {error}") from error
    return Report(tuple(target.cases), target.claimed, target.claimed_failures)


class _Open:
    """A `testcase` that is being read."""

    def __init__(self, attributes: dict[str, str], suites: list[dict[str, str]]) -> None:
        self.attributes = attributes
        self.suites = suites
        self.results: list[tuple[str, str]] = []

    def close(self) -> Case:
        own = self.attributes
        suite = next((found for found in reversed(self.suites) if found.get("name")), {})
        classname = own.get("classname") or own.get("class") or ""
        file = own.get("file") or own.get("filepath") or suite.get("file") or suite.get("filepath") or ""
        name = own.get("name") or own.get("id") or ""
        status, message = self._status()
        kinds = {kind for kind, _ in self.results}
        return Case(
            id=identify(classname or suite.get("name", ""), name),
            status=status,
            seconds=_seconds(own.get("time", "")),
            places=places(
                file=file, classname=classname, name=name, suites=[found.get("name", "") for found in self.suites]
            ),
            flaky=bool(kinds & _FLAKY),
            contact=_contact(status, classname, name, message),
            message=message[:MAX_MESSAGE],
            file=file,
            line=int(own["line"]) if re.fullmatch(r"[0-9]{1,9}", own.get("line", "")) else 0,
        )

    def _status(self) -> tuple[Status, str]:
        """The worst of what its children and attributes say: `failed` before `error` before `skipped`."""
        said: dict[Status, str] = {}
        for kind, message in self.results:
            # A flaky failure is one that a repetition turned into a pass; here it stays a failure.
            status: Status = "skipped" if kind in _SKIPPED else "error" if kind in _ERROR else "failed"
            said.setdefault(status, message)
        for attribute in ("status", "result"):
            word = re.sub(r"[\s_-]", "", self.attributes.get(attribute, "")).lower()
            if word:
                known = next((status for status, words in _WORDS if word in words), None)
                said.setdefault(known or "error", "" if known else f"{attribute}={word!r} is not a word known here")
        for status in ("failed", "error", "skipped"):
            if status in said:
                return status, said[status]
        return "passed", ""


class _Reader:
    """Target of the parser: what it is told element by element; no tree is built."""

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.claimed = 0
        self.claimed_failures = 0
        self._depth = 0
        self._suites: list[dict[str, str]] = []
        self._open: list[_Open] = []
        self._text: list[str] | None = None
        self._message = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _local(tag)
        attributes = {_local(key): value for key, value in attributes.items()}
        if self._depth == 0 and name not in ("testsuites", "testsuite"):
            raise Unreadable(f"the report's root is <{name[:40]}>, not <testsuites> or <testsuite>")
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Unreadable(f"the report is nested deeper than {MAX_DEPTH}")
        if name == "testsuite":
            self._suites.append(attributes)
            if len(self._suites) == 1:
                self.claimed += _count(attributes.get("tests", ""))
        if name in ("testsuite", "testsuites"):
            self.claimed_failures += _count(attributes.get("failures", "")) + _count(attributes.get("errors", ""))
        elif name == "testcase":
            self._open.append(_Open(attributes, list(self._suites)))
        elif name in _RESULTS:
            self._text = []
            self._message = attributes.get("message") or attributes.get("type") or ""

    def data(self, text: str) -> None:
        if self._text is not None and len(self._text) < 32:
            self._text.append(text[: 4 * MAX_MESSAGE])

    def end(self, tag: str) -> None:
        name = _local(tag)
        self._depth -= 1
        if name == "testsuite" and self._suites:
            self._suites.pop()
        elif name == "testcase" and self._open:
            self._add(self._open.pop().close())
        elif name in _RESULTS and self._text is not None:
            words = " ".join((self._message or "".join(self._text)).split())
            self._text = None
            if self._open:
                self._open[-1].results.append((name, words))
            elif name in _FAILED | _ERROR and self._suites:
                self._suite_error(words)

    def close(self) -> None:
        return None

    def _suite_error(self, words: str) -> None:
        suite = self._suites[-1].get("name", "")
        self._add(Case(identify(suite, "(suite)"), "error", contact="collection", message=words[:MAX_MESSAGE]))

    def _add(self, case: Case) -> None:
        if not case.id:
            case = Case("(unnamed)", "error", contact="collection", message="a test without a name")
        self.cases.append(case)
        if len(self.cases) > MAX_CASES:
            raise Unreadable(f"the report has more than {MAX_CASES} tests")


def _contact(status: Status, classname: str, name: str, message: str) -> Literal["", "collection", "setup"]:
    if status not in ("error", "failed"):
        return ""
    if _PLACEHOLDER.search(f"{classname} {name}") or (status == "error" and _COLLECTION.search(message)):
        return "collection"
    return "setup" if status == "error" and message.startswith(_PYTEST_SETUP) else ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].lower()


def _count(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text.strip()) else 0


def _seconds(text: str) -> Decimal:
    try:
        value = Decimal(text.strip().replace(",", ""))
    except InvalidOperation:
        return Decimal(0)
    return min(value, Decimal(10**7)).quantize(Decimal("0.001")) if value.is_finite() and value > 0 else Decimal(0)
