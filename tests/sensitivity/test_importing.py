"""What a test file can import, at most; and what cannot be known."""

from __future__ import annotations

import pytest

from phaseproof.runner.sensitivity.importing import Imports

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/prices.py": "import json\n",
    "src/shop/basket.py": "from . import prices\n",
    "src/shop/deep/__init__.py": "from ..basket import Basket\n",
    "src/shop/deep/store.py": "from .. import prices as p\n",
    "src/other.py": "def f(): import shop.prices\n",
    "src/wild.py": "import importlib\n",
    "tests/conftest.py": "import other\n",
    "tests/unit/conftest.py": "",
    "tests/unit/test_prices.py": '"""Of prices.py"""\nfrom shop import prices\n',
    "tests/unit/test_deep.py": "import shop.deep.store\n",
    "tests/test_wild.py": "from wild import anything\n",
}


def closure(*paths: str, **changed: str) -> set[str] | None:
    files = {**FILES, **{name.replace("__", "/") + ".py": text for name, text in changed.items()}}
    found = Imports({path: text.encode() for path, text in files.items()}).known(paths)
    return None if found is None else set(found)


def test_imports_are_followed_with_packages_and_conftest_files() -> None:
    assert closure("tests/unit/test_prices.py") == {
        "tests/unit/test_prices.py", "tests/unit/conftest.py", "tests/conftest.py", "src/shop/__init__.py",
        "src/shop/prices.py", "src/other.py",
    }  # fmt: skip


def test_relative_imports_and_packages_on_the_way_are_followed() -> None:
    found = closure("tests/unit/test_deep.py")
    assert found is not None
    assert {"src/shop/deep/store.py", "src/shop/deep/__init__.py", "src/shop/basket.py", "src/shop/prices.py"} <= found
    assert "src/wild.py" not in found


@pytest.mark.parametrize(
    "text",
    [
        "import importlib", "from importlib import import_module", "import subprocess as s", "exec('x = 1')",
        "__import__(name)", "import os\nos.system('true')", "for p in folder.rglob('*'): pass", "run('src/wild.py')",
        "pytest_plugins = ['wild']", "def test_x(pytester): pass", "import inspect", "x = (",
        "import traceback", "from os import walk",
    ],
)  # fmt: skip
def test_what_may_depend_on_anything_depends_on_everything(text: str) -> None:
    assert closure("tests/unit/test_prices.py", src__shop__prices=text) is None


def test_what_imports_such_a_file_does_so_too() -> None:
    assert closure("tests/test_wild.py") is None


def test_a_file_that_nobody_knows_may_be_anything() -> None:
    assert closure("tests/cases.yaml") is None


def test_a_file_name_in_a_docstring_is_only_told() -> None:
    assert closure("src/other.py", src__other='"""See wild.py"""\n') == {"src/other.py"}
