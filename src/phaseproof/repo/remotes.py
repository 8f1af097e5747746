"""One ref of another repository: fetched, extended by a commit of files, pushed; the only place that uses a transport.

git's own transport is used as the person's `git push` would use it, so that credentials, proxies and short names of
addresses work: the user's configuration and the repository's are read here, and nowhere else. Hooks of this
repository, helpers that a remote names for itself, and every protocol but `file`, `https` and `ssh` stay off. What
arrives is judged by whoever asked for it.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from phaseproof.errors import Conflict, Unable, Usage
from phaseproof.repo import process
from phaseproof.repo.git import Repository

PROTOCOLS = ("file", "https", "ssh")
"""What a ledger may travel by."""
TIMEOUT = 600.0
"""Seconds after which a transfer is given up."""

_KEPT = re.compile(
    r"(?:PATH|HOME|XDG_CONFIG_HOME|TMPDIR|SYSTEMROOT|SSH_AUTH_SOCK|SSH_AGENT_PID|SSH_ASKPASS|DISPLAY|GIT_SSH|"
    r"GIT_SSH_COMMAND|GIT_ASKPASS|(?:https?|all|no)_proxy|SSL_CERT_(?:FILE|DIR)|GIT_SSL_CAINFO)\Z",
    re.IGNORECASE,
)
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?\Z")
_BEHIND = ("non-fast-forward", "fetch first", "already exists", "cannot lock ref", "failed to update ref", "stale info",
           "failed to lock", "incorrect old value")  # fmt: skip
_FOLDER = "refs/phaseproof"


class Remote(Struct, frozen=True):
    """Another repository, by the name of a remote or by its address.

    Attributes:
        repository: this one.
        name: as the person typed it.
        address: what git is given: the name of a configured remote, or an address.
    """

    repository: Repository
    name: str
    address: str

    @classmethod
    def find(cls, repository: Repository, name: str) -> Remote:
        """The remote that a name means: a configured one, a folder, or an address.

        Raises:
            Usage: `remote-unknown`.
        """
        if not name or name.startswith("-") or any(not char.isprintable() for char in name):
            raise Usage("remote-unknown", f"{name!r} names no remote", "git remote -v")
        _, out, _ = _git(repository, ["config", "--get-all", f"remote.{name}.url"], allowed=(0, 1))
        if out.strip():
            return cls(repository, name, name)
        if Path(name).expanduser().is_dir():
            return cls(repository, name, str(Path(name).expanduser().resolve()))
        if "://" in name or re.match(r"[\w.-]+@[\w.-]+:", name):
            return cls(repository, name, name)
        raise Usage("remote-unknown", f"{name!r} is no remote of this repository, no folder and no address",
                    "git remote -v")  # fmt: skip

    def seen(self, ref: str) -> str | None:
        """The commit that was last accepted from this remote, or pushed to it; None before the first."""
        return resolve(self.repository, self._tracking(ref))

    def accept(self, ref: str, commit: str) -> None:
        """Remember a commit as the one last accepted from this remote, or pushed to it."""
        _git(self.repository, ["update-ref", self._tracking(ref), commit])

    def fetch(self, ref: str) -> str | None:
        """Bring what the remote has under a ref here; the commit, or None where it has no such ref.

        Raises:
            Unable: it cannot be reached (`remote-unreachable`), or a transfer broke off.
        """
        _, listed, _ = self._transport(
            ["ls-remote", "--refs", "--upload-pack=git-upload-pack", "--", self.address, ref]
        )
        there = [line.split(b"\t") for line in listed.splitlines()]
        if not any(len(line) == 2 and line[1].decode("utf-8", "replace") == ref for line in there):
            return None
        incoming = f"{_FOLDER}/incoming/{secrets.token_hex(8)}"
        try:
            self._transport([
                "-c", "fetch.fsckObjects=true", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head",
                "--no-prune", "--no-recurse-submodules", "--no-auto-maintenance", "--refmap=",
                "--upload-pack=git-upload-pack", "--", self.address, f"+{ref}:{incoming}",
            ])  # fmt: skip
            return resolve(self.repository, incoming)
        finally:
            _git(self.repository, ["update-ref", "-d", incoming])

    def push(self, ref: str, commit: str) -> None:
        """Put a commit under a ref of the remote, as a fast-forward and nothing else.

        Raises:
            Conflict: the remote has moved: another writer was faster.
            Unable: it cannot be reached (`remote-unreachable`), or will not take it (`remote-refuses`).
        """
        code, out, said = self._transport(
            ["push", "--porcelain", "--no-verify", "--no-follow-tags", "--recurse-submodules=no", "--no-signed",
             "--receive-pack=git-receive-pack", "--", self.address, f"{commit}:{ref}"],
            allowed=(0, 1, 128),
        )  # fmt: skip
        if code == 0:
            return
        told = out.decode("utf-8", "replace") + said
        refused = [line for line in told.splitlines() if line.startswith("!")]
        if not refused:
            raise self._unreachable(said)
        if any(word in told for word in _BEHIND):
            raise Conflict(ref, 0, 1)
        raise Unable("remote-refuses", f"{self.name} does not take {ref}: {refused[0].split(chr(9))[-1]}",
                     "ask whoever keeps it to allow refs/phaseproof/*")  # fmt: skip

    def _tracking(self, ref: str) -> str:
        """Where the last commit seen of a remote's ref is remembered, by what the remote is and not by its name."""
        _, out, _ = _git(self.repository, ["config", "--get-all", f"remote.{self.address}.url"], allowed=(0, 1))
        where = out.decode("utf-8", "replace").split("\n")[0] or self.address
        return f"{_FOLDER}/seen/{sha256(f'{where} {ref}'.encode()).hexdigest()[:24]}"

    def _transport(self, arguments: list[str], allowed: tuple[int, ...] = (0,)) -> tuple[int, bytes, str]:
        own = {name: value for name, value in os.environ.items() if _KEPT.match(name)}
        own |= {"LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_ALLOW_PROTOCOL": ":".join(PROTOCOLS),
                "GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": os.devnull}  # fmt: skip
        opened = [part for protocol in PROTOCOLS for part in ("-c", f"protocol.{protocol}.allow=always")]
        where = [f"--git-dir={self.repository.git_dir}", f"--work-tree={self.repository.root}"]
        try:
            code, out, said = process.run(
                [*opened, *where, *arguments],
                cwd=self.repository.root, allowed=(0, 1, 128, 129), timeout=TIMEOUT, own=own,
            )  # fmt: skip
        except Unable as error:
            raise self._unreachable(error.fact) from error
        if code not in allowed:
            raise self._unreachable(said)
        return code, out, said

    def _unreachable(self, said: str) -> Unable:
        last = said.splitlines()[-1] if said else "no message"
        return Unable("remote-unreachable", f"{self.name} cannot be used: {last}", f"git ls-remote {self.name}")


