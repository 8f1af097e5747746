"""What the set-up made, exchanged in the cache, written to by a check, or used to carry what is judged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from phaseproof.runner import sandbox, setup
from support.shop import CONFIGURATION, FILES, Shop, open_shop

SETUP = (
    CONFIGURATION.replace("instrument: [tools/discreet.py]", "instrument: [tools/discreet.py]", 1)
    + """\
environment:
  setup: python3 make.py
  setup_inputs: [make.py]
"""
)
READS = FILES["tools/discreet.py"].replace(
    "from parcels", "sys.path.insert(0, os.path.join(os.getcwd(), 'deps'))\nfrom secret import WORD\nfrom parcels"
).replace('"tea" in line', "WORD in line")  # fmt: skip
FILES_WITH = {"make.py": "import os\nos.mkdir('deps')\nopen('deps/secret.py', 'w').write('WORD = \"tea\"\\n')\n",
              "tools/discreet.py": READS}  # fmt: skip
LEAK = ("parcels/label.py", "{parcel['code']}", "{parcel['code']} {parcel['content']}")


@pytest.fixture
def prepared(tmp_path: Path) -> Shop:
    """A shop with a set-up that checks read from."""
    shop = open_shop(tmp_path / "own", FILES_WITH, SETUP)
    assert shop.run("run", "L-3").code == 0
    return shop


def _product(shop: Shop) -> Path:
    (found,) = (shop.ledger / "cache").glob("*/work/deps/secret.py")
    return found


def test_products_exchanged(prepared: Shop) -> None:
    prepared.replace(*LEAK)
    _product(prepared).write_text('WORD = "gold"\n', encoding="ascii")
    assert prepared.run("run", "L-3").code == 1
    assert _product(prepared).read_text(encoding="ascii") == 'WORD = "tea"\n'


def test_products_exchanged_and_declared_whole(prepared: Shop) -> None:
    """With the program's own words for what is whole, all but the runner's signature."""
    prepared.replace(*LEAK)
    product = _product(prepared)
    product.write_text('WORD = "gold"\n', encoding="ascii")
    work = product.parents[1]
    state = setup._state(work, ("deps",))
    complete = work.parent / "complete"
    said = msgspec.json.decode(complete.read_bytes())
    complete.write_bytes(msgspec.json.encode({**said, "state": state}))
    assert prepared.run("run", "L-3").code == 1
    assert prepared.verdicts(prepared.board())["L-3"] == "refuted"


@pytest.fixture
def no_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without bubblewrap."""
    monkeypatch.setattr(sandbox, "detect", sandbox.Sandbox)
    yield


@pytest.mark.usefixtures("no_sandbox")
def test_a_check_that_writes_for_the_next_one(tmp_path: Path) -> None:
    poison = "open('deps/secret.py', 'w').write('WORD = \"gold\"\\n')\n"
    shop = open_shop(tmp_path / "own", {**FILES_WITH, "tests/test_poison.py": poison}, SETUP)
    shop.replace(*LEAK)
    assert shop.run("run", "L-1", "L-3", "--jobs", "1").code == 1
    verdicts = shop.verdicts(shop.board())
    assert verdicts["L-1"] == "error"
    assert verdicts["L-3"] in ("error", "refuted")
    assert "setup-altered" in shop.reasons(shop.board())


def test_a_set_up_that_carries_what_is_judged(tmp_path: Path) -> None:
    """A good copy of the subject among the products: emptied, the subject changes nothing, and the check is hollow."""
    carries = {
        "make.py": "import shutil\nshutil.copytree('good', 'deps')\n",
        "good/label.py": FILES["parcels/label.py"],
        "tools/discreet.py": FILES["tools/discreet.py"].replace(
            "from parcels import label", "sys.path.insert(0, os.path.join(os.getcwd(), 'deps'))\nimport label"
        ),
        "parcels/label.py": FILES["parcels/label.py"].replace(*LEAK[1:]),
    }
    shop = open_shop(tmp_path / "own", carries, SETUP.replace("[make.py]", "[make.py, good/**]"))
    assert shop.run("run", "L-3").code == 1
    assert shop.verdicts(shop.board())["L-3"] == "hollow"
