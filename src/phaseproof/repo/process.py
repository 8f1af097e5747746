"""How git is called: arguments as a list, a bare environment, nothing configured in the repository ever executed.

What is switched off, and why: hooks, fsmonitor and the pager (they run programs), system and global configuration
(they differ from machine to machine), replacement refs, grafts and the commit-graph file (they make history say
something else than its objects do), optional locks (reading must not write), prompts, every transport (a missing
object is an answer, not a reason to fetch one).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from phaseproof.errors import Unable

TIMEOUT = 120.0
"""Seconds after which any one call of git is given up."""

OUTPUT_LIMIT = 512 * 1024 * 1024
"""Bytes of output above which a call is refused."""

HARDENING: tuple[str, ...] = tuple(
    part
    for setting in (
        "core.hooksPath=/dev/null",
        "core.fsmonitor=false",
        "core.untrackedCache=false",
        "core.commitGraph=false",
        "core.quotePath=false",
        "core.pager=cat",
        "core.alternateRefsCommand=false",
        "core.warnAmbiguousRefs=true",
        "protocol.allow=never",
        "gc.auto=0",
        "maintenance.auto=false",
        "advice.graftFileDeprecated=false",
        "status.relativePaths=false",
        "submodule.recurse=false",
        "diff.ignoreSubmodules=none",
    )
    for part in ("-c", setting)
)

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT")


def environment() -> dict[str, str]:
    """The environment git runs in: built from nothing, so that no `GIT_DIR`, index or object folder is inherited."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    kept.setdefault("PATH", "/usr/local/bin:/usr/bin:/bin")
    return kept | {
        "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_GRAFT_FILE": os.devnull,
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_LITERAL_PATHSPECS": "1",
        "GIT_PAGER": "cat",
    }


def run(
    arguments: Sequence[str],
    *,
    cwd: Path,
    allowed: Sequence[int] = (0,),
    data: bytes | None = None,
    timeout: float = TIMEOUT,
    own: Mapping[str, str] | None = None,
) -> tuple[int, bytes, str]:
    """Call git and wait.

    Args:
        arguments: what follows `git` and the hardening; options of the main program first.
        cwd: folder to run it in.
        allowed: exit codes that are answers; every other one is fatal.
        data: standard input, empty where None.
        timeout: seconds.
        own: another environment than the bare one.

    Returns:
        Exit code, standard output, standard error.

    Raises:
        Unable: `git-missing`, `git-timeout`, `git-failed`, `git-output-limit`.
    """
    command = ["git", *HARDENING, *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=own or environment(),
            input=data or b"",
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    except FileNotFoundError as error:
        raise _missing(error, cwd) from error
    except (NotADirectoryError, PermissionError) as error:
        raise Unable("git-failed", f"git could not be started in {cwd}: {error.strerror}") from error
    except ValueError as error:  # an embedded NUL in an argument
        raise Unable("git-failed", f"no argument for git: {error}") from error
    except subprocess.TimeoutExpired as error:
        raise Unable("git-timeout", f"git {_verb(arguments)} did not answer within {timeout:g} s") from error
    said = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode not in allowed:
        raise failed(_verb(arguments), done.returncode, said)
    if len(done.stdout) > OUTPUT_LIMIT:
        raise Unable("git-output-limit", f"git {_verb(arguments)} answered with more than {OUTPUT_LIMIT} bytes")
    return done.returncode, done.stdout, said


def failed(verb: str, code: int, said: str) -> Unable:
    """The error for an outcome of git that nobody foresaw."""
    last = said.splitlines()[-1] if said else "no message"
    return Unable("git-failed", f"git {verb} ended with {code}: {last}", "git fsck")


def start(arguments: Sequence[str], *, cwd: Path) -> subprocess.Popen[bytes]:
    """Start git as a co-process with pipes for its input and output; its errors go to a pipe of their own.

    Raises:
        Unable: `git-missing`.
    """
    try:
        return subprocess.Popen(
            ["git", *HARDENING, *arguments],
            cwd=cwd,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,  # Ctrl-C at the terminal ends us, and we end it
        )
    except FileNotFoundError as error:
        raise _missing(error, cwd) from error


def _missing(error: FileNotFoundError, cwd: Path) -> Unable:
    if not cwd.exists():
        return Unable("path-missing", f"{cwd} does not exist")
    return Unable("git-missing", f"git is not on PATH: {error.strerror}", "install git 2.31 or newer")


def _verb(arguments: Sequence[str]) -> str:
    """The git command among the arguments, for messages."""
    rest = iter(arguments)
    for argument in rest:
        if argument in ("-C", "-c"):
            next(rest, None)
        elif not argument.startswith("-"):
            return argument
    return ""


__all__ = ["HARDENING", "OUTPUT_LIMIT", "TIMEOUT", "environment", "failed", "run", "start"]
