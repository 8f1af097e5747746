"""What `scan` says: text for people, JSON and SARIF 2.1.0 for programs."""

from __future__ import annotations

from typing import Any

import click

from phaseproof import __version__
from phaseproof.cli.scan_run import Found
from phaseproof.plan.model import Item, Plan, Problem, Section
from phaseproof.plan.survey import RULES

_COLOURS: dict[str, str | None] = {"error": "red", "warning": "yellow", "note": None}
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}
_MOST = 12  # problems of one rule and file that the text shows one by one


def counts(found: Found) -> dict[str, int]:
    """The summary of a scan."""
    items = [item for plan in found.plans for item in plan.items]
    return {
        "documents": len(found.plans),
        "items": len(items),
        "checked": sum(item.claim.state == "checked" for item in items),
        "problems": len(found.problems),
        "errors": sum(p.severity == "error" for p in found.problems),
        "warnings": sum(p.severity == "warning" for p in found.problems),
    }


def machine(found: Found) -> dict[str, Any]:
    """The scan as FORMATS, section 5, has it."""
    by_path: dict[str, list[Problem]] = {}
    for problem in found.problems:
        by_path.setdefault(problem.path, []).append(problem)
    documents: list[dict[str, Any]] = [
        {
            "path": plan.path,
            "title": plan.title,
            "normal": plan.normal,
            "sections": [_section(s) for s in plan.sections],
            "items": [_item(i) for i in plan.items],
            "references": [{"line": r.line, "path": r.path} for r in plan.references],
            "problems": [_problem(p) for p in by_path.pop(plan.path, [])],
        }
        for plan in found.plans
    ]
    documents += [
        {
            "path": path,
            "title": path,
            "normal": None,
            "sections": [],
            "items": [],
            "references": [],
            "problems": [_problem(p) for p in rest],
        }
        for path, rest in sorted(by_path.items())
    ]
    return {"documents": documents, "summary": counts(found)}


def _section(section: Section) -> dict[str, Any]:
    said: dict[str, Any] = {
        "line": section.line,
        "id": section.id,
        "title": section.title,
        "kind": section.kind,
        "level": section.level,
    }
    if section.parent is not None:
        said["parent"] = section.parent
    if section.claim.state != "none":
        said |= {"state": section.claim.state, "raw_state": section.claim.raw}
    return said


def _item(item: Item) -> dict[str, Any]:
    identity = item.name or item.id
    said: dict[str, Any] = {
        "line": item.span.line, "column": item.span.column, "end_line": item.span.end_line, "id": identity,
            "explicit": item.explicit,
        "kind": item.kind, "state": item.claim.state, "raw_state": item.claim.raw, "group": item.group,
            "section": item.section,
        "text": item.text, "references": [r.path for r in item.references],
    }  # fmt: skip
    if identity != item.id:
        said["key"] = item.id
    if item.parent is not None:
        said["parent"] = item.parent
    return said


def _problem(problem: Problem) -> dict[str, Any]:
    return {"line": problem.line, "rule": problem.rule, "severity": problem.severity, "message": problem.message}


def text(found: Found, configured: bool = False) -> str:
    """The scan for people: errors first, grouped by file, each with its line."""
    told = counts(found)
    one = "" if told["documents"] == 1 else "s"
    lines = [
        f"{told['documents']} plan{one}, {told['items']} items, {told['checked']} ticked"
        + " " * 8
        + f"{found.seconds:.1f} s"
    ]
    by_path: dict[str, list[Problem]] = {}
    for problem in sorted(found.problems, key=lambda p: (p.severity != "error", p.path, p.line)):
        by_path.setdefault(problem.path, []).append(problem)
    for path, problems in by_path.items():
        lines += ["", click.style(_safe(path), bold=True)]
        width = min(26, max(len(p.rule) for p in problems))
        shown: dict[str, int] = {}
        for problem in problems:
            shown[problem.rule] = shown.get(problem.rule, 0) + 1
            if problem.severity != "error" and shown[problem.rule] > _MOST:
                continue
            rule = click.style(f"{problem.rule:<{width}}", fg=_COLOURS[problem.severity])
            lines.append(f"  {problem.line:>4}  {rule}  {_safe(problem.message)}")
        for rule, count in shown.items():
            if count > _MOST and all(p.severity != "error" for p in problems if p.rule == rule):
                lines.append(f"        … and {count - _MOST} more of {rule}")
    lines.append("")
    lines.append(_last(told, _GO_ON if configured else _BEGIN))
    return "\n".join(lines)


_BEGIN = "Next: phaseproof init"
_GO_ON = "Next: phaseproof compile"


def _last(told: dict[str, int], following: str) -> str:
    if not told["documents"]:
        return "No plan found: no document here has boxes, statuses or phases. Name one: phaseproof scan PATH"
    if not told["problems"]:
        return f"No problems. {following}"
    problem = "problem" if told["problems"] == 1 else "problems"
    parts = [f"{told[k]} {k if told[k] != 1 else k[:-1]}" for k in ("errors", "warnings") if told[k]]
    return f"{told['problems']} {problem}: {', '.join(parts)}.  {following}"


def _safe(text: str) -> str:
    """A text without control characters: a document must not drive the reader's terminal."""
    return "".join(c if c.isprintable() else "�" for c in text)


def sarif(found: Found) -> dict[str, Any]:
    """The problems as SARIF 2.1.0 (OASIS)."""
    used = sorted({p.rule for p in found.problems})
    return {
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "phaseproof",
                        "semanticVersion": __version__,
                        "rules": [{"id": rule, "shortDescription": {"text": RULES.get(rule, rule)}} for rule in used],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [
                    {
                        "ruleId": p.rule,
                        "ruleIndex": used.index(p.rule),
                        "level": _LEVELS[p.severity],
                        "message": {"text": p.message},
                        "locations": [
                            {
                                "physicalLocation": {
                                    "artifactLocation": {"uri": _uri(p.path)},
                                    "region": {"startLine": max(1, p.line)},
                                }
                            }
                        ],
                    }
                    for p in found.problems
                ],
            }
        ],
    }


def _uri(path: str) -> str:
    from urllib.parse import quote

    return quote(path, safe="/", errors="surrogateescape")


def shown_plans(found: Found) -> tuple[Plan, ...]:
    """The plans of a scan, in the order in which they are listed."""
    return found.plans
