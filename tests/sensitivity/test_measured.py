"""A real suite measured by the runner: a good one, a blunt one, and what is no kill."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phaseproof.evidence.sensitivity import share
from support.repository import make_repository
from support.running import Ground, both
from support.sensing import SHOP, blunt, job, sensitivity, shop


@contextmanager
def place(tmp: Path, files: Mapping[str, str], sandboxed: bool = True) -> Iterator[Ground]:
    with shop(make_repository(tmp / "repo", files), tmp, sandboxed=sandboxed) as made:
        yield made


@pytest.mark.parametrize("sandboxed", both())
def test_a_suite_that_looks_notices_all_but_what_only_its_set_up_needs(tmp_path: Path, sandboxed: bool) -> None:
    with place(tmp_path, SHOP, sandboxed) as here:
        measured = sensitivity(here, job(here))
    outcomes = measured.outcomes()
    assert [name for name, outcome in outcomes.items() if outcome != "killed"] == ["Basket.__init__"]
    one = measured.result.sensitivity
    assert (one.population, one.sampled, one.killed, one.unreached, one.inconclusive) == (11, 11, 10, 0, 0)
    assert one.bound == "0.90909"
    tests = {judged.function.split(" ")[1]: judged.test for judged in measured.judged()}
    assert tests["discount"] == "tests/test_prices.py::test_discount"


def test_a_suite_whose_assertions_were_taken_out_is_seen_through(tmp_path: Path) -> None:
    files = {**blunt(SHOP), "shop/unused.py": "def unused(a):\n    return a.b\n"}
    with place(tmp_path, files) as here:
        measured = sensitivity(here, job(here))
    one = measured.result.sensitivity
    assert one.population == 12
    assert share(one.killed, one.sampled, one.population) < 0.5
    assert {"shop/prices.py:9 discount", "shop/prices.py:15 label"} <= set(one.survivors)
    assert measured.listing is not None
    assert "shop/unused.py:1 unused" in measured.listing.survivors
    assert measured.outcomes()["unused"] == "unreached"
    finding = next(one for one in measured.result.findings if one.path == "shop/prices.py" and one.line == 9)
    assert finding.message.startswith("discount made to do nothing")


NO_KILL = {
    "shop/__init__.py": "",
    "shop/odd.py": """\
import os
import time

STARTED = []


def wait():
    return 0.01 * len('x')


def repeat():
    while not done():
        time.sleep(0.01)


def done():
    return len(STARTED) == 0


def path():
    return os.path.join("made", "note.txt")


def quit_code():
    os.getpid()
    return 7


def ordered():
    STARTED.append(1)
    return True
""",
    "tests/test_odd.py": """\
import os
from pathlib import Path

import msgspec
import pytest

from shop import odd

SEEN = []


def test_repeat():
    odd.repeat()


def test_wait():
    assert odd.wait() > 0


def test_first():
    SEEN.append(odd.path())


def test_needs_the_one_before():
    assert SEEN == [odd.path()]


def test_leaves():
    if odd.quit_code() is None:
        os._exit(0)


def test_soils():
    Path("left-behind").write_text(str(odd.ordered()))
    assert odd.ordered()
