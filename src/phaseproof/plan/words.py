"""The words by which titles say what stands beneath them, as alternatives of regular expressions.

Data only; `vocabulary` compiles and applies it. `<END>` is a place where a title may end or go on to say of what
(`criteria for phase 6`). Everything is matched in lower case.
"""

from __future__ import annotations

END = (
    r"(?=$|[ ]*[,/&]| (?:for|of|to|before|after|by|at|in|on|per|from|with|and|that|which|required|needed|"
    r"list|index|table|section|summary|overview|covering|must)\b)"
)
"""What may follow the noun of a title."""

HARD = (
    r"non-?goals?", r"out[ -]of[ -]scope", r"not in scope", r"what not to (?:do|build)", r"won'?t (?:do|build|have)",
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

STRONG: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            r"^exit$", r"\bexit (?:criteri(?:a|on)|conditions?|checklist|requirements?|bar)\b",
            r"\bdefinitions? of (?:done|complete|completion|finished)\b", r"\bdod\b",
            (r"\b(?:done|completion|completeness|complete|closure|closing|close-?out|"
             r"finish) (?:criteri(?:a|on)|conditions?|checklist|definition|claims?)\b"),
            r"\b(?:done|complete|finished|closed)(?: only)? (?:when|means|if|once)\b", r"\bdone looks like\b",
        ),
    ),
    (
        "precondition",
        (
            r"^entry$",
            (r"\b(?:entry|entrance|start|starting|kick-?off) (?:criteri(?:a|on)|conditions?|"
             r"checklist|requirements?)\b"),
            r"\bdefinitions? of ready\b", r"\bdor\b", r"\bready (?:when|if|once|to start)\b",
            r"\breadiness criteri(?:a|on)\b",
        ),
    ),
    (
        "gate",
        (
            r"^gates?$", r"\bgraduation criteria\b", r"\bchecks before\b",
            (r"\bcriteria (?:to|for) (?:open|proceed|ship|release|launch|merge|promot|"
             r"continu|advanc|going|go|moving|enter)"),
            r"\bgo[ /-]*no[ -]?go\b",
            r"\bstop[ -](?:conditions?|rules|criteria|gates?)\b",
            r"\b(?:kill|abort|rollback) (?:criteria|conditions?)\b", r"\bmust[- ]pass\b",
            r"\bgates? (?:requirements?|criteria|conditions?|checks?|checklist)\b",
            (r"\b(?:quality|unblock|unblocking|release|launch|merge|phase|security|readiness|ci|"
             r"review|stage|approval|exit|entry|promotion|deployment) gates?\b<END>"),
            (r"\b(?:release|launch|merge|ship|shipping|go-?live)[- ](?:blockers?|criteria|"
             r"requirements|conditions|bar)\b"),
            r"\b(?:required|blocking|mandatory) checks\b", r"\blaunch (?:tiers?|checklist|readiness)\b",
            r"\b(?:pre-?launch|go-?live) (?:checklist|checks|requirements)\b",
        ),
    ),
    (
        "acceptance",
        (
            r"\baccepted (?:when|if|once)\b",
            r"\bacceptance (?:criteri(?:a|on)|checklist|conditions?|scenarios?|requirements?)\b", r"^acceptance$",
            r"\bsuccess (?:criteri(?:a|on)|conditions?|metrics?|measures|indicators)\b",
            r"\b(?:verification|validation)(?: (?:and|&) (?:verification|validation))? criteria\b",
            r"\bmust be true\b", r"\bobservable truths\b", r"\bmeasurable (?:outcomes|objectives)\b",
        ),
    ),
    (
        "requirement",
        (
            r"\bmandatory requirements?\b", r"\bfunctional requirements?\b",
            r"\b(?:non-negotiables?|rules to keep|must always hold|what must hold)\b",
        ),
    ),
    (
        "signoff",
        (
            r"^reviewed ?by$", r"\b(?:required|mandatory) (?:approvals?|approvers|reviewers|sign-?offs?)\b",
            r"^(?:sign-?offs?|approvals?)(?: required)?$",
        ),
    ),
)  # fmt: skip
"""Kind -> titles that mean it in any document; the first that fits."""

