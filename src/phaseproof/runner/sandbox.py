"""Bubblewrap: tried once, and used where it works.

A check sees a file system made for it: the system's folders read-only, the toolchain read-only, four folders of its
own under `/phaseproof`, and nothing else: no home, no repository, no ledger, no `/run`, no other process. What is
not on the list is not there, so nothing needs to be found and hidden; only what lies *within* a listed folder is
covered over.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from phaseproof.runner.environment import View
from phaseproof.runner.workspace import Folders

SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc", "opt", "var", "nix", "gnu")
"""Folders of the root that a check may read."""
ROOT = "/phaseproof"
VIEW = View(f"{ROOT}/work", f"{ROOT}/out", f"{ROOT}/home", f"{ROOT}/tmp")  # noqa: S108
OWN_USER = 64100
"""User and group id of checks where the runner is root: in no distribution's range of people or services."""
BINS = f"{ROOT}/bin"

_TMP, _VAR_TMP, _SHM = "/tmp", "/var/tmp", "/dev/shm"  # noqa: S108 - names inside the sandbox
_RESOLVER = ("/run/systemd/resolve", "/run/resolvconf")


class Sandbox(Struct, frozen=True):
    """How checks are kept apart on this machine.

    Attributes:
        start: program and options before the mounts; empty without a sandbox.
        enter: what stands between the mounts and the command (the change of user).
        own_user: id that the check's files must belong to, None for ours.
        mechanism: what evidence says of it.
        why: why there is none, for `doctor`.
    """

    start: tuple[str, ...] = ()
    enter: tuple[str, ...] = ()
    own_user: int | None = None
    mechanism: str = "process group, network on"
    why: str = ""

    @property
    def works(self) -> bool:
        """Whether there is one: only then can a runner be independent."""
        return bool(self.start)

    def view(self, folders: Folders) -> View:
        """A run's folders as the check sees them."""
        if self.works:
            return VIEW
        return View(str(folders.work), str(folders.out), str(folders.home), str(folders.tmp))

    def says(self, *, network: bool) -> str:
        """The mechanism as evidence names it."""
        return f"{self.mechanism}, {'network on' if network else 'no network'}" if self.works else self.mechanism


class Mounts(Struct, frozen=True):
    """What every check of one programme sees of the machine, worked out once.

    Attributes:
        options: bubblewrap's options.
        within_tmp: those that show a toolchain below `/tmp`: they come after the check's own folder stands there.
    """

    options: tuple[str, ...]
    within_tmp: tuple[str, ...] = ()

    def command(
        self,
        sandbox: Sandbox,
        folders: Folders,
        command: Sequence[str],
        *,
        network: bool,
        shown: Sequence[tuple[str, str]] = (),
    ) -> list[str]:
        """A command inside the sandbox.

        Args:
            sandbox: one that works.
            folders: the run's own.
            command: program and arguments, in terms of the check's view.
            network: leave the network on.
            shown: path here -> path there of what is shown read-only besides.
        """
        options = [*sandbox.start]
        options += [] if network else ["--unshare-net"]
        options += self.options
        for here, there in zip((folders.work, folders.out, folders.home, folders.tmp, folders.tmp),
                               (VIEW.work, VIEW.out, VIEW.home, VIEW.tmp, _VAR_TMP), strict=True):  # fmt: skip
            options += ["--bind", str(here), there]
        if network:
            for place in _RESOLVER:
                options += ["--ro-bind-try", place, place]
        for source, target in shown:
            options += ["--ro-bind", source, target]
        options += ["--bind", str(folders.tmp), _TMP, *self.within_tmp] if self.within_tmp else []
        options += [] if self.within_tmp else ["--symlink", VIEW.tmp, _TMP]
        return [*options, "--remount-ro", "/", "--chdir", VIEW.work, "--", *sandbox.enter, *command]


