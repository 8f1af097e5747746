"""`explain`: everything about one item, as a short letter (EXPERIENCE)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from phaseproof.bundle.model import Check
from phaseproof.decisions.explaining import Letter, Stand
from phaseproof.digests import short
from phaseproof.evidence.model import Evidence, FindingRecord
from phaseproof.instants import seconds, span
from phaseproof.plan.model import Claim
from phaseproof.reports import standing
from phaseproof.reports.advice import advice
from phaseproof.reports.board import paint, told
from phaseproof.reports.layout import counted, fold, one_line, visible

_FINDINGS = 8
_WORDS = {"positive": "found it good", "negative": "found it wanting", "inconclusive": "came to no result"}
_CONTROLS = {
    "negative": "and it noticed",
    "positive": "and it passed all the same: it proves nothing",
    "inconclusive": "and it came to no result",
}


def text(letter: Letter) -> str:
    """The letter for people."""
    item, judgement = letter.item, letter.verdict.judgement
    path = item.id.split(":", 1)[0]
    where = f"{path}:{letter.line}" if letter.line else f"{path}, where it no longer stands"
    lines = [click.style(f"“{fold(one_line(item.text), 1, 2)}”", bold=True),
             visible(f"  {where}   {item.kind}   {letter.verdict.short}")]  # fmt: skip
    if letter.gates:
        lines.append("  counts for " + ", ".join(one_line(gate.title) for gate in letter.gates))
    if letter.written is not None and letter.written.claim.state != "none":
        lines.append(f"  the document says: {_claim(letter.written.claim)}")
    lines += ["", *_bound(letter)]
    for stand in letter.stands:
        lines += ["", *_stand(stand)]
    if letter.signed:
        lines.append("")
        lines += [f"Signed by {s.signing.person} as {s.signing.role or 'holder'} at {s.at}" for s in letter.signed]
    lines += ["", f"{paint(judgement.verdict)}   {told(judgement.reasons)}".rstrip()]
    following = letter.verdict.next
    if following.startswith("phaseproof explain "):
        lines.append(f"  {visible(fold(advice(letter.verdict.short, judgement), 2, 2))}")
    elif following:
        lines.append(f"  → {visible(following)}")
    return "\n".join(lines)


def _claim(claim: Claim) -> str:
    """What a document claims: its own word where it has one, and what a tick means."""
    word = one_line(claim.raw)
    return f"{claim.state} ({word})" if len(word) > 1 and word.upper() != claim.state else claim.state


def machine(letter: Letter) -> dict[str, Any]:
    """The same facts for programs."""
    judgement = letter.verdict.judgement
    return {
        "id": letter.verdict.short,
        "full": letter.item.id,
        "text": letter.item.text,
        "kind": letter.item.kind,
        "line": letter.line,
        "claim": letter.written.claim.state if letter.written else None,
        "gates": [gate.id for gate in letter.gates],
        "binding": msgspec.to_builtins(letter.binding),
        "verdict": judgement.verdict,
        "strength": judgement.strength,
        "assurance": judgement.assurance,
        "reasons": [{"code": r.code, "detail": r.detail} for r in judgement.reasons],
        "evidence": list(judgement.rests),
        "checks": [
            {
                "name": stand.check.name,
                "definition": msgspec.to_builtins(stand.check),
                "seen": msgspec.to_builtins(stand.seen),
                "controls": msgspec.to_builtins(stand.controls),
                "changed": list(stand.changed),
                "history": stand.history,
                "review": msgspec.to_builtins(stand.review),
            }
            for stand in letter.stands
        ],
        "signed": [msgspec.to_builtins(s) for s in letter.signed],
        "next": letter.verdict.next,
        "advice": advice(letter.verdict.short, judgement),
    }


def _bound(letter: Letter) -> list[str]:
    binding = letter.binding
    if binding is None:
        name = letter.verdict.short
        return [
            "Nothing stands for it, so it holds its gates. Bind it in phaseproof.yaml:",
            "",
            "    bindings:",
            f"      {_quoted(name)}: {{check: NAME}}     # or {{role: NAME}}, {{children: true}}",
        ]
    return [standing.sentence(binding)]


def _stand(stand: Stand) -> list[str]:
    check, seen = stand.check, stand.seen
    lines = [f"{click.style(check.name, bold=True)}, a check of kind {check.kind.name}: {standing.does(check)}"]
    lines.append(
        f"  judges {standing.globs(check.subject)}"
        + (f" with {standing.globs(check.instrument)}" if check.instrument else "")
    )
    if seen is None or stand.last is None:
        lines.append("  It has never run.")
    else:
        fact = stand.last.fact
        took = span(max(0.0, seconds(seen.finished) - seconds(seen.started)))
        lines.append(f"  On {seen.finished[:19].replace('T', ' ')} UTC it {_WORDS[seen.outcome]}: "
                     f"{one_line(seen.summary or seen.reason or 'no more is known')} ({took})")  # fmt: skip
        lines.append(f"  at commit {fact.commit[:7]}, {counted(seen.inputs.files, 'file')}, "
                     f"seen by runner {seen.runner}, {seen.strength} ({seen.mechanism})")  # fmt: skip
        if seen.command:
            lines.append(f"  ran {one_line(' '.join(seen.command), 200)}   {_exit(seen.exit_code)}")
        lines += _findings([finding for finding in seen.findings if finding.rule != "survivor"])
        if stand.printed:
            lines += ["  it printed:", *(f"    {visible(line.expandtabs())[:200]}" for line in stand.printed)]
        lines += _controls(stand.controls)
        lines += _sensitivity(check, seen)
        if stand.changed:
            lines.append("  since then changed: " + ", ".join(one_line(path) for path in stand.changed[:8]))
        lines.append(f"  evidence {short(fact.envelope)} at position {stand.last.position}")
    if stand.review is not None:
        lines += [
            "  what it judges with has changed:",
            *(f"    {one_line(line, 200)}" for line in stand.review.lines()),
        ]
    if stand.history:
        lines.append(f"  last attempts: {stand.history}")
    lines += [
        f"  a run of {start.at} has no result: {start.ended or 'it may be running'}" for start in stand.unfinished
    ]
    return lines


def _controls(controls: tuple[Evidence, ...]) -> list[str]:
    if not controls:
        return ["  It was not tried whether it can fail."]
    lines = []
    for one in controls:
        took = span(max(0.0, seconds(one.finished) - seconds(one.started)))
        said = one.summary or one.reason
        lines.append(f"  broken on purpose ({one.control}) {_CONTROLS[one.outcome]}: {one_line(said)} ({took})")
    return lines


def _sensitivity(check: Check, seen: Evidence) -> list[str]:
    """How much a check notices, where it asks or was measured; the survivors stand among its findings."""
    one, least = seen.sensitivity, check.min_sensitivity
    if one is None:
        return [] if least is None else ["  How much it notices was not measured."]
    if one.reason:
        return [f"  how much it notices could not be measured: {one_line(one.detail or one.reason)}"]
    sampled = "" if one.sampled == one.population else f" (drawn from {one.population}; at least {one.bound} is known)"
    wanted = "" if least is None else f", wanted {least}"
    lines = [f"  {counted(one.sampled, 'function')} made to do nothing, one at a time{sampled}: "
             f"{one.killed} noticed{wanted}"]  # fmt: skip
    if one.unreached:
        lines.append(f"    {counted(one.unreached, 'function')} no test calls")
    if one.inconclusive:
        lines.append(f"    {counted(one.inconclusive, 'function')} gave no answer")
    return [*lines, *_findings([finding for finding in seen.findings if finding.rule == "survivor"])]


def _findings(findings: Sequence[FindingRecord]) -> list[str]:
    lines = [f"    {_finding(finding)}" for finding in findings[:_FINDINGS]]
    if len(findings) > _FINDINGS:
        lines.append(f"    … and {counted(len(findings) - _FINDINGS, 'finding')} more: --format json")
    return lines


def _exit(code: int | None) -> str:
    return "no exit code" if code is None else f"exit {code}"


def _finding(finding: FindingRecord) -> str:
    place = finding.path + (f":{finding.line}" if finding.line else "")
    return one_line(f"{place} {finding.message}" if place else finding.message, 200)


def _quoted(name: str) -> str:
    plain = all(char.isalnum() or char in "./-_" for char in name)
    return name if plain else '"' + name.replace('"', '\\"') + '"'