SOFT_START = (
    r"user stor(?:y|ies)", r"coverage", r"traceability", r"in scope", r"scope", r"background", r"context",
    r"purpose", r"motivation", r"rationale", r"overview", r"introduction", r"intro", r"abstract", r"summary",
    r"executive summary", r"problem(?: statement)?", r"why", r"notes?", r"caveats?", r"remarks?", r"assumptions?",
    r"constraints?",
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
    r"support", r"documentation", r"docs", r"what (?:came|comes|this|is|changes)", r"how it works", r"about",
    r"goals?", r"non-?functional", r"metadata", r"document control", r"communication", r"monitoring",
    r"operational considerations", r"lessons",
)  # fmt: skip
"""Titles that begin so hold no items."""

SOFT_END = (
    r"rationale", r"background", r"considerations?", r"overview", r"summary", r"context", r"statement", r"structure",
    r"layout", r"topology", r"ownership", r"boundaries",
    r"risks?(?: (?:register|assessment|mitigations?|analysis))?", r"mitigations?",
    r"(?<!prerequisite )dependenc(?:y|ies)", r"estimates?", r"timeline", r"schedule", r"history", r"notes",
    r"assumptions", r"architecture", r"strategy", r"approach", r"decisions?", r"philosophy", r"conventions?",
    r"environments?", r"opportunit(?:y|ies)", r"stepping stones", r"growth path", r"trajectory",
    r"responsibilit(?:y|ies)", r"roles", r"baseline", r"metrics", r"record", r"definitions?", r"policy",
    r"references?", r"inventory", r"findings", r"lessons", r"explained", r"reasons?", r"prohibition", r"feedback",
    r"steps? taken", r"learn(?:ed|ing objectives)", r"code changes",
    r"files? (?:modified|changed|to (?:change|modify|touch|create|add|delete|update|edit|review|read))",
)  # fmt: skip
"""Titles that end so hold no items."""

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

