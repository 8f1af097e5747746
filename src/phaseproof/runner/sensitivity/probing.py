"""Sessions of the check's own pytest with our probe in it: the plan that goes in, the answer that comes out.

A session is a run like any other, in a clean checkout and the sandbox: `Probe` stands in the place of the check's kind.
What it answers was written by a process in which the project's code runs, and is read as such: strictly, bounded, and
never as more than what those tests say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

import msgspec
from msgspec import Struct

from phaseproof.bundle.model import Selection
from phaseproof.checks.invocation import undecided
from phaseproof.checks.kind import Bench, Control, Outcome, Result
from phaseproof.digests import sha256
from phaseproof.runner.bench import WorkBench
from phaseproof.runner.job import Job

PACKAGE = "phaseproof_probe"
_SOURCES = Path(__file__).parent / "probe"
_LEFT_ALONE = (".hypothesis", ".pytest_cache", "__pycache__", ".coverage", ".git")
"""What test tools write to a checkout beside tests; none of them makes a test fail."""


class Target(Struct, frozen=True):
    """A function as a plan has it; `tests` in the order in which they run, `seconds` for all of them."""

    id: int
    path: str
    first: int
    line: int
    plain: str
    body: tuple[str, ...]
    tests: tuple[str, ...] = ()
    seconds: float = 0.0


class TestSeen(Struct, frozen=True, forbid_unknown_fields=True):
    """A test of the mode `reach`."""

    __test__ = False

    name: str
    file: str
    seconds: float
    passed: bool
    reached: tuple[int, ...]


class Reached(Struct, frozen=True, forbid_unknown_fields=True):
    """The answer of the mode `reach`.

    Attributes:
        tests: all that ran.
        outside: functions called outside any test.
        early: files loaded before tests were collected.
        ready: seconds until tests were collected.
        warm: processes can be forked from a session.
    """

    tests: tuple[TestSeen, ...]
    outside: tuple[int, ...]
    early: tuple[str, ...]
    ready: float
    warm: bool


class Tried(Struct, frozen=True, forbid_unknown_fields=True):
    """A line of the answer of the mode `mutate`; `ran` is every function that was called, None where not known."""

    id: int
    outcome: Literal["killed", "survived", "inconclusive"]
    soiled: bool
    test: str = ""
    why: str = ""
    ran: tuple[int, ...] | None = None


class Probe:
    """Stands in the place of a check's kind for one session.

    Args:
        command: the check's own, as it ran.
        mode: `reach` or `mutate`.
        targets: the plan's functions.
        left: how many seconds the session may take, asked when it begins.
        everything: the whole population, by whose ids an answer says what was called; `reach` needs none.
    """

    name: ClassVar[str] = "probe"
    options: ClassVar[type[Struct]] = Struct
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def __init__(
        self, command: Sequence[str], mode: Literal["reach", "mutate"], targets: Sequence[Target],
        left: Callable[[], float], everything: Sequence[Target] = (),
    ) -> None:  # fmt: skip
        self._command, self._mode, self._targets, self._left = tuple(command), mode, tuple(targets), left
        self._everything = tuple({"id": one.id, "path": one.path, "first": one.first, "plain": one.plain}
                                 for one in everything)  # fmt: skip

    @property
    def ids(self) -> tuple[int, ...]:
        """Ids of the plan's functions, in order."""
        return tuple(target.id for target in self._targets)

    def run(self, options: Any, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Run the check's command with the probe in it; the output `answer` is what it wrote."""
        del options, selections
        if not isinstance(bench, WorkBench):
            raise TypeError("a probe works on a bench of the runner")
        began, left = time.monotonic(), self._left()
        if left <= 0:
            return Result(Outcome.INCONCLUSIVE, reason="timeout", summary="no time was left to begin")
        seen = f"{bench.view.out}/{PACKAGE}.d"
        answer = bench.out / f"{PACKAGE}.answer"
        plan = {
            "mode": self._mode, "root": bench.view.work, "folder": seen,
            "answer": f"{bench.view.out}/{answer.name}", "functions": self._targets, "seconds": left,
            "all": self._everything, "skipped": (*_LEFT_ALONE, *bench.products),
        }  # fmt: skip
        _place(bench.out / f"{PACKAGE}.d", msgspec.json.encode(plan))
        own = {"PYTHONPATH": (seen, ":"), "PYTEST_PLUGINS": (f"{PACKAGE}.plugin", ",")}
        variables = {
            name: mark.join(part for part in (first, bench.environment.get(name, "")) if part)
            for name, (first, mark) in own.items()
        }
        variables["PHASEPROOF_PROBE"] = f"{seen}/plan.json"
        execution = bench.execute(self._command, environment=variables)
        trouble = undecided(execution)
        if not answer.exists():
            reason, why = trouble or ("output-unreadable", f"no answer of pytest (exit {execution.exit_code})")
            return Result(Outcome.INCONCLUSIVE, reason=reason, summary=why, outputs={"log": execution.output})
        took = time.monotonic() - began
        return Result(Outcome.POSITIVE, summary=f"{took:.1f} s", cases=1, outputs={"answer": answer})

    def controls(self, options: Any, subject: Sequence[str], read: Callable[[str], bytes]) -> Sequence[Control]:
        """None: it is no check."""
        del options, subject, read
        return ()


def _place(folder: Path, plan: bytes) -> None:
    package = folder / PACKAGE
    package.mkdir(parents=True)
    for source in _SOURCES.glob("*.py"):
        (package / source.name).write_bytes(source.read_bytes())
    (folder / "plan.json").write_bytes(plan)
    for path in (folder, package):
        path.chmod(0o755)  # another user reads it
    for path in (folder / "plan.json", *package.iterdir()):
        path.chmod(0o644)


def read_reached(data: bytes) -> Reached | None:
    """The answer of the mode `reach`; None where it is none."""
    try:
        return msgspec.json.decode(data, type=Reached)
    except msgspec.DecodeError:
        return None


def read_tried(data: bytes) -> tuple[Tried, ...]:
    """The answer of the mode `mutate` as far as it can be read: a killed session leaves half a line."""
    lines: list[Tried] = []
    for line in data.splitlines():
        try:
            lines.append(msgspec.json.decode(line, type=Tried))
        except msgspec.DecodeError:
            break
    return tuple(lines)


def version() -> str:
    """Digest of the probe's own text: results of another one are not used again."""
    return sha256(b"\0".join(path.read_bytes() for path in sorted(_SOURCES.glob("*.py"))))


def session(job: Job, probe: Probe, seconds: float) -> Job:
    """A job that is a session of the probe, and may take so many seconds and a minute more to begin and end."""
    check = msgspec.structs.replace(job.check, timeout=int(max(0.0, seconds)) + 60)
    return msgspec.structs.replace(job, check=check, kind=probe, options=None, selections=(), isolated=True)


def quiet(*_: object) -> None:
    """Sessions are parts of a run that was announced: nobody is told of each."""
