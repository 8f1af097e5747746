"""What sort of document a text is: formats that tools and communities use, and ordinary ones that plan nothing."""

from __future__ import annotations

import re

from phaseproof.plan.blocks import Block, Heading, Para, Tag
from phaseproof.plan.drafts import Reading
from phaseproof.plan.linestart import looks_title
from phaseproof.plan.outlines import is_label
from phaseproof.plan.titles import unit_of
from phaseproof.plan.vocabulary import FORM, HARD, ITEM_KINDS, STOP, Meaning, core, meaning

_ORDINARY_NAME = re.compile(
    r"(?:\A|/)(?:readme|contributing|changelog|changes|history|news|code[_-]of[_-]conduct|license|licence|"
    r"install(?:ation|ing)?|security|support|authors|"
    r"maintainers|governance|faq|usage|tutorial|getting[_-]started|quick[_-]?start|how-?to)(?![a-z])[^/]*\Z",
    re.IGNORECASE,
)
_ORDINARY_HEADING = re.compile(
    r"\A(?:installation|install|installing|usage|getting started|quick ?start|license|contributing|table of contents|"
    r"api(?: reference)?|features|faq|"
    r"acknowledge?ments|configuration|examples?|basic usage|documentation|requirements and installation|about|"
    r"credits|support|badges|how to .*|setup|"
    r"changelog|troubleshooting|see also|further reading)\Z"
)
_ORDINARY_TITLE = re.compile(
    r"\A(?:how to\b|(?:an? )?(?:introduction|guide) to\b|getting started|changelog|contributing|release notes\b|"
    r"meeting (?:notes|minutes)|.*\b(?:tutorial|user guide|developer guide|cookbook|meeting notes|meeting minutes|"
    r"reference manual)\Z)"
)
_PLANS = re.compile(
    r"\b(?:plans?|phases?|milestones?|road ?map|check ?list|tasks?|release|launch|stor(?:y|ies)|sprint|status|"
    r"progress|completion|complete|gates?|readiness|"
    r"acceptance|rollout|kick-?off|definition of|go-live|requirements|spec|specification|summary|report|audit|"
    r"verification|backlog|todo|epic|handoff|sign-?off)\b",
    re.IGNORECASE,
)
_KEP = frozenset(("release signoff checklist", "graduation criteria", "production readiness review questionnaire"))
_BMAD = frozenset(
    (
        "tasks / subtasks",
        "tasks/subtasks",
        "dev agent record",
        "completion notes list",
        "qa results",
        "agent model used",
    )
)
_SPECKIT = frozenset(
    (
        "user scenarios & testing",
        "functional requirements",
        "measurable outcomes",
        "edge cases",
        "acceptance scenarios",
        "execution status",
    )
)
_BMAD_TITLES = {
    **dict.fromkeys(("completion notes list", "completion notes"), Meaning("exit", True)),
    **dict.fromkeys(("compliance check", "compliance status"), Meaning("acceptance", True)),
    "file list": Meaning("artifact", True),
    "gate status": Meaning(FORM),
    "dev notes": Meaning(HARD),
    **dict.fromkeys(
        ("story", "references", "dev agent record", "qa results", "testing", "testing requirements",
         "testing standards", "change log", "story wrap up", "technical requirements", "architecture compliance",
         "file structure requirements", "library/framework requirements", "library & framework requirements",
         "previous story intelligence"),
        Meaning(STOP),
    ),
}  # fmt: skip
_KEP_TITLES = {"goals": Meaning("acceptance", True)}
_SPECKIT_TITLES = {"edge cases": Meaning("requirement", True)}
_QUESTIONS = re.compile(r"\b(?:questionnaire)\b")


