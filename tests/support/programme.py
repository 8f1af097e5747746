"""A programme simulated: real keys, real envelopes, real events folded; only git and the disk are left out.

A test says the rules first (`gate`, `item`, `check`, `role`, `policy`: rules.py), then what happens (`runs`,
`signed_by`, `forges` …), then asks (`verdict`, `gate_verdict`, `decides`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import structs

from phaseproof.authority.fold import RunAbandoned, RunStarted, fold
from phaseproof.authority.view import View
from phaseproof.bundle import canonical, digest
from phaseproof.bundle.model import Selection
from phaseproof.decisions.proof import rests_on, verify_rests
from phaseproof.decisions.statement import Draft, entry
from phaseproof.digests import Digest, sha256
from phaseproof.evidence.envelope import Subject, keyid, read_statement, seal, statement
from phaseproof.evidence.fact import fact_of
from phaseproof.evidence.model import CONTROL, EVIDENCE, ControlRecord, Evidence, Fact, InputsRecord, KindRecord
from phaseproof.instants import text
from phaseproof.ledger.model import Entry
from phaseproof.verdict import content
from phaseproof.verdict.check import case_of, instrument_content
from phaseproof.verdict.item import Items
from phaseproof.verdict.judge import judge
from phaseproof.verdict.model import Board, Judgement
from support.commit import Commit
from support.memory_ledger import MemoryLedger
from support.rules import key_of

START = 1_772_000_000.0
"""Seconds since the epoch at which every simulated programme begins."""
DAY = 86_400

proven = ("proven",)
PASS = ("PASS",)


def holds(*codes: str) -> tuple[str, ...]:
    """A gate's HOLD with its reasons."""
    return ("HOLD", *codes)


