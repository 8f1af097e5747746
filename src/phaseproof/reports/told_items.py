"""An item and its checks as a page tells them: words and figures, nothing of HTML. Every word has been scrubbed."""

from __future__ import annotations

from msgspec import Struct

from phaseproof.evidence.model import Evidence
from phaseproof.instants import seconds, span
from phaseproof.reasons import sentence
from phaseproof.reports import standing
from phaseproof.reports.advice import advice
from phaseproof.reports.dossier import Dossier, Sighting, checks_of
from phaseproof.reports.layout import counted, one_line
from phaseproof.reports.scrub import Scrubber
from phaseproof.verdict.flake import Attempt
from phaseproof.verdict.model import ItemBoard

FINDINGS, SURVIVORS = 12, 40
"""Findings and survivors of one check that a page names at most; the rest is counted."""
PRINTED, NAMED = 250_000, 1500
"""Characters of output, and findings and survivors, on a whole page: many checks have less room each."""
_CHANGED = 8
_LINE = 240
_SAW = {"positive": "found it good", "negative": "found it wanting", "inconclusive": "came to no result"}
_TRIED = {
    "negative": "it noticed",
    "positive": "it passed all the same: it proves nothing",
    "inconclusive": "it came to no result",
}


class Room(Struct, frozen=True):
    """How much of each check a page has room for: characters of output, findings, survivors."""

    printed: int
    findings: int
    survivors: int


