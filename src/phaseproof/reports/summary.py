"""`report md`: the board in Markdown, for a pull request or a run's page.

Texts come from plans, people and checks: nothing of them may act as Markdown or HTML, mention anybody or refer to an
issue (CommonMark, section 2.4: a backslash before punctuation makes it plain).
"""

from __future__ import annotations

import re

from phaseproof.digests import short
from phaseproof.reports.blockers import Blocker, blockers
from phaseproof.reports.dossier import Dossier
from phaseproof.reports.layout import counted, one_line
from phaseproof.reports.scrub import Scrubber

BLOCKERS = 30
"""Blockers that a summary names; the rest is counted."""
GATES = 100
_LONGEST = 300
_PUNCTUATION = re.compile(r"([\\`*_{}\[\]()<>|~!&$])")
_LEADING = re.compile(r"^(\s*)([#+=-]|\d+[.)])")
_CALLS = re.compile(r"[@#:](?=\w)|(?<=\w)@|:(?=//)|(?i:www)(?=\.)")
_BREAK = "<!-- -->"


def summary(dossier: Dossier, scrubber: Scrubber) -> str:
    """The summary.

    Args:
        dossier: what is known.
        scrubber: takes out what is nobody's business.
    """
    board = dossier.board
    required = [item for item in board.items if item.required]
    done = sum(item.judgement.verdict in ("proven", "waived") for item in required)
    found = blockers(board)
    lines = [
        f"## {'✅' if board.verdict == 'PASS' else '⛔'} {board.verdict}: {_text(board.programme, scrubber)}",
        "",
        f"Commit `{board.commit[:12]}`, {done} of {counted(len(required), 'required item')} proven, "
        f"assurance **{board.assurance}**.",
    ]
    if found:
        lines += ["", "### What blocks, in this order", ""]
        lines += [f"{number}. {_blocker(one, scrubber)}" for number, one in enumerate(found[:BLOCKERS], start=1)]
        if len(found) > BLOCKERS:
            lines += ["", f"… and {len(found) - BLOCKERS} more: `phaseproof status --all`"]
    if board.gates:
        lines += ["", "| Gate | Verdict | Proven |", "|---|---|---|"]
        lines += [
            f"| {_text(gate.title, scrubber)} | {gate.verdict}{', locked' if gate.state == 'locked' else ''} "
            f"| {gate.proven} of {gate.required} |"
            for gate in board.gates[:GATES]
        ]
    decided = "nothing has been decided and recorded yet"
    if dossier.decided is not None:
        position, last = dossier.decided
        decided = f"last decision {last.verdict} of `{last.commit[:12]}`, event {position}"
    lines += [
        "",
        f"<sub>Judged {board.at[:16].replace('T', ' ')} UTC on {counted(board.size, 'event')} of ledger "
        f"`{short(board.tenant)}` under rules `{short(board.bundle)}`; "
        f"{counted(dossier.checked, 'signed statement')} checked; {decided}.</sub>",
    ]
    return "\n".join(lines) + "\n"


def _blocker(one: Blocker, scrubber: Scrubber) -> str:
    why = _text(one.said, scrubber)
    where = _text(one.gate.title, scrubber)
    following = (
        f"<br>→ {_code(one.next)}" if one.next else (f"<br>→ {_text(one.advice, scrubber)}" if one.advice else "")
    )
    if one.item is None:
        return f"**{where}**: {why}{following}"
    said = f" — {why}" if why else ""
    return f"**{one.item.judgement.verdict}** {_text(one.item.text, scrubber)} ({where}){said}{following}"


def _text(text: str, scrubber: Scrubber) -> str:
    """Text as plain words of Markdown, on one line."""
    line = one_line(scrubber.clean(text), _LONGEST)
    line = _LEADING.sub(r"\1\\\2", _PUNCTUATION.sub(r"\\\1", line))
    return _CALLS.sub(lambda call: f"{call[0]}{_BREAK}", line)


def _code(text: str) -> str:
    """Text as a code span, whatever backticks are in it (CommonMark, section 6.1)."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{one_line(text)}{pad}{fence}"