def know(reading: Reading, blocks: list[Block], preface: list[str]) -> None:
    """Finds out what sort of document this is and notes it in the reading."""
    headings = [b for b in blocks if isinstance(b, Heading)]
    titles = [core(h.title) for h in headings]
    known = set(titles)
    if len(known & _KEP) >= 2 or ("graduation criteria" in known and "non-goals" in known):
        reading.dialect = "kep"
    elif len(known & _BMAD) >= 1 and ("acceptance criteria" in known or "story" in known or len(known & _BMAD) > 1):
        reading.dialect = "bmad"
    elif len(known & _SPECKIT) >= 2 or (reading.path.endswith("spec.md") and "edge cases" in known):
        reading.dialect = "speckit"
    reading.paste = not headings
    units = [u for u in (unit_of(h.title) for h in headings) if u is not None and u.leads and u.kind != "gate"]
    reading.units = len(units)
    reading.told = _instructs(reading, preface)
    if reading.paste and any(line.lstrip().startswith(("</", "<step", "<process")) for line in reading.lines):
        reading.paste = False
    first = titles[0] if titles else ""
    usual = sum(_ORDINARY_HEADING.match(t) is not None for t in titles)
    strong = sum(1 for h in headings if (m := meaning(h.title)) is not None and m.strong)
    named = is_ordinary_name(reading.path)
    reading.ordinary = reading.told or (
        not reading.dialect
        and (named or _ORDINARY_TITLE.match(first) is not None or (usual >= 2 and usual > len(units) + strong))
    )
    weak = {m.kind for h in headings if (m := meaning(h.title)) is not None and m.kind in ITEM_KINDS}
    reading.plan = not reading.ordinary and (
        bool(units or strong or reading.dialect)
        or len(weak) > 2
        or plans_by_name(reading.path, titles[:2], preface)
        or any(isinstance(b, Tag) and b.name in ("task", "success_criteria") for b in blocks)
        or (reading.paste and _pasted_plan(blocks))
    )


def _instructs(reading: Reading, preface: list[str]) -> bool:
    """Whether a text tells an agent how to work: a skill, a command, a workflow; its rules are no plan's items."""
    keys = {line.split(":", 1)[0].strip().lower() for line in preface if ":" in line and not line[:1].isspace()}
    if "description" in keys and keys & {
        "name",
        "tools",
        "allowed-tools",
        "argument-hint",
        "model",
        "globs",
        "alwaysapply",
        "mode",
        "agent",
    }:
        return True
    if re.search(r"(?:\A|/)(?:skill|agents?|claude|copilot-instructions|gemini)\.md\Z", reading.path, re.IGNORECASE):
        return True
    told = False
    for line in reading.lines:
        if "<" in line[:16]:
            start = line.lstrip()
            if start.startswith("<task "):
                return False
            told = told or start.startswith(("<process>", "<purpose>", "<step ", "<role>", "<workflow"))
    return told


def is_ordinary_name(path: str) -> bool:
    """Whether a file's name is that of a README, a changelog or the like."""
    return _ORDINARY_NAME.search(path) is not None


def plans_by_name(path: str, titles: list[str], preface: list[str]) -> bool:
    """Whether a document's path, first titles or front matter speak of planning."""
    words = " ".join((path.replace("-", " ").replace("_", " ").replace("/", " "), *titles[:3], *preface[:6]))
    return _PLANS.search(words) is not None


def _pasted_plan(blocks: list[Block]) -> bool:
    """Whether a text without headings has titles, or labels in capitals, that say what items are."""
    kinds: set[str] = set()
    for block in blocks:
        if isinstance(block, Para):
            for _, _, text in block.lines:
                label = is_label(text)
                if label is None and not looks_title(text):
                    continue
                title = label["label"] if label is not None else text
                if unit_of(title) is not None:
                    return True
                found = meaning(title)
                if found is not None and found.kind in ITEM_KINDS:
                    kinds.add(found.kind)
                    if found.strong or len(kinds) > 1:
                        return True
    return False


def title_meaning(reading: Reading, title: str) -> Meaning | None:
    """What a heading means in this sort of document.

    Args:
        reading: the reading, its dialect known.
        title: the heading's text.
    """
    words = core(title)
    special = {"kep": _KEP_TITLES, "bmad": _BMAD_TITLES, "speckit": _SPECKIT_TITLES}.get(reading.dialect)
    if special is not None and words in special:
        return special[words]
    if reading.dialect == "kep" and _QUESTIONS.search(words):
        return Meaning(FORM)
    if reading.dialect == "kep" and words in ("alpha", "beta", "ga", "deprecation"):
        return None
    if words.startswith("scenario:") or words.startswith("scenario "):
        return Meaning("acceptance", True) if reading.plan else None
    return reading.weigh(meaning(title))
