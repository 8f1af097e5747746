"""The test runners that a repository shows, and how each is run so that it can be judged."""

from __future__ import annotations

import json
import re
from typing import Any

from msgspec import Struct

from phaseproof.decisions.proposing.surroundings import Surroundings, is_test

OUT = "$PHASEPROOF_OUT/junit.xml"


class TestCase(Struct, frozen=True):
    """A test as its source has it.

    Attributes:
        file: where it stands.
        name: of the function, without its class.
        id: as pytest's JUnit report names it.
        source: its text.
    """

    __test__ = False  # pytest collects classes of this name

    file: str
    name: str
    id: str
    source: str


class Suite(Struct, frozen=True):
    """A suite as a check.

    Attributes:
        name: of the check.
        kind: `tests` where it writes JUnit XML, else `command`.
        run: its command.
        why: what in the tree shows it.
        subject, instrument: globs.
        controls: declared controls: name and command.
        min_sensitivity: where only that can show that it judges.
        setup, setup_inputs, setup_shell: what fetches its dependencies, where the tree shows it.
        network: whether it needs the network, for want of such a set-up.
        notes: what whoever reads the proposal must know or decide.
        cases: its tests, where they can be told from their source.
        test_files: files of tests.
        one_file: command that runs one file of a suite whose kind has no selections; `{file}` stands for it.
    """

    name: str
    kind: str
    run: str
    why: str
    subject: tuple[str, ...] = ()
    instrument: tuple[str, ...] = ()
    controls: tuple[tuple[str, str], ...] = ()
    min_sensitivity: str | None = None
    setup: str | None = None
    setup_inputs: tuple[str, ...] = ()
    setup_shell: bool = False
    network: bool = False
    notes: tuple[str, ...] = ()
    cases: tuple[TestCase, ...] = ()
    test_files: tuple[str, ...] = ()
    one_file: str = ""


def suites(around: Surroundings) -> tuple[Suite, ...]:
    """Every suite that the tree shows; `make test` only where nothing else is."""
    from phaseproof.decisions.proposing.python_suites import python_suite

    looked = (python_suite, _node, _go, _cargo)
    found = [suite for suite in (look(around) for look in looked) if suite is not None]
    if not found:
        made = _make(around)
        found = [made] if made is not None else []
    return tuple(found)


_TARGET = re.compile(r"^(test|tests|check)\s*:(?!=)", re.MULTILINE)


def makefile(around: Surroundings) -> str:
    """The Makefile's path, empty where there is none."""
    return next(iter(around.at_top("GNUmakefile", "makefile", "Makefile")), "")


def _make(around: Surroundings) -> Suite | None:
    path = makefile(around)
    found = _TARGET.search(around.read(path)) if path else None
    if found is None:
        return None
    tests = tuple(f"{name}/**" for name in around.folders() if name in ("tests", "test", "spec"))
    code = tuple(f"{name}/**" for name in around.code_folders())
    loose = tuple(one for one in around.files if is_test(one) and "/" not in one)
    return Suite(
        "tests", "command", f"make {found[1]}", f"{path} has a target {found[1]}", code, (path, *tests, *loose),
        notes=("it writes no JUnit report, so it stands as a whole: no item can select a test of it",),
    )  # fmt: skip


def _node(around: Surroundings) -> Suite | None:
    if not around.has("package.json"):
        return None
    try:
        package: Any = json.loads(around.read("package.json"))
    except ValueError:
        return None
    if not isinstance(package, dict):
        return None
    scripts, named = package.get("scripts"), set[str]()
    for part in ("dependencies", "devDependencies"):
        listed = package.get(part)
        named |= set(listed) if isinstance(listed, dict) else set()
    script = scripts.get("test") if isinstance(scripts, dict) else None
    script = script if isinstance(script, str) and "no test specified" not in script else ""
    notes: tuple[str, ...] = ()
    if "vitest" in named:
        kind, run, why = "tests", f"npx vitest run --reporter=junit --outputFile={OUT}", "package.json names vitest"
    elif {"jest", "jest-junit"} <= named:
        kind, why = "tests", "package.json names jest and jest-junit"
        run = f"env JEST_JUNIT_OUTPUT_FILE={OUT} npx jest --ci --reporters=jest-junit"
    elif script.startswith("node --test"):
        kind, why = "tests", "package.json's test script is node --test"
        run = f"node --test --test-reporter=junit --test-reporter-destination={OUT}{script.removeprefix('node --test')}"
    elif script:
        kind, run, why = "command", "npm test", "package.json has a test script"
        notes = (
            "it writes no JUnit report, so it stands as a whole; jest does with jest-junit among its dependencies",
        )
    else:
        return None
    suffixes = (".js", ".mjs", ".cjs", ".ts", ".tsx", ".jsx", ".vue")
    tests = tuple(f"{name}/**" for name in around.folders() if name in ("tests", "test", "__tests__", "spec"))
    scattered = tuple(f"**/*{part}*" for part in (".test.", ".spec.") if any(part in one for one in around.files))
    settings = tuple(one for one in around.files if "/" not in one and (
        one in ("package.json", "tsconfig.json") or re.match(r"(?:vite|vitest|jest|babel)\.config\.", one)
    ))  # fmt: skip
    code = tuple(f"{name}/**" for name in around.code_folders(*suffixes))
    loose = tuple(one for one in around.files if "/" not in one and one.endswith(suffixes)
                  and not is_test(one) and one not in settings)  # fmt: skip
    setup, inputs = None, tuple[str, ...]()
    if named and around.has("package-lock.json"):
        setup, inputs = "npm ci --ignore-scripts --no-audit --no-fund", ("package.json", "package-lock.json")
    elif named:
        notes = (*notes, "its dependencies have no package-lock.json: commit one, and set `environment.setup: npm ci`")
    return Suite(
        "node-tests", kind, run, why, (*code, *loose), (*tests, *scattered, *settings), setup=setup,
        setup_inputs=inputs, notes=notes, test_files=tuple(one for one in around.files if is_test(one)),
    )  # fmt: skip


def _go(around: Surroundings) -> Suite | None:
    if not around.has("go.mod") or not any(one.endswith("_test.go") for one in around.files):
        return None
    fetched = around.has("go.sum") and not around.has("vendor/modules.txt")
    notes = (
        ("it fetches its modules while it runs: with `go mod vendor` committed, take `network` out",) if fetched else ()
    )
    return Suite(
        "go-tests", "command", "go test ./...", "go.mod and files *_test.go", ("**/*.go",),
        ("**/*_test.go", *around.at_top("go.mod", "go.sum")), network=fetched, notes=notes,
    )  # fmt: skip


def _cargo(around: Surroundings) -> Suite | None:
    if not around.has("Cargo.toml"):
        return None
    sources = tuple(f"{name}/**" for name in ("src", "crates") if around.below(name, ".rs"))
    tests = tuple(f"{name}/**" for name in ("tests",) if around.below(name, ".rs"))
    fetched = "[dependencies" in around.read("Cargo.toml") and not around.folders().count("vendor")
    notes = (
        ("it fetches its crates while it runs: with `cargo vendor` committed, take `network` out",) if fetched else ()
    )
    return Suite(
        "cargo-tests", "command", "cargo test", "Cargo.toml", sources,
        (*tests, *around.at_top("Cargo.toml", "Cargo.lock")),
        network=fetched, notes=notes,
    )  # fmt: skip