def mounts(hidden: Iterable[Path] = (), toolchains: Iterable[Path] = ()) -> Mounts:
    """The machine as checks see it.

    Args:
        hidden: folders or files that no check may see: repository, ledger, keys, home. They are not on the list
            anyway; where one lies within a listed folder it is covered over.
        toolchains: prefixes shown read-only; that of the Python which runs us always is.
    """
    shown = [f"/{name}" for name in SYSTEM if Path(f"/{name}").exists()]
    options: list[str] = []
    late: list[str] = []
    for path in shown:
        link = Path(path).is_symlink()
        options += ["--symlink", str(Path(path).readlink()), path] if link else ["--ro-bind", path, path]
    covered = sorted({_real(path) for path in (*hidden, *_homes())} - {"/"})
    for path in covered:
        options += _cover(path) if _below(path, shown) else []
    for prefix in sorted({_real(prefix) for prefix in (*toolchains, Path(sys.base_prefix))}):
        if _below(prefix, shown) and not _below(prefix, covered):
            continue
        place = late if _below(prefix, [_TMP]) else options
        for parent in reversed(Path(prefix).parents[:-1]):
            if not _below(str(parent), shown) and (place is options or str(parent) != _TMP):
                place += ["--perms", "0755", "--dir", str(parent)]
        place += ["--ro-bind", prefix, prefix]
        for path in covered:
            place += _cover(path) if path != prefix and _below(path, [prefix]) else []
    # Semaphores of several processes live in /dev/shm; the rest of /dev is nobody's to write to.
    devices = ("--dev", "/dev", "--perms", "1777", "--tmpfs", _SHM, "--remount-ro", "/dev", "--proc", "/proc")
    return Mounts((*options, *devices, "--perms", "0755", "--dir", ROOT, "--perms", "0755", "--dir", BINS),
                  tuple(late))  # fmt: skip


@lru_cache(maxsize=1)
def detect() -> Sandbox:
    """The sandbox of this machine, really tried once per process."""
    program = shutil.which("bwrap", path=os.defpath + ":/usr/local/bin:/usr/bin")
    if sys.platform != "linux" or program is None:
        return Sandbox(why="bubblewrap is not installed")
    apart = ("--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try", "--die-with-parent",
             "--new-session")  # fmt: skip
    tries: list[Sandbox] = []
    setpriv = shutil.which("setpriv", path="/usr/bin:/bin")
    if os.geteuid() == 0 and setpriv:
        # Mounts are made as root, then root is given up for good: no capability, none to regain.
        user = f"={OWN_USER}"
        tries.append(Sandbox(
            (program, *apart, "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID",
             "--cap-add", "CAP_SETPCAP"),
            (setpriv, "--reuid" + user, "--regid" + user, "--clear-groups", "--bounding-set=-all",
             "--inh-caps=-all", "--no-new-privs"),
            OWN_USER, "bubblewrap, own user",
        ))  # fmt: skip
    ids = ("--unshare-user", "--uid", str(OWN_USER), "--gid", str(OWN_USER))
    tries.append(Sandbox((program, *ids, *apart), (), None, "bubblewrap, mapped user"))
    said = ""
    for sandbox in tries:
        probe = [*sandbox.start, "--unshare-net", *mounts().options, "--remount-ro", "/", "--", *sandbox.enter, "true"]
        try:
            done = subprocess.run(probe, capture_output=True, timeout=10, check=False, env={"PATH": "/usr/bin:/bin"})
        except (OSError, subprocess.TimeoutExpired) as error:
            said = str(error)
            continue
        if done.returncode == 0:
            return sandbox
        said = done.stderr.decode("utf-8", "replace").strip()
    return Sandbox(why=f"bubblewrap does not work here: {said}")


def _homes() -> list[Path]:
    import pwd

    homes = [Path("/root"), Path("/home"), Path(os.environ.get("HOME") or "/root")]
    try:
        homes.append(Path(pwd.getpwuid(os.getuid()).pw_dir or "/"))
    except KeyError:  # a user id without an entry, as in many containers
        return homes
    return homes


def _real(path: Path) -> str:
    return os.path.realpath(path)


def _below(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + "/") for folder in folders)


def _cover(path: str) -> list[str]:
    if Path(path).is_dir():
        return ["--tmpfs", path]
    return ["--ro-bind", os.devnull, path] if Path(path).exists() else []


def hides(secret: Iterable[Path]) -> bool:
    """Whether everything secret, and every home, is out of a check's sight.

    It is not where one of them is the root of the file system, or the very folder of the Python that must be shown.
    """
    return not any(_real(path) in ("/", _real(Path(sys.base_prefix))) for path in (*secret, *_homes()))
