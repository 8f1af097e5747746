"""The words by which titles say that nothing beneath them is an item, as alternatives of regular expressions.

Data only; `vocabulary` compiles and applies it, and the words of kinds (`strong_words`, `kind_words`). `<END>` is a
place where a title may end or go on to say of what (`criteria for phase 6`). Everything is matched in lower case.
"""

from __future__ import annotations

END = (
    r"(?=$|[ ]*[,/&]| (?:for|of|to|before|after|by|at|in|on|per|from|with|and|that|which|required|needed|"
    r"list|index|table|section|summary|overview|covering|must)\b)"
)
"""What may follow the noun of a title."""

HARD = (
    r"non-?goals?", r"out[ -]of[ -]scope", r"not in scope", r"what not to (?:do|build)",
    r"what (?:we|it|this) (?:will not|won'?t|are not going to|do not|don'?t)",
    (r"(?:^not (?:part of|in this|in the|included|planned|covered|doing)|^(?:explicitly )?(?:excluded|"
     r"exclusions?|deferred)$)"),
    r"(?:^after (?:launch|release|go-?live)|^post-launch)$", r"(?:phase|task|id) numbering$",
    r"won'?t (?:do|build|have)",
    r"anti-?goals?",
    r"future (?:work|scope|considerations?|enhancements?|phases?|requirements?|improvements?|ideas?|plans?)",
    r"(?:deferred|later|nice[ -]to[ -]haves?|parking lot|icebox|backlog|ideas)$",
    r"(?:future|deferred|v2|v3) (?:requirements?|features?|items?|work)", r"change ?log", r"change history",
    r"revision history", r"version history", r"implementation history", r"release notes",
    r"alternatives(?: considered)?", r"rejected", r"drawbacks", r"table of contents", r"contents", r"glossary",
    r"terminology", r"abbreviations", r"acronyms", r"references", r"bibliography", r"further reading", r"see also",
    r"related (?:work|documents|docs|links)", r"links", r"what'?s (?:new|changed)", r"key entities",
    r"open questions?", r"questions", r"clarifications?", r"faq", r"lessons learned", r"retrospective",
    r"status (?:words|values|definitions|meanings?|legend|key)", r"meanings? of",
)  # fmt: skip
"""Nothing beneath these is an item, unless it has a box or a strong title of its own."""

FORM = (
    r"questionnaire", r"examples?", r"templates?", r"format", r"legend", r"notation",
    r"(?:status|state|symbol|checkbox) (?:key|legend|icons?|symbols?|markers?)",
)  # fmt: skip
"""Nothing beneath these is an item: forms and examples."""

NOT_FORM = r"(?! (?:files?|projects?|apps?|repo))"
"""What makes one of these words mean something else."""

SOFT_START = (
    r"user stor(?:y|ies)", r"coverage", r"traceability", r"in scope", r"scope", r"background", r"context",
    r"purpose", r"motivation", r"rationale", r"overview", r"introduction", r"intro", r"abstract", r"summary",
    r"executive summary", r"problem(?: statement)?", r"why", r"notes?", r"caveats?", r"remarks?", r"assumptions?",
    r"constraints? (?:and|&)",
    r"dependencies",
    r"risks?",
    r"known (?:issues|limitations|problems|gaps|bugs)",
    r"issues",
    r"limitations?",
    r"history",
    r"progress log", r"log", r"team", r"owners?", r"people", r"stakeholders", r"timeline", r"schedule",
    r"milestones? (?:dates|schedule)", r"budget", r"estimates?", r"effort", r"resources", r"features?",
    r"key features", r"highlights", r"architecture", r"design", r"technical", r"tech", r"stack", r"structure",
    r"layout", r"topology", r"ownership", r"technology", r"approach", r"strategy", r"analysis", r"discussion",
    r"decisions?", r"findings", r"observations", r"results", r"outcome", r"impact", r"benefits",
    r"current (?:state|status|position)", r"status", r"next (?:steps?|actions?|phase)", r"contacts?",
    r"escalations?", r"interpretation", r"allowed", r"blocked now", r"this means", r"means", r"discussed",
    r"attendees", r"agenda", r"minutes", r"license", r"contributing", r"acknowledge?ments", r"credits", r"community",
    r"support", r"documentation", r"docs",
    r"what (?:came|comes|this(?! (?:phase|milestone) (?:delivers|produces))|is|changes)", r"how it works", r"about",
    r"goals?", r"non-?functional", r"metadata", r"document control", r"communication", r"monitoring",
    r"operational considerations", r"lessons",
)  # fmt: skip
"""Titles that begin so hold no items."""

