"""Many checks, some at a time, recorded as they come, ended within a second."""

from __future__ import annotations

import secrets
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue

from msgspec import Struct

from phaseproof.runner.job import Case, Job, Ran
from phaseproof.runner.run import run_check
from phaseproof.runner.site import Site

GIVE_UP = 0.9
"""Seconds that running checks get to end after an interruption."""
_QUICK = 0.05
"""Seconds: checks shorter than that are announced one round ahead."""
_LOOK = 0.2
"""Seconds: a signal that comes just before a wait does not wake it, so no wait is without end."""


class Task(Struct, frozen=True):
    """A job, or one control of it."""

    job: Job
    case: Case | None = None


class Report(Struct, frozen=True):
    """How a pool ended.

    Attributes:
        finished: what ran, in the order of finishing.
        waiting: what was never started.
        interrupted: it was ended from outside.
    """

    finished: tuple[Ran, ...]
    waiting: tuple[Task, ...] = ()
    interrupted: bool = False


OnStart = Callable[[Task, str], None]
OnFinish = Callable[[Task, Ran], None]
OnText = Callable[[Task, str], None]
OnReady = Callable[[], None]


def run_all(
    site: Site,
    tasks: Sequence[Task],
    *,
    jobs: int,
    on_start: OnStart,
    on_finish: OnFinish,
    on_text: OnText | None = None,
    on_ready: OnReady | None = None,
) -> Report:
    """Run tasks, at most `jobs` at once.

    Callbacks run in the calling thread, one at a time. Every task that `on_start` was called for is given to
    `on_finish` exactly once, interrupted or not; what a callback raises ends everything and is raised here.
    In the main thread, SIGINT and SIGTERM end the pool between two callbacks, never within one; the second of them
    does what it did before. From another thread, `site.stop.set()` does the same.

    Args:
        site: where they run.
        tasks: what, in this order.
        jobs: at least 1.
        on_start: called with the run's random id before anything of it starts: announce it.
        on_finish: called with what it came to: record it.
        on_ready: called after one or more `on_start`, before any of those runs starts: make what is held durable, in
            one go.
        on_text: called with what a check is doing.

    Raises:
        Unable: the runner's own folders failed.
        ValueError: `jobs` is below 1.
    """
    if jobs < 1:
        raise ValueError("jobs is at least 1")
    return _Pool(site, tasks, min(jobs, len(tasks)), on_start, on_finish, on_text, on_ready).run()


@contextmanager
def _signals(act: Callable[[], None]) -> Iterator[None]:
    """Let the first SIGINT or SIGTERM call `act`; the second does what it did before."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler if handler is not None else signal.SIG_DFL)

    def handle(number: int, frame: object) -> None:
        del number, frame
        restore()
        act()

    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # started with `nohup`, or in the background of a script
            signal.signal(number, handle)
    try:
        yield
    finally:
        restore()


class _Pool:
    def __init__(
        self,
        site: Site,
        tasks: Sequence[Task],
        jobs: int,
        on_start: OnStart,
        on_finish: OnFinish,
        on_text: OnText | None,
        on_ready: OnReady | None,
    ) -> None:
        self._on_ready = on_ready
        self._ready: list[tuple[Task, str]] = []
        self._site = site
        self._jobs = jobs
        self._on_start, self._on_finish, self._on_text = on_start, on_finish, on_text
        self._waiting = deque(tasks)
        self._running: dict[str, Task] = {}
        self._began: dict[str, float] = {}
        self._quick = False
        self._inbox: SimpleQueue[tuple[Task, str] | None] = SimpleQueue()
        self._outbox: SimpleQueue[tuple[str, Ran | str | BaseException]] = SimpleQueue()
        self._finished: list[Ran] = []

    def run(self) -> Report:
        for number in range(self._jobs):
            threading.Thread(target=self._work, name=f"check-{number}", daemon=True).start()
        stop = self._site.stop
        try:
            with _signals(self._wake):
                while (self._running or self._waiting) and not stop.is_set():
                    while self._waiting and len(self._running) < self._room and not stop.is_set():
                        self._begin(self._waiting.popleft())
                    self._hand_over()
                    with suppress(Empty):
                        self._take(*self._outbox.get(timeout=_LOOK))
                        while True:  # what else has come: the next announcements share one commit
                            self._take(*self._outbox.get_nowait())
                if self._running:
                    self._end()
        except BaseException:
            stop.set()
            self._running.clear()
            raise
        finally:
            for _ in range(self._jobs):
                self._inbox.put(None)
        return Report(tuple(self._finished), tuple(self._waiting), interrupted=stop.is_set())

    @property
    def _room(self) -> int:
        """How many may be announced: some more than run at once, where they are over before a commit is."""
        return self._jobs * 4 if self._quick else self._jobs

    def _wake(self) -> None:
        self._site.stop.set()
        self._outbox.put(("", ""))  # SimpleQueue.put is reentrant: fit for a signal handler

    def _begin(self, task: Task) -> None:
        run = secrets.token_hex(16)
        self._on_start(task, run)
        self._running[run] = task
        self._ready.append((task, run))

    def _hand_over(self) -> None:
        """Let what was announced start, once its announcement is durable."""
        if not self._ready:
            return
        if self._on_ready is not None:
            self._on_ready()
        for task, run in self._ready:
            self._began[run] = time.monotonic()
            self._inbox.put((task, run))
        self._ready.clear()

    def _take(self, run: str, what: Ran | str | BaseException) -> None:
        task = self._running.get(run)
        if task is None:
            return
        if isinstance(what, str):
            if self._on_text is not None:
                self._on_text(task, what)
            return
        del self._running[run]
        if isinstance(what, BaseException):
            raise what
        now = time.monotonic()
        self._quick = now - self._began.pop(run, now) < _QUICK
        self._finished.append(what)
        self._on_finish(task, what)

    def _end(self) -> None:
        """Wait for what was running, whose process trees are being ended, and take what it came to."""
        deadline = time.monotonic() + GIVE_UP
        while self._running:
            try:
                self._take(*self._outbox.get(timeout=max(0.0, deadline - time.monotonic())))
            except Empty:
                break
        self._ready.clear()
        for run, task in list(self._running.items()):  # a kind that computes and does not listen
            self._take(run, run_check(self._site, task.job, run, task.case))

    def _work(self) -> None:
        while (order := self._inbox.get()) is not None:
            task, run = order
            say = self._say(run) if self._on_text is not None else None
            try:
                self._outbox.put((run, run_check(self._site, task.job, run, task.case, say)))
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread, see _take
                self._outbox.put((run, error))

    def _say(self, run: str) -> Callable[[str], None]:
        return lambda text: self._outbox.put((run, text))
