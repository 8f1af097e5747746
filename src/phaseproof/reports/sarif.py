"""`report sarif`: blockers and findings as SARIF 2.1.0 (OASIS), for code scanning and editors.

Blockers are results of level `error` on the line of their item; items that nobody waits for are `note`. Findings are
those of each check's evidence that is shown, with the path and line that the check gave.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from phaseproof import __version__
from phaseproof.digests import sha256
from phaseproof.reasons import SENTENCES, sentence
from phaseproof.reports.blockers import SETTLED, blockers
from phaseproof.reports.dossier import Dossier
from phaseproof.reports.scrub import Scrubber

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST = 5000
"""Results in one log; a log that is cut says so."""
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def log(dossier: Dossier, scrubber: Scrubber) -> dict[str, Any]:
    """A SARIF log with one run.

    Args:
        dossier: what is known.
        scrubber: takes out what is nobody's business.
    """
    board = dossier.board
    results = [*_blocking(dossier, scrubber), *_optional(dossier, scrubber), *_findings(dossier, scrubber)]
    shown = results[:MOST]
    rules = sorted({result["ruleId"] for result in shown})
    for result in shown:
        result["ruleIndex"] = rules.index(result["ruleId"])
    told: dict[str, Any] = {"executionSuccessful": True}
    if len(results) > len(shown):
        told["toolExecutionNotifications"] = [
            {"level": "warning", "message": {"text": f"{len(results) - len(shown)} more results were left out"}}
        ]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "phaseproof",
                        "semanticVersion": __version__,
                        "rules": [{"id": rule, "shortDescription": {"text": _rule(rule)}} for rule in rules],
                    }
                },
                "automationDetails": {"id": f"phaseproof/{quote(board.programme, safe='')}/"},
                "columnKind": "unicodeCodePoints",
                "invocations": [told],
                "results": shown,
                "properties": {
                    "verdict": board.verdict,
                    "assurance": board.assurance,
                    "commit": board.commit,
                    "bundle": board.bundle,
                    "tenant": board.tenant,
                    "position": board.size,
                },
            }
        ],
    }


def _rule(rule: str) -> str:
    """What a rule is about, without the particular fact."""
    if rule.startswith("finding/"):
        return f"found by a check: {rule.partition('/')[2]}"
    text = SENTENCES.get(rule, rule).replace(": {detail}", "").replace("{detail}", "…")
    return rule.replace("-", " ") if text.strip() in ("", "…") else text


def _blocking(dossier: Dossier, scrubber: Scrubber) -> list[dict[str, Any]]:
    made = []
    for one in blockers(dossier.board):
        code = one.reasons[0].code if one.reasons else "item-holds"
        following = f" Next: {one.next}" if one.next else f" {one.advice}" if one.advice else ""
        if one.item is None:
            text = f"{one.gate.title} holds: {one.said}.{following}"
            made.append(_result(code, "error", scrubber.clean(text), _gate(dossier, one.gate.id), one.gate.id))
        else:
            verdict = one.item.judgement.verdict
            text = f"{one.item.short} is {verdict}: {one.said}.{following}"
            made.append(_result(code, "error", scrubber.clean(text), _item(dossier, one.item.id), one.item.id))
    return made


def _optional(dossier: Dossier, scrubber: Scrubber) -> list[dict[str, Any]]:
    made = []
    for item in dossier.board.items:
        if item.required or item.judgement.verdict in SETTLED or not item.judgement.reasons:
            continue
        said = "; ".join(sentence(reason.code, reason.detail) for reason in item.judgement.reasons)
        text = scrubber.clean(f"{item.short} is {item.judgement.verdict}, and nothing waits for it: {said}.")
        made.append(_result(item.judgement.reasons[0].code, "note", text, _item(dossier, item.id), item.id))
    return made


def _findings(dossier: Dossier, scrubber: Scrubber) -> list[dict[str, Any]]:
    made = []
    for name, sight in dossier.sightings.items():
        for found in sight.seen.findings if sight.seen is not None else ():
            text = scrubber.clean(f"{name}: {found.message}")
            place = _place(found.path, found.line) if _inside(found.path) else []
            what = f"{name}\n{found.rule}\n{found.path}\n{found.message}"
            made.append(_result(f"finding/{found.rule}", _LEVELS.get(found.level, "warning"), text, place, what))
    return made


def _result(rule: str, level: str, text: str, places: list[dict[str, Any]], what: str) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": text},
        "locations": places,
        "partialFingerprints": {"phaseproof/v1": sha256(f"{rule}\n{what}".encode("utf-8", "backslashreplace"))[7:39]},
    }


def _inside(path: str) -> bool:
    """Whether a finding's path is one of the tree: relative, and not above it."""
    return bool(path) and not path.startswith(("/", "\\")) and ":" not in path[:3] and ".." not in path.split("/")


def _place(path: str, line: int) -> list[dict[str, Any]]:
    where: dict[str, Any] = {"artifactLocation": {"uri": quote(path, safe="/", errors="surrogateescape")}}
    if line > 0:
        where["region"] = {"startLine": line}
    return [{"physicalLocation": where}]


def _item(dossier: Dossier, name: str) -> list[dict[str, Any]]:
    path = name.split(":", 1)[0]
    document = next((one for one in dossier.documents if one.path == path), None)
    if document is None or document.trouble:
        return []
    place = document.places.get(name)
    return _place(path, place.line if place is not None else 1)


def _gate(dossier: Dossier, name: str) -> list[dict[str, Any]]:
    path = dossier.plans.get(name, "")
    title = next((gate.title for gate in dossier.board.gates if gate.id == name), "")
    document = next((one for one in dossier.documents if one.path == path and not one.trouble), None)
    if document is None:
        return []
    line = next((line for line, heading in document.headings.items() if heading == title), 1)
    return _place(path, line)
