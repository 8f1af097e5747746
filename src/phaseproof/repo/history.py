"""A commit's history, for a check that declares `history: true`: its objects and nothing else of the repository."""

from __future__ import annotations

import subprocess
from pathlib import Path

from phaseproof.errors import Unable
from phaseproof.repo import process
from phaseproof.repo.git import Repository

_CONFIG = """[core]
\trepositoryformatversion = {version}
\tbare = false
\thooksPath = /dev/null
\tfsmonitor = false
[gc]
\tauto = 0
{extension}"""


def write(repository: Repository, commit: str, folder: Path) -> None:
    """Make `.git` in a checkout: every object reachable from a commit, HEAD detached on it, no ref, remote or hook.

    Args:
        repository: where the objects are.
        commit: full commit id.
        folder: the checkout.

    Raises:
        Unable: `object-missing`, `git-failed`.
    """
    made = folder / ".git"
    for name in ("objects/pack", "objects/info", "refs/heads", "refs/tags"):
        (made / name).mkdir(parents=True)
    wide = repository.object_format != "sha1"
    extension = f"[extensions]\n\tobjectFormat = {repository.object_format}\n" if wide else ""
    (made / "config").write_text(_CONFIG.format(version=1 if wide else 0, extension=extension), "ascii")
    (made / "HEAD").write_text(commit + "\n", "ascii")
    if repository.shallow:
        (made / "shallow").write_bytes((repository.common_dir / "shallow").read_bytes())
    source = process.start(
        [f"--git-dir={repository.git_dir}", "pack-objects", "--revs", "--stdout", "--delta-base-offset", "-q",
         "--threads=1"],
        cwd=repository.git_dir,
    )  # fmt: skip
    assert source.stdin is not None
    assert source.stdout is not None
    assert source.stderr is not None
    with source:
        try:
            source.stdin.write(f"{commit}\n".encode("ascii"))
            source.stdin.close()
            arguments = [f"--git-dir={made}", "index-pack", "--stdin", "--strict"]
            done = subprocess.run(
                ["git", *process.HARDENING, *arguments],
                cwd=folder, env=process.environment(), stdin=source.stdout, capture_output=True,
                timeout=process.TIMEOUT, check=False,
            )  # fmt: skip
        except (BrokenPipeError, subprocess.TimeoutExpired) as error:
            source.kill()
            raise Unable("git-failed", f"the history of {commit[:12]} cannot be copied: {error}", "git fsck") from error
        said = source.stderr.read(65536).decode("utf-8", "replace").strip()
    if source.wait() or done.returncode:
        raise Unable("object-missing", f"the history of {commit[:12]} is not whole in this clone: {said}",
                     "git fetch --refetch --no-filter origin")  # fmt: skip
    process.run([f"--git-dir={made}", f"--work-tree={folder}", "read-tree", commit], cwd=folder)