def commit_files(
    repository: Repository, parent: str | None, files: Iterable[tuple[str, bytes]], message: str, at: int
) -> str:
    """A commit that holds its parent's files and further ones; nothing in the working tree or index is touched.

    Args:
        repository: where.
        parent: full commit id, None for the first.
        files: names (plain ASCII, no quotes) and bytes.
        message: of the commit.
        at: its time, in seconds since the epoch.

    Returns:
        The commit's id; nothing refers to it yet.

    Raises:
        Unable: git failed.
    """
    name = f"{_FOLDER}/outgoing/{secrets.token_hex(8)}"
    git = process.start(
        [f"--git-dir={repository.git_dir}", "fast-import", "--quiet", "--done", "--date-format=raw"],
        cwd=repository.git_dir,
    )
    assert git.stdin is not None
    assert git.stderr is not None
    with git:
        try:
            said = message.encode()
            git.stdin.write(f"commit {name}\ncommitter phaseproof <ledger@phaseproof.invalid> {at} +0000\n".encode())
            git.stdin.write(b"data %d\n%s\n" % (len(said), said))
            if parent is not None:
                git.stdin.write(f"from {parent}\n".encode())
            for path, data in files:
                git.stdin.write(f"M 100644 inline {path}\ndata {len(data)}\n".encode())
                git.stdin.write(data)
                git.stdin.write(b"\n")
            git.stdin.write(b"done\n")
            git.stdin.close()
        except BrokenPipeError as error:
            told = git.stderr.read(65536).decode("utf-8", "replace").strip()
            raise process.failed("fast-import", git.wait(), told) from error
        except BaseException:
            git.kill()
            raise
        told = git.stderr.read(65536).decode("utf-8", "replace").strip()
    if git.returncode:
        raise process.failed("fast-import", git.returncode, told)
    made = resolve(repository, name)
    _git(repository, ["update-ref", "-d", name])
    if made is None:
        raise process.failed("fast-import", 0, told)
    return made


def resolve(repository: Repository, ref: str) -> str | None:
    """The object a full ref name points to; None where there is no such ref."""
    code, out, _ = _git(repository, ["rev-parse", "--verify", "--quiet", "--end-of-options", ref], allowed=(0, 1))
    oid = out.decode("ascii", "replace").strip()
    return oid if code == 0 and _OID.match(oid) else None


def _git(repository: Repository, arguments: list[str], allowed: tuple[int, ...] = (0,)) -> tuple[int, bytes, str]:
    return process.run([f"--git-dir={repository.git_dir}", *arguments], cwd=repository.root, allowed=allowed)