WEAK: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "rollout",
        (
            (r"\b(?:staged |planned |phased )?roll-?outs?(?: (?:plan|sequence|steps|stages|phases|"
             r"order|checklist|procedure))?<END>"),
            (r"\b(?:pre-?|post-?)?(?:release|releasing|deploy|deployment|integration|launch|"
             r"cut-?over|go-?live|upgrade|publishing|promotion) (?:sequence|steps|order|procedure|"
             r"process|plan|runbook|stages|tasks)\b"),
            r"\b(?:pre-?|post-?)?(?:release|deploy|deployment|rollback|cut-?over|upgrade) (?:check-?list|checks)\b",
            r"^(?:pre|post)-?(?:release|deploy(?:ment)?)$", r"\bmigration (?:sequence|steps)\b",
        ),
    ),
    (
        "artifact",
        (
            r"\b(?:to be|must be|has to be|have to be) delivered\b", r"\b(?:we|to) deliver$",
            r"\bdeliverables?\b(?! (?:review|acceptance))", r"\bart[ei]facts?<END>",
            r"\b(?:work products?|outputs)<END>",
            r"\bevidence(?: (?:pack|required|list|index|items|artifacts|to .*|needed|requirements))?<END>",
            r"\brequired (?:documents?|docs|files|documentation)\b", r"\bfile list\b", r"^produces\b",
            r"\bdocuments? to (?:produce|author|deliver|write)\b",
        ),
    ),
    (
        "signoff",
        (
            r"\bsign-?offs?(?: (?:matrix|table|list|block))?$", r"\bsign-?offs? (?:by|from|required)\b",
            r"\bapprov(?:als?|ers)(?: (?:matrix|table|list))?$", r"\breviewers$", r"\breviewed by$",
        ),
    ),
    (
        "precondition",
        (
            r"\bpre-?requisites?<END>", r"\bpre-?requisite\b", r"\bpre-?conditions?<END>", r"^requires$",
            r"\brequired before\b", r"\bbefore (?:you|we) (?:start|begin)$",
        ),
    ),
    (
        "test",
        (
            r"\btests<END>",
            (r"\b(?:test|testing) (?:plan|plans|cases?|levels?|scenarios?|suites?|matrix|results?|"
             r"coverage|checklist|requirements?|methodolog(?:y|ies))\b"),
            (r"\b(?:fault|failure|chaos|attack|regression|smoke|drill|test) (?:injection|suites?|"
             r"drills|cases?|tests?)\b"),
            r"^testing$",
            r"\b(?:unit|integration|e2e|end-to-end|smoke|regression|load|stress|chaos|fuzz) test(?:s|ing)$",
            r"\balso adds$",
        ),
    ),
    (
        "acceptance",
        (
            r"\breadiness (?:review|assessment)\b",
            r"\bacceptance(?: tests?)?<END>",
            (r"\b(?:verification|validation)(?: (?:and|&) (?:verification|"
             r"validation))?(?: (?:checklist|checks|plan|results|matrix|performed|commands))?<END>"),
            r"\bobjectives?<END>", r"\btargets?<END>", r"\bcriteri(?:a|on)\b", r"\bcheck-?lists?<END>",
            r"\baudits?<END>", r"\bcompliance (?:checks?|checkpoints|checklist)\b",
            r"\bverify(?: all| each| that)?(?: of)?(?: the following)?$",
            r"\baudit (?:and|&) compliance checkpoints\b",
            r"\b(?:quality|security|health|readiness|sanity|final) checks\b", r"\bcheckpoints$", r"\bkpis$",
        ),
    ),
    (
        "gate",
        (
            r"\bgates?<END>", r"\bconstitution check\b", r"\b(?:launch|done) tiers?\b", r"\btier \d\b",
        ),
    ),
    (
        "invariant",
        (
            r"\binvariants?<END>",
        ),
    ),
    (
        "requirement",
        (
            r"\brequirements?<END>", r"^(?:\w+ )?rules$", r"\bground rules\b", r"\bguardrails\b", r"\bwhat must\b",
            r"\bmust hold\b",
        ),
    ),
    (
        "task",
        (
            r"\b(?:initial|first|opening|kick-?off|final|closing) task\b",
            r"\b(?:sub-?)?tasks(?: \/ (?:sub-?)?tasks)?<END>", r"\bto-?dos?<END>", r"\btodo list\b",
            r"\bwork (?:items|packages)<END>", r"\bthings to build\b", r"^(?:build|plans|implementation|phases)$",
            r"\bimplementation for\b",
        ),
    ),
)  # fmt: skip
"""Kind -> titles that mean it in documents that plan; the first that fits."""

TOPICS = (
    (r"(?:user )?(?:docs|documentation|communications?|monitoring|observability|support|community|"
     r"design|architecture|technical|technology|stack|configuration|installation|set-?up|"
     r"development|features?|operations|operational|build|implementation|tests|testing|"
     r"tests? and .*|phases|legal|marketing|code|team|people|dependencies|limitations|structure|"
     r"data|metrics|issues|owners?|metadata|policy|roles|deployment)"),
)  # fmt: skip
"""Titles that name a subject."""

SENTENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            r"\b(?:complete|completed|done|finished|closed|exited?)\b[^.]{0,40}\b(?:when|once|if)\b",
        ),
    ),
    (
        "precondition",
        (
            (r"\b(?:may|can|shall|must|will|should)(?: not| only)? (?:begin|start|proceed|open|"
             r"be (?:opened|started))\b"),
            r"\bbefore (?:starting|work starts|(?:this|the) phase (?:starts|begins|opens))\b",
        ),
    ),
    (
        "gate",
        (
            (r"\b(?:must|shall|need to|needs to|has to|have to)(?: all)? (?:pass|hold|be true|"
             r"be green|be met|be satisfied|succeed|exit 0)\b"),
            r"\b(?:passes|pass|ships?|go(?:es)? live|merges?)(?: only)? (?:when|if|once)\b",
        ),
    ),
    (
        "acceptance",
        (
            r"\baccepted (?:when|if|once)\b",
        ),
    ),
)  # fmt: skip
"""Kind -> sentences that lead into a list of it."""
