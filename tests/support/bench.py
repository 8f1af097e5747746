"""A real bench over a temporary folder (no sandbox), and suites that write the report they are told to."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from phaseproof.bundle.model import Selection
from phaseproof.checks.demands import TestsOptions
from phaseproof.checks.kind import Control, Execution, Result
from phaseproof.checks.tests import Tests


class FolderBench:
    """Implements `phaseproof.checks.kind.Bench` over `folder/tree` and `folder/out`.

    Attributes:
        timeout: seconds that a command may take.
        limit: bytes of output kept.
        commits: path -> seconds since the epoch, answers `committed`.
        objects: name -> bytes, answers `accepted`.
        said: what `progress` was told.
    """

    def __init__(self, folder: Path, files: Mapping[str, str | bytes] | None = None) -> None:
        self._root = folder / "tree"
        self._out = folder / "out"
        self._root.mkdir(parents=True)
        self._out.mkdir()
        self._now = time.time()
        self.timeout = 20.0
        self.limit = 1_000_000
        self.commits: dict[str, float] = {}
        self.objects: dict[str, bytes] = {}
        self.said: list[str] = []
        for path, data in (files or {}).items():
            self.write(path, data)

    @property
    def root(self) -> Path:
        return self._root

    @property
    def out(self) -> Path:
        return self._out

    @property
    def subject(self) -> Sequence[str]:
        return sorted(str(path.relative_to(self._root)) for path in self._root.rglob("*") if path.is_file())

    @property
    def instrument(self) -> Sequence[str]:
        return ()

    @property
    def now(self) -> float:
        return self._now

    def write(self, path: str, data: str | bytes) -> None:
        place = self._root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data.encode() if isinstance(data, str) else data)

    def apply(self, control: Control) -> None:
        """Do to the tree what a control does."""
        for plant in control.plants:
            if plant.data is None:
                (self._root / plant.path).unlink()
            else:
                self.write(plant.path, plant.data)

    def execute(
        self, command: Sequence[str], *, timeout: float | None = None, environment: Mapping[str, str] | None = None
    ) -> Execution:
        own = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self._out),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PHASEPROOF_OUT": str(self._out),
        }
        arguments = [
            word.replace("${PHASEPROOF_OUT}", str(self._out)).replace("$PHASEPROOF_OUT", str(self._out))
            for word in command
        ]
        begin = time.monotonic()
        try:
            done = subprocess.run(
                arguments,
                cwd=self._root,
                env={**own, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=min(timeout or self.timeout, self.timeout),
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            output = error.output or b""
            return Execution(True, None, None, True, output, False, time.monotonic() - begin)
        except OSError as error:
            return Execution(False, None, None, False, b"", False, 0.0, f"{os.strerror(error.errno or 0)}")
        code = done.returncode
        return Execution(
            started=True,
            exit_code=code if code >= 0 else None,
            signal=-code if code < 0 else None,
            timed_out=False,
            output=done.stdout[: self.limit],
            truncated=len(done.stdout) > self.limit,
            seconds=time.monotonic() - begin,
        )

    def committed(self, path: str) -> float | None:
        return self.commits.get(path)

    def accepted(self, name: str) -> bytes | None:
        return self.objects.get(name)

    def progress(self, text: str) -> None:
        self.said.append(text)


WRITES = 'cat given.xml > "$PHASEPROOF_OUT/junit.xml"; exit {code}'


def case(name: str, body: str = "", classname: str = "tests.unit.test_a", **attributes: str) -> str:
    """One `testcase` element."""
    more = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f'<testcase classname="{classname}" name="{name}" time="0.01"{more}>{body}</testcase>'


def report(*cases: str, attributes: str = "") -> str:
    """A report of one suite."""
    return f'<?xml version="1.0"?><testsuites><testsuite name="s"{attributes}>{"".join(cases)}</testsuite></testsuites>'


FAILED = '<failure message="assert 1 == 2">trace</failure>'
SKIPPED = '<skipped message="not today"/>'
COLLECTION = '<error message="collection failure">ImportError</error>'


def judged(
    folder: Path,
    given: str | bytes,
    *,
    code: int = 0,
    selections: Sequence[Selection] = (),
    accepted: bytes | None = None,
    script: str = WRITES,
    **options: Any,
) -> Result:
    """What the kind `tests` says of a run that writes `given` as its report and ends with `code`."""
    bench = FolderBench(folder, {"given.xml": given})
    if accepted is not None:
        bench.objects["tests.json"] = accepted
    made = TestsOptions(run=("sh", "-c", script.format(code=code)), **options)
    return Tests().run(made, bench, selections)


def rules(result: Result) -> list[str]:
    """Rules of the findings that speak against it."""
    return [finding.rule for finding in result.findings if finding.level == "error"]
