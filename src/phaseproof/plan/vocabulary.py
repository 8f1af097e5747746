"""What a heading, bold label or block title means for the entries beneath it.

The meanings are those of the labelling rules: a title says that what follows is acceptance, exit, gate and so on;
that it is no item at all (`stop`, and `hard` where not even a stronger word beneath it counts); that it tells how
to do something (`how`); or nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from phaseproof.plan.model import ItemKind


class Meaning(NamedTuple):
    """What a title means.

    Attributes:
        kind: kind of the items beneath it; `stop`, `hard`, `how` where only boxes are, `form` where nothing is.
        strong: whether it counts inside instructions and ordinary documents too.
    """

    kind: str
    strong: bool = False


STOP, HARD, HOW, FORM = "stop", "hard", "how", "form"
ITEM_KINDS: frozenset[ItemKind] = frozenset(
    ("task", "acceptance", "exit", "precondition", "gate", "requirement",
     "artifact", "invariant", "test", "signoff", "rollout")
)  # fmt: skip
DECIDES = frozenset(("gate", "exit", "acceptance", "precondition"))
"""Kinds of lists that decide: there each nested condition is an item of its own."""

_END = r"(?=$|[ ]*[,/&]| (?:for|of|to|before|after|by|at|in|on|per|from|with|and|that|which|required|needed|list|index|table|section|summary|overview|covering|must)\b)"

_HARD = re.compile(
    r"\b(?:non-?goals?|out[ -]of[ -]scope|not in scope|what not to (?:do|build)|won'?t (?:do|build|have)|anti-?goals?|"
    r"future (?:work|scope|considerations?|enhancements?|phases?|requirements?|improvements?|ideas?|plans?)|"
    r"(?:deferred|later|nice[ -]to[ -]haves?|parking lot|icebox|backlog|ideas)$|"
    r"(?:future|deferred|v2|v3) (?:requirements?|features?|items?|work)|"
    r"change ?log|change history|revision history|version history|implementation history|release notes|"
    r"alternatives(?: considered)?|rejected|drawbacks|table of contents|contents|glossary|terminology|abbreviations|acronyms|references|bibliography|"
    r"further reading|see also|related (?:work|documents|docs|links)|links|what'?s (?:new|changed)|"
    r"key entities|open questions?|questions|clarifications?|faq|lessons learned|retrospective|"
    r"status (?:words|values|definitions|meanings?|legend|key)|meanings? of)\b"
)
_FORM = re.compile(
    r"\b(?:questionnaire|examples?|templates?|format|legend|notation|(?:status|state|symbol|checkbox) (?:key|legend|icons?|symbols?|markers?))\b(?! (?:files?|projects?|apps?|repo))"
)
_STRONG: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("exit", r"^exit$|\bexit (?:criteri(?:a|on)|conditions?|checklist|requirements?|bar)\b|\bdefinitions? of (?:done|complete|completion|finished)\b|\bdod\b|"
                 r"\b(?:done|completion|completeness|complete|closure|closing|close-?out|finish) (?:criteri(?:a|on)|conditions?|checklist|definition|claims?)\b|"
                 r"\b(?:done|complete|finished|closed)(?: only)? (?:when|means|if|once)\b|\bdone looks like\b"),
        ("precondition", r"^entry$|\b(?:entry|entrance|start|starting|kick-?off) (?:criteri(?:a|on)|conditions?|checklist|requirements?)\b|"
                         r"\bdefinitions? of ready\b|\bdor\b|\bready (?:when|if|once|to start)\b|\breadiness criteri(?:a|on)\b"),
        ("gate", r"^gates?$|\bgraduation criteria\b|\bgo[ /-]*no[ -]?go\b|\bstop[ -](?:conditions?|rules|criteria|gates?)\b|\b(?:kill|abort|rollback) (?:criteria|conditions?)\b|"
                 r"\bmust[- ]pass\b|\bgates? (?:requirements?|criteria|conditions?|checks?|checklist)\b|"
                 r"\b(?:quality|unblock|unblocking|release|launch|merge|phase|security|readiness|ci|review|stage|approval|exit|entry|promotion|deployment) gates?\b" + _END +
                 r"|\b(?:release|launch|merge|ship|shipping|go-?live)[- ](?:blockers?|criteria|requirements|conditions|bar)\b|"
                 r"\b(?:required|blocking|mandatory) checks\b|\blaunch (?:tiers?|checklist|readiness)\b|\b(?:pre-?launch|go-?live) (?:checklist|checks|requirements)\b"),
        ("acceptance", r"\bacceptance (?:criteri(?:a|on)|checklist|conditions?|scenarios?|requirements?)\b|^acceptance$|\bsuccess (?:criteri(?:a|on)|conditions?|metrics?|measures|indicators)\b|"
                       r"\b(?:verification|validation)(?: (?:and|&) (?:verification|validation))? criteria\b|\bmust be true\b|\bobservable truths\b|\bmeasurable (?:outcomes|objectives)\b"),
        ("requirement", r"\bmandatory requirements?\b|\bfunctional requirements?\b|\b(?:non-negotiables?|rules to keep|must always hold|what must hold)\b"),
        ("signoff", r"^reviewed ?by$|\b(?:required|mandatory) (?:approvals?|approvers|reviewers|sign-?offs?)\b|^(?:sign-?offs?|approvals?)(?: required)?$"),
    )
)  # fmt: skip
_SOFT = re.compile(
    r"^(?:user stor(?:y|ies)|coverage|traceability|in scope|scope|background|context|purpose|motivation|rationale|overview|introduction|intro|abstract|summary|executive summary|"
    r"problem(?: statement)?|why|notes?|caveats?|remarks?|assumptions?|constraints?|dependencies|risks?|known issues|issues|limitations?|"
    r"history|progress log|log|team|owners?|people|stakeholders|timeline|schedule|milestones? (?:dates|schedule)|budget|estimates?|effort|resources|"
    r"features?|key features|highlights|architecture|design|technical|tech|stack|structure|layout|topology|ownership|technology|"
    r"approach|strategy|analysis|discussion|decisions?|findings|observations|results|outcome|impact|benefits|current (?:state|status|position)|status|"
    r"next (?:steps?|actions?|phase)|contacts?|escalations?|interpretation|allowed|blocked now|this means|means|discussed|attendees|agenda|minutes|"
    r"license|contributing|acknowledge?ments|credits|community|support|documentation|docs|what (?:came|comes|this|is|changes)|how it works|about|"
    r"goals?|non-?functional|metadata|document control|communication|monitoring|operational considerations|lessons)\b"
    r"|\b(?:rationale|background|considerations?|overview|summary|context|statement|structure|layout|topology|ownership|boundaries|risks?(?: (?:register|assessment|mitigations?|analysis))?|"
    r"mitigations?|(?<!prerequisite )dependenc(?:y|ies)|estimates?|timeline|schedule|history|notes|assumptions|architecture|strategy|approach|decisions?|philosophy|"
    r"conventions?|environments?|opportunit(?:y|ies)|stepping stones|growth path|trajectory|responsibilit(?:y|ies)|roles|baseline|metrics|record|definitions?|policy|references?|"
    r"inventory|findings|lessons|explained|reasons?|prohibition|feedback|steps? taken|learn(?:ed|ing objectives)|code changes|files? (?:modified|changed|to (?:change|modify|touch|create|add|delete|update|edit|review|read)))$"
)
_HOW = re.compile(
    r"\b(?:implementation (?:guidance|guide|notes|details|approach|strategy|steps|order)|instructions?|how[ -]to\b.*|tool anchors?|walk-?through|tutorial|"
    r"(?<!rollout )(?<!release )(?<!deployment )(?<!integration )steps(?: to .*)?|guidelines?|guide|workflows?|patterns?|usage|recipes?|commands?|procedures?|"
    r"getting started|quick ?start|set-?up|installation|install|configuration|running|development|actions?|execution (?:order|sequence|strategy)|sequence of work)$"
    r"|\bpatterns for\b|^(?:action|usage|installation|install|how)\b"
)
_WEAK: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("rollout", r"\b(?:staged |planned |phased )?roll-?outs?(?: (?:plan|sequence|steps|stages|phases|order|checklist|procedure))?" + _END +
                    r"|\b(?:pre-?|post-?)?(?:release|releasing|deploy|deployment|integration|launch|cut-?over|go-?live|upgrade|publishing|promotion) (?:sequence|steps|order|procedure|process|plan|runbook|stages|tasks)\b|"
                    r"\b(?:pre-?|post-?)?(?:release|deploy|deployment|rollback|cut-?over|upgrade) (?:check-?list|checks)\b|^(?:pre|post)-?(?:release|deploy(?:ment)?)$|\bmigration (?:sequence|steps)\b"),
        ("artifact", r"\bdeliverables?\b(?! (?:review|acceptance))|\bart[ei]facts?" + _END + r"|\b(?:work products?|outputs)" + _END +
                     r"|\bevidence(?: (?:pack|required|list|index|items|artifacts|to .*|needed|requirements))?" + _END + r"|\brequired (?:documents?|docs|files|documentation)\b|\bfile list\b|^produces\b|"
                     r"\bdocuments? to (?:produce|author|deliver|write)\b"),
        ("signoff", r"\bsign-?offs?(?: (?:matrix|table|list|block))?$|\bsign-?offs? (?:by|from|required)\b|\bapprov(?:als?|ers)(?: (?:matrix|table|list))?$|\breviewers$|\breviewed by$"),
        ("precondition", r"\bpre-?requisites?" + _END + r"|\bpre-?requisite\b|\bpre-?conditions?" + _END + r"|^requires$|\brequired before\b|\bbefore (?:you|we) (?:start|begin)$"),
        ("test", r"\btests" + _END + r"|\b(?:test|testing) (?:plan|plans|cases?|levels?|scenarios?|suites?|matrix|results?|coverage|checklist|requirements?|methodolog(?:y|ies))\b|"
                 r"\b(?:fault|failure|chaos|attack|regression|smoke|drill|test) (?:injection|suites?|drills|cases?|tests?)\b|^testing$|\b(?:unit|integration|e2e|end-to-end|smoke|regression|load|stress|chaos|fuzz) test(?:s|ing)$|\balso adds$"),
        ("acceptance", r"\bacceptance(?: tests?)?" + _END + r"|\b(?:verification|validation)(?: (?:and|&) (?:verification|validation))?(?: (?:checklist|checks|plan|results|matrix|performed|commands))?" + _END +
                       r"|\bobjectives?" + _END + r"|\btargets?" + _END + r"|\bcriteri(?:a|on)\b|\bcheck-?lists?" + _END + r"|\baudits?" + _END + r"|\bcompliance (?:checks?|checkpoints|checklist)\b|"
                       r"\bverify(?: all| each| that)?(?: of)?(?: the following)?$|\baudit (?:and|&) compliance checkpoints\b|\b(?:quality|security|health|readiness|sanity|final) checks\b|\bcheckpoints$|\bkpis$"),
        ("gate", r"\bgates?" + _END + r"|\bconstitution check\b|\b(?:launch|done) tiers?\b|\btier \d\b"),
        ("invariant", r"\binvariants?" + _END),
        ("requirement", r"\brequirements?" + _END + r"|^(?:\w+ )?rules$|\bground rules\b|\bguardrails\b|\bwhat must\b|\bmust hold\b"),
        ("task", r"\b(?:initial|first|opening|kick-?off|final|closing) task\b|\b(?:sub-?)?tasks(?: \/ (?:sub-?)?tasks)?" + _END + r"|\bto-?dos?" + _END + r"|\btodo list\b|\bwork (?:items|packages)" + _END + r"|\bthings to build\b|^(?:build|plans|implementation|phases)$|\bimplementation for\b"),
    )
)  # fmt: skip
TOPICS = re.compile(
    r"(?:user )?(?:docs|documentation|communications?|monitoring|observability|support|community|design|architecture|technical|technology|stack|configuration|installation|"
    r"set-?up|development|features?|operations|operational|build|implementation|tests|testing|tests? and .*|phases|legal|marketing|code|team|people|dependencies|"
    r"limitations|structure|data|metrics|issues|owners?|metadata|policy|roles|deployment)"
)
"""Titles that name a subject: under a title that says what follows they say nothing, elsewhere they stand for themselves."""
_SENTENCES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("exit", re.compile(r"\b(?:complete|completed|done|finished|closed|exited?)\b[^.]{0,40}\b(?:when|once|if)\b")),
    ("precondition", re.compile(r"\b(?:may|can|shall|must|will|should)(?: not| only)? (?:begin|start|proceed|open|be (?:opened|started))\b|\bbefore (?:starting|work starts|(?:this|the) phase (?:starts|begins|opens))\b")),
    ("gate", re.compile(r"\b(?:must|shall|need to|needs to|has to|have to)(?: all)? (?:pass|hold|be true|be green|be met|be satisfied|succeed|exit 0)\b|\b(?:passes|pass|ships?|go(?:es)? live|merges?)(?: only)? (?:when|if|once)\b")),
    ("acceptance", re.compile(r"\baccepted (?:when|if|once)\b")),
)  # fmt: skip
_NUMBER = re.compile(r"\A(?:§\s*)?(?:\d+(?:\.\d+)*[.)]?|[A-Za-z][.)]|\(?[ivxlIVXL]+[.)])\s+(?=\S)")
_PARENS = re.compile(r"\([^()]*\)|\[[^\[\]]*\](?!\()")
_NOISE = re.compile(r"[*_`~]+|[\u2190-\u21ff\u2300-\u23ff\u2500-\u27bf\u2b00-\u2bff\ufe0f\U0001f000-\U0001faff]+")
_HEADED = re.compile(
    r"(?:phase|milestone|sprint|epic|wave|iteration|task|story|step|gate|stage|requirement|day|week)\s+[a-z]?\d[\w.]*|"
    r"(?:ms|m|p|r)-?\d[\w.]*|gate [a-z]\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?::|\s[—–|-]\s|—)\s*")


@lru_cache(maxsize=8192)
def core(title: str) -> str:
    """A title reduced to its words: no numbering, emphasis, pictures or parentheses, lower case."""
    bare = _NOISE.sub(" ", title)
    without = _PARENS.sub(" ", bare)
    if not without.strip(" :."):
        without = bare
    without = _NUMBER.sub("", without.strip())
    return " ".join(without.rstrip(" :.").lower().split())


def _stems(sources: Iterable[str]) -> re.Pattern[str]:
    """One expression that finds the beginning of any word of others: a quick way to see that none of them can match."""
    found = {"go", "todo", "to-do", "to do"}
    for source in sources:
        bare = re.sub(r"\[[^\]]*\]|\\[a-zA-Z]|\?<?[:!=]", " ", re.sub(r"[a-z]\?", " ", source.replace(_END, " ")))
        found.update(run[:5] for run in re.findall(r"[a-z0-9]{3,}", bare))
    return re.compile(r"\b(?:" + "|".join(sorted(found, key=len, reverse=True)) + ")")


_STRONG_STEMS = _stems(pattern.pattern for _, pattern in _STRONG)
_STEMS = _stems(p.pattern for p in (_HARD, _FORM, _SOFT, _HOW, *(p for _, p in (*_STRONG, *_WEAK))))


def may_be_strong(text: str) -> bool:
    """Whether a strong meaning is at all possible.

    Args:
        text: any text, in lower case.
    """
    return _STRONG_STEMS.search(text) is not None


def _classify(words: str) -> Meaning | None:
    if not _STEMS.search(words):
        return None
    if _FORM.search(words):
        return Meaning(FORM)
    if _HARD.search(words):
        return Meaning(HARD)
    if _STRONG_STEMS.search(words):
        for kind, pattern in _STRONG:
            if pattern.search(words):
                return Meaning(kind, True)
    if _SOFT.search(words):
        return Meaning(STOP)
    for kind, pattern in _WEAK:
        if pattern.search(words):
            return Meaning(kind)
    if _HOW.search(words):
        return Meaning(HOW)
    return None


@lru_cache(maxsize=8192)
def meaning(title: str) -> Meaning | None:
    """What a heading or block title means, None where it says nothing about what follows.

    A title that leads with the name of a unit (`Phase 2: ...`, `Milestone P6.4: Governance Gate`) is that unit's
    name; what stands after it counts only where it is a strong meaning and nothing else.
    """
    words = core(title)[:160]
    if not words:
        return None
    parts = _CUT.split(words, maxsplit=1)
    head, tail = parts[0], parts[1] if len(parts) > 1 else ""
    if _HEADED.match(head):
        rest = tail or _HEADED.sub("", head, count=1).strip()
        found = _classify(rest) if rest else None
        return found if found and found.strong and len(rest.split()) <= 4 else None
    return _classify(head) or (_classify(tail) if tail and len(tail.split()) <= 6 else None)


@lru_cache(maxsize=8192)
def lead_meaning(text: str) -> Meaning | None:
    """What a sentence or label that leads into a list means (`The phase is complete only when:`)."""
    words = core(text)
    length = len(words.split())
    if length <= 16:
        found = meaning(text)
        if found is not None and (length <= 9 or found.strong):
            return found
    for kind, pattern in _SENTENCES:
        if pattern.search(words):
            return Meaning(kind)
    return None