def room(checks: int) -> Room:
    """The room that each of a number of checks has."""
    number = max(1, checks)
    return Room(PRINTED // number, max(1, min(FINDINGS, NAMED // number)), max(1, min(SURVIVORS, 2 * NAMED // number)))


class ToldControl(Struct, frozen=True):
    """What was broken, what the check said, and how long that took."""

    name: str
    outcome: str
    said: str
    detail: str
    took: str


class ToldCheck(Struct, frozen=True):
    """A check that stands for an item; `facts` are pairs of a word and what is so."""

    name: str
    kind: str
    does: str
    saw: str = ""
    outcome: str = ""
    wanting: bool = False
    facts: tuple[tuple[str, str], ...] = ()
    findings: tuple[str, ...] = ()
    more: int = 0
    printed: str = ""
    controls: tuple[ToldControl, ...] = ()
    sensed: str = ""
    survivors: tuple[str, ...] = ()
    unnamed: int = 0
    history: tuple[tuple[str, Attempt], ...] = ()
    unfinished: int = 0
    envelope: str = ""
    position: int = 0
    listed: bool = True


class ToldItem(Struct, frozen=True):
    """An item.

    Attributes:
        anchor: its id on the page.
        short, kind, text, verdict, required: as on the board.
        why: sentences, the first first.
        next, advice: what to do; empty where nothing is.
        claim: what the document says of it, empty where nothing.
        stands: what stands for it, as a sentence.
        strength: how its evidence was seen, and what the signature is worth.
        checks: what was seen, in full.
        elsewhere: checks that are told in full under another item: name, its anchor, outcome, summary.
        signed: signatures: person, role, instant, envelope.
    """

    anchor: str
    short: str
    kind: str
    text: str
    verdict: str
    required: bool
    why: tuple[str, ...]
    next: str
    advice: str
    claim: str
    stands: str
    strength: str
    checks: tuple[ToldCheck, ...]
    elsewhere: tuple[tuple[str, str, str, str], ...]
    signed: tuple[tuple[str, str, str, str], ...]


def told_items(dossier: Dossier, anchors: dict[str, str], scrubber: Scrubber) -> dict[str, ToldItem]:
    """Every item of the board, by full id; a check that stands for several is told in full under the first.

    Args:
        dossier: what is known.
        anchors: full id -> id on the page.
        scrubber: takes out what is nobody's business.
    """
    claims = {name: place.claim for one in dossier.documents for name, place in one.places.items()}
    each = room(sum(sight.seen is not None for sight in dossier.sightings.values()))
    first: dict[str, str] = {}
    told: dict[str, ToldItem] = {}
    for item in dossier.board.items:
        names = [name for name in checks_of(dossier.bindings.get(item.id)) if name in dossier.sightings]
        checks, elsewhere = [], []
        for name in names:
            check = _check(dossier.sightings[name], scrubber, each)
            if first.setdefault(name, anchors[item.id]) == anchors[item.id]:
                checks.append(check)
            else:
                elsewhere.append((name, first[name], check.outcome, check.saw))
        claim = claims.get(item.id)
        told[item.id] = ToldItem(
            anchor=anchors[item.id],
            short=one_line(item.short),
            kind=item.kind,
            text=one_line(item.text),
            verdict=item.judgement.verdict,
            required=item.required,
            why=tuple(scrubber.clean(sentence(r.code, r.detail)) for r in item.judgement.reasons),
            next="" if item.next.startswith("phaseproof explain ") else item.next,
            advice=advice(item.short, item.judgement),
            claim=claim.state if claim is not None and claim.state != "none" else "",
            stands=_stands(dossier, item),
            strength=_strength(item),
            checks=tuple(checks),
            elsewhere=tuple(elsewhere),
            signed=_signed(dossier, item, names),
        )
    return told


def _stands(dossier: Dossier, item: ItemBoard) -> str:
    """What stands for it, where the check told below does not say it all."""
    binding = dossier.bindings.get(item.id)
    if binding is not None and binding.check in dossier.sightings and binding.selection is None:
        return ""
    return standing.sentence(binding) if binding is not None else "Nothing stands for it."


def _strength(item: ItemBoard) -> str:
    judgement = item.judgement
    if judgement.verdict != "proven" or not judgement.rests:
        return ""
    seen = f"{judgement.strength}; " if judgement.strength else ""
    return f"{seen}assurance {judgement.assurance}"


def _signed(dossier: Dossier, item: ItemBoard, checks: list[str]) -> tuple[tuple[str, str, str, str], ...]:
    over = [*dossier.signed.get(item.id, ()), *(one for name in checks for one in dossier.signed.get(name, ()))]
    what = {"item": "", "instrument": "the instrument of "}
    return tuple(
        (
            one.signing.person,
            (what.get(one.signing.purpose, "") + (one.signing.target if one.signing.purpose == "instrument" else ""))
            or (one.signing.role and f"as {one.signing.role}"),
            one.at,
            one.signing.envelope,
        )
        for one in over
    )


def _check(sight: Sighting, scrubber: Scrubber, each: Room) -> ToldCheck:
    check, seen = sight.check, sight.seen
    made = ToldCheck(
        name=check.name, kind=check.kind.name, does=scrubber.clean(one_line(standing.does(check), _LINE)),
        history=sight.history, unfinished=sight.unfinished,
    )  # fmt: skip
    if seen is None or sight.last is None:
        return made
    from msgspec import structs

    findings = tuple(
        scrubber.clean(one_line(f"{f.path}{f':{f.line}' if f.line else ''}  {f.message}".strip(), _LINE))
        for f in seen.findings[: each.findings]
    )
    return structs.replace(
        made,
        saw=scrubber.clean(one_line(seen.summary or seen.reason or "no more is known", _LINE)),
        outcome=_SAW[seen.outcome],
        wanting=seen.outcome == "negative",
        facts=_facts(sight, seen, scrubber),
        findings=findings,
        more=max(0, len(seen.findings) - each.findings),
        printed=_last(scrubber.clean("\n".join(sight.printed)), each.printed),
        controls=tuple(_control(one, scrubber) for one in sight.controls),
        sensed=scrubber.clean(sight.sensed.figures),
        survivors=tuple(scrubber.clean(name) for name in sight.sensed.survivors[: each.survivors]),
        unnamed=max(0, len(sight.sensed.survivors) - each.survivors),
        envelope=sight.last.fact.envelope,
        position=sight.last.position,
        listed=sight.listed,
    )


def _last(text: str, most: int) -> str:
    """The last whole lines of a text that take no more room than given; of a single longer one its end."""
    if len(text) <= most:
        return text
    end = text[len(text) - most :]
    return end.partition("\n")[2] or end


def _facts(sight: Sighting, seen: Evidence, scrubber: Scrubber) -> tuple[tuple[str, str], ...]:
    assert sight.last is not None
    check = sight.check
    exit_code = f"  (exit {seen.exit_code})" if seen.exit_code is not None else ""
    ran = one_line(" ".join(seen.command), _LINE) + exit_code if seen.command else ""
    judges = standing.globs(check.subject) + (f", with {standing.globs(check.instrument)}" if check.instrument else "")
    changed = ", ".join(sight.changed[:_CHANGED])
    if len(sight.changed) > _CHANGED:
        changed += f" and {len(sight.changed) - _CHANGED} more"
    facts = (
        ("ran", ran),
        ("judges", judges),
        ("when", f"{_when(seen.started)}, {_took(seen)}"),
        ("commit", f"{sight.last.fact.commit[:12]}, {counted(seen.inputs.files, 'file')}"),
        ("seen by", f"runner {seen.runner}, {seen.strength} ({seen.mechanism}), {seen.platform}"),
        ("changed since", changed),
        ("overtaken", "the commit or its files had moved at the end" if seen.overtaken else ""),
    )
    return tuple((word, scrubber.clean(said)) for word, said in facts if said)


def _control(one: Evidence, scrubber: Scrubber) -> ToldControl:
    said = scrubber.clean(one_line(one.summary or one.reason, _LINE))
    return ToldControl(scrubber.clean(one.control), one.outcome, _TRIED[one.outcome], said, _took(one))


def _took(one: Evidence) -> str:
    return span(max(0.0, seconds(one.finished) - seconds(one.started)))


def _when(instant: str) -> str:
    return f"{instant[:19].replace('T', ' ')} UTC"