SOFT_END = (
    r"rationale", r"background", r"considerations?", r"overview", r"summary", r"context", r"statement",
    r"(?<!breakdown )structure",
    r"layout", r"topology", r"ownership", r"boundaries",
    r"risks?(?: (?:register|assessment|mitigations?|analysis))?", r"mitigations?",
    r"(?<!prerequisite )dependenc(?:y|ies)", r"estimates?", r"timeline", r"schedule", r"history", r"notes",
    r"assumptions", r"architecture", r"strategy", r"approach", r"decisions?", r"philosophy", r"conventions?",
    r"environments?", r"opportunit(?:y|ies)", r"stepping stones", r"growth path", r"trajectory",
    r"responsibilit(?:y|ies)", r"roles", r"baseline", r"(?<!target )metrics", r"record", r"definitions?", r"policy",
    r"references?", r"inventory", r"findings", r"lessons", r"explained", r"reasons?", r"prohibition", r"feedback",
    r"steps? taken", r"learn(?:ed|ing objectives)", r"code changes",
    r"files? (?:modified|changed|to (?:change|modify|touch|create|add|delete|update|edit|review|read))",
)  # fmt: skip
"""Titles that end so hold no items."""

ABOUT = (
    r"gates? overview",
    (
        r"(?:gate|review|approval|sign-?off|decision|escalation|change)(?: review)? (?:process|meeting|"
        r"workflow|procedure|policy)"
    ),
)
"""Ends of titles that tell how deciding is done, not what must hold."""

HEADS = (
    r"check-?lists?",
    r"deliverables?",
    r"gates?",
    r"targets?",
    r"pre-?requisites?",
    r"tasks",
    r"art[ei]facts?",
    r"sign-?offs?",
    r"approvals?",
    r"criteria",
    r"acceptance",
)
"""Nouns at the end of a title that say what it is about, whatever it begins with (`documentation checklist`)."""

HOW_END = (
    r"implementation (?:guidance|guide|notes|details|approach|strategy|steps|order)", r"instructions?",
    r"how[ -]to\b.*", r"tool anchors?", r"walk-?through", r"tutorial",
    r"(?<!rollout )(?<!release )(?<!deployment )(?<!integration )steps(?: to .*)?", r"guidelines?", r"guide",
    r"workflows?", r"patterns?", r"usage", r"recipes?", r"commands?", r"procedures?", r"getting started",
    r"quick ?start", r"set-?up", r"installation", r"install", r"configuration", r"running", r"development",
    r"actions?", r"execution (?:order|sequence|strategy)", r"sequence of work",
)  # fmt: skip
"""Titles that end so tell how to do something."""

HOW_ELSE = (
    r"^(?:rollback|roll-back|fallback|backout|recovery)(?: plan| procedure| steps)?$",
    r"\bpatterns for\b", r"^(?:action|usage|installation|install|how)\b",
)  # fmt: skip
"""Other titles that do."""

TOPICS = (
    (r"(?:user )?(?:docs|documentation|communications?|monitoring|observability|support|community|"
     r"design|architecture|technical|technology|stack|configuration|installation|set-?up|"
     r"development|features?|operations|operational|build|implementation|tests|testing|"
     r"tests? and .*|phases|legal|marketing|code|team|people|dependencies|limitations|structure|"
     r"data|metrics|issues|owners?|metadata|policy|roles|deployment)"),
)  # fmt: skip
"""Titles that name a subject."""
