"""The words by which titles and sentences say, in any document, of what kind the entries beneath them are.

Data only, alternatives of regular expressions in lower case; `vocabulary` compiles and applies them; `<END>` is as in
`words`.
"""

from __future__ import annotations

STRONG: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "exit",
        (
            r"^(?:phase|milestone|sprint|we) (?:is|are) (?:over|through) (?:when|once|if)$", r"\bclose conditions\b",
            r"\b(?:completion|closure) requirements\b",
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
            r"\bentry bar\b", r"\breadiness to start\b", r"\bready criteria\b", r"\bstart-?up conditions\b",
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
            r"\bhard stops?$", r"\bred lines?$", r"\b(?:freeze|unfreeze) conditions\b",
            r"\bpromotion (?:rules|requirements)\b",
            (r"\b(?:blocking|unblock|unblocking|hold|halt|stop-the-line|no-?go|lift|abort|fail|pass) "
             r"(?:criteri(?:a|on)|conditions?|rules?|points?|issues?)\b"),
            (r"\b(?:advancement|promotion|cut-?over|unblock|unblocking|go|no-?go|pass|pass ?/ ?fail|freeze|progression|"
             r"(?:release|launch|production) readiness) criteri(?:a|on)\b"),
            (r"\bconditions? (?:for|of|to|before) (?:unblock|proceed|go-?live|releas|ship|launch|cut-?over|lift|"
             r"merg|promot|"
             r"advanc|switch|deploy|going live)"),
            r"^(?:ship|merge|release|launch|go live|promote|proceed|advance)(?: it| only)? (?:when|if|once)$",
            r"^(?:stop|abort|halt|roll ?back|roll-back|pull)\b(?: .{0,30})? (?:if|when|as soon as)$",
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