class Programme(Commit):
    """A programme under a test's hand.

    Attributes:
        ledger: what happened.
        now: seconds since the epoch; a second passes with every event.
    """

    def __init__(self, **policy: Any) -> None:
        super().__init__(**policy)
        self.now = START
        self.ledger = MemoryLedger("orders", text(START))
        self._runs = 0

    def installed(self, *signers: str) -> Programme:
        """Put the bundle in force; signed by alice and bob unless others, or `nobody`, are named."""
        if self.frozen:
            return self
        self.frozen = True
        own = digest.of(self.bundle)
        self.ledger.objects[own] = canonical.encode(self.bundle)
        said = {"bundle": own, "reading": sha256(b"reading"), "commit": self.commit}
        draft = Draft("install", "bundle", 0, "alice", said)
        self.ledger.take(entry(self.ledger, draft, self._key("alice"), self.tick(), "bundle-installed", said))  # type: ignore[arg-type]
        for person in signers or ("alice", "bob"):
            if person != "nobody":
                self.signs("bundle", own, own, person)
        return self

    # -- what happens

    def waits(self, seconds: float) -> Programme:
        """Time passes; a negative time sets the clock back."""
        self.now += seconds
        return self

    def announces(self, check: str, *, limit: int = 900, run: str | None = None) -> str:
        """A run is announced; its id comes back."""
        self.installed()
        run = run or self.run_id()
        held = self._held(check)
        body = RunStarted(run, check, self._digest(check), held.inputs, self.commit, limit)
        self.ledger.write(f"check/{check}", "run-started", "local", canonical.plain(body), self.tick())
        return run

    def gives_up(self, check: str, run: str) -> Programme:
        """A runner says that it gave a run up."""
        body = canonical.plain(RunAbandoned(run, check, "interrupted"))
        self.ledger.write(f"check/{check}", "run-abandoned", "local", body, self.tick())
        return self

    def runs(
        self, check: str, outcome: str = "positive", *, by: str = "local", key: str | None = None,
        run: str | None = None, announced: bool = True, controls: Mapping[str, str] | None = None,
        selections: Mapping[Any, str] | None = None, control_selections: Mapping[Any, str] | None = None,
        control_by: str | None = None, forget_controls: bool = False, finished_after: float = 0.0, **fields: Any,
    ) -> Programme:  # fmt: skip
        """A run from announcement to evidence; passing ones with controls that fail, unless said otherwise.

        Args:
            check: name of the check.
            outcome: what it came to.
            by: runner it says it is by.
            key: whose key signs, where another's.
            run: id, where announced before.
            announced: announce it.
            controls: name -> outcome of each control.
            selections: selection -> outcome.
            control_selections: selection -> outcome under the controls.
            control_by: runner that signs the controls.
            forget_controls: leave the controls' own results out of the ledger.
            finished_after: seconds that `finished` lies after now.
            fields: further fields of the evidence.
        """
        self.installed()
        run = run or (self.announces(check) if announced else self.run_id())
        if controls is None:
            controls = {"subject truncated": "negative"} if outcome == "positive" else {}
        strong = "independent" if fields.get("strength") == "independent" else "isolated"
        records = []
        for name, came in controls.items():
            made, fact = self.evidence(
                check,
                came,
                control_by or by,
                key,
                self.run_id(),
                _by_digest(control_selections),
                control=name,
                strength=strong,
            )
            if not forget_controls:
                self.ledger.take(made)
            records.append(ControlRecord(name, fact.envelope, fact.outcome, fact.selections, fact.reason))
        made, _ = self.evidence(
            check, outcome, by, key, run, _by_digest(selections), controls=tuple(records), late=finished_after, **fields
        )
        self.ledger.take(made)
        return self

    def proves(self, item: str, **fields: Any) -> Programme:
        """The check of an item passes."""
        return self.runs(self._check_of(item), "positive", **fields)

    def refutes(self, item: str, **fields: Any) -> Programme:
        """The check of an item fails."""
        return self.runs(self._check_of(item), "negative", **fields)

    def forges(self, check: str, outcome: str = "positive", *, run: str | None = None, **changes: Any) -> Programme:
        """Somebody without the runner's key writes evidence into the ledger; its envelope is signed by a stranger."""
        self.installed()
        made, fact = self.evidence(check, outcome, "local", "mallory", run or self.run_id(), {})
        said = structs.replace(fact, key=keyid(key_of("local").public), **changes)
        self.ledger.objects.update(made.objects)
        self.ledger.write(made.stream, "evidence", "local", canonical.plain(said), self.tick())
        return self

    def signed_by(self, *people: str, item: str, role: str | None = None) -> Programme:
        """People sign an item as it stands now."""
        self.installed()
        found = next(one for one in self.bundle.items if one.id == self._full(item))
        bound = role or next(b.role for b in self.bundle.bindings if b.item == found.id)
        assert bound is not None
        case = case_of(self.bundle, self.view, self.inputs, self.now)
        exact = canonical.digest(content.signoff(case, found, bound, Items(case).plain()))
        for person in people:
            self.signs("item", found.id, exact, person, bound)
        return self

    def accepts(self, check: str, *people: str) -> Programme:
        """People accept the instrument of a check as it stands now."""
        self.installed()
        for person in people:
            exact = instrument_content(check, self._held(check).instrument)
            self.signs("instrument", check, exact, person, self.bundle.policy.instrument[0])
        return self

    def signs(
        self, purpose: str, target: str, exact: Digest, person: str, role: str = "", key: str | None = None
    ) -> Programme:
        """A person signs a content; `key` is whose key is used, where another's."""
        signer = key_of(key) if key else self._key(person)
        said = {"purpose": purpose, "target": target, "content": exact, **({"role": role} if role else {})}
        stream = f"sign/{purpose}/{sha256(target.encode())[7:23]}/{person}"
        draft = Draft("sign", stream, self.ledger.next_seq(stream), person, said)
        payload = {**said, "person": person, "key": keyid(signer.public)}
        self.ledger.take(entry(self.ledger, draft, signer, self.tick(), "signed", payload))  # type: ignore[arg-type]
        return self

    # -- what is asked

    @property
    def view(self) -> View:
        """The ledger, folded."""
        return fold(self.ledger.events())

    def board(self, only: Iterable[str] = ()) -> Board:
        """The board as it is now."""
        self.installed()
        return judge(self.bundle, self.view, self.inputs, text(self.now), tuple(only))

    def judgement(self, item: str) -> Judgement:
        """What is known of an item."""
        return next(one.judgement for one in self.board().items if one.id == self._full(item))

    def verdict(self, item: str) -> tuple[str, ...]:
        """Verdict and reason codes of an item."""
        judgement = self.judgement(item)
        return (judgement.verdict, *(reason.code for reason in judgement.reasons))

    def gate_verdict(self, gate: str = "gate-a") -> tuple[str, ...]:
        """Verdict and reason codes of a gate."""
        board = next(one for one in self.board().gates if one.id == gate)
        return (board.verdict, *(reason.code for reason in board.reasons))

    def decides(self, only: Iterable[str] = ()) -> str:
        """The board's verdict from a process that opens everything it rests on.

        Raises:
            Untrue: something it rests on does not hold.
        """
        board = self.board(only)
        verify_rests(self.ledger, self.view, self.bundle, rests_on(board))  # type: ignore[arg-type]
        return board.verdict

    # -- inside

    def evidence(
        self, check: str, outcome: str, by: str, key: str | None, run: str, selections: dict[Digest, str],
        late: float = 0.0, **fields: Any,
    ) -> tuple[Entry, Fact]:  # fmt: skip
        """A signed piece of evidence, or with `control` a control's result: what to append, and what it says."""
        at = self.tick()
        held = fields.pop("held", None) or self._held(check)
        signer = key_of(key) if key else self._key(by)
        manifest = f"{check} {held.inputs}".encode()
        made = Evidence(**{
            "tenant": self.ledger.tenant, "bundle": digest.of(self.bundle), "check": check,
            "check_digest": self._digest(check), "kind": KindRecord("tests", "phaseproof", "1.0"),
            "subject": held.subject, "instrument": held.instrument, "environment": sha256(b"environment"),
            "inputs": InputsRecord(held.inputs, held.files, sha256(manifest)),
            "started": text(self.now - 1), "finished": text(self.now + late), "platform": "Linux x86_64, Python 3.11",
            "strength": "isolated", "mechanism": "bubblewrap, own user, no network", "runner": by, "run": run,
            "outcome": outcome, "selections": selections,
            "summary": {"positive": "12 passed", "negative": "1 failed", "inconclusive": "nobody knows"}[outcome],
            "reason": "timeout" if outcome == "inconclusive" else "", **fields,
        })  # fmt: skip
        subject = [Subject({"gitCommit": self.commit}, "commit")]
        payload = statement(subject, CONTROL if made.control else EVIDENCE, made)
        envelope = seal(payload, [signer])
        fact = fact_of(read_statement(payload), sha256(envelope), keyid(signer.public))
        objects = {sha256(envelope): envelope, sha256(manifest): manifest}
        kind = "control" if made.control else "evidence"
        return Entry(f"check/{check}", None, kind, at, by, canonical.plain(fact), objects, sha256(envelope)), fact

    def run_id(self) -> str:
        """An id that no run has had."""
        self._runs += 1
        return sha256(f"run {self._runs}".encode())[7:39]

    def tick(self) -> str:
        """The next instant."""
        self.now += 1
        return text(self.now)


def _by_digest(selections: Mapping[Any, str] | None) -> dict[Digest, str]:
    return {digest.of_selection(_selection(one)): came for one, came in (selections or {}).items()}


def _selection(one: str | Selection) -> Selection:
    return Selection(tests=(one,)) if isinstance(one, str) else one
