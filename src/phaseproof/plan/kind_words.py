"""The words by which titles and sentences say of what kind the entries beneath them are.

Data only, alternatives of regular expressions in lower case; `vocabulary` compiles and applies them; `<END>` is as in
`words`.
"""

from __future__ import annotations

STRONG: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            (r"\b(?:conditions?|criteri(?:a|on)|requirements?|checklist) (?:for|of|to) (?:clos|complet|exit|"
             r"leav|finish|"
             r"done\b|ending)"),
            (r"\b(?:leaving|finishing|wrap-?up|end[ -]of[ -](?:phase|sprint|milestone|stage)) "
             r"(?:criteri(?:a|on)|conditions?|checklist)\b"),
            r"\bdefinitions? of (?:shipped|completeness)\b", r"\bready to close\b", r"\bdone[\"“”']? means\b",
            r"\bwhen (?:is it|are we|is this)(?: \w+)? (?:done|finished|complete)\b",
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
            (r"\b(?:conditions?|criteri(?:a|on)|requirements?|checklist) (?:for|of|to) (?:start|begin|entry|"
             r"entering|kick-?off)"),
            (r"\b(?:in place|true|done|ready|met|available|finished) (?:first$|before (?:we|you|work|start|beginning|"
             r"the|this|any|it|phase)\b)"),
            r"\bmust (?:already )?be in place\b", r"\b(?:kick-?off|start) readiness\b",
            r"\bready[ -]to[ -](?:start|begin)\b",
            r"\badmission criteria\b",
            r"^entry$",
            (r"\b(?:entry|entrance|start|starting|kick-?off) (?:criteri(?:a|on)|conditions?|"
             r"checklist|requirements?)\b"),
            r"\bdefinitions? of ready\b", r"\bdor\b", r"\bready (?:when|if|once|to start)\b",
            r"(?<!release )(?<!launch )(?<!production )\breadiness criteri(?:a|on)\b",
        ),
    ),
    (
        "gate",
        (
            (r"\b(?:blocking|unblock|unblocking|hold|halt|stop-the-line|no-?go|lift|abort|fail|pass) "
             r"(?:criteri(?:a|on)|conditions?|rules?|points?|issues?)\b"),
            (r"\b(?:advancement|promotion|cut-?over|unblock|unblocking|go|no-?go|pass|pass ?/ ?fail|freeze|progression|"
             r"(?:release|launch|production) readiness) criteri(?:a|on)\b"),
            (r"\bconditions? (?:for|of|to|before) (?:unblock|proceed|go-?live|releas|ship|launch|cut-?over|lift|"
             r"merg|promot|"
             r"advanc|switch|deploy|going live)"),
            r"\b(?:rollback|roll-back|abort|stop|halt|kill) triggers?\b", r"\bpoints? of no return\b",
            r"\btrip-?wires?\b",
            r"\bshow-?stoppers?\b", r"\bstop-?ship\b", r"\bminimum bar\b", r"\bship(?:ping)? bar\b",
            r"\bhard blockers?\b",
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
            r"\bsuccess(?: targets|ful when| looks like)\b", r"\bmeasures of success\b", r"\bproof of success\b",
            r"\bdefinition of success\b", r"\bacceptance bar\b",
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
            r"^(?:sign[- ]?offs?|approvals?)(?: (?:required|needed))?$", r"^(?:approved|signed off) by$",
        ),
    ),
)  # fmt: skip
"""Kind -> titles that mean it in any document; the first that fits."""

WEAK: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            r"^(?:phase|sprint|milestone|stage|wave) (?:exit|completion|closure)$", r"^close-?out$", r"^finish line$",
            (r"^(?:to (?:close|finish|complete|leave|exit)|leaving|closing|finishing) (?:this|the) "
             r"(?:phase|milestone|stage|sprint)$"),
            r"^how we finish$",
        ),
    ),
    (
        "rollout",
        (
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
            r"^before (?:starting|beginning|kick-?off|work (?:starts|begins)|(?:you|we) (?:start|begin|touch)\b)",
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
            (r"\b(?:may|can|must|shall|will)(?: only)? be (?:deleted|merged|released|shipped|deployed|tagged|"
             r"enabled|switched|"
             r"removed|lifted|unblocked)\b[^.]{0,30}\b(?:if|when|once|after)\b"),
            (r"\b(?:stays?|remains?|is|are) (?:blocked|held|frozen|locked|on hold)\b[^.]{0,40}\b(?:until|while|"
             r"unless)\b"),
            r"\b(?:stop|abort|halt|roll back|no[- ]go)\b[^.]{0,40}\b(?:if|when|as soon as)\b",
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
