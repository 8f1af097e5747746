"""The words by which titles say, in documents that plan, of what kind the entries beneath them are.

Data only, alternatives of regular expressions in lower case; `vocabulary` compiles and applies them; `<END>` is as in
`words`. What means the same in any document is in `strong_words`.
"""

from __future__ import annotations

WEAK: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            r"^(?:phase|milestone|stage|sprint) close$",
            r"^(?:phase|sprint|milestone|stage|wave) (?:exit|completion|closure)$", r"^close-?out$", r"^finish line$",
            (r"^(?:to (?:close|finish|complete|leave|exit)|leaving|closing|finishing) (?:this|the) "
             r"(?:phase|milestone|stage|sprint)$"),
            r"^how we finish$",
        ),
    ),
    (
        "rollout",
        (
            (r"\b(?:update|upgrade|switch-?off|switch-?on|shut-?down|sunset|transfer|removal|decommission|"
             r"decommissioning) "
             r"(?:sequence|order)\b"),
            r"\b(?:path|steps) to production\b", r"\bpromotion path\b", r"\bstaged release\b", r"\broll-?out rings\b",
            (r"\b(?:order|sequence) of (?:the )?(?:cut-?over|roll-?out|deployment|release|launch|migration|"
             r"switch-?over|"
             r"merging|merges|integration)\b"),
            (r"\b(?:deployment|launch|release|go-?live|cut-?over|switch-?over) (?:day|night|weekend|waves?|rings?)\b"),
            r"\bswitch-?over(?: (?:sequence|plan|steps|order))?$", r"^cut-?over$", r"^rolling out\b", r"^ramp-?up$",
            (r"\b(?:canary|ramp|ramp-?up|traffic|enablement|activation|merge|migration) (?:sequence|stages|order|ramp|"
             r"shift|waves)$"),
            r"\b(?:canary|ramp|ramp-?up) (?:plan|steps)$", r"\bprogressive delivery$", r"\bmerge (?:train|order)\b",
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
            r"\bproofs? to file\b", r"\bevidence bundle\b", r"\b(?:output|hand-?over) documents\b", r"^emits$",
            r"\brunbooks to write\b",
            r"\bdelivered files\b",
            r"\b(?:hand-?over|hand-?off|release|submission|delivery|audit) (?:package|pack|bundle|kit)\b",
            (r"\b(?:documents?|documentation|reports?|records?) (?:that )?(?:we )?(?:must |"
             r"to )?(?:be )?(?:produced?|delivered?|"
             r"authored?|written|write|keep|kept|filed?|due|required)\b"),
            r"\bfiles (?:to be )?(?:produced|delivered)\b", r"\b(?:what|things) (?:we|to) hand over\b",
            r"\brequired (?:[\w-]+ ){0,2}(?:documents?|docs|records|reports|files|evidence)\b",
            r"\b(?:art[ei]fact|document|deliverables?|evidence) (?:register|catalogue|manifest)\b",
            r"\bwhat (?:we|this (?:phase|milestone)|the (?:phase|team)) (?:delivers?|produces?)\b",
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
            r"^approved-by$", r"\bapproval (?:signatures|sheet)\b", r"\bsign-?offs? and\b", r"\brequired reviews\b",
            r"\bwho (?:signs|approves|must (?:sign|approve)|has to (?:sign|approve)|needs to (?:sign|approve))\b",
            r"\bsignator(?:y|ies)\b", r"^signatures?$", r"\b(?:approval|review) board$",
            r"\b(?:sign-?offs?|approvals?) needed$",
            r"\bsign[- ]?offs?(?: (?:matrix|table|list|block|sheet))?$", r"\bsign-?offs? (?:by|from|required)\b",
            r"\bapprov(?:als?|ers)(?: (?:matrix|table|list))?$", r"\breviewers$", r"\breviewed by$",
        ),
    ),
    (
        "precondition",
        (
            r"^before (?:coding|implementation|(?:the )?(?:cut-?over|switch|migration))$", r"^pre-?flight$",
            r"^consumes$",
            r"\brequired (?:access|inputs)\b", r"^needs from\b",
            r"^before (?:starting|beginning|kick-?off|work (?:starts|begins)|(?:you|we) \w)",
            r"^prior to (?:start|kick-?off|beginning)", r"\bpre-?reqs?\b", r"^pre-?work$",
            r"\binputs? (?:required|needed)$",
            r"\b(?:required|needed|necessary) (?:inputs?$|before\b)", r"^(?:phase|stage|milestone|sprint) entry$",
            r"^to (?:start|begin|enter) (?:this|the) (?:phase|milestone|stage|sprint)$",
            r"^(?:needs|depends on completion of)$",
            r"\bdependencies (?:that must|to) be (?:met|satisfied)\b",
            r"\bpre-?requisites?<END>", r"\bpre-?requisite\b", r"\bpre-?conditions?<END>", r"^requires$",
            r"\brequired before\b", r"\bbefore (?:you|we) (?:start|begin)$",
        ),
    ),
    (
        "test",
        (
            r"\btest (?:list|obligations)\b", r"\btabletop exercises?\b",
            r"\b(?:drills|rehearsals?|game days?)$", r"\b(?:chaos|failure|fault) (?:experiments?|scenarios?)$",
            r"\bscenarios to (?:test|run|cover|rehearse)\b",
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
            r"^proof(?: points)?$", r"\bsuccess bar\b", r"^(?:slos|okrs|thresholds)$",
            r"\bbenchmarks to (?:meet|hit|beat)\b",
            r"\b(?:performance|quality) goals\b", r"\b(?:review|compliance) points\b",
            r"\b(?:audit|inspection|control) (?:points?|items?)\b", r"\battestations?<END>",
            r"\b(?:self|spot)-?checks?$",
            r"\bexpected (?:outcomes?|results?)$", r"\bquality bar$", r"\bkey results$",
            r"\b(?:measurable|phase) goals$",
            r"\b(?:verification|validation) (?:steps|scenarios|tests)$",
            r"\b(?:latency|performance|size|error) budgets?$",
            (r"\bhow (?:do |will )?(?:we|you|it|this)(?: will|'ll| is| can)?(?: be)? (?:check|know|verif|measur|prove|"
             r"validat|tell)"),
            r"\b(?:(?:operational|ops|production|launch|release|phase) readiness(?: checks?)?|readiness items)$",
            r"\breadiness (?:review|assessment)\b",
            r"\bacceptance(?: tests?)?(?! and .*requirements$)<END>",
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
            r"\brequired ci\b", r"^green before\b", r"\bcut-?over readiness$", r"^release holds?$",
            r"\bblockers (?:to|for|before)\b", r"\bwhat (?:blocks|stops|holds|gates)\b", r"\bgates? to\b",
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
            r"^(?:(?:hard|key|global|mandatory|safety|binding|project|implementation) )?constraints?$",
            r"^must(?:[- ]haves?)?$",
            r"\b(?:mandates|obligations)$", r"\bprinciples (?:that|which|to)\b", r"\bpolicies to keep\b",
            r"^rules (?:of|for)\b",
            r"\brequired (?:behaviou?rs?|properties|capabilities)\b",
            r"\brequirements?<END>", r"^(?:\w+ )?rules$", r"\bground rules\b", r"\bguardrails\b", r"\bwhat must\b",
            r"\bmust hold\b",
        ),
    ),
    (
        "task",
        (
            r"^(?:work|task|ticket|job) list$", r"^(?:jobs|tickets|work)$",
            r"^to do$", r"\bwork breakdown\b", r"^action items\b", r"\btask (?:list|breakdown)\b", r"\bthings to do\b",
            r"^what (?:to|we|we will|we'll) build$", r"\b(?:remaining|open|outstanding|planned) work$",
            r"^work (?:plan|to do)$",
            r"^fixes$", r"^build list$",
            r"\b(?:initial|first|opening|kick-?off|final|closing) task\b",
            r"\b(?:sub-?)?tasks(?: \/ (?:sub-?)?tasks)?<END>", r"\bto-?dos?<END>", r"\btodo list\b",
            r"\bwork (?:items|packages)<END>", r"\bthings to build\b", r"^(?:build|plans|implementation|phases)$",
            r"\bimplementation for\b",
        ),
    ),
)  # fmt: skip
"""Kind -> titles that mean it in documents that plan; the first that fits."""
