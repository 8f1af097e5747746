"""Processes that slipped out of a check's session, found and ended (where no PID namespace does it).

The runner makes itself the reaper of its descendants (`PR_SET_CHILD_SUBREAPER`, Linux 3.4): a daemon that double
forks, calls `setsid` or is started with `nohup` becomes the runner's own child instead of init's, and its children
do when it ends. Linux only; elsewhere a check's process group is all that is ended, and `possible` says so.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from pathlib import Path

MARK = "PHASEPROOF_RUN"
"""Variable by which a process says to which run it belongs."""

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER, linux/prctl.h
_ROUNDS = 400
_ours: set[int] = set()


def possible() -> bool:
    """Whether escaped processes can be found on this system."""
    return sys.platform == "linux" and Path(f"/proc/self/task/{os.getpid()}/children").exists()


def become_reaper() -> bool:
    """Adopt orphaned descendants from now on; children there already are never touched."""
    if not possible():
        return False
    import ctypes

    _ours.update(_children())
    answer: int = ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0)
    return answer == 0


def spare(pid: int) -> None:
    """Never touch a helper of ours that has a session of its own."""
    _ours.add(pid)


def seal_descriptors() -> None:
    """Mark every descriptor above 2 close-on-exec: what our own parent left open is no check's business.

    Python opens its own that way (PEP 446), so that no child needs to close anything, which is slow.
    """
    folder = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
    with contextlib.suppress(FileNotFoundError):
        for name in [entry.name for entry in Path(folder).iterdir()]:
            with contextlib.suppress(OSError):  # the listing's own descriptor is closed by now
                if int(name) > 2:
                    os.set_inheritable(int(name), False)


def sweep(session: int, mark: str) -> int:
    """End what is left of a run after its first process ended.

    Adopted children count as left over where they are of the run's session, carry its mark, or carry no mark at all
    (a process that cleaned its environment to hide); those of other runs are left alone.

    Args:
        session: session id of the run's first process.
        mark: value of `PHASEPROOF_RUN`.

    Returns:
        How many were ended.
    """
    ended = 0
    own = os.getsid(0)
    quiet = False
    for _ in range(_ROUNDS):
        found = [pid for pid in _children() if pid not in _ours and _left(pid, session, mark, own)]
        if not found:
            # The kernel may leave out entries while other children exit (proc_pid_children(5)): ask a second time.
            if quiet:
                return ended
            quiet = True
            continue
        quiet = False
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
                ended += 1
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
    return ended


def _children() -> list[int]:
    """Children of the main thread: orphans are given to it (kernel/exit.c, find_new_reaper)."""
    pid = os.getpid()
    try:
        fd = os.open(f"/proc/self/task/{pid}/children", os.O_RDONLY)
    except FileNotFoundError:
        return []
    try:
        return [int(word) for word in os.read(fd, 1 << 20).split()]
    finally:
        os.close(fd)


def _left(pid: int, session: int, mark: str, own: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
        sid = int(stat[stat.rindex(b")") + 2 :].split()[3])
        if sid == own:
            return False  # git, or another helper of ours
        if sid == session:
            return True
        marks = [
            pair[len(MARK) + 1 :]
            for pair in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
            if pair.startswith(MARK.encode() + b"=")
        ]
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return True  # made itself unreadable: nothing of ours does
    return not marks or marks[0] == mark.encode()
