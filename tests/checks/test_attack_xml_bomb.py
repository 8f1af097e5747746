"""Reports made to exhaust whoever reads them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from phaseproof.checks import junit
from phaseproof.checks.junit import Unreadable, parse
from phaseproof.checks.kind import Outcome
from support.bench import judged

LAUGHS = "<!DOCTYPE l [<!ENTITY a 'ha'>{}]><testsuite><testcase name='&{};'/></testsuite>".format(
    "".join(f"<!ENTITY {chr(98 + i)} '&{chr(97 + i)};&{chr(97 + i)};'>" for i in range(20)), "t"
)


@pytest.mark.parametrize(
    "text",
    [
        LAUGHS,
        "<!DOCTYPE t SYSTEM 'file:///etc/passwd'><testsuite><testcase name='a'/></testsuite>",
        "<!DOCTYPE t [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><testsuite><testcase name='&x;'/></testsuite>",
        "<!DOCTYPE t [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/x'> %p;]><testsuite/>",
        "<testsuite>" * 100_000,
        "<testsuite>" * 80 + "<testcase name='a'/>" + "</testsuite>" * 80,
    ],
)
def test_a_bomb_is_no_report(tmp_path: Path, text: str) -> None:
    with pytest.raises(Unreadable):
        parse(text.encode())
    result = judged(tmp_path, text)
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")


def test_more_tests_than_anybody_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MAX_CASES", 1_000)
    with pytest.raises(Unreadable, match="1000"):
        parse(b"<testsuite>" + b"<testcase name='a'/>" * 1_001 + b"</testsuite>")


def test_a_report_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    tracemalloc.start()
    result = judged(tmp_path, "", script='truncate -s 1G "$PHASEPROOF_OUT/junit.xml"')
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result.outcome, result.reason) == (Outcome.INCONCLUSIVE, "output-unreadable")
    assert "larger than 32 MB" in result.summary
    assert peak < 150_000_000


def test_a_failure_of_a_million_words_is_cut() -> None:
    text = b"<testsuite><testcase name='a'><failure>" + b"words " * 1_000_000 + b"</failure></testcase></testsuite>"
    assert len(parse(text).cases[0].message) <= junit.MAX_MESSAGE


def test_the_parser_itself_refuses_too_many_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(junit, "MAX_BYTES", 100)
    with pytest.raises(Unreadable, match="larger"):
        parse(b"<testsuite><testcase name='a'/></testsuite>" + b" " * 100)
