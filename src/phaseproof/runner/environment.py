"""The environment of a check: built from nothing, with what the bundle lets pass."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from phaseproof.errors import Usage
from phaseproof.runner.reaping import MARK

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")

_FIXED = ("HOME", "TMPDIR", "PWD", "PYTHONDONTWRITEBYTECODE")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_REFUSED = re.compile(r"PHASEPROOF_|.*PASS_?PHRASE|SSH_AUTH_SOCK\Z|SSH_AGENT|GPG_AGENT|DBUS_|XDG_RUNTIME_DIR\Z", re.I)
_SECRET = re.compile(r".*(TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|KEY|AUTH|DSN|_URL)", re.I)
_SHORTEST = 6
"""Characters: shorter values are not looked for in output; they would hit ordinary words."""


class View(Struct, frozen=True):
    """A run's folders as the check sees them: fixed paths in a sandbox, the real ones without."""

    work: str
    out: str
    home: str
    tmp: str


def refused(names: Sequence[str]) -> str | None:
    """The first name that may not be passed through, None where all may.

    Names of this product, passphrases, agents that sign, and what the runner itself sets are never passed.
    """
    for name in names:
        if not _NAME.match(name) or _REFUSED.match(name) or name in _FIXED:
            return name
    return None


def build(
    view: View,
    passes: Sequence[str],
    *,
    run: str,
    bins: Sequence[str] = (),
    toolchains: Sequence[Path] = (),
    source: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """The environment of one run.

    Args:
        view: its folders.
        passes: names that the bundle lets through.
        run: the run's mark.
        bins: `bin` folders of what the set-up made; first on PATH.
        toolchains: prefixes whose `bin` follows.
        source: where passed values come from; this process's environment if None.

    Raises:
        Usage: `pass-refused`.
    """
    bad = refused(passes)
    if bad is not None:
        raise Usage("pass-refused", f"environment.pass may not name {bad}", "take it out of `environment.pass`")
    source = os.environ if source is None else source
    own = [f"{prefix}/bin" for prefix in (*toolchains, Path(sys.base_prefix))]
    return {
        "PATH": ":".join(dict.fromkeys([*bins, *own, *SYSTEM_PATH])),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **{name: source[name] for name in passes if name in source},
        "HOME": view.home,
        "TMPDIR": view.tmp,
        "PYTHONDONTWRITEBYTECODE": "1",
        "PHASEPROOF_OUT": view.out,
        MARK: run,
    }


def secrets_of(passes: Sequence[str], source: Mapping[str, str] | None = None) -> tuple[bytes, ...]:
    """Values of passed variables whose names say that they are secret, longest first: they are cut out of logs."""
    source = os.environ if source is None else source
    values = {source[name] for name in passes if name in source and _SECRET.match(name)}
    return tuple(sorted((os.fsencode(v) for v in values if len(v) >= _SHORTEST), key=len, reverse=True))


def redact(text: bytes, hidden: Sequence[bytes]) -> bytes:
    """Output without the values that are nobody's business."""
    for value in hidden:
        text = text.replace(value, b"[hidden]")
    return text
