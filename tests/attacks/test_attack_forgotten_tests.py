"""`grow`: tests taken away, and the suite they are compared with exchanged or lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from phaseproof.authority.fold import fold
from phaseproof.bundle import canonical
from phaseproof.checks.growth import Listing
from phaseproof.digests import sha256
from phaseproof.evidence.envelope import keyid, read_statement, seal, statement, unverified
from phaseproof.evidence.fact import evidence_of, fact_of
from phaseproof.evidence.keys import generate
from phaseproof.evidence.model import EVIDENCE
from phaseproof.ledger.model import Entry
from phaseproof.ledger.opening import open_ledger
from support.shop import CONFIGURATION, FILES, Shop, open_shop

GROWS = CONFIGURATION.replace("    run: python3 tools/suite.py\n", "    run: python3 tools/suite.py\n    grow: true\n")
MORE = FILES["tests/test_parcels.py"] + "\n    def test_heavy(self):\n        self.assertEqual(weight.grams(2), 2000)\n"


@pytest.fixture
def grown(tmp_path: Path) -> Shop:
    """A shop whose suite of three tests was accepted on the protected branch."""
    shop = open_shop(tmp_path / "own", {"tests/test_parcels.py": MORE}, GROWS)
    assert shop.run("run", "L-1", "L-2").code == 0
    return shop


def _take_a_test_away(shop: Shop) -> None:
    shop.commit({"tests/test_parcels.py": FILES["tests/test_parcels.py"]})


def test_a_test_that_is_gone(grown: Shop) -> None:
    _take_a_test_away(grown)
    assert grown.run("run", "L-1").code == 1
    assert grown.verdicts(grown.board())["L-1"] == "refuted"


def test_an_accepted_suite_that_nobody_signed(grown: Shop) -> None:
    """Evidence of a suite without tests, under a key that nobody lists: nothing else rests on it."""
    with open_ledger(grown.ledger) as ledger:
        fact = fold(ledger.events()).checks["labels"].runs[-1].fact
        _, payload = unverified(ledger.get(fact.envelope))
        read = read_statement(payload)
        none = canonical.encode(Listing(1, ()))
        evidence = evidence_of(read)
        signer = generate("stray")
        from msgspec import structs

        changed = structs.replace(
            evidence, run="0" * 32, runner="stray", objects={**evidence.objects, "tests.json": sha256(none)}
        )
        made = statement(read.subject, EVIDENCE, changed)
        envelope = seal(made, [signer])
        new = fact_of(read_statement(made), sha256(envelope), keyid(signer.public))
        objects = {sha256(none): none, sha256(envelope): envelope}
        ledger.append([Entry("check/labels", None, "evidence", grown.desk().now(), "stray", canonical.plain(new),
                             objects)])  # fmt: skip
    _take_a_test_away(grown)
    assert grown.run("run", "L-1").code == 1
    assert grown.verdicts(grown.board())["L-1"] == "refuted"


def test_a_history_cut_off_before_the_accepted_suite(grown: Shop) -> None:
    _take_a_test_away(grown)
    (grown.repo.root / ".git" / "shallow").write_text(grown.repo.head + "\n", encoding="ascii")
    assert grown.run("run", "L-1").code == 1
    board = grown.board()
    assert grown.verdicts(board)["L-1"] == "error"
    assert "history-shallow" in grown.reasons(board)


def test_a_protected_branch_that_is_gone(grown: Shop) -> None:
    _take_a_test_away(grown)
    grown.repo.git("checkout", "-q", "--detach")
    grown.repo.git("branch", "-D", "main")
    assert grown.run("run", "L-1").code == 1
    board = grown.board()
    assert grown.verdicts(board)["L-1"] == "error"
    assert "baseline-unreachable" in grown.reasons(board)


def test_a_beginning_without_the_accepted_suite(grown: Shop) -> None:
    _take_a_test_away(grown)
    grown.repo.git("checkout", "-q", "--orphan", "fresh")
    grown.repo.git("commit", "-q", "-m", "another beginning")
    assert grown.run("run", "L-1").code == 1
