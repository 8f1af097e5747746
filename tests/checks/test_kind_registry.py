from __future__ import annotations

import re
import subprocess
import sys
import types
from collections.abc import Iterator
from decimal import Decimal
from importlib.metadata import Distribution, EntryPoint, EntryPoints
from pathlib import Path
from typing import Any, ClassVar

import pytest
from msgspec import Struct

from phaseproof.checks import registry
from phaseproof.errors import Unable
from phaseproof.reasons import SENTENCES


class Fake(Distribution):
    def __init__(self, name: str) -> None:
        self._name = name

    def read_text(self, filename: str) -> str | None:
        return f"Metadata-Version: 2.1\nName: {self._name}\nVersion: 3.1\n" if filename == "METADATA" else None

    def locate_file(self, path: Any) -> Any:
        return path


class Plain(Struct, frozen=True, forbid_unknown_fields=True):
    """Options.

    Attributes:
        limit: how much.
    """

    limit: Decimal = Decimal("0.5")


class Good:
    name: ClassVar[str] = "good"
    options: ClassVar[Any] = Plain
    selections: ClassVar[Any] = ()
    absent: ClassVar[Any] = False

    def run(self, options: Any, bench: Any, selections: Any) -> Any:
        raise NotImplementedError

    def controls(self, options: Any, subject: Any, read: Any) -> Any:
        return ()


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Installs kinds: (name, class or module:attribute, distribution)."""
    module = types.ModuleType("kinds_of_a_stranger")
    monkeypatch.setitem(sys.modules, module.__name__, module)

    def do(*kinds: tuple[str, Any, str]) -> None:
        entries = []
        for index, (name, what, distribution) in enumerate(kinds):
            value = what
            if not isinstance(what, str):
                setattr(module, f"k{index}", what)
                value = f"{module.__name__}:k{index}"
            entry = EntryPoint(name, value, registry.GROUP)
            vars(entry).update(dist=Fake(distribution) if distribution else None)
            entries.append(entry)
        monkeypatch.setattr(registry, "entry_points", lambda group: EntryPoints(entries))
        _forget()

    yield do
    _forget()


def _forget() -> None:
    registry._load.cache_clear()
    registry._entries.cache_clear()
    registry._origin.cache_clear()


def test_the_kinds_of_this_distribution_are_found_with_their_version() -> None:
    found = registry.schemas()
    assert {"command", "tests", "artifact"} <= set(found)
    assert found["tests"].distribution == "phaseproof"
    assert found["tests"].version
    assert found["tests"].selections == ("tests", "level")
    assert registry.kind("tests").name == "tests"


def test_loading_one_kind_imports_no_other() -> None:
    code = (
        "import sys; from phaseproof.checks.registry import kind, names; names(); kind('command');"
        "loaded = set(sys.modules); assert 'phaseproof.checks.command' in loaded;"
        "assert not loaded & {'phaseproof.checks.tests', 'phaseproof.checks.artifact', 'defusedxml', 'jsonschema'}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_strangers_kind_is_found(install: Any) -> None:
    install(("good", Good, "stranger"))
    schema = registry.schemas()["good"]
    assert (schema.distribution, schema.version, schema.options) == ("stranger", "3.1", Plain)
    assert registry.decode_options(registry.kind("good"), {"limit": "0.25"}) == Plain(Decimal("0.25"))


def test_a_name_claimed_twice_is_refused(install: Any) -> None:
    install(("good", Good, "one"), ("good", Good, "two"))
    with pytest.raises(Unable) as caught:
        registry.kind("good")
    assert caught.value.rule == "kind-ambiguous"
    assert "one" in caught.value.fact and "two" in caught.value.fact


def test_a_stranger_cannot_take_the_name_of_our_own_kind(install: Any) -> None:
    install(("tests", "phaseproof.checks.tests:Tests", "phaseproof"), ("tests", Good, "stranger"))
    with pytest.raises(Unable, match="claimed by"):
        registry.schemas()


def test_a_broken_kind_does_not_hold_those_who_do_not_use_it(install: Any) -> None:
    install(("bad", "no_such_module_anywhere:Kind", "stranger"), ("good", Good, "stranger"))
    assert set(registry.schemas(["good", "unheard-of"])) == {"good"}
    with pytest.raises(Unable):
        registry.schemas()


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(Unable) as caught:
        registry.kind("lod")
    assert caught.value.rule == "kind-unknown"


def test_a_missing_extra_is_named(install: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def needs() -> Any:
        raise ModuleNotFoundError("No module named 'locust'", name="locust")

    install(("load", needs, "stranger"))
    with pytest.raises(Unable, match="locust") as caught:
        registry.kind("load")
    assert caught.value.rule == "extra-missing"


def test_a_kind_that_does_not_load_is_refused(install: Any) -> None:
    def explodes() -> Any:
        raise ZeroDivisionError

    install(
        ("gone", "no_such_module_anywhere:Kind", "s"),
        ("nothing", "kinds_of_a_stranger:absent", "s"),
        ("x", explodes, "s"),
    )
    for name in ("gone", "nothing", "x"):
        with pytest.raises(Unable) as caught:
            registry.kind(name)
        assert caught.value.rule == "kind-unloadable"


class Thawed(Struct, forbid_unknown_fields=True):
    limit: int = 0


class Lenient(Struct, frozen=True):
    limit: int = 0


class Floating(Struct, frozen=True, forbid_unknown_fields=True):
    limits: dict[str, tuple[Plain | float, ...]] = {}


class Nested(Struct, frozen=True, forbid_unknown_fields=True):
    inner: tuple[Floating, ...] = ()


class Opaque(Struct, frozen=True, forbid_unknown_fields=True):
    what: complex = 0j


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "other"}, "calls itself 'other'"),
        ({"options": dict}, "no msgspec Struct"),
        ({"options": Thawed}, "frozen=True"),
        ({"options": Lenient}, "forbid_unknown_fields"),
        ({"options": Floating}, "float"),
        ({"options": Nested}, "float"),
        ({"options": Opaque}, "described"),
        ({"selections": ("scenario",)}, "selections"),
        ({"selections": ["tests"]}, "selections"),
        ({"absent": None}, "absent"),
        ({"run": None}, "run"),
        ({"run": lambda self, options: None}, "run"),
        ({"controls": lambda self: None}, "controls"),
    ],
)
def test_what_is_no_kind_is_refused(install: Any, change: dict[str, Any], words: str) -> None:
    install(("good", type("Changed", (Good,), change), "stranger"))
    with pytest.raises(Unable, match=words) as caught:
        registry.kind("good")
    assert caught.value.rule == "kind-invalid"


def test_a_kind_of_no_distribution_is_refused(install: Any) -> None:
    install(("good", Good, ""))
    with pytest.raises(Unable, match="no distribution"):
        registry.schemas()


def test_every_reason_a_kind_gives_has_a_sentence() -> None:
    """Codes are the first argument of `inconclusive` and `NoAnswer`, or the first of a pair that is returned."""
    folder = Path(registry.__file__).parent
    found = set()
    for file in folder.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'(?:inconclusive|NoAnswer)\(\s*"([a-z-]+)"', text))
        found |= set(re.findall(r'(?:return|reason =|reason=) ?"([a-z]+(?:-[a-z]+)+)"', text))
    assert {"not-started", "no-tests", "output-unreadable", "schema-unusable", "inputs-unreadable"} <= found
    assert {code for code in found if not code.startswith("link-")} <= set(SENTENCES)
