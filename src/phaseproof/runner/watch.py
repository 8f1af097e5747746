"""A small process that outlives the runner by a moment: if the runner is killed, it ends what its checks left.

With bubblewrap the kernel does this (`--die-with-parent`); without, nothing else would. It waits for the end of its
input: the runner says `q` when it ends in order, and a pipe that closes without it means that it was killed.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys

MARK = b"PHASEPROOF_RUN="
_ROUNDS = 50


def start(folder: os.PathLike[str]) -> object:
    """Start the process for a runner.

    Args:
        folder: the runner's folder; its name begins the mark of every run, and it is removed at the end.

    Returns:
        What `end` takes.
    """
    import subprocess

    from phaseproof.runner import reaping

    if sys.platform != "linux":
        return None  # no /proc to look in
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", __file__, os.fspath(folder)],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True, close_fds=True, cwd="/", env={"PATH": os.defpath},
    )  # fmt: skip
    reaping.spare(process.pid)
    return process


def end(process: object) -> None:
    """Tell it that the runner ended in order."""
    import subprocess

    if isinstance(process, subprocess.Popen):
        with contextlib.suppress(BrokenPipeError):
            process.communicate(b"q", timeout=10)


def clear(token: bytes) -> None:
    """End every process that carries a mark beginning with the token."""
    wanted = b"\0" + MARK + token
    for _ in range(_ROUNDS):
        found = 0
        for name in os.listdir("/proc"):  # noqa: PTH208 - this file imports next to nothing
            if not name.isdigit() or int(name) == os.getpid():
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:  # noqa: PTH123
                    if wanted in b"\0" + file.read():
                        os.kill(int(name), signal.SIGKILL)
                        found += 1
            except OSError:
                continue  # it ended, or belongs to somebody else
        if not found:
            return


def main() -> None:
    """Wait for the runner's end."""
    folder = sys.argv[1]
    if sys.stdin.buffer.read(1) == b"q":
        return
    clear(os.fsencode(os.path.basename(folder)))  # noqa: PTH119
    shutil.rmtree(folder, ignore_errors=True)  # what resists is removed by the next runner


if __name__ == "__main__":
    main()
