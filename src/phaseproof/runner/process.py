"""One command, run to its end: time, output, descriptors and what it leaves behind are bounded."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from phaseproof.checks.kind import Execution
from phaseproof.runner import reaping
from phaseproof.runner.output import Output
from phaseproof.runner.stop import Stop

GRACE = 0.5
"""Seconds between SIGTERM and SIGKILL where time is up."""
HASTE = 0.2
"""The same where the run is interrupted."""
FILE_SIZE = 8 * 1024**3
"""Bytes of the largest file a check may write."""
OPEN_FILES = 4096
PROCESSES = 4096
"""Processes and threads of all checks together, where they run under a user of their own."""

_PIECE = 1 << 16
_DRAIN = 1 << 20
_TICK = 50  # ms between looks where the system has no process descriptors

_null = -1


def execute(
    command: Sequence[str],
    *,
    cwd: str | Path,
    environment: Mapping[str, str],
    timeout: float,
    stop: Stop | None = None,
    contained: bool = False,
) -> Execution:
    """Run a command in a session of its own, without input, and end everything it started when it ends.

    Args:
        command: program and arguments.
        cwd: folder to run it in.
        environment: its whole environment; `PHASEPROOF_RUN` in it marks the run.
        timeout: seconds until the process tree is sent SIGTERM, and half a second later SIGKILL.
        stop: ends it at once where set.
        contained: a PID namespace ends what it started, so nothing is looked for.

    Returns:
        How it ended. `detail` is `interrupted` where `stop` ended it.
    """
    global _null
    if _null < 0:
        _null = os.open(os.devnull, os.O_RDONLY)
    started = time.monotonic()
    own_user = contained and os.geteuid() == 0
    wrapped = [*_wrapper(own_user=own_user), *command] if contained else command
    read, write = os.pipe()
    try:
        try:
            child = subprocess.Popen(
                wrapped, cwd=cwd, env=environment, stdin=_null, stdout=write, stderr=write,
                close_fds=False,  # everything of ours is close-on-exec: see reaping.seal_descriptors
                start_new_session=True,
            )  # fmt: skip
        except (OSError, ValueError) as error:
            return Execution(False, None, None, False, b"", False, time.monotonic() - started, _why(error, command))
        finally:
            os.close(write)
        return _Watch(child, read, started, started + timeout, stop, contained, environment).end()
    finally:
        os.close(read)


class _Watch:
    """A running process and the pipe it writes to."""

    __slots__ = ("_child", "_contained", "_deadline", "_exit", "_mark", "_open", "_output", "_poll", "_read",
                 "_started", "_stop")  # fmt: skip

    def __init__(
        self,
        child: subprocess.Popen[bytes],
        read: int,
        started: float,
        deadline: float,
        stop: Stop | None,
        contained: bool,
        environment: Mapping[str, str],
    ) -> None:
        self._child, self._read, self._started, self._deadline = child, read, started, deadline
        self._stop, self._contained = stop, contained
        self._mark = environment.get(reaping.MARK, "")
        self._output = Output()
        self._poll = select.poll()
        self._poll.register(read, select.POLLIN)
        self._open = True
        if stop is not None:
            self._poll.register(stop.fd, select.POLLIN)
        self._exit = _exit_descriptor(child.pid)
        if self._exit >= 0:
            self._poll.register(self._exit, select.POLLIN)
        _limit(child.pid, own_user=contained and os.geteuid() == 0)

    def end(self) -> Execution:
        """Wait for the process, or end it."""
        timed_out = interrupted = False
        try:
            if not self._wait(self._deadline, heed_stop=True):
                interrupted = self._stop is not None and self._stop.is_set()
                timed_out = not interrupted
                self._signal(signal.SIGTERM)
                self._wait(time.monotonic() + (HASTE if interrupted else GRACE), heed_stop=False)
            # The first process is not reaped yet, so its group's number cannot belong to anybody else.
            self._signal(signal.SIGKILL)
            code = self._child.wait()
            if not self._contained:
                reaping.sweep(self._child.pid, self._mark)
            self._drain()
        except BaseException:
            self._signal(signal.SIGKILL)
            self._child.wait()
            raise
        finally:
            if self._exit >= 0:
                os.close(self._exit)
        output, truncated = self._output.bytes()
        if timed_out or interrupted:
            return Execution(True, None, signal.SIGKILL if interrupted else None, timed_out, output, truncated,
                             time.monotonic() - self._started, "interrupted" if interrupted else "")  # fmt: skip
        return Execution(True, code if code >= 0 else None, -code if code < 0 else None, False, output, truncated,
                         time.monotonic() - self._started)  # fmt: skip

    def _wait(self, deadline: float, *, heed_stop: bool) -> bool:
        """Read until the process has ended; False where the deadline or the stop came first."""
        stop = self._stop.fd if self._stop is not None else -1
        if not heed_stop and stop >= 0:
            self._poll.unregister(stop)
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            wait = left * 1000 + 1
            ready = dict(self._poll.poll(wait if self._exit >= 0 else min(wait, _TICK)))
            if self._read in ready:
                self._take()
            if self._exit in ready or (self._exit < 0 and self._child.poll() is not None):
                return True
            if heed_stop and stop in ready:
                return False

    def _take(self) -> bool:
        piece = os.read(self._read, _PIECE)
        if piece:
            self._output.add(piece)
        elif self._open:
            self._open = False
            self._poll.unregister(self._read)
        return bool(piece)

    def _drain(self) -> None:
        """What is still in the pipe; a survivor that goes on writing does not keep us."""
        os.set_blocking(self._read, False)
        taken = 0
        with contextlib.suppress(BlockingIOError):
            while self._open and taken < _DRAIN and self._take():
                taken += _PIECE

    def _signal(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._child.pid, number)


def _exit_descriptor(pid: int) -> int:
    if sys.platform == "linux":
        try:
            return os.pidfd_open(pid)
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EPERM):  # an old kernel, a container's filter
                raise
    return -1


def _wrapper(*, own_user: bool) -> list[str]:
    """util-linux's prlimit before the sandbox: limits set from outside come too late for what it has forked already."""
    program = _prlimit()
    if program is None:
        return []
    processes = [f"--nproc={PROCESSES}:{PROCESSES}"] if own_user else []
    return [program, "--core=0:0", f"--fsize={FILE_SIZE}:{FILE_SIZE}", *processes, "--"]


@cache
def _prlimit() -> str | None:
    return shutil.which("prlimit")


def _limit(pid: int, *, own_user: bool) -> None:
    if sys.platform == "linux":
        import resource

        with contextlib.suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (FILE_SIZE, FILE_SIZE))
            if own_user:
                resource.prlimit(pid, resource.RLIMIT_NPROC, (PROCESSES, PROCESSES))
            _, hard = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            if hard > OPEN_FILES or hard == resource.RLIM_INFINITY:
                resource.prlimit(pid, resource.RLIMIT_NOFILE, (min(1024, OPEN_FILES), OPEN_FILES))


def _why(error: Exception, command: Sequence[str]) -> str:
    program = command[0] if command else "the empty command"
    if isinstance(error, OSError):
        return f"{program}: {error.strerror}"
    return f"{program}: {error}"


__all__ = ["FILE_SIZE", "GRACE", "execute"]