""",
}


def test_what_is_no_kill_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phaseproof.runner.sensitivity.warm.GRACE", 1.0)
    with place(tmp_path, NO_KILL) as here:
        measured = sensitivity(here, job(here))
    judged = {one.function.split(" ")[1]: one for one in measured.judged()}
    assert judged["wait"].outcome == "killed"
    assert judged["ordered"].outcome == "killed"  # in a checkout of its own: one before it had soiled another
    assert (judged["done"].outcome, judged["done"].why[:27]) == ("inconclusive", "its tests did not end in 1 ")
    assert (judged["quit_code"].outcome, judged["quit_code"].why) == ("inconclusive", "the process of its tests died")
    assert judged["path"].outcome in ("inconclusive", "survived")
    assert judged["repeat"].outcome == "survived"
    one = measured.result.sensitivity
    assert (one.killed, one.sampled) == (2, 6)


def test_a_test_that_fails_on_its_own_kills_nothing(tmp_path: Path) -> None:
    files = {
        "shop/a.py": "def f():\n    return [1][:]\n\n\ndef g():\n    return [2][:]\n",
        "tests/test_a.py": "from shop import a\nSEEN = []\n\n\ndef test_slow():\n    import time\n    time.sleep(0.3)\n"
        "    SEEN.extend(a.f())\n\n\ndef test_after():\n    a.g()\n    assert SEEN\n",
    }
    with place(tmp_path, files) as here:
        measured = sensitivity(here, job(here))
    judged = {one.function.split(" ")[1]: one for one in measured.judged()}
    assert judged["g"].outcome == "inconclusive"
    assert judged["g"].why == "its tests fail in this order without it, too"
    assert judged["f"].outcome == "killed"  # by the test that calls it, which also passes alone
    assert measured.result.sensitivity.killed == 1


@pytest.mark.parametrize("of", ["tests", "command"])
def test_without_pytest_each_function_takes_a_whole_run(tmp_path: Path, of: str) -> None:
    suite = (
        "import sys, os\nsys.path.insert(0, '.')\nfrom shop.a import f, g\n"
        "good = f(2) == 4\nf(1), g(1)\n"
        "body = '' if good else '<failure/>'\n"
        "open(os.path.join(os.environ['PHASEPROOF_OUT'], 'junit.xml'), 'w').write("
        'f\'<testsuite><testcase classname="a" name="f">{body}</testcase></testsuite>\')\n'
        "sys.exit(not good)\n"
    )
    files = {"shop/a.py": "def f(x):\n    return x * 2\n\n\ndef g(x):\n    return x * 3\n", "tests/run.py": suite}
    with place(tmp_path, files) as here:
        measured = sensitivity(here, job(here, ("python3", "tests/run.py"), of=of))
    assert measured.outcomes() == {"f": "killed", "g": "survived"}


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"shop/a.txt": "x", "tests/run.sh": ""}, "sensitivity-empty"),
        ({"shop/a.py": "def f(): pass\n", "tests/run.sh": ""}, "sensitivity-empty"),
        ({"shop/a.py": "def f(:\n", "tests/run.sh": ""}, "sensitivity-failed"),
    ],
)
def test_nothing_to_measure_is_said(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    with place(tmp_path, files, sandboxed=False) as here:
        measured = sensitivity(here, job(here, ("true",), of="command", instrument=("tests/**",)))
    assert measured.result.sensitivity.reason == reason
    assert measured.result.sensitivity.bound == "0"


def test_a_budget_that_ends_at_once_proves_nothing(tmp_path: Path) -> None:
    with place(tmp_path, SHOP, sandboxed=False) as here:
        measured = sensitivity(here, job(here), seconds=0.0)
    assert measured.result.sensitivity.reason == "sensitivity-budget"


def test_time_that_runs_out_on_the_way_leaves_a_sample(tmp_path: Path, monkeypatch: Any) -> None:
    """Whole runs, one at a time, of a check that takes a third of a second: two of five fit into a second."""
    functions = "\n\n\n".join(f"def f{n}():\n    return [{n}, x]" for n in range(5))
    files = {"shop/a.py": f"x = 1\n\n\n{functions}\n", "tests/run.py": "import time; time.sleep(0.3)\n"}
    monkeypatch.setattr("phaseproof.runner.sensitivity.whole.STEP", 1)
    with place(tmp_path, files, sandboxed=False) as here:
        measured = sensitivity(here, job(here, ("python3", "tests/run.py"), of="command"), seconds=1.2, at_once=1)
    one = measured.result.sensitivity
    assert (one.population, one.killed) == (5, 0)
    assert 0 < one.sampled < 5
    assert one.bound == "0"


CLEVER = {
    "shop/__init__.py": "",
    "shop/setting.py": "def setting():\n    return {'limit': 250}.copy()\n",
    "shop/late.py": "def late():\n    return 'late'.upper()\n",
    "shop/made.py": "def make(n):\n    def inner(x):\n        return x + n\n\n    return inner\n\n\nplus = make(1)\n",
    "tests/conftest.py": "import pytest\nfrom shop.setting import setting\n\n\n@pytest.fixture(scope='session')\n"
    "def limits():\n    return setting()\n",
    "tests/test_clever.py": """\
