"""What judges a check was changed: the board, `explain` and `sign --instrument` say how, in terms of tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from clones import ok

from support.shop import CONFIGURATION, Shop, open_shop

REVIEWED = CONFIGURATION.replace(
    "  migrate: {roles: [owners]}\n", "  migrate: {roles: [owners]}\n  instrument: {roles: [owners]}\n"
)
SUITE = "tests/test_parcels.py"
CODE = '        self.assertIn("20095", label.label({"name": "Ida", "code": "20095", "content": "tea"}))\n'
ACCEPT = ("sign", "--instrument", "labels", "--as", "mara")


@pytest.fixture(scope="module")
def _reviewed(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(tmp_path_factory.mktemp("reviewed") / "shop", configuration=REVIEWED)
    shop.run("run")
    said = ok(shop.run(*ACCEPT, lead=True))
    assert "nobody has accepted one of labels before" in said.out
    return shop


@pytest.fixture(scope="module")
def _plain(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    shop = open_shop(tmp_path_factory.mktemp("plain") / "shop")
    shop.run("run")
    return shop


@pytest.fixture
def reviewed(_reviewed: Shop, tmp_path: Path) -> Shop:
    """A shop whose policy asks for reviews, with the instrument of `labels` accepted and its evidence there."""
    return _reviewed.copy(tmp_path / "own")


@pytest.fixture
def plain(_plain: Shop, tmp_path: Path) -> Shop:
    """A shop without such a policy, with everything run."""
    return _plain.copy(tmp_path / "own")


def item(shop: Shop, name: str = "L-1") -> Any:
    return next(one for gate in shop.board()["gates"] for one in gate["items"] if one["id"] == name)


def detail(shop: Shop, code: str) -> str:
    (found,) = [one["detail"] for one in item(shop)["reasons"] if one["code"] == code]
    return str(found)


def test_an_accepted_instrument_is_proven(reviewed: Shop) -> None:
    assert item(reviewed)["verdict"] == "proven"


WEAKER = {
    "assertion removed": (SUITE, CODE, "        label.label({'name': 'Ida', 'code': '20095'})\n",
                          "1 with fewer assertions: tests/test_parcels.py::Label::test_code (1 → 0)"),
    "not collected": (SUITE, "def test_code", "def xtest_code", "1 test gone: tests/test_parcels.py::Label::test_code"),
    "skipped": (SUITE, "    def test_code", "    @unittest.skip('later')\n    def test_code",
                "1 may be skipped or fail: tests/test_parcels.py::Label::test_code (unittest.skip('later'))"),
    "expected to fail": (SUITE, "    def test_code", "    @unittest.expectedFailure\n    def test_code",
                         "tests/test_parcels.py::Label::test_code (unittest.expectedFailure)"),
    "the suite swallows": ("tools/suite.py", 'self.line(test, "<failure/>")', "self.line(test)", "1 changed"),
}  # fmt: skip


@pytest.mark.parametrize("how", WEAKER)
def test_a_weaker_instrument_holds_and_the_board_says_how(reviewed: Shop, how: str) -> None:
    path, old, new, said = WEAKER[how]
    reviewed.replace(path, old, new)
    reviewed.run("run")
    held = item(reviewed)
    assert held["verdict"] != "proven"
    told = {one["code"]: one.get("detail", "") for one in held["reasons"]}
    if held["verdict"] == "missing" and "instrument-unreviewed" in told:
        assert said in told["instrument-unreviewed"]
    explained = reviewed.run("explain", "L-1").out
    assert "what it judges with has changed" in explained
    accepted = ok(reviewed.run(*ACCEPT, lead=True)).out
    for word in (
        ("tests/test_parcels.py::Label::test_code",) if path == SUITE else ("tools/suite.py::Sheet::addFailure",)
    ):
        assert word in explained and word in accepted
    before, _, after = accepted.partition("mara signed")
    assert "test_code" in before + accepted if path == SUITE else "addFailure" in before
    assert "the instrument of labels, compared with what was accepted" in before and "needs 1 of role owners" in after


def test_a_conftest_that_swallows_failures_is_named(reviewed: Shop) -> None:
    hook = "def pytest_sessionfinish(session):\n    session.exitstatus = 0\n"
    reviewed.commit({"tests/conftest.py": hook})
    reviewed.run("run")
    assert "1 hook into the test runner: tests/conftest.py::pytest_sessionfinish new" in detail(
        reviewed, "instrument-unreviewed"
    )
    told = ok(reviewed.run(*ACCEPT, "--format", "json", lead=True)).json
    assert told["review"]["difference"]["hooks"] == ["tests/conftest.py::pytest_sessionfinish new"]
    assert told["review"]["accepted"] is True and told["person"] == "mara"


def test_it_is_shown_before_the_passphrase_is_asked_for(reviewed: Shop) -> None:
    reviewed.replace(SUITE, "def test_code", "def xtest_code")
    said = reviewed.run(*ACCEPT, env={"PHASEPROOF_PASSPHRASE_FILE": str(reviewed.folder / "none")})
    assert said.code == 2 and "Label::test_code" in said.out


def test_once_accepted_the_next_difference_is_held_against_that(reviewed: Shop) -> None:
    reviewed.replace(SUITE, "def test_code", "def xtest_code")
    reviewed.run("run")
    ok(reviewed.run(*ACCEPT, lead=True))
    reviewed.replace(SUITE, "def test_up", "def xtest_up")
    reviewed.run("run")
    said = ok(reviewed.run(*ACCEPT, lead=True)).out
    assert "Weight::test_up" in said and "Label::test_code" not in said


def test_an_instrument_taken_back_needs_no_second_acceptance(reviewed: Shop) -> None:
    reviewed.replace(SUITE, "def test_code", "def xtest_code")
    reviewed.replace(SUITE, "def xtest_code", "def test_code")
    assert item(reviewed)["verdict"] == "proven"
    assert "has changed" not in reviewed.run("explain", "L-1").out


def test_an_instrument_whose_files_are_gone_from_the_clone_is_said_not_to_be_compared(reviewed: Shop) -> None:
    blob = reviewed.repo.git("rev-parse", f"HEAD:{SUITE}")
    reviewed.replace(SUITE, "def test_up", "def xtest_up")
    reviewed.run("run")
    (reviewed.repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    assert "is not in this clone" in detail(reviewed, "instrument-unreviewed")
    assert "not compared" in ok(reviewed.run(*ACCEPT, lead=True)).out


def test_a_forged_acceptance_is_compared_with_nothing(reviewed: Shop) -> None:
    """An event that says mara accepted the weak instrument, over an envelope that does not hold."""
    import json

    from phaseproof.bundle import canonical
    from phaseproof.digests import sha256
    from phaseproof.ledger.model import Entry
    from phaseproof.ledger.opening import open_ledger
    from phaseproof.verdict.check import instrument_content

    reviewed.replace(SUITE, "def test_code", "def xtest_code")
    reviewed.run("run")
    with open_ledger(reviewed.ledger) as ledger:
        signed = [event for event, _ in ledger.events() if event.type == "signed"][-1]
        envelope = json.loads(ledger.get(signed.payload["envelope"]))
        seen = [event.payload for event, _ in ledger.events() if event.type == "evidence"]
    envelope["signatures"][0]["sig"] = "A" * 86 + "=="
    forged = canonical.encode(envelope)
    now = [one["instrument"] for one in seen if one["check"] == "labels"][-1]
    content = instrument_content("labels", now)
    payload = {**signed.payload, "content": content, "envelope": sha256(forged)}
    reviewed.append(
        Entry(signed.stream, None, "signed", signed.at, "mara", payload, {sha256(forged): forged}, sha256(forged))
    )
    for line in (("status", "--verify"), ("gates",), ("explain", "L-1")):
        said = reviewed.run(*line)
        assert said.code == 3, said.text


def test_without_such_a_policy_the_item_has_a_note_that_says_how_it_changed(plain: Shop) -> None:
    assert item(plain)["reasons"] == []
    since = plain.repo.git("rev-parse", "--short=7", "HEAD")
    plain.replace(
        SUITE,
        "        self.assertEqual(weight.grams(0.0011), 2)\n",
        "        weight.grams(0.0011)\n        self.fail\n",
    )
    plain.run("run")
    held = item(plain)
    assert held["verdict"] == "proven" and held["assurance"] == "self"
    note = detail(plain, "instrument-changed")
    assert note.startswith(since) and "Weight::test_up (1 → 0)" in note
    assert "Weight::test_up" in plain.run("explain", "L-1").out
    assert "what judges it has changed since" in plain.run("status", "--all").out
    refusal = plain.run(*ACCEPT, lead=True)
    assert refusal.code == 2 and "no-instrument-roles" in refusal.text
