"""Where commands of a check start: inside the sandbox where there is one, in a bare process where not."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from phaseproof.checks.kind import Execution
from phaseproof.runner import process
from phaseproof.runner.environment import View
from phaseproof.runner.sandbox import Mounts, Sandbox
from phaseproof.runner.stop import Stop
from phaseproof.runner.workspace import Folders

_COMPLAINT = b"bwrap: "
_REFUSED = (b"setpriv: failed to execute ", b"bwrap: execvp ")


class Launcher(Struct, frozen=True):
    """How commands are started for one programme on this machine.

    Attributes:
        sandbox: what keeps checks apart.
        mounts: what they see of the machine; not used without a sandbox.
        stop: ends every command.
    """

    sandbox: Sandbox
    mounts: Mounts
    stop: Stop | None = None

    def run(
        self,
        folders: Folders,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        timeout: float,
        network: bool,
        shown: Sequence[tuple[str, str]] = (),
    ) -> Execution:
        """Run a command in a run's checkout.

        Args:
            folders: the run's own.
            command: program and arguments, paths as the check sees them.
            environment: its whole environment.
            timeout: seconds.
            network: leave the network on; it cannot be cut without a sandbox.
            shown: path here -> path there of what is shown read-only besides.
        """
        refusal = _not_executable(command, folders.work, self.sandbox.view(folders))
        if refusal:
            return Execution(False, None, None, False, b"", False, 0.0, refusal)
        if not self.sandbox.works:
            return process.execute(
                command, cwd=folders.work, environment=environment, timeout=timeout, stop=self.stop
            )  # fmt: skip
        inside = self.mounts.command(self.sandbox, folders, command, network=network, shown=shown)
        done = process.execute(
            inside, cwd="/", environment=environment, timeout=timeout, stop=self.stop, contained=True
        )  # fmt: skip
        return _translated(done)


def _translated(done: Execution) -> Execution:
    """bubblewrap's way of telling signals (128 + number) and of not starting, in our words."""
    code = done.exit_code
    if code is None:
        return done
    first = done.output.lstrip()
    if code in (1, 126, 127) and (first.startswith(_REFUSED) or (code == 1 and first.startswith(_COMPLAINT))):
        detail = first.splitlines()[0].decode("utf-8", "replace")
        return msgspec.structs.replace(done, started=False, exit_code=None, detail=detail)
    if 128 < code <= 128 + 64:
        return msgspec.structs.replace(done, exit_code=None, signal=code - 128)
    return done


def _not_executable(command: Sequence[str], work: Path, view: View) -> str:
    """Why a program of the checkout cannot be started, empty where nothing speaks against it.

    `execvp` hands a file without a magic number to a shell, and an emptied script then succeeds: that would make a
    control positive. The kernel's own rule holds here instead, with a sandbox and without.
    """
    if not command:
        return "the command is empty"
    if "/" not in command[0] or sys.platform == "win32":
        return ""
    name = command[0].removeprefix(view.work + "/")
    path = work / name
    try:
        if name.startswith("/") or not path.is_file():
            return ""
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        return f"{command[0]}: {error.strerror}"
    return "" if magic[:2] == b"#!" or len(magic) == 4 else f"{command[0]}: Exec format error"
