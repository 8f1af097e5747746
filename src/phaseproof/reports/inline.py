"""Words of a plan as HTML: emphasis, code and links told apart, everything else escaped.

Nothing of the text reaches the page but as text. A link's target is shown and not linked: a report is trusted, and no
plan may send its reader anywhere; a picture is its words.
"""

from __future__ import annotations

import re

from markupsafe import Markup, escape

from phaseproof.reports.layout import visible

LONGEST = 4000
"""Characters; marks in a longer text are shown as they are."""
_DEPTH = 3

_MARKS = re.compile(
    r"(?P<tick>`{1,3})(?P<code>[^`]+)(?P=tick)(?!`)"
    r"|(?P<image>!?)\[(?P<words>[^\[\]]{0,500})\]\((?P<target>[^()\s]{0,500})(?:[ \t]+\"[^\"]{0,200}\")?\)"
    r"|\*\*(?P<strong>(?=\S)(?:[^*]|\*(?!\*)){1,500}(?<=\S))\*\*"
    r"|(?<!\w)__(?P<strong2>[^_\s](?:[^_]{0,500}[^_\s])?)__(?!\w)"
    r"|\*(?P<em>[^*\s](?:[^*]{0,500}[^*\s])?)\*"
    r"|(?<!\w)_(?P<em2>[^_\s](?:[^_]{0,500}[^_\s])?)_(?!\w)"
    r"|~~(?P<gone>[^~\s](?:[^~]{0,500}[^~\s])?)~~"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
)
_BOLD, _ITALIC, _GONE = Markup("<b>{}</b>"), Markup("<i>{}</i>"), Markup("<s>{}</s>")
_TAGS = {"strong": _BOLD, "strong2": _BOLD, "em": _ITALIC, "em2": _ITALIC, "gone": _GONE}


def plain(text: str) -> Markup:
    """Text as it stands, escaped, what cannot be seen made visible."""
    return escape(visible(text))


def inline(text: str, depth: int = 0) -> Markup:
    """Text with its emphasis, code spans and links.

    Args:
        text: as written in the plan.
        depth: how deep in emphasis it stands.
    """
    if len(text) > LONGEST or depth > _DEPTH:
        return plain(text)
    out: list[Markup] = []
    at = 0
    for mark in _MARKS.finditer(text):
        out += (plain(text[at : mark.start()]), _marked(mark, depth))
        at = mark.end()
    out.append(plain(text[at:]))
    return Markup("").join(out)


def _marked(mark: re.Match[str], depth: int) -> Markup:
    found = mark.groupdict()
    if found["code"] is not None:
        return Markup("<code>{}</code>").format(plain(found["code"].strip() or found["code"]))
    if found["words"] is not None:
        words, target = inline(found["words"], depth + 1), plain(found["target"])
        if found["image"]:
            return Markup("<i>[picture: {}]</i>").format(words)
        return (
            words if not target or words == target else Markup('{} <span class="to">({})</span>').format(words, target)
        )
    if found["escaped"] is not None:
        return plain(found["escaped"])
    for name, tag in _TAGS.items():
        if found[name] is not None:
            return tag.format(inline(found[name], depth + 1))
    return plain(mark[0])
