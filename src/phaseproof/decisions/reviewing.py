"""What judges a check, compared with what was accepted, or with what it was when evidence was first seen (DESIGN 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct, structs

from phaseproof.authority import threshold
from phaseproof.authority.view import Run, Signed
from phaseproof.bundle.inputs import Unanswered, manifest
from phaseproof.bundle.model import Check
from phaseproof.checks import instrument
from phaseproof.checks.instrument import Difference
from phaseproof.decisions.desk import Desk
from phaseproof.decisions.inputs import inputs_at
from phaseproof.decisions.signatures import Heads, verify_signing
from phaseproof.decisions.state import State
from phaseproof.digests import Digest, sha256, short
from phaseproof.errors import Unable, Untrue
from phaseproof.evidence.decision import decision_of
from phaseproof.evidence.envelope import read_statement, unverified
from phaseproof.evidence.fact import evidence_of
from phaseproof.repo.globs import compile_glob
from phaseproof.repo.tree import Blob, Tree
from phaseproof.verdict.check import instrument_content
from phaseproof.verdict.model import Board, ItemBoard, Judgement, Reason

CODES = ("instrument-unreviewed", "instrument-changed")
"""Reasons that are told with the difference."""
MAX_FILE = 4 << 20
"""Bytes of a file of an instrument that is compared; a larger one is only said to have changed."""

Rows = Mapping[str, Blob]
"""Path -> entry of a tree."""


class Review(Struct, frozen=True):
    """How an instrument differs from the one it is held against.

    Attributes:
        check: name.
        now: digest of the instrument at the commit.
        since: what it is held against, for people; empty where there is nothing to hold it against.
        accepted: that was accepted by the roles that policy names.
        difference: None where the two cannot be compared, and
        why: why not.
    """

    check: str
    now: Digest
    since: str
    accepted: bool
    difference: Difference | None
    why: str = ""

    def summary(self) -> str:
        """One line."""
        if self.difference is None:
            return self.why
        return instrument.summary(self.difference)

    def lines(self) -> tuple[str, ...]:
        """All of it, for people."""
        held = f"compared with what {'was accepted' if self.accepted else 'judged it'}, {self.since}:"
        if self.difference is None:
            return (f"not compared: {self.why}",)
        return (held, *(f"  {line}" for line in instrument.told(self.difference)))


class Reviews:
    """Compares the instruments of one commit, each once.

    Args:
        desk: whose git objects are read.
        state: the ledger.
        tree: the commit's tree.
    """

    def __init__(self, desk: Desk, state: State, tree: Tree) -> None:
        self._desk, self._state, self._tree = desk, state, tree
        self._inputs = inputs_at(desk, state.bundle, state.reading.plans, tree)
        self._checks = {check.name: check for check in state.bundle.checks}
        self._done: dict[str, Review | None] = {}

    def of(self, name: str) -> Review | None:
        """The review of a check's instrument; None where it has none, or is what it is held against.

        Raises:
            Untrue: a signature or a manifest that it is compared by does not hold.
        """
        if name not in self._done:
            self._done[name] = self._review(self._checks[name])
        return self._done[name]

    def told(self, board: Board) -> Board:
        """The board with the difference in the reasons that are about instruments; verdicts stay as they are."""
        return structs.replace(board, items=tuple(self._told(item) for item in board.items))

    def _told(self, item: ItemBoard) -> ItemBoard:
        judgement = item.judgement
        if judgement.check not in self._checks or not any(one.code in CODES for one in judgement.reasons):
            return item
        review = self.of(judgement.check)
        if review is None:
            return item
        return structs.replace(item, judgement=_with(judgement, review))

    def _review(self, check: Check) -> Review | None:
        try:
            files = self._inputs.files_of(check)
        except Unanswered:
            return None
        paths = tuple(sorted({*files.instrument, *files.patches}))
        if not paths:
            return None
        rows = {path: self._tree.blobs[path] for path in paths}
        now = _digest(rows)
        accepted = bool(self._state.bundle.policy.instrument)
        known = self._accepted(check) if accepted else self._first(check)
        if known is None:
            why = f"nobody has accepted one of {check.name} before" if accepted else f"{check.name} has never run"
            return Review(check.name, now, "", accepted, None, f"{why}; it is of {len(paths)} files")
        before, since = known
        if before == now:
            return None
        old = self._rows(check, before)
        if old is None:
            why = f"no evidence names the files of {short(before)}, which was accepted"
            return Review(check.name, now, since, accepted, None, why)
        try:
            found = self._compared(old, rows)
        except Unable as error:
            return Review(check.name, now, since, accepted, None, error.fact)
        return Review(check.name, now, since, accepted, found)

    def _accepted(self, check: Check) -> tuple[Digest, str] | None:
        """The instrument that was accepted last, and when; its signatures are checked."""
        state = self._state
        listed = [one for one in state.view.signed
                  if one.signing.purpose == "instrument" and one.signing.target == check.name]  # fmt: skip
        for content in dict.fromkeys(one.signing.content for one in reversed(listed)):
            over = [one for one in listed if one.signing.content == content]
            counts = [threshold.count(state.bundle, role, over) for role in state.bundle.policy.instrument]
            if not all(one.met for one in counts):
                continue
            named = {self._named(one) for one in over if one.signing.envelope in counts[0].envelopes}
            for found in named:
                if instrument_content(check.name, found) == content:
                    return found, f"{short(found)} of {over[-1].at[:10]}"
        return None

    def _named(self, one: Signed) -> Digest:
        """The instrument that a signature is over."""
        heads = Heads()
        verify_signing(self._state.ledger, one, [self._state.bundle], heads)
        heads.insist(self._state.ledger)
        _, payload = unverified(self._state.ledger.get(one.signing.envelope))
        return str(decision_of(read_statement(payload)).content.get("instrument"))

    def _first(self, check: Check) -> tuple[Digest, str] | None:
        """The instrument of the first evidence under the bundle in force, which is what the note on a board means."""
        installed = self._state.view.installed
        since = installed.position if installed is not None else 0
        known = self._state.view.checks.get(check.name)
        first = next((run for run in known.runs if run.position > since), None) if known is not None else None
        return None if first is None else (first.fact.instrument, f"at {first.fact.commit[:7]}")

    def _rows(self, check: Check, wanted: Digest) -> Rows | None:
        """The files of an earlier instrument: from the manifest of evidence that was judged with it."""
        known = self._state.view.checks.get(check.name)
        for run in reversed(known.runs if known is not None else ()):
            if run.fact.instrument == wanted:
                return self._split(check, run, wanted)
        return None

    def _split(self, check: Check, run: Run, wanted: Digest) -> Rows | None:
        """Of everything a run read, what it judged with: the part whose digest is the instrument's."""
        _, payload = unverified(self._state.ledger.get(run.fact.envelope))
        held = listed(self._state.ledger.get(evidence_of(read_statement(payload)).inputs.manifest))
        patterns = [*check.instrument, *(control.patch for control in check.controls if control.patch)]
        covered = {path for pattern in patterns for path in compile_glob(pattern).select(held)}
        rows = {path: held[path] for path in sorted(covered)}
        return rows if _digest(rows) == wanted else None

    def _compared(self, old: Rows, new: Rows) -> Difference:
        differ = [path for path in {*old, *new} if old.get(path) != new.get(path)]
        return instrument.compare(self._read(old, differ), self._read(new, differ))

    def _read(self, rows: Rows, paths: Iterable[str]) -> Mapping[str, bytes]:
        """Bytes of files; their mode stands before those that are no plain files, so that a link is no file."""
        found = {}
        for path in sorted(set(paths) & set(rows)):
            data = self._desk.repository.read(rows[path].oid, MAX_FILE)
            found[path] = data if rows[path].is_file else b"link\0" + data
        return found


def listed(data: bytes) -> dict[str, Blob]:
    """The rows of a manifest of inputs.

    Raises:
        Untrue: it cannot be read (`manifest-unreadable`).
    """
    try:
        rows = msgspec.json.decode(data, type=list[tuple[str | dict[str, str], str, str]])
        return {_path(name): Blob(mode, oid) for name, mode, oid in rows}
    except (msgspec.DecodeError, ValueError, KeyError) as error:
        raise Untrue("manifest-unreadable", f"a manifest of inputs cannot be read: {error}") from error


def _path(name: str | dict[str, str]) -> str:
    return name if isinstance(name, str) else bytes.fromhex(name["bytes"]).decode("utf-8", "surrogateescape")


def _digest(rows: Rows) -> Digest:
    return sha256(manifest(Tree("", "", rows), sorted(rows)))


def _with(judgement: Judgement, review: Review) -> Judgement:
    reasons = tuple(
        Reason(one.code, f"{one.detail} ({review.summary()})") if one.code in CODES else one
        for one in judgement.reasons
    )
    return structs.replace(judgement, reasons=reasons)
