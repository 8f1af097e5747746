"""The kind `artifact`: a document that must be there and say what it must. Reads; runs nothing.

What a document says of itself ("status: pass") is not judged here: only what it is.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, ClassVar

from msgspec import Struct

from phaseproof.bundle.model import Selection
from phaseproof.checks.artifact_options import ArtifactOptions
from phaseproof.checks.content import demands_content, judge, loaded
from phaseproof.checks.findings import fit
from phaseproof.checks.kind import Bench, Control, Finding, NoAnswer, Outcome, Plant, Result, truncation
from phaseproof.checks.reading import Unfit, is_glob, matching, read, walk
from phaseproof.checks.structured import Malformed
from phaseproof.checks.wording import planted
from phaseproof.repo.globs import compile_glob

MAX_BYTES = 10_000_000
"""Bytes of one document."""
CLOCK_SKEW = 86_400
"""Seconds that a commit may lie in the future: clocks differ, but not by days."""


class Artifact:
    """Reads documents and says what they lack."""

    name: ClassVar[str] = "artifact"
    options: ClassVar[type[Struct]] = ArtifactOptions
    selections: ClassVar[tuple[str, ...]] = ()
    absent: ClassVar[bool] = False

    def run(self, options: ArtifactOptions, bench: Bench, selections: Sequence[Selection]) -> Result:
        """Read them. See `Kind.run`; each file is a case."""
        # An artifact has no parts: a selection of one is answered by nothing.
        none = dict.fromkeys(range(len(selections)), Outcome.INCONCLUSIVE)
        findings: list[Finding] = []
        judged: list[str] = []
        try:
            schema = _schema(options, bench)
            for pattern in options.patterns:
                files, missing = _files(bench, pattern)
                findings += missing
                for path in files:
                    bench.progress(path)
                    judged.append(path)
                    findings += _judge(options, bench, path, schema)
        except NoAnswer as error:
            return Result(Outcome.INCONCLUSIVE, reason=error.reason, summary=error.fact, selections=none)
        except Unfit as error:
            return Result(
                Outcome.INCONCLUSIVE, reason="inputs-unreadable", summary=f"the checkout {error}", selections=none
            )
        fitted = fit(findings, bench.root, bench.out)
        errors = sum(finding.level == "error" for finding in findings)
        good = bool(judged) and not errors
        count = len(set(judged))
        return Result(
            Outcome.POSITIVE if good else Outcome.NEGATIVE,
            summary=f"{count} {'file' if count == 1 else 'files'}, nothing missing" if good else fitted[0].message,
            metrics={"files": Decimal(count), "findings": Decimal(errors)},
            findings=fitted,
            selections=none,
            cases=count,
        )

    def controls(
        self, options: ArtifactOptions, subject: Sequence[str], read: Callable[[str], bytes]
    ) -> Sequence[Control]:
        """Its files emptied; and, where they are demanded, a forbidden word planted and a schema's document voided."""
        globs = [compile_glob(pattern) for pattern in options.patterns]
        own = [path for path in subject if any(glob.matches(path) for glob in globs)]
        controls = [truncation(own or subject)] if subject else []
        if options.forbidden and (plant := _violation(options, own, read)):
            controls.append(
                Control("violation planted", (plant,), f"{options.forbidden[0]!r} written into {plant.path}")
            )
        if options.schema is not None and own:
            plants = tuple(Plant(path, b"null\n") for path in own)
            controls.append(Control("content voided", plants, f"null in place of the content of {len(own)} files"))
        return controls


def _violation(options: ArtifactOptions, own: Sequence[str], read: Callable[[str], bytes]) -> Plant | None:
    for path in own:
        try:
            text = planted(read(path).decode("utf-8"), options.forbidden[0], options.normative)
        except UnicodeDecodeError:
            continue
        if text is not None:
            return Plant(path, text.encode())
    return None


def _schema(options: ArtifactOptions, bench: Bench) -> Any:
    if options.schema is None:
        return None
    try:
        return loaded(options.schema, read(bench.root, options.schema, MAX_BYTES).decode("utf-8"))
    except Unfit as error:
        raise NoAnswer(
            "inputs-unreadable", f"the schema {options.schema} {error.fact}; is it in the check's `instrument`?"
        ) from error
    except (UnicodeDecodeError, Malformed) as error:
        raise NoAnswer("inputs-unreadable", f"the schema {options.schema} cannot be read: {error}") from error


def _files(bench: Bench, pattern: str) -> tuple[list[str], list[Finding]]:
    """The files that a path, folder or glob names; of a folder, those that are not empty."""
    place = pattern.rstrip("/")
    files = matching(bench.root, place)
    folder = files == [place] and stat.S_ISDIR(os.lstat(bench.root / place).st_mode)
    if folder:
        files = sorted(path for path in walk(bench.root, place) if os.lstat(bench.root / path).st_size)
    if files:
        return files, []
    path = "" if is_glob(place) else place
    words = f"{place} is a folder without content" if folder else f"{place} is not there"
    return [], [Finding("artifact-missing", words, path=path)]


def _judge(options: ArtifactOptions, bench: Bench, path: str, schema: Any) -> Iterator[Finding]:
    try:
        data = read(bench.root, path, MAX_BYTES)
    except Unfit as error:
        if error.rule != "too-large" or demands_content(options):
            rule = "artifact-missing" if error.rule == "missing" else "artifact-unfit"
            yield Finding(rule, f"{path} {error.fact}", path=path)
            return
    else:
        if not data.strip():
            yield Finding("artifact-empty", f"{path} is empty", path=path)
            return
        if demands_content(options):
            yield from judge(options, bench.root, path, data, schema, MAX_BYTES)
    if options.committed_within is not None:
        yield from _age(options, bench, path)


def _age(options: ArtifactOptions, bench: Bench, path: str) -> Iterator[Finding]:
    changed = bench.committed(path)
    if changed is None:
        raise NoAnswer("age-unknown", f"it is not known when {path} was last changed")
    age = bench.now - changed
    if age < -CLOCK_SKEW:
        yield Finding("artifact-from-future", f"{path} was last changed by a commit dated in the future", path=path)
    elif age >= options.seconds():
        days = int(age // 86_400)
        words = f"{path} was last changed {days} days ago, {options.committed_within} are allowed"
        yield Finding("artifact-old", words, path=path)
