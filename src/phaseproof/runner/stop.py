"""One switch that every wait of a run listens to: thrown once, by Ctrl-C or by whoever ends the run."""

from __future__ import annotations

import os


class Stop:
    """A flag with a file descriptor that becomes readable when it is set.

    Attributes:
        fd: readable once stopped; for `poll`.
    """

    def __init__(self) -> None:
        self.fd, self._write = os.pipe()
        self._set = False

    def set(self) -> None:
        """Stop. Safe to call twice, and from a signal handler."""
        if not self._set:
            self._set = True  # no lock: a signal handler may interrupt whoever would hold it
            os.write(self._write, b"x")

    def is_set(self) -> bool:
        """Whether it was stopped."""
        return self._set

    def close(self) -> None:
        """Give the descriptors back; nothing may wait any more."""
        os.close(self.fd)
        os.close(self._write)
