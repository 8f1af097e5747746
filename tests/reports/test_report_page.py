"""`report html` as a text: what it says, in which order, and what it must never say."""

from __future__ import annotations

import base64
import hashlib
import html
import os
import platform
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
import quay
from large import large

from phaseproof.errors import Untrue
from phaseproof.evidence.envelope import unverified
from phaseproof.reports.page import LARGEST, page
from phaseproof.reports.scrub import Scrubber
from support.shop import Shop

ALLOWED = frozenset(
    {"a", "b", "body", "br", "code", "dd", "details", "div", "dl", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "head",
     "header", "hr", "html", "i", "li", "main", "meta", "ol", "p", "path", "pre", "rect", "s", "section", "span",
     "style", "summary", "svg", "table", "td", "text", "th", "title", "tr", "tspan", "ul"}
)  # fmt: skip


class Elements(HTMLParser):
    """Elements of a page, in order, with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def text(pages: dict[str, Path]) -> str:
    return pages["troubled"].read_text(encoding="utf-8")


def test_verdict_then_first_blocker_then_gates_then_plans_then_proof(text: str) -> None:
    order = ["<h1>quay-crane", "First blocker", "The brakes hold", "brake 2 slips", '<h2 id="gates"', "docs/CRANE.md",
             "docs/TIDE.md", "Check a signature"]  # fmt: skip
    places = [text.index(one) for one in order]
    assert places == sorted(places)
    assert text.index("HOLD") < text.index("quay-crane</h1>")


def test_each_item_shows_its_verdict_beside_its_own_line(text: str) -> None:
    for words, verdict in (("Q-1 The lift", "proven"), ("Q-2 The brakes", "refuted"), ("Q-3 The alarm", "hollow"),
                           ("Q-4 The lamp", "stale"), ("Q-5 The driver", "missing"), ("Harbour Master", "missing"),
                           ("T-1 The tide", "proven")):  # fmt: skip
        plan = text[text.index('class="plan"') :]
        line = plan.index(words)
        summary = plan[plan.rindex("<summary>", 0, line) : line]
        assert re.findall(r'class="v (\w+)"', summary) == [verdict], words


def test_a_row_of_a_table_keeps_its_cells_and_gets_a_verdict(text: str) -> None:
    row = re.search(r"<tr>(?:(?!</tr>).)*E-02.*?</tr>", text, re.DOTALL)
    assert row is not None
    assert 'class="v missing"' in row[0]
    assert "<td>docs/loads.md</td>" in row[0]


def test_evidence_is_told_in_full(text: str) -> None:
    told = text[text.index('id="item-Q-2"') : text.index('id="item-Q-3"')]
    for said in ("python3 tools/brakes.py", "(exit 1)", "crane/brakes.txt", "isolated", "runner local", "2 files",
                 "1 of 2 passed", "sha256:"):  # fmt: skip
        assert said in told, said
    good = text[text.index('id="item-Q-1"') : text.index('id="item-Q-2"')]
    assert "Broken on purpose (subject truncated): it noticed" in good
    hollow = text[text.index('id="item-Q-3"') : text.index('id="item-Q-4"')]
    assert "it passed all the same" in hollow
    stale = text[text.index('id="item-Q-4"') : text.index('id="item-Q-5"')]
    assert "<dt>changed since<dd>crane/lamp.txt" in stale


def test_a_check_of_two_items_is_told_once_and_linked_to(text: str) -> None:
    told = text[text.index('id="item-T-2"') :][:900]
    assert 'href="#item-Q-1"' in told
    assert text.count("<dt>ran<dd>python3 tools/limit.py") == 1


def test_assurance_is_told_as_it_is(text: str, pages: dict[str, Path]) -> None:
    assert "Assurance self." in text
    assert "Assurance separate." not in text + pages["passing"].read_text(encoding="utf-8")


def test_nothing_of_a_plan_is_an_element(text: str) -> None:
    elements = Elements(text).found
    assert {tag for tag, _ in elements} <= ALLOWED
    assert html.escape("<script>document.title=", quote=False) in text
    for tag, attributes in elements:
        assert not [name for name in attributes if name.startswith("on")], tag
        assert "style" not in attributes


def test_it_names_nothing_that_a_browser_would_fetch(text: str) -> None:
    for tag, attributes in Elements(text).found:
        for name, value in attributes.items():
            if name in ("src", "href", "action", "data", "srcset", "xlink:href"):
                assert value is not None
                assert value.startswith(("#", "data:application/json;base64,")), (tag, value)
    assert "@import" not in text
    assert "url(" not in text


def test_its_policy_allows_this_style_and_nothing_else(text: str) -> None:
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'" in text


def test_no_secret_no_home_no_host(text: str, troubled: Shop) -> None:
    decoded = text + "".join(
        base64.b64decode(one).decode() for one in re.findall(r"data:application/json;base64,([^\"]+)", text)
    )
    for word in (quay.LEAK, "correct-horse", "/home/olga", str(troubled.folder), str(Path.home())):
        assert word not in decoded, word
    assert f"home is ~/quay on {platform.node()}" not in text
    assert "home is ~/quay on [host]" in text


def test_every_link_in_it_leads_somewhere(text: str) -> None:
    elements = Elements(text).found
    ids = [attributes["id"] for _, attributes in elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    links = {attributes["href"] for tag, attributes in elements if tag == "a"}
    assert {link[1:] for link in links if link and link.startswith("#")} <= set(ids)


def test_its_three_commands_verify_what_it_carries_and_refuse_what_was_altered(text: str, tmp_path: Path) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here")
    commands = [html.unescape(one) for one in re.findall(r"<li><pre tabindex=\"0\">(.*?)</pre>", text, re.DOTALL)]
    assert len(commands) == 3
    name, data, digest = attached(text)[0]
    (tmp_path / name).write_bytes(data)

    def typed(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=20,
                              env={"PATH": os.environ["PATH"]})  # fmt: skip

    first, second, third = (typed(command) for command in commands)
    assert f"sha256:{first.stdout.split()[0]}" == digest
    assert second.returncode == 0, second.stderr
    assert (tmp_path / "payload").read_bytes() == unverified(data)[1]
    assert "Verified Successfully" in third.stdout, third.stderr

    payload = unverified(data)[1].replace(b'"verdict":"HOLD"', b'"verdict":"PASS"')
    assert payload != unverified(data)[1]
    (tmp_path / name).write_bytes(data.replace(base64.b64encode(unverified(data)[1]), base64.b64encode(payload)))
    assert typed(commands[0]).stdout != first.stdout
    typed(commands[1])
    assert "Verified Successfully" not in typed(commands[2]).stdout


def attached(text: str) -> list[tuple[str, bytes, str]]:
    """Name, bytes and digest of each file to download."""
    found = re.findall(r'<a download="([^"]+)" href="data:application/json;base64,([^"]+)">.*?<code>([^<]+)<', text)
    return [(name, base64.b64decode(data), digest) for name, data, digest in found]


def test_each_file_is_what_the_ledger_holds_under_its_digest(text: str, troubled: Shop) -> None:
    files = attached(text)
    assert len(files) == 7
    for name, data, digest in files:
        assert digest == f"sha256:{hashlib.sha256(data).hexdigest()}"
        path = troubled.folder / name
        path.write_bytes(data)
        assert troubled.run("verify", str(path)).code == 0


def test_a_thousand_items_with_checks_of_their_own_stay_below_two_megabytes(pages: dict[str, Path]) -> None:
    data = pages["large"].read_bytes()
    assert len(data) <= 2_000_000
    told = data.decode()
    assert told.count('<details class="r i ') == 1000
    assert told.count("<dt>ran<dd>") == 1000
    assert len(attached(told)) >= 20
    assert "more stand in the ledger" in told


def test_envelopes_are_left_out_before_anything_else_is(
    pages: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("phaseproof.reports.page.LARGEST", 1)
    dossier, ledger = large(20)
    told = page(dossier, ledger, Scrubber())
    assert attached(told) == []
    assert told.count("<dt>ran<dd>") == 20
    assert LARGEST < 2_000_000


def test_a_passing_programme_says_so_first(pages: dict[str, Path]) -> None:
    text = pages["passing"].read_text(encoding="utf-8")
    assert "Nothing blocks" in text
    assert "First blocker" not in text
    assert "<title>PASS quay-crane" in text


def test_a_page_shows_no_evidence_that_was_altered(troubled: Shop, tmp_path: Path) -> None:
    twin = troubled.copy(tmp_path / "twin")
    name, data, _ = next(one for one in attached(twin.run("report", "html").out) if one[0].startswith("evidence"))
    import sqlite3

    with sqlite3.connect(twin.ledger / "ledger.db") as database:
        changed = data.replace(b"A", b"B", 1)
        done = database.execute("UPDATE objects SET data = ? WHERE data = ?", (changed, data))
        assert done.rowcount == 1, name
    said = twin.run("report", "html", "--out", str(tmp_path / "page.html"))
    assert said.code == Untrue.exit_code, said.text
    assert not (tmp_path / "page.html").exists()


def test_uncommitted_files_are_told_of(passing: Shop, tmp_path: Path) -> None:
    twin = passing.copy(tmp_path / "twin")
    (twin.repo.root / "crane/limit.txt").write_text("limit=90\n")
    assert "1 file of the working tree differed" in twin.run("report", "html").out


def test_a_plan_that_is_gone_keeps_its_items_on_the_page(troubled: Shop, tmp_path: Path) -> None:
    twin = troubled.copy(tmp_path / "twin")
    twin.commit({"docs/TIDE.md": None}, "no tide plan")
    text = twin.run("report", "html").out
    gone = text[text.index("does not hold this plan") :]
    assert "T-1 The tide table" in gone
    assert 'id="item-T-1"' in gone


@pytest.mark.parametrize("gone", ["jinja2", "markupsafe"])
def test_without_jinja_it_says_what_to_install(passing: Shop, monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    import sys

    monkeypatch.setitem(sys.modules, gone, None)
    if gone == "markupsafe":  # an install without the extra lacks it from the beginning
        for name in [one for one in sys.modules if one.startswith("phaseproof.reports.")]:
            monkeypatch.delitem(sys.modules, name)
    said = passing.run("report", "html")
    assert (said.code, said.out) == (2, "")
    assert "phaseproof[report]" in said.err
    assert "extra-missing" in said.err
