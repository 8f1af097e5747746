"""How names are compared across documents and configuration: `Security Lead`, `security_lead` and `security-lead`."""

from __future__ import annotations

import re
import unicodedata


def slug(text: str) -> str:
    """Letters and digits in lower case, everything else one hyphen; empty where nothing is left.

    Letters of other scripts stay what they are: a homoglyph makes another slug.
    """
    folded = unicodedata.normalize("NFC", text).casefold()
    return re.sub(r"[\W_]+", "-", folded).strip("-")


def ascii_name(text: str) -> str:
    """Text as printable ASCII, injectively: names key objects of canonical JSON, and those keys are ASCII."""
    from urllib.parse import quote

    return quote(text, safe="/!$&'()+,;=@:~*?[] ")