def test_blunt(limits):
    pass


def test_sharp(limits):
    assert limits["limit"] == 250


def test_late():
    from shop.late import late

    assert late() == "LATE"
""",
    "tests/test_made.py": "from shop.made import make, plus\n\n\ndef test_made():\n    make(5)\n"
    "    assert plus(1) == 2\n",
}


def test_shared_fixtures_late_imports_and_functions_made_elsewhere(tmp_path: Path) -> None:
    with place(tmp_path, CLEVER, sandboxed=False) as here:
        measured = sensitivity(here, job(here))
    judged = {one.function.split(" ")[1]: (one.outcome, one.test) for one in measured.judged()}
    assert judged == {
        "setting": ("killed", "tests/test_clever.py::test_sharp"),
        "late": ("killed", "tests/test_clever.py::test_late"),
        "make": ("killed", "3 passed, 1 failed"),  # at import, by a whole run: its one call in a test is not looked at
        "make.inner": ("killed", "tests/test_made.py::test_made"),
    }


SOILING = {
    "shop/bolt.py": "from pathlib import Path\n\n\ndef take():\n    Path('lock').touch()\n\n\n"
    "def free():\n    Path('lock').unlink()\n",
    "tests/test_lock.py": "from shop.bolt import free, take\n\n\ndef test_lock():\n    take()\n    free()\n",
}


def test_what_a_mutant_leaves_behind_does_not_help_the_next(tmp_path: Path) -> None:
    """Without `free` the lock stays, and with that lock nobody would miss `take`."""
    with place(tmp_path, SOILING, sandboxed=False) as here:
        measured = sensitivity(here, job(here), at_once=1)
    assert [one.function.split(" ")[1] for one in measured.judged()] == ["free", "take"]
    assert measured.outcomes() == {"free": "survived", "take": "killed"}


def test_threads_before_the_first_test_make_every_function_take_a_whole_run(tmp_path: Path) -> None:
    files = {
        "shop/a.py": "def f():\n    return [1][:]\n",
        "tests/conftest.py": "import threading, time\n"
        "threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n",
        "tests/test_a.py": "from shop.a import f\n\n\ndef test_f():\n    assert f() == [1]\n",
    }
    with place(tmp_path, files, sandboxed=False) as here:
        measured = sensitivity(here, job(here))
    (one,) = measured.judged()
    assert (one.outcome, one.test) == ("killed", "0 passed, 1 failed")


def test_an_interruption_leaves_nothing_said(tmp_path: Path) -> None:
    from phaseproof.digests import sha256
    from phaseproof.runner.run import run_check
    from phaseproof.runner.sensitivity.measuring import Request, measure

    files = {"shop/a.py": "def f():\n    return [1][:]\n", "tests/run.sh": ""}
    with place(tmp_path, files, sandboxed=False) as here:
        made = job(here, ("true",), of="command")
        ran = run_check(here.site, made, "0" * 32)
        stop = here.site.stop.set
        request = Request(sha256(b"s"), sha256(b"c"), {}, 60.0, 1, lambda _: stop())
        assert measure(here.site, made, ran, request) is None


def test_selections_must_notice_something_by_themselves(tmp_path: Path) -> None:
    from phaseproof.bundle import digest
    from phaseproof.bundle.model import Selection

    chosen = [Selection(tests=(pattern,)) for pattern in ("test_total", "test_also_total", "test_blind", "test_nobody")]
    files = {
        "shop/prices.py": SHOP["shop/prices.py"].partition("def discount")[0],
        "tests/test_prices.py": SHOP["tests/test_prices.py"].partition("\n\ndef test_discount")[0].replace(
            "discount, label, ", "") + "\n\ndef test_also_total():\n    import time\n    time.sleep(0.2)\n"
        "    assert total([2]) == 2\n\n\ndef test_blind():\n    total([3])\n",
    }  # fmt: skip
    with place(tmp_path, files, sandboxed=False) as here:
        made = msgspec.structs.replace(job(here), selections=tuple(chosen))
        one = sensitivity(here, made).result.sensitivity
    assert one.killed == 1
    assert one.noticed == tuple(digest.of_selection(selection) for selection in chosen[:2])
