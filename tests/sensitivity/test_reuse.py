"""A second run examines only what a change can have touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phaseproof.digests import sha256
from phaseproof.runner.sensitivity.examined import Judged, Listing, known
from phaseproof.runner.sensitivity.population import functions
from phaseproof.runner.sensitivity.probing import Reached, TestSeen
from phaseproof.runner.sensitivity.reuse import Around, Keys
from support.repository import make_repository
from support.running import ground
from support.sensing import SHOP, Measured, job, sensitivity, shop

WORDS = "def shout(text):\n    return text.upper()\n\n\ndef calm(text):\n    return text.lower()\n"
OTHER = {
    "shop/words.py": WORDS,
    "tests/test_words.py": "from shop.words import calm, shout\n\n\ndef test_words():\n    assert shout('a') == 'A'\n"
    "    assert calm('A') == 'a'\n",
    "tests/limits.json": "{}\n",
    "README.md": "words\n",
}
ALL = {**SHOP, **OTHER}
BASKET, PRICES, TEXT = "tests/test_basket.py", "tests/test_prices.py", "tests/test_words.py"
TESTS = {BASKET: "test_sum", PRICES: "test_total", TEXT: "test_words"}
CASES = {
    "total": ((BASKET, PRICES), False),
    "label": ((PRICES,), False),
    "Basket.add": ((BASKET,), False),
    "counted": ((), True),
    "calm": ((TEXT,), False),
}
"""Function -> the tests that reach it, and whether it is called at import."""
grain: dict[str, bool] = {}
"""Of the last keys made: which stand only with what the run of the mutant entered."""


@pytest.fixture
def keys(tmp_path: Path) -> Iterator[Any]:
    """Keys of some functions in a commit with changed files."""
    count = 0

    def of(environment: str = "e", check: str = "c", early: tuple[str, ...] = (), **changed: str) -> dict[str, str]:
        nonlocal count
        count += 1
        files = {**ALL, **{path.replace("__", "/", 1).replace("_dot_", "."): text for path, text in changed.items()}}
        repo = make_repository(tmp_path / f"repo{count}", files)
        with ground(repo, tmp_path / str(count), sandboxed=False) as here:
            seen = tuple(TestSeen(f"{file}::{name}", file, 0.1, True, ()) for file, name in TESTS.items())
            reached = Reached(seen, (), ("tests/conftest.py", *early), 0.1, True)
            population = [one for path in files if path.startswith("shop/") and path.endswith(".py")
                          for one in functions(path, files[path].encode())]  # fmt: skip
            by_name = {one.name: one for one in population}
            outside = frozenset(by_name[name].id for name, (_, early) in CASES.items() if early)
            around = Around(sha256(check.encode()), sha256(environment.encode()), reached, outside)
            made = Keys(here.site, job(here), population, around)
            found = {name: made.of(by_name[name], [f"{file}::{TESTS[file]}" for file in tests])
                     for name, (tests, _) in CASES.items()}  # fmt: skip
            grain.clear()
            grain.update({name: key.fine for name, key in found.items()})
            return {name: key.digest for name, key in found.items()}

    return of


def moved(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_keys_change_with_what_they_rest_on_and_with_nothing_else(keys: Any) -> None:
    before = keys()
    assert len(set(before.values())) == len(before)
    assert grain == {name: name != "counted" for name in CASES}
    assert moved(before, keys(README_dot_md="other words\n")) == set()
    line = WORDS.replace("text.lower()", "text.casefold()")
    assert moved(before, keys(shop__words_dot_py=line)) == {"calm", "counted"}
    body = WORDS.replace("text.upper()", "text.title()")
    assert moved(before, keys(shop__words_dot_py=body)) == {"counted"}  # what ran says whether `calm` rests on it
    assert moved(before, keys(shop__words_dot_py="# moved\n\n" + WORDS)) == {"counted"}
    asserted = SHOP[PRICES].replace("assert label(3)", "assert label(3 )")
    assert moved(before, keys(tests__test_prices_dot_py=asserted)) == {"total", "label", "counted"}


@pytest.mark.parametrize(
    "text",
    [WORDS + "\nLIMIT = 1\n", WORDS.replace("def shout(text)", "def shout(text, loud=1)"),
     WORDS.replace("def shout", "@print\ndef shout"), WORDS + "\ndef idle(): return 3\n"],
)  # fmt: skip
def test_what_runs_at_import_moves_the_keys_of_all_that_import_it(keys: Any, text: str) -> None:
    assert moved(keys(), keys(shop__words_dot_py=text)) == {"calm", "counted"}


def test_the_body_of_a_function_called_at_import_runs_at_import(keys: Any) -> None:
    text = SHOP["shop/basket.py"].replace("wrapper.calls += 1", "wrapper.calls += 2")
    assert moved(keys(), keys(shop__basket_dot_py=text)) == {"total", "Basket.add", "counted"}


@pytest.mark.parametrize(
    "change",
    [{"tests__limits_dot_json": "{} \n"}, {"tests__conftest_dot_py": "x = 1\n"}, {"environment": "f"}, {"check": "d"},
     {"tests__conftest_dot_py": "import subprocess\n"}, {"shop__more_dot_txt": "x"}],
)  # fmt: skip
def test_what_every_test_may_rest_on_moves_every_key(keys: Any, change: dict[str, Any]) -> None:
    assert moved(keys(), keys(**change)) == set(CASES)


def test_a_conftest_that_may_read_anything_ties_everything_to_everything(keys: Any) -> None:
    wild = {"tests__conftest_dot_py": "import subprocess\n"}
    line = WORDS.replace("text.lower()", "text.casefold()")
    assert moved(keys(**wild), keys(**wild, shop__words_dot_py=line)) == set(CASES)


def test_a_plugin_loaded_early_counts_for_every_test(keys: Any) -> None:
    early = ("shop/words.py",)
    line = WORDS + "LIMIT = 1\n"
    assert moved(keys(early=early), keys(early=early, shop__words_dot_py=line)) == set(CASES)


def test_only_answers_are_known_later() -> None:
    rows = [Judged("a.py:1 f", "killed", key="sha256:1"), Judged("a.py:2 g", "survived", key="sha256:2", since="first"),
            Judged("a.py:3 h", "inconclusive", key="sha256:3"), Judged("a.py:4 i", "unreached")]  # fmt: skip
    rows[0] = msgspec.structs.replace(rows[0], ran=(1, 0))
    data = msgspec.json.encode(Listing(sha256(b""), 4, tuple(rows), (), (("a.py f 1", "0"), ("a.py g 1", "1"))))
    found = known(data, "second")
    assert {key: (one.judged.outcome, one.judged.since, one.rests) for key, one in found.items()} == {
        "sha256:1": ("killed", "second", (("a.py g 1", "1"), ("a.py f 1", "0"))),
        "sha256:2": ("survived", "first", None),
    }  # fmt: skip
    assert known(data.replace(b"[1,0]", b"[1,7]"), "second") == {}
    assert known(b"[]", "second") == {}


CHOICE = """\
def pick():
    return "a".lower()


