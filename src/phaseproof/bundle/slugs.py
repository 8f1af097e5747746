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
