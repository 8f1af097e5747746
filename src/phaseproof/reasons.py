"""Reason codes: everything finer than a verdict, each with the sentence a person reads (FORMATS, section 5).

A code is public surface. `{detail}` is the particular fact; a sentence stands without it where it is empty.
"""

from __future__ import annotations

SENTENCES: dict[str, str] = {
    # items: nothing there
    "unbound": "bound to nothing",
    "never-run": "its check has never run",
    "in-progress": "its check is running: {detail}",
    "selection-not-run": "the run did not answer for its selection: {detail}",
    "selection-empty": "its selection matches no executed test: {detail}",
    "strength-too-weak": "seen, but too weakly: {detail}",
    "assurance-too-low": "whoever did the work could read the key that signed: {detail}",
    "signature-missing": "{detail}",
    "instrument-unreviewed": "what judges it has changed and nobody has accepted it: {detail}",
    "children-empty": "nothing nested in it is required and proven",
    "record-missing": "the record {detail} has not been made",
    "signer-unknown": "signed by a key that the bundle does not list: {detail}",
    # items: something is wrong
    "check-failed": "{detail}",
    "selection-failed": "its selection failed: {detail}",
    "control-passed": "passes all the same with {detail}: it proves nothing",
    "control-inconclusive": "no control has shown that it can fail: {detail}",
    "control-missing": "it was never tried whether it can fail",
    "sensitivity-low": "too much may be taken out of what it judges without its noticing: {detail}",
    "sensitivity-missing": "how much it notices was never measured",
    "flaky": "failed and passed on the same inputs: {detail}",
    "abandoned": "a run was started and never finished: {detail}",
    "overtaken": "the commit moved while it ran: {detail}",
    "clock": "evidence from the future: {detail}",
    # items: stale
    "inputs-changed": "what it rests on has changed: {detail}",
    "check-changed": "the check itself has changed: {detail}",
    "content-changed": "what was signed has changed: {detail}",
    "too-old": "older than it may be: {detail}",
    # items: impossible to look
    "not-started": "the check could not be started: {detail}",
    "timeout": "the check did not end in time: {detail}",
    "signal": "the check was ended by a signal: {detail}",
    "no-tests": "no test was executed: {detail}",
    "collection-failed": "tests could not be collected: {detail}",
    "test-setup-failed": "tests could not be set up: {detail}",
    "output-unreadable": "its output cannot be read: {detail}",
    "output-truncated": "part of its output was cut, so nothing can be said of it: {detail}",
    "pattern-too-slow": "a pattern took too long: {detail}",
    "example-unmatched": "a pattern does not find what it is said to find: {detail}",
    "command-failed": "the command it rests on failed: {detail}",
    "metric-missing": "a figure that is asked for was not given: {detail}",
    "expression-unanswered": "what is asked of its figures has no answer: {detail}",
    "score-out-of-scale": "a figure lies outside its scale: {detail}",
    "schema-unusable": "a JSON Schema gives no answer: {detail}",
    "age-unknown": "its age is not known: {detail}",
    "setup-failed": "the set-up of its environment failed: {detail}",
    "setup-altered": "what its set-up made was changed while it ran: {detail}",
    "kind-missing": "no kind {detail} is installed here",
    "kind-raised": "the check kind failed: {detail}",
    "extra-missing": "needs an extra that is not installed: {detail}",
    "path-missing": "not in the tree: {detail}",
    "pattern-empty": "a pattern matches no file: {detail}",
    "submodule-input": "a submodule is among its inputs: {detail}",
    "lfs-pointer": "a pointer of large file storage is among its inputs: {detail}",
    "baseline-unreachable": "the suite that it is compared with cannot be found: {detail}",
    "history-shallow": "this clone's history is cut off: {detail}",
    "object-missing": "an object is missing from the repository: {detail}",
    "link-escapes": "a symbolic link leaves the tree: {detail}",
    "inputs-unreadable": "its inputs cannot be read: {detail}",
    "subject-empty": "nothing is left for it to judge: {detail}",
    "path-unsafe": "a path cannot be written out: {detail}",
    "path-collides": "two of its inputs cannot both be written out here: {detail}",
    "dirty-inputs": "the working tree does not hold what the commit holds: {detail}",
    "no-cases": "it judged nothing at all: {detail}",
    "metric-not-finite": "a figure it gave is no finite number: {detail}",
    "no-reason": "the check kind gave no answer and no reason: {detail}",
    "control-not-isolated": "controls run in a clean checkout only: {detail}",
    "control-failed": "a control could not be applied: {detail}",
    "ref-missing": "no ref {detail}",
    "sensitivity-budget": "time ran out before it was known how much it notices: {detail}",
    "sensitivity-empty": "how much it notices cannot be measured: {detail}",
    "sensitivity-failed": "how much it notices could not be measured: {detail}",
    # gates and programmes
    "gate-empty": "no required item beneath it",
    "nothing-proven": "none of its required items is proven",
    "item-holds": "{detail}",
    "after-holds": "{detail} comes first and does not pass",
    "bundle-differs": "this commit compiles to other rules than the installed ones: {detail}",
    "bundle-unreadable": "this commit does not compile: {detail}",
    "bundle-provisional": "the bundle is not signed by its threshold yet: {detail}",
    "no-ledger": "there is no ledger here",
    "no-gates": "the programme has no gate",
    "instrument-changed": "what judges it has changed since {detail}, and nobody is asked to accept it",
    "broad-binding": "one check stands for several items without a selection each",
}


def sentence(code: str, detail: str = "") -> str:
    """What a person reads for a code; the code itself where it has no sentence.

    A detail comes from checks, paths and other people's texts: what a terminal would obey is written out.
    """
    text = SENTENCES.get(code, _visible(code))
    detail = _visible(detail.replace("\n", "; "))
    if "{detail}" not in text:
        return f"{text}: {detail}" if detail else text
    return text.format(detail=detail) if detail else text.replace(": {detail}", "").replace("{detail}", code)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