def other():
    return "b".lower()


def choose():
    return pick() or other()
"""
FILES = {
    "shop/words.py": WORDS,
    "shop/choice.py": CHOICE,
    "tests/test_choice.py": "from shop.choice import choose\n\n\ndef test_choice():\n    assert choose() == 'a'\n",
    "tests/test_words.py": OTHER["tests/test_words.py"],
}


def test_a_second_run_runs_what_a_change_can_have_touched(tmp_path: Path) -> None:
    """`other` is entered only where `pick` does nothing; once it says the same, nobody misses `pick`."""
    repo = make_repository(tmp_path / "repo", FILES)

    def measure(before: Measured | None) -> Measured:
        with shop(repo, tmp_path / repo.head, sandboxed=False) as place:
            return sensitivity(place, job(place), before.known() if before else None)

    def fresh(after: Measured) -> set[str]:
        found = {one.function.split(" ")[1] for one in after.judged() if one.key and not one.since}
        assert after.result.fresh == len(found)
        return found

    first = measure(None)
    assert fresh(first) == {"shout", "calm", "pick", "choose"}
    assert first.outcomes()["pick"] == "killed"
    repo.commit({"shop/choice.py": "# a line\n" + CHOICE.replace('"b".lower()', '"a".lower()')})
    second = measure(first)
    assert fresh(second) == {"pick"}
    assert second.outcomes() == {**first.outcomes(), "pick": "survived"}
    repo.commit({"shop/words.py": WORDS.replace("text.lower()", "text.casefold()")})
    third = measure(second)
    assert fresh(third) == {"shout", "calm"}  # of one test, so each is entered when the other is gone, or is not
    assert third.outcomes() == second.outcomes()
